package tempo.format;

import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.trace.v1.TracesData;

/** What every translation promises of bytes that may be anything. */
public final class AnyBytes {
    private static final long BYTES_MAX = 64 << 20;

    private AnyBytes() {}

    /** They make a request or a refusal, and nothing else is thrown. */
    public static void makeARequestOrARefusal(String format, Translation translation, byte[] bytes) {
        byte[] request;
        try {
            request = translation.toOtlp(bytes, 0, bytes.length, BYTES_MAX);
        } catch (FormatException refused) {
            return;
        }
        try {
            TracesData.parseFrom(request);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(format + " made what is not a request", e);
        }
    }
}
