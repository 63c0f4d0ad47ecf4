package tempo.span;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;

/** Serializes as OpenTelemetry's SDK for .NET does: each nested message has four bytes of length. */
public final class PaddedOtlp {
    private PaddedOtlp() {}

    /** The bytes of a message. */
    public static byte[] of(Message message) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
            FieldDescriptor descriptor = field.getKey();
            if (descriptor.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
                Message alone = message.newBuilderForType()
                        .setField(descriptor, field.getValue())
                        .build();
                out.writeBytes(alone.toByteArray());
                continue;
            }
            List<?> values = descriptor.isRepeated() ? (List<?>) field.getValue() : List.of(field.getValue());
            for (Object value : values) {
                byte[] inner = of((Message) value);
                out.write(descriptor.getNumber() << 3 | WireReader.LENGTH_DELIMITED);
                out.write(inner.length | 0x80);
                out.write(inner.length >> 7 | 0x80);
                out.write(inner.length >> 14 | 0x80);
                out.write(inner.length >> 21);
                out.writeBytes(inner);
            }
        }
        out.writeBytes(message.getUnknownFields().toByteArray());
        return out.toByteArray();
    }
}
