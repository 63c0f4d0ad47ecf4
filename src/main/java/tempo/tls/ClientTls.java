package tempo.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** TLS of one who calls servers. */
public final class ClientTls {
    private ClientTls() {}

    /**
     * What a client trusts and shows, out of PEM files, which are read once.
     *
     * @param caFile who may vouch for servers; empty means those whom Java trusts
     * @param certificateFile what is shown to servers that ask; empty means nothing
     * @param keyFile its key
     * @throws IOException with a sentence that names the file, if one cannot be read or they do not belong together
     */
    public static SSLContext context(String caFile, String certificateFile, String keyFile) throws IOException {
        if (certificateFile.isEmpty() != keyFile.isEmpty()) {
            throw new IOException("certificate and key go together, one of them is missing");
        }
        KeyManager @Nullable [] keys =
                certificateFile.isEmpty() ? null : ServerTls.keyManagers(certificateFile, keyFile);
        TrustManager @Nullable [] trust = caFile.isEmpty() ? null : ServerTls.trusting(caFile);
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, trust, new SecureRandom());
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS cannot be used: " + e.getMessage(), e);
        }
    }
}
