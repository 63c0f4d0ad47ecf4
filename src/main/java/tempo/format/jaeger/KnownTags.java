package tempo.format.jaeger;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Locale;
import tempo.format.Extent;
import tempo.format.otlp.OtlpFields;

/** The tags of a span that have a place of their own in OTLP. Reused, by one thread. */
final class KnownTags {
    private static final byte[] SPAN_KIND = bytes(JaegerNames.SPAN_KIND);
    private static final byte[] ERROR = bytes(JaegerNames.ERROR);
    private static final byte[] STATUS_CODE = bytes(JaegerNames.STATUS_CODE);
    private static final byte[] STATUS_DESCRIPTION = bytes(JaegerNames.STATUS_DESCRIPTION);
    private static final byte[] SCOPE_NAME = bytes(JaegerNames.SCOPE_NAME);
    private static final byte[] SCOPE_VERSION = bytes(JaegerNames.SCOPE_VERSION);
    private static final byte[] LIBRARY_NAME = bytes(JaegerNames.LIBRARY_NAME);
    private static final byte[] LIBRARY_VERSION = bytes(JaegerNames.LIBRARY_VERSION);
    private static final byte[] TRACE_STATE = bytes(JaegerNames.TRACE_STATE);
    private static final byte[] DROPPED_ATTRIBUTES = bytes(JaegerNames.DROPPED_ATTRIBUTES);
    private static final byte[] DROPPED_EVENTS = bytes(JaegerNames.DROPPED_EVENTS);
    private static final byte[] DROPPED_LINKS = bytes(JaegerNames.DROPPED_LINKS);
    private static final byte[] TRUE = bytes("true");
    private static final byte[] CLIENT = bytes("client");
    private static final byte[] SERVER = bytes("server");
    private static final byte[] PRODUCER = bytes("producer");
    private static final byte[] CONSUMER = bytes("consumer");
    private static final byte[] INTERNAL = bytes("internal");

    /** Of {@code OtlpFields}. */
    int kind;

    int statusCode;

    /** These are extents. */
    long statusMessage;

    long scopeName;
    long scopeVersion;
    long traceState;

    long droppedAttributes;
    long droppedEvents;
    long droppedLinks;

    private boolean failed;

    private static byte[] bytes(String text) {
        return text.getBytes(US_ASCII);
    }

    /** Finds them, and takes them from the others. */
    void take(Tags tags) {
        clear();
        for (int i = 0; i < tags.size(); i++) {
            if (read(tags, i)) {
                tags.take(i);
            }
        }
        if (failed) {
            statusCode = OtlpFields.STATUS_ERROR;
        } else if (statusCode == 0 && Extent.length(statusMessage) > 0) {
            statusCode = OtlpFields.STATUS_ERROR;
        }
    }

    /** True if what it says is kept here. The length tells most of them apart from all others. */
    private boolean read(Tags tags, int i) {
        long key = tags.key(i);
        return switch (Extent.length(key)) {
            case 5 -> tags.equal(key, ERROR) && readError(tags, i);
            case 9 -> tags.equal(key, SPAN_KIND) && readKind(tags, i);
            case 14 -> tags.equal(key, TRACE_STATE) && readTraceState(tags, i);
            case 15 -> tags.equal(key, SCOPE_NAME) && readScopeName(tags, i);
            case 16 -> tags.equal(key, STATUS_CODE) && readCode(tags, i);
            case 17 -> tags.equal(key, LIBRARY_NAME) && readScopeName(tags, i);
            case 18 -> tags.equal(key, SCOPE_VERSION) && readScopeVersion(tags, i);
            case 20 -> tags.equal(key, LIBRARY_VERSION) && readScopeVersion(tags, i);
            case 23 -> tags.equal(key, STATUS_DESCRIPTION) && readDescription(tags, i);
            case 24 -> tags.equal(key, DROPPED_LINKS) && readDroppedLinks(tags, i);
            case 25 -> tags.equal(key, DROPPED_EVENTS) && readDroppedEvents(tags, i);
            case 29 -> tags.equal(key, DROPPED_ATTRIBUTES) && readDroppedAttributes(tags, i);
            default -> false;
        };
    }

