package tempo;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.List;

/**
 * Keeps what the SDK has recorded, for the real exporter to send.
 *
 * @param recorded where ended spans go
 */
public record SpanRecorder(List<SpanData> recorded) implements SpanExporter {
    @Override
    public CompletableResultCode export(Collection<SpanData> ended) {
        recorded.addAll(ended);
        return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode flush() {
        return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
        return CompletableResultCode.ofSuccess();
    }
}
