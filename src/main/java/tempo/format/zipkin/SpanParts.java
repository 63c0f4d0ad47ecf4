package tempo.format.zipkin;

import com.google.common.net.InetAddresses;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tempo.format.otlp.OtlpFields;
import tempo.format.otlp.OtlpTree;
import tempo.format.otlp.OtlpValue;

/*
 * Of two things that would be a tag of one name, one keeps the name: what the specification has a tag for, then the span's attributes,
 * then its scope's, then its resource's. The other's begins with "otel.span.", "otel.scope." or "otel.resource.".
 */
/**
 * What becomes of a span's attributes, status, links, scope and resource: tags, endpoints and flags.
 *
 * @param withoutTimestamp it had none, what it has was found elsewhere
 */
record SpanParts(
        Map<String, String> tags,
        ZipkinEndpoint local,
        ZipkinEndpoint remote,
        boolean debug,
        boolean shared,
        boolean withoutTimestamp) {
    /** What may name the other side of a call, the best first; address and port of the same socket stand together. */
    private static final List<List<String>> REMOTE_RANKS = List.of(
            List.of(ZipkinNames.PEER_SERVICE),
            List.of("server.address"),
            List.of("net.peer.name"),
            List.of("network.peer.address", "network.peer.port"),
            List.of("server.socket.domain"),
            List.of("server.socket.address", "server.socket.port"),
            List.of("net.sock.peer.name"),
            List.of("net.sock.peer.addr", "net.sock.peer.port"),
            List.of("peer.hostname"),
            List.of("peer.address"),
            List.of("db.name"));

    private static final int PORT_MAX = 0xffff;

    static SpanParts of(OtlpTree.Resource resource, OtlpTree.Scope scope, OtlpTree.Span span) {
        Map<String, Object> attributes = new HashMap<>();
        span.attributes.forEach(each -> attributes.put(each.key(), each.value()));
        Map<String, String> tags = new LinkedHashMap<>();
        boolean debug = take(attributes, ZipkinNames.DEBUG);
        boolean shared = take(attributes, ZipkinNames.SHARED);
        boolean withoutTimestamp = take(attributes, ZipkinNames.START_ABSENT);
        ZipkinEndpoint local = new ZipkinEndpoint();
        local.service = resource.serviceName();
        setAddress(local, attributes, ZipkinNames.LOCAL);
        ZipkinEndpoint remote = remote(attributes, span.kind);
        addKnown(tags, scope, span);
        for (OtlpTree.Attribute each : span.attributes) {
            if (attributes.containsKey(each.key())) {
                put(tags, each, "otel.span.");
            }
        }
        scope.attributes().forEach(each -> put(tags, each, "otel.scope."));
        for (OtlpTree.Attribute each : resource.attributes()) {
            if (!each.key().equals(ZipkinNames.SERVICE_NAME)) {
                put(tags, each, "otel.resource.");
            }
        }
        return new SpanParts(tags, local, remote, debug, shared, withoutTimestamp);
    }

    private static boolean take(Map<String, Object> attributes, String key) {
        return attributes.remove(key, true);
    }

    private static void put(Map<String, String> tags, OtlpTree.Attribute attribute, String otherwise) {
        String key = attribute.key();
        String value = OtlpValue.text(attribute.value());
        // Zipkin takes a span with any such tag for failed.
        boolean free = !key.equals(ZipkinNames.ERROR) && (!tags.containsKey(key) || value.equals(tags.get(key)));
        tags.put(free ? key : otherwise + key, value);
    }

    private static void addKnown(Map<String, String> tags, OtlpTree.Scope scope, OtlpTree.Span span) {
        text(tags, "otel.scope.name", scope.name());
        text(tags, "otel.library.name", scope.name());
        text(tags, "otel.scope.version", scope.version());
        text(tags, "otel.library.version", scope.version());
        if (span.statusCode == OtlpFields.STATUS_ERROR) {
            tags.put("otel.status_code", "ERROR");
            tags.put(ZipkinNames.ERROR, span.statusMessage);
        } else if (span.statusCode == OtlpFields.STATUS_OK) {
            tags.put("otel.status_code", "OK");
            text(tags, "otel.status_description", span.statusMessage);
        }
        text(tags, "w3c.tracestate", span.traceState);
        count(tags, "otel.dropped_attributes_count", span.droppedAttributes);
        count(tags, "otel.dropped_events_count", span.droppedEvents);
        count(tags, "otel.dropped_links_count", span.droppedLinks);
        for (int i = 0; i < span.links.size(); i++) {
            tags.put(LinkText.PREFIX + i, LinkText.of(span.links.get(i)));
        }
    }

    private static ZipkinEndpoint remote(Map<String, Object> attributes, int kind) {
        ZipkinEndpoint remote = new ZipkinEndpoint();
        Object own = attributes.remove(ZipkinNames.REMOTE_SERVICE);
        if (own != null) {
            remote.service = OtlpValue.text(own);
        } else if (kind == OtlpFields.KIND_CLIENT || kind == OtlpFields.KIND_PRODUCER) {
            setBest(remote, attributes);
        } else if (attributes.get(ZipkinNames.PEER_SERVICE) instanceof String service) {
            remote.service = service;
        }
        setAddress(remote, attributes, ZipkinNames.REMOTE);
        return remote;
    }

    private static void setBest(ZipkinEndpoint remote, Map<String, Object> attributes) {
        for (List<String> rank : REMOTE_RANKS) {
            if (attributes.get(rank.get(0)) instanceof String name && !name.isEmpty()) {
                if (rank.size() == 1) {
                    remote.service = name;
                    return;
                }
                if (setIp(remote, name)) {
                    remote.port = port(attributes.get(rank.get(1)));
                    return;
                }
            }
        }
    }

    /** Those of the names that are Zipkin's own are no tags any more. */
    private static void setAddress(ZipkinEndpoint endpoint, Map<String, Object> attributes, ZipkinNames.Side side) {
        if (attributes.get(side.address()) instanceof String address) {
            setIp(endpoint, address);
        }
        for (String other : List.of(side.ipv4(), side.ipv6())) {
            if (attributes.get(other) instanceof String address && setIp(endpoint, address)) {
                attributes.remove(other);
            }
        }
        long port = port(attributes.get(side.port()));
        endpoint.port = port == 0 ? endpoint.port : port;
        long otherPort = port(attributes.get(side.otherPort()));
        if (otherPort != 0) {
            endpoint.port = otherPort;
            attributes.remove(side.otherPort());
        }
    }

    private static boolean setIp(ZipkinEndpoint endpoint, String text) {
        if (!InetAddresses.isInetAddress(text)) {
            return false;
        }
        if (text.indexOf(':') >= 0) {
            endpoint.ipv6 = text;
        } else {
            endpoint.ipv4 = text;
        }
        return true;
    }

    /** 0 for none. */
    private static long port(@org.jspecify.annotations.Nullable Object value) {
        if (value instanceof Long port && port > 0 && port <= PORT_MAX) {
            return port;
        }
        if (value instanceof String text && text.matches("[0-9]{1,5}")) {
            long port = Long.parseLong(text);
            return port <= PORT_MAX ? port : 0;
        }
        return 0;
    }

    private static void text(Map<String, String> tags, String key, String value) {
        if (!value.isEmpty()) {
            tags.put(key, value);
        }
    }

    private static void count(Map<String, String> tags, String key, long count) {
        if (count != 0) {
            tags.put(key, Long.toString(count));
        }
    }
}
