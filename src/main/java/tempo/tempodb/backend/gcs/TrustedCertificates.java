package tempo.tempodb.backend.gcs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** The certificates of a file beside those that the Java runtime trusts: tokens still come from Google. */
final class TrustedCertificates {
    private TrustedCertificates() {}

    /** @param caFile one or more certificates, PEM */
    static SSLContext with(Path caFile) throws IOException {
        try (InputStream in = Files.newInputStream(caFile)) {
            Collection<? extends Certificate> added =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (added.isEmpty()) {
                throw new IOException("it holds no certificate");
            }
            KeyStore all = KeyStore.getInstance(KeyStore.getDefaultType());
            all.load(null, null);
            int count = 0;
            for (Certificate each : added) {
                all.setCertificateEntry("added-" + count++, each);
            }
            for (TrustManager manager : managers(null)) {
                if (manager instanceof X509TrustManager trusting) {
                    for (X509Certificate each : trusting.getAcceptedIssuers()) {
                        all.setCertificateEntry("runtime-" + count++, each);
                    }
                }
            }
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers(all), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new IOException(
                    "certificates in " + caFile + " cannot be read (" + GcsFailures.reason(e)
                            + "): put a readable PEM file into ca-file",
                    e);
        }
    }

    /** @param trusted null means those of the runtime */
    private static TrustManager[] managers(@Nullable KeyStore trusted) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        return factory.getTrustManagers();
    }
}
