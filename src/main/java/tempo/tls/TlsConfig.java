package tempo.tls;

import java.time.Duration;

/**
 * TLS of a port. It is on if there is a certificate.
 *
 * @param certificateFile PEM: the port's own certificate, and then those up to its authority; empty for none
 * @param keyFile PEM: its private key, not encrypted; empty for none
 * @param clientCaFile PEM: certificates of those who vouch for clients, which then must have one; empty if anybody may connect
 * @param reloadInterval how often files are looked at for new certificates
 */
public record TlsConfig(String certificateFile, String keyFile, String clientCaFile, Duration reloadInterval) {
    public TlsConfig {
        if (certificateFile.isEmpty() != keyFile.isEmpty()) {
            throw new IllegalArgumentException("certificate-file and key-file go together, one of them is empty");
        }
        if (certificateFile.isEmpty() && !clientCaFile.isEmpty()) {
            throw new IllegalArgumentException("client-ca-file needs certificate-file and key-file");
        }
        if (reloadInterval.toMillis() < 1) {
            throw new IllegalArgumentException("reload-interval must be above zero");
        }
    }

    /** Whether connections are encrypted. */
    public boolean enabled() {
        return !certificateFile.isEmpty();
    }
}
