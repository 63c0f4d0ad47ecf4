package tempo.span;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TraceMergeTest {
    /** A span with all that makes it what it is. */
    private record Placed(ResourceSpans resource, ScopeSpans scope, Span span) {}

    @Property(tries = 300)
    void holdsEachDifferentSpanOnce(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 40) int spans,
            @ForAll @IntRange(min = 1, max = 6) int parts)
            throws InvalidProtocolBufferException {
        TraceSamples samples = new TraceSamples(seed);
        TracesData trace = samples.trace(spans);
        List<byte[]> fragments = samples.fragments(trace, parts);

        MergedTrace merged = TraceMerge.merge(fragments);

        List<Placed> result = placed(TracesData.parseFrom(merged.bytes()));
        assertEquals(new HashSet<>(placed(trace)), new HashSet<>(result));
        assertEquals(result.size(), new HashSet<>(result).size(), "a span is there twice");
        assertEquals(result.size(), merged.spanCount());
        int added = 0;
        for (byte[] fragment : fragments) {
            added += placed(TracesData.parseFrom(fragment)).size();
        }
        assertEquals(added - result.size(), merged.duplicateCount());
        assertTrue(merged.failures().isEmpty());
    }

    @Property(tries = 200)
    void isCommutativeAssociativeAndIdempotent(@ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int spans) {
        TraceSamples samples = new TraceSamples(seed);
        TracesData trace = samples.trace(spans);
        List<byte[]> fragments = samples.fragments(trace, 5);
        byte[] all = TraceMerge.merge(fragments).bytes();

        List<byte[]> shuffled = new ArrayList<>(fragments);
        Collections.shuffle(shuffled, new Random(seed));
        assertArrayEquals(all, TraceMerge.merge(shuffled).bytes(), "another order");

        byte[] left = TraceMerge.merge(shuffled.subList(0, 2)).bytes();
        byte[] right = TraceMerge.merge(shuffled.subList(1, 5)).bytes();
        assertArrayEquals(all, TraceMerge.merge(List.of(right, left)).bytes(), "a merge of merges that overlap");

        assertArrayEquals(all, TraceMerge.merge(List.of(all)).bytes(), "merged again");
        assertArrayEquals(all, TraceMerge.merge(List.of(all, left, all)).bytes(), "merged with parts of itself");
        assertArrayEquals(all, TraceMerge.merge(samples.fragments(trace, 1)).bytes(), "split another way");
    }

    @Property(tries = 200)
    void ordersSpansAndGroupsByFirstSpan(@ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int spans)
            throws InvalidProtocolBufferException {
        TracesData trace = new TraceSamples(seed).trace(spans);
        TracesData merged = TracesData.parseFrom(
                TraceMerge.merge(List.of(trace.toByteArray())).bytes());

        Set<ResourceSpans> resources = new HashSet<>();
        Span firstOfResource = Span.getDefaultInstance();
        for (ResourceSpans resource : merged.getResourceSpansList()) {
            assertTrue(resources.add(resource.toBuilder().clearScopeSpans().build()), "a resource is there twice");
            Span first = resource.getScopeSpans(0).getSpans(0);
            assertTrue(compare(firstOfResource, first) <= 0, "resources are out of order");
            firstOfResource = first;
            Set<ScopeSpans> scopes = new HashSet<>();
            Span firstOfScope = first;
            for (ScopeSpans scope : resource.getScopeSpansList()) {
                assertTrue(scopes.add(scope.toBuilder().clearSpans().build()), "a scope is there twice");
                assertTrue(compare(firstOfScope, scope.getSpans(0)) <= 0, "scopes are out of order");
                firstOfScope = scope.getSpans(0);
                Span before = firstOfScope;
                for (Span span : scope.getSpansList()) {
                    assertTrue(compare(before, span) <= 0, "spans are out of order");
                    before = span;
                }
            }
        }
    }

    @Test
    void keepsBothSpansOfOneIdAndCountsTheConflict() {
        Span span = Span.newBuilder()
                .setSpanId(ByteString.copyFrom(new byte[8]))
                .setStartTimeUnixNano(5)
                .setName("a")
                .build();
        Span renamed = span.toBuilder().setName("b").build();
        Span thirdName = span.toBuilder().setName("c").build();
        Span serverHalf =
                span.toBuilder().setKind(Span.SpanKind.SPAN_KIND_SERVER).build();
        Span later = span.toBuilder().setStartTimeUnixNano(6).build();

        MergedTrace merged = TraceMerge.merge(List.of(
                fragment(span),
                fragment(renamed),
                fragment(thirdName),
                fragment(serverHalf),
                fragment(later),
                fragment(span)));

        assertEquals(5, merged.spanCount());
        assertEquals(1, merged.duplicateCount());
        assertEquals(1, merged.conflictCount());
    }

    @Test
    void equalSpansUnderDifferentScopesAreDifferent() throws InvalidProtocolBufferException {
        Span span = Span.newBuilder().setName("a").build();
        ScopeSpans plain = ScopeSpans.newBuilder().addSpans(span).build();
        ScopeSpans withSchema =
                plain.toBuilder().setSchemaUrl("https://example.com").build();
        ResourceSpans resource = ResourceSpans.newBuilder().addScopeSpans(plain).build();
        List<ResourceSpans> all = List.of(
                resource,
                resource.toBuilder().setSchemaUrl("https://example.com").build(),
                resource.toBuilder().addScopeSpans(withSchema).build());
        TracesData trace = TracesData.newBuilder().addAllResourceSpans(all).build();

        MergedTrace merged = TraceMerge.merge(List.of(trace.toByteArray()));

        assertEquals(3, merged.spanCount());
        assertEquals(1, merged.duplicateCount());
        assertEquals(2, TracesData.parseFrom(merged.bytes()).getResourceSpansCount());
    }

    @Test
    void leavesOutMalformedFragmentsWholeAndNamesThem() {
        byte[] good = fragment(Span.newBuilder().setName("good").build());
        byte[] bad = fragment(Span.newBuilder().setName("bad").build());
        byte[] secondCutOff = Arrays.copyOf(bad, bad.length * 2 - 1);
        System.arraycopy(bad, 0, secondCutOff, bad.length, bad.length - 1);

        TraceMerge merge = new TraceMerge();
        assertTrue(merge.add(good));
        assertFalse(merge.add(secondCutOff));
        assertTrue(merge.add(good));
        MergedTrace merged = merge.result();

        assertArrayEquals(good, merged.bytes());
        assertEquals(1, merged.failures().size());
        assertEquals(1, merged.failures().get(0).fragment());
        assertEquals(
                "length is 9 but 8 bytes are left, at byte 12",
                merged.failures().get(0).cause().getMessage());
    }

    @Test
    void readsConcatenatedFragmentsInsideALargerArray() {
        byte[] first = fragment(Span.newBuilder().setName("a").build());
        byte[] second = fragment(Span.newBuilder().setName("b").build());
        byte[] padded = new byte[first.length + second.length + 7];
        Arrays.fill(padded, (byte) -1);
        System.arraycopy(first, 0, padded, 3, first.length);
        System.arraycopy(second, 0, padded, 3 + first.length, second.length);

        TraceMerge merge = new TraceMerge();
        assertTrue(merge.add(padded, 3, first.length + second.length));

        assertArrayEquals(
                TraceMerge.merge(List.of(first, second)).bytes(), merge.result().bytes());
    }

    @Test
    void nothingMakesAnEmptyTrace() {
        assertEquals(0, TraceMerge.merge(List.of()).bytes().length);
        TracesData noSpans = TracesData.newBuilder()
                .addResourceSpans(ResourceSpans.newBuilder().addScopeSpans(ScopeSpans.newBuilder()))
                .build();
        assertEquals(0, TraceMerge.merge(List.of(noSpans.toByteArray())).bytes().length);
    }

    @Test
    void survivesMutatedBytes() {
        Random random = new Random(11);
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = new TraceSamples(i).trace(3).toByteArray();
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            MergedTrace merged = TraceMerge.merge(List.of(bytes));
            assertArrayEquals(
                    merged.bytes(), TraceMerge.merge(List.of(merged.bytes())).bytes());
        }
    }

    @Test
    void keepsBytesThatAreNotUtf8() {
        TracesData trace = new TraceSamples(1).trace(30);
        MergedTrace valid = TraceMerge.merge(List.of(trace.toByteArray()));
        MergedTrace invalid = TraceMerge.merge(List.of(TraceSamples.withInvalidUtf8(trace)));
        assertEquals(valid.spanCount(), invalid.spanCount());
        assertEquals(valid.bytes().length, invalid.bytes().length);
        assertFalse(Arrays.equals(valid.bytes(), invalid.bytes()));
    }

    @Test
    void sortsRowsLikeAStableSort() {
        Random random = new Random(3);
        for (int count : new int[] {0, 1, 2, 3, 17, 1000}) {
            long[] keys = random.longs(count, -20, 20).toArray();
            int[] ties = random.ints(count, 0, 3).toArray();
            Integer[] expected = new Integer[count];
            Arrays.setAll(expected, i -> i);
            Arrays.sort(expected, (a, b) -> {
                int order = Long.compareUnsigned(keys[a], keys[b]);
                return order != 0 ? order : Integer.compare(ties[a], ties[b]);
            });
            int[] sorted = IndexSort.sort(keys.clone(), (a, b) -> Integer.compare(ties[a], ties[b]));
            assertEquals(Arrays.toString(expected), Arrays.toString(sorted));
        }
    }

    @Test
    void mergesAHundredThousandSpansOneFragmentEach() {
        int count = 100_000;
        Random random = new Random(5);
        TraceMerge merge = new TraceMerge();
        for (int i = 0; i < count; i++) {
            merge.add(fragment(Span.newBuilder()
                    .setStartTimeUnixNano(random.nextInt(1000))
                    .setSpanId(ByteString.copyFrom(
                            new byte[] {0, 0, 0, 0, 0, (byte) (i >> 16), (byte) (i >> 8), (byte) i}))
                    .build()));
        }
        assertEquals(count, merge.result().spanCount());
    }

    private static int compare(Span a, Span b) {
        int order = Long.compareUnsigned(a.getStartTimeUnixNano(), b.getStartTimeUnixNano());
        return order != 0
                ? order
                : ByteString.unsignedLexicographicalComparator().compare(a.getSpanId(), b.getSpanId());
    }

    private static byte[] fragment(Span span) {
        return TracesData.newBuilder()
                .addResourceSpans(ResourceSpans.newBuilder()
                        .addScopeSpans(ScopeSpans.newBuilder().addSpans(span)))
                .build()
                .toByteArray();
    }

    private static List<Placed> placed(TracesData trace) {
        List<Placed> spans = new ArrayList<>();
        for (ResourceSpans resource : trace.getResourceSpansList()) {
            for (ScopeSpans scope : resource.getScopeSpansList()) {
                for (Span span : scope.getSpansList()) {
                    spans.add(new Placed(
                            resource.toBuilder().clearScopeSpans().build(),
                            scope.toBuilder().clearSpans().build(),
                            span));
                }
            }
        }
        return spans;
    }
}
