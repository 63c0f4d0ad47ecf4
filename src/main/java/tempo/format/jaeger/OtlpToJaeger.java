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
