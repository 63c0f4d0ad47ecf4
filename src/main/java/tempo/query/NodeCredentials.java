package tempo.query;

import java.io.IOException;
import java.util.Map;
import javax.net.ssl.SSLContext;
import tempo.tls.BearerToken;
import tempo.tls.ClientTls;

/** Whom a client of nodes trusts and what it shows them, out of files that may change while it runs. Thread-safe. */
final class NodeCredentials {
    private final CredentialFiles files;
    private volatile Current current;

    /**
     * Reads the files.
     *
     * @throws IOException with a sentence that names the file, if one cannot be used
     */
    NodeCredentials(CredentialFiles files) throws IOException {
        this.files = files;
        this.current = read(files);
    }

    /**
     * Any may be empty.
     *
     * @param ca who may vouch for nodes (PEM)
     * @param certificate what is shown to them (PEM)
     * @param key its key (PEM)
     * @param token a bearer token for a proxy before them
     */
    record CredentialFiles(String ca, String certificate, String key, String token) {
        static final CredentialFiles NONE = new CredentialFiles("", "", "", "");
    }

    private record Current(SSLContext tls, Map<String, String> headers) {}

    private static Current read(CredentialFiles files) throws IOException {
        return new Current(
                ClientTls.context(files.ca(), files.certificate(), files.key()),
                files.token().isEmpty() ? Map.of() : Map.of("authorization", BearerToken.authorization(files.token())));
    }

    /**
     * Reads the files again, if there are any, for calls from now on. Blocks.
     *
     * @throws IOException as at first; then all stays as it was
     */
    void reload() throws IOException {
        if (!files.equals(CredentialFiles.NONE)) {
            current = read(files);
        }
    }

    SSLContext tls() {
        return current.tls();
    }

    /** What goes with each call. */
    Map<String, String> headers() {
        return current.headers();
    }
}
