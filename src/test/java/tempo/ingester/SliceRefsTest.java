package tempo.ingester;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

final class SliceRefsTest {
    @Property
    void referenceKeepsPositionAndSlice(
            @ForAll @LongRange(min = 0, max = (1L << 52) - 1) long position,
            @ForAll @IntRange(min = 0, max = 4095) int slice) {
        long ref = SliceRefs.ref(position, slice);
        assertEquals(position, SliceRefs.position(ref));
        assertEquals(slice, SliceRefs.slice(ref));
    }

    @Test
    void keepsAllInOrderWhileItGrows() {
        SliceRefs refs = of(LongStream.range(0, 100).toArray());
        assertArrayEquals(LongStream.range(0, 100).toArray(), array(refs));
    }

    @Test
    void addAllDoublesAndAddMissingDoesNot() {
        SliceRefs refs = of(1, 2);
        refs.addMissing(of(2, 3));
        assertArrayEquals(new long[] {1, 2, 3}, array(refs));
        refs.addAll(of(3));
        assertArrayEquals(new long[] {1, 2, 3, 3}, array(refs));
    }

    @Test
    void copyDoesNotChangeWithTheOriginal() {
        SliceRefs empty = new SliceRefs().copy();
        empty.add(1);
        SliceRefs refs = of(1, 2, 3, 4);
        SliceRefs copy = refs.copy();
        refs.add(5);
        assertArrayEquals(new long[] {1, 2, 3, 4}, array(copy));
        assertArrayEquals(new long[] {1}, array(empty));
    }

    private static SliceRefs of(long... all) {
        SliceRefs refs = new SliceRefs();
        for (long ref : all) {
            refs.add(ref);
        }
        return refs;
    }

    private static long[] array(SliceRefs refs) {
        LongStream.Builder all = LongStream.builder();
        refs.forEach(all::add);
        return all.build().toArray();
    }
}
