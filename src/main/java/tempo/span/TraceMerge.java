package tempo.span;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Merges fragments of one trace, as many as there are, into one serialized {@code TracesData} (the message that Tempo calls
 * {@code Trace}). Spans equal in bytes, resource and scope are one span; spans with the same id but different content are all
 * kept. The order is (start, span id, content hash, content); resources stand in the order of their first span, scopes
 * likewise within their resource, and each different one is written once. So the result depends only on the set of spans:
 * merging is commutative, associative and idempotent, and replicas, retries and fragments never double or lose a span.
 *
 * <p>A resource is all of {@code ResourceSpans} but its scopes, and a scope all of {@code ScopeSpans} but its spans, schema URL
 * and unknown fields included; they are compared as bytes. What has no span is left out, and so are fields of
 * {@code TracesData} itself other than {@code resource_spans}. Messages inside a span are not looked into.
 *
 * <p>Takes O(n log n) time and some 60 bytes of memory a span beside the fragments and the result. Not thread-safe.
 */
public final class TraceMerge {
    private static final int RESOURCE_SPANS = WireReader.tag(1, WireReader.LENGTH_DELIMITED);
    private static final int SCOPE_SPANS = WireReader.tag(2, WireReader.LENGTH_DELIMITED);
    private static final int SPANS = WireReader.tag(2, WireReader.LENGTH_DELIMITED);

    private final HeaderTable resources = new HeaderTable();
    private final HeaderTable scopes = new HeaderTable();
    private final SpanRows rows = new SpanRows(resources, scopes);
    private final List<MergedTrace.Failure> failures = new ArrayList<>();
    private int fragmentCount;

    /** A merge of fragments; each is a serialized {@code TracesData} or several, one after the other. */
    public static MergedTrace merge(List<byte[]> fragments) {
        TraceMerge merge = new TraceMerge();
        fragments.forEach(merge::add);
        return merge.result();
    }

    /** As {@link #add(byte[], int, int)}, for the whole array. */
    public boolean add(byte[] fragment) {
        return add(fragment, 0, fragment.length);
    }

    /**
     * Adds {@code bytes[offset..offset + length)}: a serialized {@code TracesData}, or several, one after the other. The array
     * is kept until the merge is done and must not change. A fragment that is malformed is left out whole and reported in
     * {@link MergedTrace#failures()}.
     *
     * @return false if the fragment is malformed
     * @throws IndexOutOfBoundsException if the range does not lie inside the array
     */
    public boolean add(byte[] bytes, int offset, int length) {
        WireReader reader = new WireReader(bytes, offset, length);
        int fragment = fragmentCount++;
        int countBefore = rows.count();
        try {
            while (reader.hasNext()) {
                int tag = reader.readTag();
                if (tag == RESOURCE_SPANS) {
                    int outerLimit = reader.enter();
                    addResourceSpans(bytes, reader);
                    reader.leave(outerLimit);
                } else {
                    reader.skipField(tag);
                }
            }
            return true;
        } catch (MalformedProtobufException e) {
            rows.truncate(countBefore);
            failures.add(new MergedTrace.Failure(fragment, e));
            return false;
        }
    }

    private void addResourceSpans(byte[] bytes, WireReader reader) throws MalformedProtobufException {
        int start = reader.position();
        int resource = resources.add(bytes, reader, SCOPE_SPANS, 0, 0);
        reader.seek(start);
        while (reader.hasNext()) {
            int tag = reader.readTag();
            if (tag == SCOPE_SPANS) {
                int outerLimit = reader.enter();
                addScopeSpans(bytes, reader, resource);
                reader.leave(outerLimit);
            } else {
                reader.skipField(tag);
            }
        }
    }

    private void addScopeSpans(byte[] bytes, WireReader reader, int resource) throws MalformedProtobufException {
        int start = reader.position();
        int scope = scopes.add(bytes, reader, SPANS, resource, resources.hash(resource));
        reader.seek(start);
        while (reader.hasNext()) {
            int tag = reader.readTag();
            if (tag == SPANS) {
                int outerLimit = reader.enter();
                rows.add(bytes, reader, scope);
                reader.leave(outerLimit);
            } else {
                reader.skipField(tag);
            }
        }
    }

    /**
     * The trace made of all fragments so far.
     *
     * @throws IllegalStateException if it needs more than 2^31 - 9 bytes
     */
    public MergedTrace result() {
        int[] order = IndexSort.sort(rows.copyOfStarts(), rows::compare);
        int count = dropDuplicates(order);
        byte[] bytes = TraceLayout.write(rows, order, count, resources, scopes);
        return new MergedTrace(bytes, count, rows.count() - count, countConflicts(order, count), failures);
    }

    /** Moves one of each set of equal rows to {@code order[0..count)}, keeping the order, and returns the count. */
    private int dropDuplicates(int[] order) {
        int count = 0;
        for (int row : order) {
            if (count == 0 || rows.compare(order[count - 1], row) != 0) {
                order[count++] = row;
            }
        }
        return count;
    }

    private int countConflicts(int[] order, int count) {
        int conflicts = 0;
        int from = 0;
        while (from < count) {
            int to = from + 1;
            while (to < count && rows.sameStartAndId(order[from], order[to])) {
                to++;
            }
            if (to - from > 1) {
                conflicts += countRepeatedKinds(order, from, to);
            }
            from = to;
        }
        return conflicts;
    }

    private int countRepeatedKinds(int[] order, int from, int to) {
        int[] kinds = new int[to - from];
        for (int i = from; i < to; i++) {
            kinds[i - from] = rows.kind(order[i]);
        }
        Arrays.sort(kinds);
        int repeated = 0;
        for (int i = 1; i < kinds.length; i++) {
            if (kinds[i] == kinds[i - 1] && (i == 1 || kinds[i] != kinds[i - 2])) {
                repeated++;
            }
        }
        return repeated;
    }
}
