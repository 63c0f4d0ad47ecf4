package tempo.receiver.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.opentelemetry.proto.trace.v1.TracesData;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tempo.NodeFixture;

class TenantsTest {
    private static final String ID = "0102030405060708090a0b0c0d0e0f10";
    private static final byte[] REQUEST =
            OtlpSpans.request(OtlpSpans.span(ID, 1)).toByteArray();
    private static final String SYNTAX = "org id is not valid: it must be 1 to 150 letters, digits or !-_.*'()";

    @RegisterExtension
    static final NodeFixture NODE = NodeFixture.with(Map.of("tempo.tenancy.multi-tenancy", "on"));

    @Test
    void keepsTracesOfTheSameIdApart() throws Exception {
        TracesData ofAlice = OtlpSpans.request(OtlpSpans.span(ID, 1));
        TracesData ofBob = OtlpSpans.request(OtlpSpans.span(ID, 2));
        NODE.export(ofAlice.toByteArray(), "Content-Type", "application/x-protobuf", "X-Scope-OrgID", "alice");
        GrpcCall.export(NODE.otlpGrpc(), GrpcCall.frame(0, ofBob.toByteArray()), "x-scope-orgid", "bob");
        assertEquals(ofAlice, trace("alice"));
        assertEquals(ofBob, trace("bob"));
        HttpResponse<byte[]> ofCarol = NODE.get("/api/traces/" + ID, "X-Scope-OrgID", "carol");
        assertEquals(404, ofCarol.statusCode());
        assertEquals("", NodeFixture.text(ofCarol));
    }

    @Test
    void wantsAnOrgId() throws Exception {
        HttpResponse<byte[]> http = NODE.export("{}".getBytes(UTF_8), "Content-Type", "application/json");
        assertEquals(401, http.statusCode());
        assertEquals("{\"code\":16,\"message\":\"no org id\"}", NodeFixture.text(http));
        GrpcCall.Answer grpc = GrpcCall.export(NODE.otlpGrpc(), GrpcCall.frame(0, REQUEST));
        assertEquals(16, grpc.status());
        assertEquals("no org id", grpc.message());
        HttpResponse<byte[]> query = NODE.get("/api/v2/traces/" + ID);
        assertEquals(401, query.statusCode());
        assertEquals("no org id\n", NodeFixture.text(query));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b", "..", ".", "a|b", "a b"})
    void refusesWhatIsNoOrgId(String id) throws Exception {
        HttpResponse<byte[]> http =
                NODE.export("{}".getBytes(UTF_8), "Content-Type", "application/json", "X-Scope-OrgID", id);
        assertEquals(400, http.statusCode());
        assertEquals(OtlpHttpTest.badRequest(SYNTAX), NodeFixture.text(http));
        GrpcCall.Answer grpc = GrpcCall.export(NODE.otlpGrpc(), GrpcCall.frame(0, REQUEST), "x-scope-orgid", id);
        assertEquals(3, grpc.status());
        assertEquals(SYNTAX, grpc.message());
        HttpResponse<byte[]> query = NODE.get("/api/traces/" + ID, "X-Scope-OrgID", id);
        assertEquals(400, query.statusCode());
        assertEquals(SYNTAX + "\n", NodeFixture.text(query));
    }

    @Test
    void takesEveryCharacterThatAnOrgIdMayHave() {
        String id = "aZ09!-_.*'()" + "x".repeat(138);
        HttpResponse<byte[]> answer =
                NODE.export("{}".getBytes(UTF_8), "Content-Type", "application/json", "X-Scope-OrgID", id);
        assertEquals(200, answer.statusCode());
    }

    @Test
    void pagesOfTheNodeNeedNoOrgId() {
        for (String path : new String[] {"/api/echo", "/ready", "/metrics", "/status", "/api/status/buildinfo"}) {
            assertEquals(200, NODE.get(path).statusCode(), path);
        }
    }

    private static TracesData trace(String tenant) throws Exception {
        HttpResponse<byte[]> answer =
                NODE.get("/api/traces/" + ID, "Accept", "application/protobuf", "X-Scope-OrgID", tenant);
        return TracesData.parseFrom(answer.body());
    }
}
