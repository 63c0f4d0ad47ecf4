package tempo.quickstart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TraceJsonTest {
    private static List<SpanRow> read(String json) throws IOException {
        return TraceJson.read(json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void readsSpansWithServiceOfTheirResourceWhateverTheOrderOfFields() throws IOException {
        String json =
                """
                {"trace":{"resourceSpans":[{
                  "scopeSpans":[{"scope":{},"spans":[
                    {"traceId":"AAAAAAAAAAAAAAAAAAAAAQ==","spanId":"AAAAAAAAAAI=","name":"page",
                     "startTimeUnixNano":"1700000000000000000","endTimeUnixNano":"1700000000000000005",
                     "attributes":[{"key":"a","value":{"arrayValue":{"values":[{"intValue":"1"}]}}}]},
                    {"spanId":"AAAAAAAAAAM=","parentSpanId":"AAAAAAAAAAI=","name":"rpc",
                     "startTimeUnixNano":"1","endTimeUnixNano":"2","status":{"code":"STATUS_CODE_ERROR"}}]}],
                  "resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]}}]},
                 "metrics":{}}
                """;
        assertEquals(
                List.of(
                        new SpanRow(
                                "shop",
                                "page",
                                "AAAAAAAAAAI=",
                                "",
                                1_700_000_000_000_000_000L,
                                1_700_000_000_000_000_005L,
                                false),
                        new SpanRow("shop", "rpc", "AAAAAAAAAAM=", "AAAAAAAAAAI=", 1, 2, true)),
                read(json));
    }

    @Test
    void readsEmptyAnswerAsNoSpans() throws IOException {
        assertEquals(List.of(), read("{}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"trace\":3}",
                "{\"trace\":{\"resourceSpans\":{}}}",
                "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"startTimeUnixNano\":\"x\"}]}]}]}",
                "{\"trace\":",
                "[1",
                "no json"
            })
    void refusesWhatIsNoTrace(String json) {
        assertThrows(IOException.class, () -> read(json));
    }
}
