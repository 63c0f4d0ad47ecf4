package tempo.span;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** What must hold of {@link RequestSplitter} for any bytes. */
final class RequestSplitterTarget {
    private static final int RANGES = 64;
    private static final SpanLimits LIMITS = new SpanLimits(1024, 64, 4, 2, 2);

    private RequestSplitterTarget() {}

    /** Splits, puts the slices together again, and splits that: no span may be lost, made up or refused the second time. */
    static void check(byte[] bytes) {
        SplitRequest split;
        try {
            split = new RequestSplitter(RANGES, LIMITS).split(bytes, 0, bytes.length);
        } catch (MalformedProtobufException refused) {
            return;
        }
        try {
            equal("spans seen", countSpans(bytes), split.accepted() + split.refused());
            ByteArrayOutputStream slices = new ByteArrayOutputStream();
            int inBatches = 0;
            for (SplitRequest.RangeBatch batch : split.batches()) {
                inBatches += slicesOf(batch, slices);
            }
            equal("spans in batches", split.accepted(), inBatches);
            byte[] again = slices.toByteArray();
            equal("spans after assembly", split.accepted(), countSpans(again));
            SplitRequest second = new RequestSplitter(RANGES, LIMITS).split(again, 0, again.length);
            equal("spans accepted again", split.accepted(), second.accepted());
            equal("spans refused then", 0, second.refused());
        } catch (MalformedProtobufException e) {
            throw new AssertionError("output is not protobuf", e);
        }
    }

    private static int slicesOf(SplitRequest.RangeBatch batch, ByteArrayOutputStream target)
            throws MalformedProtobufException {
        ByteBuffer view = SliceBatch.view(batch.batch(), 0, batch.batch().length);
        equal("spans of a batch", batch.spans(), SliceBatch.spanCount(view));
        equal("slices of a batch", batch.slices(), SliceBatch.sliceCount(view));
        int spans = 0;
        for (int slice = 0; slice < batch.slices(); slice++) {
            equal("range of a slice", batch.range(), TraceKey.range(SliceBatch.keyHigh(view, slice), RANGES));
            ByteBuffer otlp = ByteBuffer.allocate(SliceBatch.otlpBytes(view, slice));
            SliceBatch.writeOtlp(view, slice, otlp);
            equal("bytes not written", 0, otlp.remaining());
            equal("spans of a slice", SliceBatch.sliceSpans(view, slice), countSpans(otlp.array()));
            target.writeBytes(otlp.array());
            spans += SliceBatch.sliceSpans(view, slice);
        }
        return spans;
    }

    private static int countSpans(byte[] request) throws MalformedProtobufException {
        WireReader reader = new WireReader(request);
        int[] path = {1, 2, 2};
        return count(reader, path, 0);
    }

    private static int count(WireReader reader, int[] path, int depth) throws MalformedProtobufException {
        int count = 0;
        while (reader.hasNext()) {
            int tag = reader.readTag();
            if (tag != WireReader.tag(path[depth], WireReader.LENGTH_DELIMITED)) {
                reader.skipField(tag);
            } else if (depth == path.length - 1) {
                reader.skipField(tag);
                count++;
            } else {
                int outer = reader.enter();
                count += count(reader, path, depth + 1);
                reader.leave(outer);
            }
        }
        return count;
    }

    private static void equal(String what, int expected, int actual) {
        if (expected != actual) {
            throw new AssertionError(what + " should be " + expected + " but are " + actual);
        }
    }
}
