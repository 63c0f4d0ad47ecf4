package tempo.ingester;

import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * A growing list of slice references. A reference is one long: the position of a record in the write-ahead log, 52 bits, and
 * the index of the slice in the record's batch, 12 bits. That is all that live traces and the head block keep of a slice: its
 * bytes stay in the log. Not thread-safe.
 */
final class SliceRefs {
    private static final int SLICE_BITS = 12;

    private long[] refs;
    private int count;

    SliceRefs() {
        refs = new long[4];
    }

    private SliceRefs(long[] refs, int count) {
        this.refs = refs;
        this.count = count;
    }

    static long ref(long position, int slice) {
        return position << SLICE_BITS | slice;
    }

    static long position(long ref) {
        return ref >>> SLICE_BITS;
    }

    static int slice(long ref) {
        return (int) (ref & (1 << SLICE_BITS) - 1);
    }

    void add(long ref) {
        if (count == refs.length) {
            refs = Arrays.copyOf(refs, count * 2);
        }
        refs[count++] = ref;
    }

    void addAll(SliceRefs others) {
        for (int i = 0; i < others.count; i++) {
            add(others.refs[i]);
        }
    }

    /** As {@link #addAll}, but leaves out what is here already: for a hand-over that was sent twice. */
    void addMissing(SliceRefs others) {
        int known = count;
        for (int i = 0; i < others.count; i++) {
            long candidate = others.refs[i];
            if (Arrays.stream(refs, 0, known).noneMatch(ref -> ref == candidate)) {
                add(candidate);
            }
        }
    }

    int count() {
        return count;
    }

    long get(int index) {
        return refs[index];
    }

    void forEach(LongConsumer visitor) {
        for (int i = 0; i < count; i++) {
            visitor.accept(refs[i]);
        }
    }

    /** A copy that does not change any more. */
    SliceRefs copy() {
        return new SliceRefs(Arrays.copyOf(refs, Math.max(count, 1)), count);
    }
}
