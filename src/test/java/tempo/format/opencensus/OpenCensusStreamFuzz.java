package tempo.format.opencensus;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.trace.v1.TracesData;
import tempo.format.FormatException;

class OpenCensusStreamFuzz {
    @FuzzTest(maxDuration = "10s")
    void anyBytesMakeARequestOrARefusal(byte[] bytes) {
        byte[] request;
        try {
            request = new OpenCensusStream().toOtlp(bytes, 0, bytes.length, 64 << 20);
        } catch (FormatException refused) {
            return;
        }
        try {
            TracesData.parseFrom(request);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError("made what is not a request", e);
        }
    }
}
