package tempo.tempodb.spans;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Optional;
import tempo.span.MalformedProtobufException;
import tempo.span.WireReader;

/** Looks into resources and scopes, which are kept as the bytes of their fields. Stateless. */
public final class ContextFields {
    private static final int CONTEXT = WireReader.tag(1, WireReader.LENGTH_DELIMITED);
    private static final int RESOURCE_ATTRIBUTE = WireReader.tag(1, WireReader.LENGTH_DELIMITED);
    private static final int SCOPE_NAME = WireReader.tag(1, WireReader.LENGTH_DELIMITED);
    private static final int SCOPE_VERSION = WireReader.tag(2, WireReader.LENGTH_DELIMITED);
    private static final int SCOPE_ATTRIBUTE = WireReader.tag(3, WireReader.LENGTH_DELIMITED);
    private static final int KEY = WireReader.tag(1, WireReader.LENGTH_DELIMITED);
    private static final int VALUE = WireReader.tag(2, WireReader.LENGTH_DELIMITED);

    private ContextFields() {}

    /** True if the field, which is of a resource or of a scope, passes a test in a context. */
    static boolean passes(ByteList contexts, int number, SpanField field, ValueTest test)
            throws MalformedProtobufException {
        return passes(contexts.array(), contexts.offset(number), contexts.length(number), field, test);
    }

    private static boolean passes(byte[] bytes, int offset, int bytesLength, SpanField field, ValueTest test)
            throws MalformedProtobufException {
        WireReader reader = new WireReader(bytes, offset, bytesLength);
        byte[] key = field.key().getBytes(UTF_8);
        boolean found = false;
        boolean passes = false;
        while (reader.hasNext()) {
            int tag = reader.readTag();
            if (tag != CONTEXT) {
                reader.skipField(tag);
                continue;
            }
            int limit = reader.enter();
            while (reader.hasNext()) {
                int inner = reader.readTag();
                if (inner == wanted(field)) {
                    int length = reader.readLength();
                    int at = reader.position();
                    found = true;
                    passes |=
                            key.length == 0 ? test.text(bytes, at, length) : isAttribute(bytes, at, length, key, test);
                    reader.skip(length);
                } else {
                    reader.skipField(inner);
                }
            }
            reader.leave(limit);
        }
        boolean isText = field.of() == SpanField.Of.SCOPE_NAME || field.of() == SpanField.Of.SCOPE_VERSION;
        return passes || isText && !found && test.text(key, 0, 0);
    }

    /** The text of an attribute of a resource. */
    static Optional<String> text(ByteList resources, int number, String key) throws MalformedProtobufException {
        return text(resources.array(), resources.offset(number), resources.length(number), key);
    }

    /**
     * The text of an attribute of a resource.
     *
     * @param bytes of which {@code [offset..offset + length)} is {@code ResourceSpans}, or what of it is not spans
     */
    public static Optional<String> text(byte[] bytes, int offset, int length, String key)
            throws MalformedProtobufException {
        String[] found = new String[1];
        ValueTest keep = new ValueTest() {
            @Override
            public boolean text(byte[] value, int at, int count) {
                found[0] = new String(value, at, count, UTF_8);
                return true;
            }
        };
        passes(bytes, offset, length, SpanField.resource(key), keep);
        return Optional.ofNullable(found[0]);
    }

    private static int wanted(SpanField field) {
        return switch (field.of()) {
            case SCOPE_NAME -> SCOPE_NAME;
            case SCOPE_VERSION -> SCOPE_VERSION;
            case SCOPE_ATTRIBUTE -> SCOPE_ATTRIBUTE;
            default -> RESOURCE_ATTRIBUTE;
        };
    }

    /** The key first: the values of other attributes are not to be seen by the test. */
    private static boolean isAttribute(byte[] bytes, int offset, int length, byte[] key, ValueTest test)
            throws MalformedProtobufException {
        WireReader reader = new WireReader(bytes, offset, length);
        boolean named = false;
        while (reader.hasNext()) {
            int tag = reader.readTag();
            if (tag == KEY) {
                int keyLength = reader.readLength();
                int at = reader.position();
                named = Arrays.equals(bytes, at, at + keyLength, key, 0, key.length);
                reader.skip(keyLength);
            } else {
                reader.skipField(tag);
            }
        }
        boolean passes = false;
        reader.reset(bytes, offset, length);
        while (named && reader.hasNext()) {
            int tag = reader.readTag();
            if (tag == VALUE) {
                int limit = reader.enter();
                passes = test.anyValue(bytes, reader);
                reader.leave(limit);
            } else {
                reader.skipField(tag);
            }
        }
        return passes;
    }
}
