package tempo.tempodb.spans;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Optional;
import tempo.span.MalformedProtobufException;
import tempo.span.WireReader;

/** Looks into resources and scopes, which are kept as the bytes of their fields. Stateless. */
final class ContextFields {
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
        byte[] bytes = contexts.array();
        WireReader reader = new WireReader(bytes, contexts.offset(number), contexts.length(number));
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
        String[] found = new String[1];
        ValueTest keep = new ValueTest() {
            @Override
            public boolean text(byte[] bytes, int offset, int length) {
                found[0] = new String(bytes, offset, length, UTF_8);
                return true;
            }
        };
        passes(resources, number, SpanField.resource(key), keep);
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
                passes = value(bytes, reader, test);
                reader.leave(limit);
            } else {
                reader.skipField(tag);
            }
        }
        return passes;
    }

    private static boolean value(byte[] bytes, WireReader reader, ValueTest test) throws MalformedProtobufException {
        boolean passes = false;
        while (reader.hasNext()) {
            int tag = reader.readTag();
            switch (tag) {
                case 0x0a, 0x3a -> {
                    int length = reader.readLength();
                    passes = test.text(bytes, reader.position(), length);
                    reader.skip(length);
                }
                case 0x10 -> passes = test.truth(reader.readVarint64() != 0);
                case 0x18 -> passes = test.number(reader.readVarint64());
                case 0x21 -> passes = test.real(Double.longBitsToDouble(reader.readFixed64()));
                default -> reader.skipField(tag);
            }
        }
        return passes;
    }
}