    private boolean readError(Tags tags, int i) {
        boolean yes = tags.type(i) == Tags.BOOL && tags.value(i) != 0 || tags.isText(i, TRUE);
        failed |= yes;
        return yes;
    }

    private boolean readKind(Tags tags, int i) {
        if (tags.isText(i, CLIENT)) {
            kind = OtlpFields.KIND_CLIENT;
        } else if (tags.isText(i, SERVER)) {
            kind = OtlpFields.KIND_SERVER;
        } else if (tags.isText(i, PRODUCER)) {
            kind = OtlpFields.KIND_PRODUCER;
        } else if (tags.isText(i, CONSUMER)) {
            kind = OtlpFields.KIND_CONSUMER;
        } else {
            return tags.isText(i, INTERNAL);
        }
        return true;
    }

    /** By name, or as older exporters wrote it, by number. */
    private boolean readCode(Tags tags, int i) {
        if (tags.type(i) == Tags.LONG && tags.value(i) >= 0 && tags.value(i) <= OtlpFields.STATUS_ERROR) {
            statusCode = (int) tags.value(i);
            return true;
        }
        if (tags.type(i) != Tags.STRING || Extent.length(tags.value(i)) > 5) {
            return false;
        }
        switch (text(tags, i).toUpperCase(Locale.ROOT)) {
            case "OK" -> statusCode = OtlpFields.STATUS_OK;
            case "ERROR" -> statusCode = OtlpFields.STATUS_ERROR;
            case "UNSET" -> statusCode = 0;
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean readDescription(Tags tags, int i) {
        if (tags.type(i) != Tags.STRING || statusMessage != Extent.EMPTY) {
            return false;
        }
        statusMessage = tags.value(i);
        return true;
    }

    /** Exporters write the scope under its former name too; what they do not agree on stays a tag. */
    private boolean readScopeName(Tags tags, int i) {
        if (tags.type(i) != Tags.STRING || scopeName != Extent.EMPTY && !isSame(tags, scopeName, tags.value(i))) {
            return false;
        }
        scopeName = tags.value(i);
        return true;
    }

    private boolean readScopeVersion(Tags tags, int i) {
        if (tags.type(i) != Tags.STRING || scopeVersion != Extent.EMPTY && !isSame(tags, scopeVersion, tags.value(i))) {
            return false;
        }
        scopeVersion = tags.value(i);
        return true;
    }

    private boolean readTraceState(Tags tags, int i) {
        if (tags.type(i) != Tags.STRING || traceState != Extent.EMPTY) {
            return false;
        }
        traceState = tags.value(i);
        return true;
    }

    private boolean readDroppedAttributes(Tags tags, int i) {
        droppedAttributes = count(tags, i);
        return droppedAttributes > 0;
    }

    private boolean readDroppedEvents(Tags tags, int i) {
        droppedEvents = count(tags, i);
        return droppedEvents > 0;
    }

    private boolean readDroppedLinks(Tags tags, int i) {
        droppedLinks = count(tags, i);
        return droppedLinks > 0;
    }

    /** A number of 32 bits, or a text that is one; 0 if it is none. */
    static long count(Tags tags, int i) {
        long count = 0;
        if (tags.type(i) == Tags.LONG) {
            count = tags.value(i);
        } else if (tags.type(i) == Tags.STRING && Extent.length(tags.value(i)) <= 10) {
            try {
                count = Long.parseLong(text(tags, i));
            } catch (NumberFormatException notOne) {
                return 0;
            }
        }
        return count == (count & 0xffff_ffffL) ? count : 0;
    }

    private static String text(Tags tags, int i) {
        long value = tags.value(i);
        return new String(tags.source(), Extent.at(value), Extent.length(value), US_ASCII);
    }

    private static boolean isSame(Tags tags, long one, long other) {
        return Extent.equal(tags.source(), one, other);
    }

    private void clear() {
        kind = OtlpFields.KIND_INTERNAL;
        statusCode = 0;
        statusMessage = Extent.EMPTY;
        scopeName = Extent.EMPTY;
        scopeVersion = Extent.EMPTY;
        traceState = Extent.EMPTY;
        droppedAttributes = 0;
        droppedEvents = 0;
        droppedLinks = 0;
        failed = false;
    }
}
