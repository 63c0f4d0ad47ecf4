package tempo.tls;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;

/** An authority, a server on 127.0.0.1 and a client that it vouches for, and the server's files in a directory. */
public final class TestCertificates {
    public final HeldCertificate authority =
            new HeldCertificate.Builder().certificateAuthority(0).build();
    public final HeldCertificate client = new HeldCertificate.Builder()
            .commonName("client")
            .signedBy(authority)
            .build();
    public final Path certificateFile;
    public final Path keyFile;
    public final Path authorityFile;

    public TestCertificates(Path directory) {
        certificateFile = directory.resolve("server.pem");
        keyFile = directory.resolve("server.key");
        authorityFile = write(directory.resolve("ca.pem"), authority.certificatePem());
        renew("server");
    }

    /** In a directory that ends with the process. */
    public static TestCertificates temporary() {
        try {
            Path directory = Files.createTempDirectory("tempo-certificates");
            directory.toFile().deleteOnExit();
            TestCertificates certificates = new TestCertificates(directory);
            certificates.certificateFile.toFile().deleteOnExit();
            certificates.keyFile.toFile().deleteOnExit();
            certificates.authorityFile.toFile().deleteOnExit();
            return certificates;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Gives the server another certificate and key. */
    public void renew(String name) {
        HeldCertificate server = new HeldCertificate.Builder()
                .commonName(name)
                .addSubjectAlternativeName("127.0.0.1")
                .signedBy(authority)
                .build();
        write(certificateFile, server.certificatePem() + authority.certificatePem());
        write(keyFile, server.privateKeyPkcs8Pem());
    }

    /** A setting's value. */
    public TlsConfig config(boolean clientsToo) {
        return new TlsConfig(
                certificateFile.toString(),
                keyFile.toString(),
                clientsToo ? authorityFile.toString() : "",
                java.time.Duration.ofMinutes(1));
    }

    /** What a client connects with that trusts the authority. */
    public SSLContext clientContext(boolean withCertificate) {
        HandshakeCertificates.Builder builder =
                new HandshakeCertificates.Builder().addTrustedCertificate(authority.certificate());
        if (withCertificate) {
            builder.heldCertificate(client);
        }
        return builder.build().sslContext();
    }

    /** What Java's serialization makes of an object. */
    public static byte[] javaBytes(java.io.Serializable object) throws IOException {
        java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
        try (java.io.ObjectOutputStream out = new java.io.ObjectOutputStream(bytes)) {
            out.writeObject(object);
        }
        return bytes.toByteArray();
    }

    static Path write(Path file, String text) {
        try {
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
