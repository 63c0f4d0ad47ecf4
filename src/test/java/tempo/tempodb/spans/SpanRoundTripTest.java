package tempo.tempodb.spans;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import tempo.span.MergedTrace;
import tempo.span.TraceMerge;
import tempo.span.WireWriter;
import tempo.tempodb.column.CorruptPageException;

/** What OTLP says comes back, byte for byte in each span, however it is written. */
class SpanRoundTripTest {
    static void assertComesBack(List<byte[]> entries) throws CorruptPageException {
        List<byte[]> read = Groups.read(Groups.store(entries));
        assertEquals(entries.size(), read.size());
        for (int i = 0; i < entries.size(); i++) {
            MergedTrace expected = TraceMerge.merge(List.of(entries.get(i)));
            assertEquals(List.of(), expected.failures());
            assertArrayEquals(
                    expected.bytes(), TraceMerge.merge(List.of(read.get(i))).bytes(), "entry " + i);
        }
    }

    @Property(tries = 400)
    void tracesOfUsualSpansComeBack(@ForAll long seed) throws CorruptPageException {
        RandomOtlp random = new RandomOtlp(new Random(seed), false);
        assertComesBack(random.entries());
    }

    @Property(tries = 400)
    void whateverIsValidComesBack(@ForAll long seed) throws CorruptPageException {
        RandomOtlp random = new RandomOtlp(new Random(seed), true);
        assertComesBack(random.entries());
    }

    @Property(tries = 100)
    void anEntryIsReadWithoutThoseBeforeIt(@ForAll long seed) throws CorruptPageException {
        RandomOtlp random = new RandomOtlp(new Random(seed), true);
        List<byte[]> entries = random.entries();
        Groups.Stored stored = Groups.store(entries);
        List<byte[]> all = Groups.read(stored);
        for (int i = 0; i < entries.size(); i++) {
            assertArrayEquals(all.get(i), new EntryDecoder(stored.open()).read(i), "entry " + i);
        }
    }

    @Property(tries = 50)
    void groupsOfASegmentShareItsTables(@ForAll long seed) throws CorruptPageException {
        Random seeds = new Random(seed);
        List<List<byte[]>> groups = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            groups.add(new RandomOtlp(seeds, i % 2 == 0).entries());
        }
        List<Groups.Stored> stored = Groups.store(new SpanGroupWriter(), groups);
        for (int i = 0; i < groups.size(); i++) {
            List<byte[]> read = Groups.read(stored.get(i));
            for (int j = 0; j < read.size(); j++) {
                assertArrayEquals(
                        TraceMerge.merge(List.of(groups.get(i).get(j))).bytes(),
                        TraceMerge.merge(List.of(read.get(j))).bytes());
            }
        }
    }

    @Test
    void anEntryWithoutSpansComesBackEmpty() throws CorruptPageException {
        assertArrayEquals(
                new byte[0], Groups.read(Groups.store(List.of(new byte[0]))).get(0));
    }

    @Test
    void equalSpansAreOneSpan() throws CorruptPageException {
        byte[] once = new RandomOtlp(new Random(5), false).entry(20);
        byte[] twice = Arrays.copyOf(once, once.length * 2);
        System.arraycopy(once, 0, twice, once.length, once.length);
        assertComesBack(List.of(twice));
        assertEquals(
                Groups.store(List.of(once)).open().firstSpan(1),
                Groups.store(List.of(twice)).open().firstSpan(1));
    }

    @Test
    void aChainOfManyAncestorsAndACycleComeBack() throws CorruptPageException {
        WireWriter spans = new WireWriter(1 << 16);
        int resource = spans.begin(1);
        int scope = spans.begin(2);
        for (int i = 0; i < 3000; i++) {
            int span = spans.begin(2);
            RandomOtlp.id(
                    spans, 1, Groups.KEY.traceId().high(), Groups.KEY.traceId().low());
            RandomOtlp.id(spans, 2, i + 1);
            RandomOtlp.id(spans, 4, i == 0 ? 3000 : i);
            spans.fixed64(7, 1000 + i);
            spans.end(span);
        }
        spans.end(scope);
        spans.end(resource);
        assertComesBack(List.of(spans.toByteArray()));
    }
}
