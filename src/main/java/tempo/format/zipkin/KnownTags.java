package tempo.format.zipkin;

import java.util.BitSet;
import java.util.List;
import tempo.format.otlp.OtlpFields;

/** The tags of a span that have a place of their own in OTLP, and those whose name is taken for something else. Reused. */
final class KnownTags {
    /** Numbers of tags that are no attributes. */
    private final BitSet elsewhere = new BitSet();

    String traceState = "";
    String scopeName = "";
    String scopeVersion = "";
    int statusCode;
    String statusMessage = "";
    long droppedAttributes;
    long droppedEvents;
    long droppedLinks;
    /** Some tag is one that only OpenTelemetry's exporters write. */
    boolean ofOpenTelemetry;

    boolean hasPeerService;
    boolean hasPeerAddress;
    boolean hasPeerPort;
    boolean hasLocalAddress;
    boolean hasLocalPort;

    /** It is written as something else. */
    void take(int tag) {
        elsewhere.set(tag);
    }

    boolean isElsewhere(int tag) {
        return elsewhere.get(tag);
    }

    /** What a tag says again, of an endpoint, is no attribute of its own. */
    void find(ZipkinSpan span) {
        clear();
        List<ZipkinSpan.Tag> tags = span.tags();
        int error = -1;
        for (int i = 0; i < tags.size(); i++) {
            ZipkinSpan.Tag tag = tags.get(i);
            if (tag.key().equals(ZipkinNames.ERROR)) {
                error = i;
            } else if (tag.value() instanceof String text && isTaken(tag.key(), text, span)) {
                elsewhere.set(i);
            }
        }
        if (error >= 0) {
            fail(error, tags.get(error).value());
        }
        if (statusCode == 0 && !statusMessage.isEmpty()) {
            statusCode = OtlpFields.STATUS_ERROR;
        }
    }

    /** A span with an error failed, whatever the text, which says why; but an error that says "false" is an attribute like others. */
    private void fail(int tag, Object value) {
        boolean plain = value.equals("true") || value.equals("") || value.equals(Boolean.TRUE);
        if (value.equals("false") || !(plain || value instanceof String)) {
            return;
        }
        statusCode = OtlpFields.STATUS_ERROR;
        if (plain) {
            elsewhere.set(tag);
        } else if (statusMessage.isEmpty() || statusMessage.equals(value)) {
            statusMessage = (String) value;
            elsewhere.set(tag);
        }
    }

    private boolean isTaken(String key, String value, ZipkinSpan span) {
        ofOpenTelemetry |= key.startsWith("otel.");
        switch (key) {
            case "otel.status_code":
                return readStatus(value);
            case "otel.status_description":
                statusMessage = value;
                return true;
            case "otel.scope.name", "otel.library.name":
                scopeName = value;
                return true;
            case "otel.scope.version", "otel.library.version":
                scopeVersion = value;
                return true;
            case "w3c.tracestate":
                traceState = value;
                return true;
            case "otel.dropped_attributes_count":
                droppedAttributes = count(value);
                return droppedAttributes > 0;
            case "otel.dropped_events_count":
                droppedEvents = count(value);
                return droppedEvents > 0;
            case "otel.dropped_links_count":
                droppedLinks = count(value);
                return droppedLinks > 0;
            case ZipkinNames.SERVICE_NAME:
                return isSame(value, span.local.service);
            case ZipkinNames.PEER_SERVICE:
                hasPeerService = !isSame(value, span.remote.service);
                return !hasPeerService;
            case "network.peer.address":
                hasPeerAddress = !isAddress(value, span.remote);
                return !hasPeerAddress;
            case "network.peer.port":
                hasPeerPort = !isSame(value, Long.toString(span.remote.port));
                return !hasPeerPort;
            case "network.local.address":
                hasLocalAddress = !isAddress(value, span.local);
                return !hasLocalAddress;
            case "network.local.port":
                hasLocalPort = !isSame(value, Long.toString(span.local.port));
                return !hasLocalPort;
            default:
                return false;
        }
    }

    /** The one that OTLP's name is for. */
    private static boolean isAddress(String text, ZipkinEndpoint endpoint) {
        return isSame(text, endpoint.ipv4.isEmpty() ? endpoint.ipv6 : endpoint.ipv4);
    }

    private static boolean isSame(String text, String ofEndpoint) {
        return text.equals(ofEndpoint) && !text.isEmpty() && !text.equals("0");
    }

    private boolean readStatus(String value) {
        switch (value) {
            case "OK", "STATUS_CODE_OK":
                statusCode = OtlpFields.STATUS_OK;
                return true;
            case "ERROR", "STATUS_CODE_ERROR":
                statusCode = OtlpFields.STATUS_ERROR;
                return true;
            case "UNSET", "STATUS_CODE_UNSET":
                return true;
            default:
                return false;
        }
    }

    /** A number of 32 bits; 0 if it is none. */
    private static long count(String text) {
        try {
            return Integer.parseUnsignedInt(text) & 0xffff_ffffL;
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private void clear() {
        elsewhere.clear();
        traceState = "";
        scopeName = "";
        scopeVersion = "";
        statusCode = 0;
        statusMessage = "";
        droppedAttributes = 0;
        droppedEvents = 0;
        droppedLinks = 0;
        ofOpenTelemetry = false;
        hasPeerService = false;
        hasPeerAddress = false;
        hasPeerPort = false;
        hasLocalAddress = false;
        hasLocalPort = false;
    }
}
