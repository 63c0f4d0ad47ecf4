package tempo.receiver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.CallOptions;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.ClientCalls;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.Principal;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tempo.NodeFixture;
import tempo.SpanRecorder;
import tempo.tls.TestCertificates;

/** Each port of a receiver has TLS of its own; who may not connect gets nothing, and costs no line in the log. */
class SecuredPortsTest {
    private static final TestCertificates CERTIFICATES = TestCertificates.temporary();
    private static final String OPEN_CENSUS = "opencensus.proto.agent.trace.v1.TraceService/Export";
    private static final String JAEGER = "jaeger.api_v2.CollectorService/PostSpans";

    @RegisterExtension
    static final NodeFixture NODE = NodeFixture.with(settings());

    private static Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>();
        for (String receiver :
                List.of("otlp.grpc", "otlp.http", "zipkin", "jaeger.grpc", "jaeger.http", "opencensus")) {
            String tls = "tempo.receiver." + receiver + ".tls.";
            settings.put(tls + "certificate-file", CERTIFICATES.certificateFile.toString());
            settings.put(tls + "key-file", CERTIFICATES.keyFile.toString());
            settings.put(tls + "reload-interval", "50 ms");
            if (!receiver.equals("jaeger.http")) {
                settings.put(tls + "client-ca-file", CERTIFICATES.authorityFile.toString());
            }
        }
        for (String port : List.of("api.http", "management")) {
            settings.put("tempo." + port + ".tls.certificate-file", CERTIFICATES.certificateFile.toString());
            settings.put("tempo." + port + ".tls.key-file", CERTIFICATES.keyFile.toString());
        }
        return settings;
    }

    private static SpanExporter exporter(boolean grpc, boolean withCertificate) {
        byte[] authority = CERTIFICATES.authority.certificatePem().getBytes(UTF_8);
        byte[] key = CERTIFICATES.client.privateKeyPkcs8Pem().getBytes(UTF_8);
        byte[] certificate = CERTIFICATES.client.certificatePem().getBytes(UTF_8);
        if (grpc) {
            var builder = OtlpGrpcSpanExporter.builder()
                    .setEndpoint(NODE.otlpGrpc().toString())
                    .setTrustedCertificates(authority)
                    .setRetryPolicy(null);
            return (withCertificate ? builder.setClientTls(key, certificate) : builder).build();
        }
        var builder = OtlpHttpSpanExporter.builder()
                .setEndpoint(NODE.otlpHttp().resolve("/v1/traces").toString())
                .setTrustedCertificates(authority)
                .setRetryPolicy(null);
        return (withCertificate ? builder.setClientTls(key, certificate) : builder).build();
    }

    private static boolean send(SpanExporter exporter) {
        List<SpanData> spans = new ArrayList<>();
        try (SdkTracerProvider provider = SdkTracerProvider.builder()
                        .addSpanProcessor(SimpleSpanProcessor.create(new SpanRecorder(spans)))
                        .build();
                exporter) {
            provider.get("test").spanBuilder("secured").startSpan().end();
            return exporter.export(spans).join(20, TimeUnit.SECONDS).isSuccess();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theSdkSendsWithItsCertificateAndNotWithoutOne(boolean grpc) {
        assertEquals("https", (grpc ? NODE.otlpGrpc() : NODE.otlpHttp()).getScheme());
        assertTrue(send(exporter(grpc, true)));
        assertFalse(send(exporter(grpc, false)));
        assertEquals(List.of(), NODE.complaints());
    }

    private static ManagedChannel channel(String receiver, boolean withCertificate) throws IOException {
        var credentials = TlsChannelCredentials.newBuilder()
                .trustManager(new ByteArrayInputStream(
                        CERTIFICATES.authority.certificatePem().getBytes(UTF_8)));
        if (withCertificate) {
            credentials.keyManager(
                    new ByteArrayInputStream(
                            CERTIFICATES.client.certificatePem().getBytes(UTF_8)),
                    new ByteArrayInputStream(
                            CERTIFICATES.client.privateKeyPkcs8Pem().getBytes(UTF_8)));
        }
        URI uri = NODE.receiver(receiver);
        return Grpc.newChannelBuilder(uri.getHost() + ":" + uri.getPort(), credentials.build())
                .build();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void callsOfGrpcNeedACertificate(boolean stream) throws Exception {
        for (boolean withCertificate : new boolean[] {true, false}) {
            ManagedChannel channel = channel(stream ? "OpenCensus" : "Jaeger gRPC", withCertificate);
            try {
                if (withCertificate) {
                    assertEquals(0, call(channel, stream).length);
                } else {
                    assertThrows(io.grpc.StatusRuntimeException.class, () -> call(channel, stream));
                }
            } finally {
                channel.shutdownNow();
                assertTrue(channel.awaitTermination(20, TimeUnit.SECONDS));
            }
        }
        assertEquals(List.of(), NODE.complaints());
    }

    private static byte[] call(ManagedChannel channel, boolean stream) {
        CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS);
        if (!stream) {
            return ClientCalls.blockingUnaryCall(channel, RawGrpc.unary(JAEGER), options, new byte[0]);
        }
        var calls = ClientCalls.blockingBidiStreamingCall(channel, RawGrpc.stream(OPEN_CENSUS), options);
        try {
            calls.write(new byte[0]);
            return calls.read();
        } catch (io.grpc.StatusException e) {
            throw e.getStatus().asRuntimeException();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Zipkin", "Jaeger HTTP"})
    void postsAreEncryptedAndNeedACertificateWhereThePortWantsOne(String receiver) throws Exception {
        URI uri = NODE.receiver(receiver).resolve(receiver.equals("Zipkin") ? "/api/v2/spans" : "/api/traces");
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("Content-Type", receiver.equals("Zipkin") ? "application/json" : "application/x-thrift")
                .POST(HttpRequest.BodyPublishers.ofString(receiver.equals("Zipkin") ? "[]" : ""))
                .build();
        assertTrue(post(request, true) < 500);
        if (receiver.equals("Zipkin")) {
            assertThrows(IOException.class, () -> post(request, false));
        } else {
            assertTrue(post(request, false) < 500);
        }
        assertEquals(List.of(), NODE.complaints());
    }

    private static int post(HttpRequest request, boolean withCertificate) throws Exception {
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(CERTIFICATES.clientContext(withCertificate))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    @Test
    void queriesAndManagementAreEncrypted() throws Exception {
        for (URI uri : List.of(NODE.api().resolve("/ready"), NODE.management().resolve("/alive"))) {
            assertEquals("https", uri.getScheme());
            HttpClient client = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .sslContext(CERTIFICATES.clientContext(false))
                    .build();
            assertEquals(
                    200,
                    client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
                            .statusCode());
        }
    }

    @Test
    void whoSpeaksWithoutTlsGetsNothing() throws Exception {
        URI uri = NODE.receiver("Zipkin");
        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write("POST /api/v2/spans HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(UTF_8));
            String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
            assertFalse(answer.contains("HTTP"), answer);
        }
        assertEquals(List.of(), NODE.complaints());
    }

    @Test
    void aNewCertificateIsUsedWithoutARestart() {
        CERTIFICATES.renew("renewed");
        NodeFixture.await(
                "the new certificate is shown", () -> shown().getName().equals("CN=renewed"));
    }

    private static Principal shown() {
        URI uri = NODE.receiver("Jaeger HTTP");
        try (Socket socket =
                CERTIFICATES.clientContext(false).getSocketFactory().createSocket(uri.getHost(), uri.getPort())) {
            SSLSocket tls = (SSLSocket) socket;
            tls.startHandshake();
            return ((X509Certificate) tls.getSession().getPeerCertificates()[0]).getSubjectX500Principal();
        } catch (SSLPeerUnverifiedException e) {
            throw new AssertionError(e);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
