package tempo.quickstart;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts what the receiver acknowledged: the SDK's own flush reports success even when exports failed. */
final class Delivery implements SpanExporter {
    private final SpanExporter exporter;
    private final AtomicInteger acknowledged = new AtomicInteger();

    Delivery(SpanExporter exporter) {
        this.exporter = exporter;
    }

    /** Spans that were answered OK so far. */
    int acknowledged() {
        return acknowledged.get();
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        int count = spans.size();
        CompletableResultCode result = exporter.export(spans);
        result.whenComplete(() -> {
            if (result.isSuccess()) {
                acknowledged.addAndGet(count);
            }
        });
        return result;
    }

    @Override
    public CompletableResultCode flush() {
        return exporter.flush();
    }

    /** Does nothing: each service's SDK calls it, but the exporter is one for all, and ends with {@link #close}. */
    @Override
    public CompletableResultCode shutdown() {
        return CompletableResultCode.ofSuccess();
    }

    @Override
    public void close() {
        exporter.close();
    }
}
