package tempo.format.otlp;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.trace.v1.TracesData;
import tempo.format.json.InvalidJsonException;
import tempo.format.json.JsonLimits;

class OtlpJsonFuzz {
    private static final OtlpJson JSON = new OtlpJson(new JsonLimits(60, 100, 10_000));

    @FuzzTest(maxDuration = "10s")
    void anyBytesMakeARequestOrARefusal(byte[] bytes) {
        check(bytes);
    }

    /** What comes out must be protobuf of a request, and no longer than what went in. */
    static void check(byte[] bytes) {
        byte[] request;
        try {
            request = JSON.toProtobuf(bytes, 0, bytes.length);
        } catch (InvalidJsonException refused) {
            return;
        }
        if (request.length > bytes.length) {
            throw new AssertionError(request.length + " bytes from " + bytes.length + " of json");
        }
        try {
            TracesData.parseFrom(request);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError("not a request", e);
        }
    }
}
