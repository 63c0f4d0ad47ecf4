package tempo.format.zipkin;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.trace.v1.TracesData;
import tempo.format.FormatException;

class ZipkinFormatFuzz {
    @FuzzTest(maxDuration = "10s")
    void anyBytesMakeARequestOrARefusal(byte[] bytes) {
        for (ZipkinFormat format : ZipkinFormat.values()) {
            check(format, bytes);
        }
    }

    private static void check(ZipkinFormat format, byte[] bytes) {
        byte[] request;
        try {
            request = format.toOtlp(bytes, 0, bytes.length, 64 << 20);
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
