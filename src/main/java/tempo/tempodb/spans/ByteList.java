package tempo.tempodb.spans;

import tempo.tempodb.column.CorruptPageException;

/** A {@link ByteTable} as it was stored. Immutable. */
final class ByteList {
    private final byte[] bytes;
    private final int[] offsets;

    private ByteList(byte[] bytes, int[] offsets) {
        this.bytes = bytes;
        this.offsets = offsets;
    }

    /** Reads the list at the position of {@code in}, whose bytes are {@code table}. */
    static ByteList decode(TableBytes in, byte[] table, String what) throws CorruptPageException {
        int count = in.length(what + " count");
        int[] offsets = new int[count + 1];
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += in.count(what + " length", table.length);
            offsets[i + 1] = (int) Math.min(sum, Integer.MAX_VALUE);
        }
        if (sum > in.remaining()) {
            throw new CorruptPageException(what + " table of " + sum + " bytes has only " + in.remaining());
        }
        for (int i = 0; i <= count; i++) {
            offsets[i] += in.position();
        }
        in.skip((int) sum);
        return new ByteList(table, offsets);
    }

    int count() {
        return offsets.length - 1;
    }

    /** What the strings are stretches of. */
    byte[] array() {
        return bytes;
    }

    int offset(int number) {
        return offsets[number];
    }

    int length(int number) {
        return offsets[number + 1] - offsets[number];
    }

    byte[] copy(int number) {
        byte[] copy = new byte[length(number)];
        System.arraycopy(bytes, offset(number), copy, 0, copy.length);
        return copy;
    }
}
