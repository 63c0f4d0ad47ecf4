package tempo.tempodb.backend.s3;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Certificates of authorities in a PEM file, instead of those that Java trusts. */
final class TrustedAuthorities {
    private TrustedAuthorities() {}

    /** What connections whose other end must be vouched for by {@code file} are made with. */
    static SSLContext read(Path file) throws IOException {
        try (InputStream pem = Files.newInputStream(file)) {
            Collection<? extends Certificate> authorities =
                    CertificateFactory.getInstance("X.509").generateCertificates(pem);
            if (authorities.isEmpty()) {
                throw new IOException("ca-file " + file + " holds no certificate");
            }
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            int count = 0;
            for (Certificate authority : authorities) {
                trusted.setCertificateEntry("authority-" + count++, authority);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    "ca-file " + file + " cannot be used, it must hold certificates in PEM: " + e.getMessage(), e);
        }
    }
}
