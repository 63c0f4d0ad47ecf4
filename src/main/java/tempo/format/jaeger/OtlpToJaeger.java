package tempo.format.jaeger;

import java.util.ArrayList;
import java.util.List;
import tempo.format.FormatException;
import tempo.format.otlp.OtlpTree;
import tempo.span.WireWriter;

/**
 * OTLP in Jaeger's words: the way back of {@link JaegerFormat#PROTOBUF}. docs/receivers.md has what becomes of each field. Pure.
 *
 * <p>Source: OpenTelemetry specification, "OpenTelemetry to Jaeger Transformation".
 */
public final class OtlpToJaeger {
    private static final int BATCH_SPANS = 1;
    private static final int BATCH_PROCESS = 2;
    private static final int FIRST_CAPACITY = 1 << 12;

    private OtlpToJaeger() {}

    /**
     * Batches, each a {@code jaeger.api_v2.Batch}, one for each resource with spans.
     *
     * @param otlp {@code TracesData}
     * @throws FormatException if it is not valid
     */
    public static List<byte[]> batches(byte[] otlp, int offset, int length) throws FormatException {
        Batches batches = new Batches();
        OtlpTree.read(otlp, offset, length, batches);
        batches.end();
        return batches.ended;
    }

    /**
     * Messages of which field 1 is {@code jaeger.api_v2.Span}, each with its process, of so many bytes at most unless a span alone has more;
     * as {@code SpansResponseChunk} of Jaeger's storage protocol, version 1.
     *
     * @param otlp {@code TracesData}
     * @throws FormatException if it is not valid
     */
    public static List<byte[]> spanChunks(byte[] otlp, int offset, int length, int bytesMax) throws FormatException {
        SpanChunks chunks = new SpanChunks(bytesMax);
        OtlpTree.read(otlp, offset, length, chunks);
        chunks.end(0);
        return chunks.ended;
    }

    private static final class SpanChunks implements OtlpTree.Visitor {
        private final List<byte[]> ended = new ArrayList<>();
        private final WireWriter chunk = new WireWriter(FIRST_CAPACITY);
        private final WireWriter next = new WireWriter(FIRST_CAPACITY);
        private final int bytesMax;
        private SpanModel.Process process = new SpanModel.Process("", List.of());

        SpanChunks(int bytesMax) {
            this.bytesMax = bytesMax;
        }

        @Override
        public void resource(OtlpTree.Resource resource) {
            process = SpanConversion.process(resource);
        }

        @Override
        public void span(OtlpTree.Scope scope, OtlpTree.Span span) {
            next.clear();
            ProtoWriter.span(next, BATCH_SPANS, SpanConversion.span(scope, span), process);
            end(next.size());
            chunk.raw(next.buffer(), 0, next.size());
        }

        /** Ends the chunk unless it has room for so many bytes more. */
        void end(int more) {
            if (chunk.size() > 0 && (more == 0 || chunk.size() + more > bytesMax)) {
                ended.add(chunk.toByteArray());
                chunk.clear();
            }
        }
    }

    private static final class Batches implements OtlpTree.Visitor {
        private final List<byte[]> ended = new ArrayList<>();
        private final WireWriter batch = new WireWriter(FIRST_CAPACITY);
        private SpanModel.Process process = new SpanModel.Process("", List.of());

        @Override
        public void resource(OtlpTree.Resource resource) {
            end();
            process = SpanConversion.process(resource);
        }

        @Override
        public void span(OtlpTree.Scope scope, OtlpTree.Span span) {
            ProtoWriter.span(batch, BATCH_SPANS, SpanConversion.span(scope, span));
        }

        void end() {
            if (batch.size() > 0) {
                ProtoWriter.process(batch, BATCH_PROCESS, process);
                ended.add(batch.toByteArray());
                batch.clear();
            }
        }
    }
}
