package tempo.format.zipkin;

import org.jspecify.annotations.Nullable;
import tempo.format.FormatException;

/*
 * In version 1 a call is one span, of which the client and the server each report what they know. What either says may come alone or
 * together; together it becomes two spans of one id, of which the server's is marked as shared, as version 2 has it.
 */
/**
 * Makes spans of version 2 of one of version 1. For one thread.
 *
 * <p>Source: the core annotations in zipkinCore.thrift ("cs", "sr" and so on), and what their comments say of times and endpoints.
 */
final class V1Conversion {
    private final SpanWriter out;
    private final Half client = new Half();
    private final Half server = new Half();

    /** Whose span it is, if no core annotation says so. */
    private @Nullable ZipkinEndpoint local;

    /** One side of a call. */
    private static final class Half {
        final ZipkinSpan span = new ZipkinSpan();

        @Nullable
        ZipkinEndpoint local;

        @Nullable
        ZipkinEndpoint remote;

        long start;
        long end;
        boolean messaging;
        boolean exists;

        void clear() {
            span.clear();
            local = null;
            remote = null;
            start = ZipkinSpan.ABSENT;
            end = ZipkinSpan.ABSENT;
            messaging = false;
            exists = false;
        }

        void at(ZipkinEndpoint endpoint) {
            exists = true;
            local = local == null || local.service.isEmpty() ? endpoint : local;
        }
    }

    V1Conversion(SpanWriter out) {
        this.out = out;
    }

    void add(V1Span span) throws FormatException {
        client.clear();
        server.clear();
        local = null;
        span.annotations.forEach(this::readCore);
        span.binaryAnnotations.forEach(this::readAddress);
        if (local == null && !span.annotations.isEmpty()) {
            local = span.annotations.get(0).endpoint();
        }
        boolean both = client.exists && server.exists;
        if (!client.exists && !server.exists) {
            // A peer's address alone says which side this is.
            server.exists = server.remote != null && client.remote == null;
            client.exists = !server.exists;
        }
        fill(client, clientKind(), span.head);
        fill(server, server.messaging ? ZipkinSpan.CONSUMER : ZipkinSpan.SERVER, span.head);
        // What the span says of its time is what the client measured; a server that continues its span says nothing.
        setTimes(client.exists ? client.span : server.span, span.head);
        boolean continues = span.head.timestamp == ZipkinSpan.ABSENT && span.head.parentId != 0;
        server.span.shared = !server.messaging && (both || server.start != ZipkinSpan.ABSENT && continues);
        share(span, both);
        if (client.exists) {
            out.add(client.span);
        }
        if (server.exists) {
            out.add(server.span);
        }
    }

    private void readCore(V1Span.Annotation each) {
        Half half =
                switch (each.value()) {
                    case "cs", "cr", "ms" -> client;
                    case "sr", "ss", "mr" -> server;
                    default -> null;
                };
        if (half != null) {
            half.at(each.endpoint());
            half.messaging |= each.value().startsWith("m");
            if (each.value().equals("cr") || each.value().equals("ss")) {
                half.end = each.timestamp();
            } else {
                half.start = each.timestamp();
            }
        }
    }

    private void readAddress(V1Span.BinaryAnnotation each) {
        if (!isAddress(each)) {
            local = local == null || each.key().equals("lc") ? each.endpoint() : local;
        } else if (each.key().equals("ca")) {
            server.remote = each.endpoint();
        } else if (each.key().equals("sa")) {
            client.remote = each.endpoint();
        } else {
            client.remote = each.endpoint();
            server.remote = each.endpoint();
        }
    }

    private static boolean isAddress(V1Span.BinaryAnnotation each) {
        return each.value().equals(Boolean.TRUE)
                && (each.key().equals("ca")
                        || each.key().equals("sa")
                        || each.key().equals("ma"));
    }

    private int clientKind() {
        if (client.messaging) {
            return ZipkinSpan.PRODUCER;
        }
        return client.local != null || client.remote != null ? ZipkinSpan.CLIENT : ZipkinSpan.NO_KIND;
    }

    private void fill(Half half, int kind, ZipkinSpan head) {
        ZipkinSpan span = half.span;
        span.traceIdHigh = head.traceIdHigh;
        span.traceIdLow = head.traceIdLow;
        span.parentId = head.parentId;
        span.id = head.id;
        span.name = head.name;
        span.debug = head.debug;
        span.kind = kind;
        ZipkinEndpoint at = half.local == null || half.local.service.isEmpty() ? local : half.local;
        if (at != null) {
            span.local.set(at);
        }
        if (half.remote != null) {
            span.remote.set(half.remote);
        }
        span.droppedAnnotations = head.droppedAnnotations;
        span.droppedTags = head.droppedTags;
        span.timestamp = half.start;
        if (half.start != ZipkinSpan.ABSENT && half.end > half.start) {
            span.duration = half.end - half.start;
        }
    }

    private static void setTimes(ZipkinSpan half, ZipkinSpan head) {
        half.timestamp = head.timestamp == ZipkinSpan.ABSENT ? half.timestamp : head.timestamp;
        half.duration = head.duration == ZipkinSpan.ABSENT ? half.duration : head.duration;
    }

    /** Gives the other annotations to the half that has their endpoint. */
    private void share(V1Span span, boolean both) {
        for (V1Span.Annotation each : span.annotations) {
            if (!isCore(each.value())) {
                ZipkinSpan half = halfOf(each.endpoint(), both);
                String service = each.endpoint().service;
                String other = service.equals(half.local.service) ? "" : service;
                half.annotate(each.timestamp(), each.value(), other);
            }
        }
        for (V1Span.BinaryAnnotation each : span.binaryAnnotations) {
            boolean emptyLocal = each.key().equals("lc") && each.value().equals("");
            if (!isAddress(each) && !emptyLocal) {
                halfOf(each.endpoint(), both).tag(each.key(), each.value());
            }
        }
    }

    private ZipkinSpan halfOf(ZipkinEndpoint endpoint, boolean both) {
        if (!both) {
            return client.exists ? client.span : server.span;
        }
        boolean ofServer = endpoint.service.equals(server.span.local.service)
                && !endpoint.service.equals(client.span.local.service);
        return ofServer ? server.span : client.span;
    }

    private static boolean isCore(String value) {
        return switch (value) {
            case "cs", "cr", "sr", "ss", "ms", "mr" -> true;
            default -> false;
        };
    }
}
