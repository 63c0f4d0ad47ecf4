package tempo.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLParameters;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS as clients of nodes and of Loki need it, against a server that asks for a certificate. */
class EndpointTest {
    @TempDir
    Path directory;

    private final HeldCertificate authority =
            new HeldCertificate.Builder().certificateAuthority(0).build();
    private final HeldCertificate client = new HeldCertificate.Builder()
            .commonName("client")
            .signedBy(authority)
            .build();
    private HttpsServer server;

    @BeforeEach
    void start() throws IOException {
        HeldCertificate own = new HeldCertificate.Builder()
                .addSubjectAlternativeName("127.0.0.1")
                .signedBy(authority)
                .build();
        HandshakeCertificates certificates = new HandshakeCertificates.Builder()
                .heldCertificate(own)
                .addTrustedCertificate(authority.certificate())
                .build();
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(certificates.sslContext()) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters needed = getSSLContext().getDefaultSSLParameters();
                needed.setNeedClientAuth(true);
                parameters.setSSLParameters(needed);
            }
        });
        server.createContext("/", exchange -> {
            byte[] body = "hello".getBytes(UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private Endpoint endpoint(String caFile, String certificateFile, String keyFile) throws IOException {
        URI base = URI.create("https://127.0.0.1:" + server.getAddress().getPort());
        return Endpoint.of(new Endpoint.Settings(
                base, Map.of(), "", "", caFile, certificateFile, keyFile, Duration.ofSeconds(10)));
    }

    private String file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text).toString();
    }

    private String failure(Endpoint endpoint) {
        return String.valueOf(
                assertThrows(IOException.class, () -> endpoint.get("/", "")).getMessage());
    }

    @Test
    void aServerIsTrustedIfTheAuthorityVouchesForItAndGetsTheCertificateThatItWants() throws IOException {
        String ca = file("ca.pem", authority.certificatePem());
        String certificate = file("client.pem", client.certificatePem());
        String key = file("client.key", client.privateKeyPkcs8Pem());
        assertEquals("hello", endpoint(ca, certificate, key).get("/", "").text());
        assertTrue(failure(endpoint(ca, "", "")).contains("127.0.0.1"), "no certificate was shown");
        String unknown = failure(endpoint("", certificate, key));
        assertTrue(unknown.startsWith("no TLS connection with https://127.0.0.1:"), unknown);
    }

    @Test
    void filesThatCannotBeUsedAreNamed() throws IOException {
        String ca = file("ca.pem", authority.certificatePem());
        String key = file("other.key", authority.privateKeyPkcs8Pem());
        String certificate = file("client.pem", client.certificatePem());
        assertEquals(
                "ca-file nowhere.pem does not exist",
                assertThrows(IOException.class, () -> endpoint("nowhere.pem", "", ""))
                        .getMessage());
        assertEquals(
                "certificate and key go together, one of them is missing",
                assertThrows(IOException.class, () -> endpoint(ca, certificate, ""))
                        .getMessage());
        IOException wrongKey = assertThrows(IOException.class, () -> endpoint(ca, certificate, key));
        assertTrue(String.valueOf(wrongKey.getMessage()).startsWith("key-file " + key + " cannot be used"));
    }
}
