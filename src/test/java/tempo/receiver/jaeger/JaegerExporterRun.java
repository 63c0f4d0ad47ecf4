package tempo.receiver.jaeger;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Sends a trace by OpenTelemetry's last exporter for Jaeger, with the SDK of its time. */
public final class JaegerExporterRun {
    private static final Path JARS = Path.of("target", "jaeger-exporter");

    private JaegerExporterRun() {}

    /** Runs {@link #send} with the exporter's jars and nothing else; returns the id of the trace. */
    static String apart(String endpoint) throws Exception {
        List<URL> urls = new ArrayList<>();
        urls.add(JaegerExporterRun.class.getProtectionDomain().getCodeSource().getLocation());
        try (Stream<Path> jars = Files.list(JARS)) {
            for (Path jar : jars.toList()) {
                urls.add(jar.toUri().toURL());
            }
        }
        ClassLoader ours = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader apart =
                new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader())) {
            Thread.currentThread().setContextClassLoader(apart);
            return (String) apart.loadClass(JaegerExporterRun.class.getName())
                    .getMethod("send", String.class)
                    .invoke(null, endpoint);
        } finally {
            Thread.currentThread().setContextClassLoader(ours);
        }
    }

    /** Sends a trace of two spans. */
    public static String send(String endpoint) throws ReflectiveOperationException {
        try (SdkTracerProvider provider = SdkTracerProvider.builder()
                .setResource(Resource.builder()
                        .put("service.name", "shop")
                        .put("zone", "a")
                        .build())
                .addSpanProcessor(SimpleSpanProcessor.create(exporter(endpoint)))
                .build()) {
            Tracer tracer = provider.get("lib", "1.2");
            Span root = tracer.spanBuilder("order").startSpan();
            Span child = tracer.spanBuilder("pay")
                    .setSpanKind(SpanKind.CLIENT)
                    .setParent(Context.root().with(root))
                    .setAttribute("amount", 12)
                    .startSpan();
            child.addEvent("declined");
            child.setStatus(StatusCode.ERROR, "no money");
            child.end();
            root.end();
            return root.getSpanContext().getTraceId();
        }
    }

    private static SpanExporter exporter(String endpoint) throws ReflectiveOperationException {
        Object builder = Class.forName("io.opentelemetry.exporter.jaeger.JaegerGrpcSpanExporter")
                .getMethod("builder")
                .invoke(null);
        builder.getClass().getMethod("setEndpoint", String.class).invoke(builder, endpoint);
        return (SpanExporter) builder.getClass().getMethod("build").invoke(builder);
    }
}
