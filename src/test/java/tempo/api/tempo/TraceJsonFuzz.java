package tempo.api.tempo;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import tempo.span.MalformedProtobufException;

class TraceJsonFuzz {
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(5_000).build())
            .build();

    @FuzzTest(maxDuration = "10s")
    void anyBytesMakeJsonOrARefusal(byte[] bytes) {
        check(bytes);
    }

    /** What comes out must be JSON, whatever went in. */
    static void check(byte[] bytes) {
        try (JsonParser parser = JSON.createParser(TraceJson.v1(bytes, 0, bytes.length))) {
            while (parser.nextToken() != null) {
                if (parser.currentToken().isScalarValue()) {
                    parser.getText();
                }
            }
        } catch (MalformedProtobufException refused) {
            return;
        } catch (IOException e) {
            throw new AssertionError("not json", e);
        }
    }
}
