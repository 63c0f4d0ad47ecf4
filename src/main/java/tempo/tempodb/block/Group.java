package tempo.tempodb.block;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A group whose header and keys were checked, whatever its content; its values are checked when they are read. Immutable. */
abstract class Group {
    /** How many entries there are. */
    abstract int rows();

    abstract long keyHigh(int row);

    abstract long keyLow(int row);

    /** How many spans an entry has. */
    abstract int spans(int row);

    /** A reader of values before the first. */
    abstract Values values();

    /** Reads the values of a group, each at most once, in their order. For one thread. */
    abstract static class Values {
        /**
         * Reads the value of a row behind the last one.
         *
         * @throws CorruptBlockException if it is damaged; {@link #behind} says what may be read next
         */
        abstract byte[] read(int row) throws CorruptBlockException;

        /** The first row behind a damaged one that does not share the damage. */
        abstract int behind(int row);

        /** The oldest start in the value that was read last, unix nanoseconds. */
        abstract long oldest();

        /** The newest start in the value that was read last, unix nanoseconds. */
        abstract long newest();
    }

    /** Adds the values of a key to {@code target}; those that are damaged are missing, and thrown about at the end. */
    final void find(long high, long low, List<byte[]> target) throws CorruptBlockException {
        @Nullable CorruptBlockException first = null;
        Values values = values();
        int row = firstAtLeast(high, low);
        while (row < rows() && isAt(row, high, low)) {
            try {
                target.add(values.read(row));
                row++;
            } catch (CorruptBlockException e) {
                first = first == null ? e : first;
                row = values.behind(row);
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /** The first row whose key is not less than the given one; {@link #rows()} if there is none. */
    final int firstAtLeast(long high, long low) {
        int from = 0;
        int to = rows();
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (Keys.compare(keyHigh(middle), keyLow(middle), high, low) < 0) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }

    private boolean isAt(int row, long high, long low) {
        return keyHigh(row) == high && keyLow(row) == low;
    }
}
