package tempo.tempodb.spans;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static tempo.span.OtlpFields.attribute;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import tempo.span.MalformedProtobufException;
import tempo.span.TraceMerge;
import tempo.span.WireWriter;
import tempo.tempodb.column.CorruptPageException;

/** Entries that are copied from groups of several segments into other groups say what they said before. */
class EntryCopyTest {
    /** What is written, group by group, with the entries that went in. */
    private static final class Output {
        final SpanGroupWriter writer = new SpanGroupWriter();
        final List<byte[]> expected = new ArrayList<>();
        final List<Groups.Stored> unfinished = new ArrayList<>();
        final List<Integer> entries = new ArrayList<>();
        final List<byte[]> read = new ArrayList<>();

        void add(byte[] entry) {
            try {
                writer.add(Groups.KEY.high(), Groups.KEY.low(), entry, 0, entry.length);
            } catch (MalformedProtobufException e) {
                throw new IllegalArgumentException(e);
            }
            expected.add(entry);
        }

        void finishGroup() {
            if (writer.entries() > 0) {
                unfinished.add(Groups.finish(writer));
            }
        }

        void finishSegment() throws CorruptPageException {
            finishGroup();
            byte[] segment = Groups.finishSegment(writer);
            for (Groups.Stored group : unfinished) {
                read.addAll(Groups.read(new Groups.Stored(group.bytes(), group.directoryLength(), segment)));
            }
            unfinished.clear();
        }

        void assertSame() throws CorruptPageException {
            finishSegment();
            assertEquals(expected.size(), read.size());
            for (int i = 0; i < expected.size(); i++) {
                assertArrayEquals(merged(expected.get(i)), merged(read.get(i)), "entry " + i);
            }
        }
    }

    private static byte[] merged(byte[] entry) {
        return TraceMerge.merge(List.of(entry)).bytes();
    }

    /** Some groups of some segments; of each group, its entries as OTLP. */
    private static List<Groups.Stored> inputs(Random random, boolean odd, List<List<byte[]>> entries) {
        List<Groups.Stored> inputs = new ArrayList<>();
        for (int segment = 0; segment < 3; segment++) {
            List<List<byte[]>> groups = new ArrayList<>();
            for (int group = 0; group < 2; group++) {
                groups.add(new RandomOtlp(random, odd && random.nextBoolean()).entries());
            }
            inputs.addAll(Groups.store(new SpanGroupWriter(), groups));
            entries.addAll(groups);
        }
        return inputs;
    }

    private static void assertCopied(Random random, boolean odd) throws CorruptPageException {
        List<List<byte[]>> entries = new ArrayList<>();
        List<EntryDecoder> inputs = new ArrayList<>();
        for (Groups.Stored stored : inputs(random, odd, entries)) {
            inputs.add(new EntryDecoder(stored.open()));
        }
        int[] next = new int[inputs.size()];
        Output output = new Output();
        for (int left = entries.stream().mapToInt(List::size).sum(); left > 0; left--) {
            int input = random.nextInt(inputs.size());
            while (next[input] == entries.get(input).size()) {
                input = (input + 1) % next.length;
            }
            int entry = next[input]++;
            switch (random.nextInt(8)) {
                case 0 -> output.add(new RandomOtlp(random, odd).entry(random.nextInt(40)));
                case 1 -> output.add(inputs.get(input).read(entry));
                case 2 -> {}
                default -> {
                    inputs.get(input).copy(entry, output.writer);
                    output.expected.add(entries.get(input).get(entry));
                }
            }
            if (random.nextInt(6) == 0) {
                output.finishGroup();
            }
            if (random.nextInt(12) == 0) {
                output.finishSegment();
            }
        }
        output.assertSame();
    }

    @Property(tries = 200)
    void entriesOfUsualSpansAreTheSame(@ForAll long seed) throws CorruptPageException {
        assertCopied(new Random(seed), false);
    }

    @Property(tries = 300)
    void whateverIsValidIsTheSame(@ForAll long seed) throws CorruptPageException {
        assertCopied(new Random(seed), true);
    }

