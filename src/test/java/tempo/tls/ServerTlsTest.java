package tempo.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import javax.net.ssl.SSLEngine;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerTlsTest {
    @TempDir
    Path directory;

    private TestCertificates files;

    @BeforeEach
    void writeFiles() {
        files = new TestCertificates(directory);
    }

    private static String sec1(HeldCertificate certificate) {
        byte[] pkcs8 = certificate.keyPair().getPrivate().getEncoded();
        // The last element of PKCS #8 is an octet string with the key as RFC 5915 has it.
        int start = 0;
        while (pkcs8[start] != 0x04 || (pkcs8[start + 1] & 0xff) != pkcs8.length - start - 2) {
            start++;
        }
        byte[] key = Arrays.copyOfRange(pkcs8, start + 2, pkcs8.length);
        return "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
                + "-----BEGIN EC PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(key)
                + "\n-----END EC PRIVATE KEY-----\n";
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA, PKCS #8", "RSA, PKCS #1", "EC, PKCS #8", "EC, SEC 1"})
    void keysOfAllFormsAreRead(String form) throws IOException {
        HeldCertificate.Builder builder = new HeldCertificate.Builder().signedBy(files.authority);
        HeldCertificate server = (form.startsWith("RSA") ? builder.rsa2048() : builder.ecdsa256()).build();
        TestCertificates.write(files.certificateFile, server.certificatePem());
        TestCertificates.write(
                files.keyFile,
                switch (form) {
                    case "RSA, PKCS #1" -> server.privateKeyPkcs1Pem();
                    case "EC, SEC 1" -> sec1(server);
                    default -> server.privateKeyPkcs8Pem();
                });

        ServerTls tls = ServerTls.load(files.config(false));

        assertEquals(server.certificate().getNotAfter().toInstant(), tls.validUntil());
        SSLEngine engine = tls.engine();
        assertFalse(engine.getUseClientMode());
        assertFalse(engine.getNeedClientAuth());
    }

    @Test
    void clientsNeedACertificateIfSomebodyVouchesForThem() throws IOException {
        assertTrue(ServerTls.load(files.config(true)).engine().getNeedClientAuth());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "server.pem|gone|certificate-file DIR/server.pem does not exist",
                "server.key|gone|key-file DIR/server.key does not exist",
                "ca.pem|gone|client-ca-file DIR/ca.pem does not exist",
                "server.pem|text|certificate-file DIR/server.pem cannot be used, it must be PEM: ",
                "ca.pem|empty|client-ca-file DIR/ca.pem cannot be used, it must be PEM: it holds no certificate",
                "server.key|text|key-file DIR/server.key cannot be used, it must be PEM: it holds no private key",
                "server.key|other|key-file DIR/server.key cannot be used, it must be PEM: "
                        + "its key is not that of the certificate in DIR/server.pem",
                "server.key|encrypted|key-file DIR/server.key cannot be used, it must be PEM: "
                        + "its private key is encrypted, which is not supported",
                "server.key|garbled|key-file DIR/server.key cannot be used, it must be PEM: ",
            })
    void whatCannotBeUsedIsNamed(String name, String how, String sentence) throws IOException {
        Path file = directory.resolve(name);
        switch (how) {
            case "gone" -> Files.delete(file);
            case "empty" -> Files.writeString(file, "");
            case "other" -> Files.writeString(file, files.client.privateKeyPkcs8Pem());
            case "encrypted" ->
                Files.writeString(
                        file, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
            case "garbled" -> Files.writeString(file, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
            default -> Files.writeString(file, "no certificate");
        }
        IOException failure = assertThrows(IOException.class, () -> ServerTls.load(files.config(true)));
        String message = String.valueOf(failure.getMessage()).replace(directory.toString(), "DIR");
        assertTrue(message.startsWith(sentence), message);
    }

    @Test
    void newFilesAreUsedAndBadOnesAreNot() throws IOException {
        ServerTls tls = ServerTls.load(files.config(true));
        Instant first = tls.validUntil();
        assertFalse(tls.reload());

        HeldCertificate renewed = new HeldCertificate.Builder()
                .signedBy(files.authority)
                .duration(1, java.util.concurrent.TimeUnit.HOURS)
                .build();
        TestCertificates.write(files.certificateFile, renewed.certificatePem());
        assertThrows(IOException.class, tls::reload, "the key is still the former one's");
        assertEquals(first, tls.validUntil());

        TestCertificates.write(files.keyFile, renewed.privateKeyPkcs8Pem());
        assertTrue(tls.reload());
        assertEquals(renewed.certificate().getNotAfter().toInstant(), tls.validUntil());
        assertFalse(tls.reload());
    }

    @Test
    void settingsThatDoNotGoTogetherAreRefused() {
        Duration minute = Duration.ofMinutes(1);
        assertFalse(new TlsConfig("", "", "", minute).enabled());
        assertThrows(IllegalArgumentException.class, () -> new TlsConfig("a", "", "", minute));
        assertThrows(IllegalArgumentException.class, () -> new TlsConfig("", "a", "", minute));
        assertThrows(IllegalArgumentException.class, () -> new TlsConfig("", "", "a", minute));
        assertThrows(IllegalArgumentException.class, () -> new TlsConfig("a", "b", "", Duration.ZERO));
    }
}
