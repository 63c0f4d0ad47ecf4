package tempo.format.jaeger;

import java.util.ArrayList;
import java.util.List;

/** A span as Jaeger has it, made of OTLP's to be written; what is received is in {@link JaegerSpan}. */
final class SpanModel {
    byte[] traceId = {};
    byte[] spanId = {};
    String name = "";
    int flags;

    /** Nanoseconds. */
    long start;

    long duration;
    String processId = "";
    final List<Reference> references = new ArrayList<>();
    final List<Tag> tags = new ArrayList<>();
    final List<Log> logs = new ArrayList<>();
    final List<String> warnings = new ArrayList<>();

    /** @param value a String, Boolean, Long, Double or byte[] */
    record Tag(String key, Object value) {}

    /** @param type as {@link JaegerSpan} has it */
    record Reference(int type, byte[] traceId, byte[] spanId) {}

    /** @param time nanoseconds */
    record Log(long time, List<Tag> fields) {}

    void tag(String key, Object value) {
        tags.add(new Tag(key, value));
    }

    /** Where a process stands beside its spans: whose it is. */
    record Process(String serviceName, List<Tag> tags) {}
}