    /** Long texts, texts of lines and of many numbers, and more of them than a dictionary takes. */
    @Test
    void textsWithoutPatternsAreTheSame() throws CorruptPageException {
        Random random = new Random(7);
        List<List<byte[]>> groups = new ArrayList<>();
        for (int group = 0; group < 3; group++) {
            List<byte[]> entries = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                entries.add(texts(random, 60, group == 1 && i % 10 == 3));
            }
            groups.add(entries);
        }
        List<EntryDecoder> inputs = new ArrayList<>();
        for (int copies = 0; copies < 2; copies++) {
            for (Groups.Stored stored : Groups.store(new SpanGroupWriter(), groups)) {
                inputs.add(new EntryDecoder(stored.open()));
            }
        }
        Output output = new Output();
        for (int i = 0; i < 30; i++) {
            for (int input = 0; input < inputs.size(); input++) {
                inputs.get(input).copy(i, output.writer);
                output.expected.add(groups.get(input % groups.size()).get(i));
            }
            if (i % 5 == 0) {
                output.finishGroup();
            }
        }
        output.assertSame();
    }

    private static byte[] texts(Random random, int spans, boolean huge) {
        WireWriter out = new WireWriter(1024);
        int resource = out.begin(1);
        int scope = out.begin(2);
        for (int i = 0; i < spans; i++) {
            int span = out.begin(2);
            RandomOtlp.id(
                    out, 1, Groups.KEY.traceId().high(), Groups.KEY.traceId().low());
            RandomOtlp.id(out, 2, random.nextLong());
            out.fixed64(7, 1000 + i);
            attribute(out, 9, "words", words(random, 4));
            attribute(out, 9, "stack", "at " + random.nextInt(9) + "\nat b:" + random.nextInt(100) + "\n");
            attribute(out, 9, "huge", huge ? words(random, 2000) : "id " + random.nextInt());
            out.end(span);
        }
        out.end(scope);
        out.end(resource);
        return out.toByteArray();
    }

    private static String words(Random random, int count) {
        StringBuilder words = new StringBuilder();
        for (int i = 0; i < count; i++) {
            words.append((char) ('a' + random.nextInt(26)))
                    .append((char) ('a' + random.nextInt(26)))
                    .append(random.nextInt(3) == 0 ? "\n" : " ");
        }
        return words.toString();
    }

    /** As many events as do not fit into a batch, in spans of which some have none. */
    @Test
    void manyEventsOfASpanAreTheSame() throws CorruptPageException {
        WireWriter out = new WireWriter(1024);
        int resource = out.begin(1);
        int scope = out.begin(2);
        for (int i = 0; i < 3000; i++) {
            int span = out.begin(2);
            RandomOtlp.id(
                    out, 1, Groups.KEY.traceId().high(), Groups.KEY.traceId().low());
            RandomOtlp.id(out, 2, i);
            out.fixed64(7, 1000 + i);
            for (int event = 0; event < (i % 1000 == 999 ? 2500 : i % 2); event++) {
                int eventAt = out.begin(11);
                out.fixed64(1, 1000 + event);
                out.string(2, "event " + event);
                out.end(eventAt);
            }
            out.end(span);
        }
        out.end(scope);
        out.end(resource);
        byte[] entry = out.toByteArray();
        Output output = new Output();
        EntryDecoder input = new EntryDecoder(Groups.store(List.of(entry)).open());
        input.copy(0, output.writer);
        output.expected.add(entry);
        output.assertSame();
    }

    /** The start of the newest span is what a reader of the OTLP says. */
    @Property(tries = 100)
    void timesAreThoseOfTheDecodedEntry(@ForAll long seed) throws CorruptPageException {
        List<byte[]> entries = new RandomOtlp(new Random(seed), true).entries();
        Groups.Stored stored = Groups.store(entries);
        EntryDecoder read = new EntryDecoder(stored.open());
        EntryDecoder copied = new EntryDecoder(stored.open());
        SpanGroupWriter target = new SpanGroupWriter();
        for (int i = 0; i < entries.size(); i++) {
            read.read(i);
            copied.copy(i, target);
            assertEquals(read.oldest(), copied.oldest());
            assertEquals(read.newest(), copied.newest());
        }
    }

    /** A digest is made of the rows: those of copied spans are as those of spans that were added. */
    @Property(tries = 100)
    void rowsAreThoseOfTheOriginal(@ForAll long seed) throws CorruptPageException {
        List<byte[]> entries = new RandomOtlp(new Random(seed), true).entries();
        SpanGroup original = Groups.store(entries).open();
        SpanGroupWriter target = new SpanGroupWriter();
        EntryDecoder copied = new EntryDecoder(original);
        for (int i = 0; i < entries.size(); i++) {
            copied.copy(i, target);
        }
        SpanRows spans = new SpanRows(original);
        GroupRows rows = target.rows();
        assertEquals(spans.count(), rows.count());
        for (int i = 0; i < rows.count(); i++) {
            long duration = spans.durations()[i];
            assertEquals(spans.anchors()[i], rows.anchors.get(i));
            assertEquals(GroupRows.duration(Math.max(-1, duration)), rows.durations.get(i));
        }
        for (int i = 1; i < rows.count(); i++) {
            assertEquals(
                    spans.resources()[i] == spans.resources()[i - 1],
                    rows.resources.get(i) == rows.resources.get(i - 1));
            assertEquals(
                    spans.templates()[i] == spans.templates()[i - 1],
                    rows.templates.get(i) == rows.templates.get(i - 1));
        }
    }

    /** Spans that come as OTLP find the templates that were copied: the shapes' constants are known from the first on. */
    @Test
    void addedSpansShareTheTemplatesOfCopiedOnes() throws CorruptPageException {
        Random random = new Random(3);
        List<byte[]> entries = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            entries.add(texts(random, 50, false));
        }
        SpanGroup input = Groups.store(entries).open();
        EntryDecoder decoder = new EntryDecoder(input);
        Output output = new Output();
        output.writer.learn(input);
        output.add(entries.get(0));
        for (int i = 1; i < 19; i++) {
            decoder.copy(i, output.writer);
            output.expected.add(entries.get(i));
        }
        output.add(entries.get(19));
        Groups.Stored group = Groups.finish(output.writer);
        byte[] segment = Groups.finishSegment(output.writer);
        assertTrue(input.segment().templates() < 20);
        assertEquals(input.segment().templates(), Segment.decode(segment).templates());
        Groups.Stored stored = new Groups.Stored(group.bytes(), group.directoryLength(), segment);
        for (int i = 0; i < 20; i++) {
            assertArrayEquals(merged(entries.get(i)), merged(Groups.read(stored).get(i)));
        }
    }

    /** Whatever bit of a page is wrong: the copy is refused, or is of others. */
    @Property(tries = 300)
    void aDamagedPageIsNeverCopied(@ForAll long seed) {
        Random random = new Random(seed);
        List<byte[]> entries = new RandomOtlp(random, true).entries();
        Groups.Stored stored = Groups.store(entries);
        byte[] damaged = stored.bytes().clone();
        int pages = damaged.length - stored.directoryLength();
        damaged[stored.directoryLength() + random.nextInt(pages)] ^= (byte) (1 << random.nextInt(8));
        assertThrows(CorruptPageException.class, () -> {
            EntryDecoder input =
                    new EntryDecoder(new Groups.Stored(damaged, stored.directoryLength(), stored.segment()).open());
            SpanGroupWriter target = new SpanGroupWriter();
            for (int i = 0; i < entries.size(); i++) {
                input.copy(i, target);
            }
        });
    }

    @Test
    void anEntryIsNotCopiedTwice() throws CorruptPageException {
        EntryDecoder input = new EntryDecoder(
                Groups.store(List.of(texts(new Random(1), 3, false))).open());
        SpanGroupWriter target = new SpanGroupWriter();
        input.copy(0, target);
        assertThrows(IllegalArgumentException.class, () -> input.copy(0, target));
    }
}
