package tempo.query;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import tempo.tls.BearerToken;
import tempo.tls.ClientTls;

/** Whom a client of nodes trusts and what it shows them, out of files that may change while it runs. Thread-safe. */
final class NodeCredentials {
    private final PemFiles files;
    private final Optional<Path> tokenFile;
    private volatile Current current;

    private NodeCredentials(PemFiles files, Optional<Path> tokenFile) throws IOException {
        this.files = files;
        this.tokenFile = tokenFile;
        this.current = read(files, tokenFile);
    }

    /**
     * PEM files; any may be empty.
     *
     * @param ca who may vouch for nodes
     * @param certificate what is shown to them
     * @param key its key
     */
    record PemFiles(String ca, String certificate, String key) {}

    private record Current(SSLContext tls, Map<String, String> headers) {}

    /**
     * Reads the files.
     *
     * @param tokenFile with a bearer token for a proxy before the nodes
     * @throws IOException with a sentence that names the file, if one cannot be used
     */
    static NodeCredentials of(PemFiles files, Optional<Path> tokenFile) throws IOException {
        return new NodeCredentials(files, tokenFile);
    }

    private static Current read(PemFiles files, Optional<Path> tokenFile) throws IOException {
        SSLContext tls = ClientTls.context(files.ca(), files.certificate(), files.key());
        if (tokenFile.isEmpty()) {
            return new Current(tls, Map.of());
        }
        return new Current(
                tls,
                Map.of(
                        "authorization",
                        BearerToken.authorization(tokenFile.get().toString())));
    }

    /**
     * Reads the files again, for calls from now on. Blocks.
     *
     * @throws IOException as {@link #of}; then all stays as it was
     */
    void reload() throws IOException {
        current = read(files, tokenFile);
    }

    SSLContext tls() {
        return current.tls();
    }

    /** What goes with each call. */
    Map<String, String> headers() {
        return current.headers();
    }
}
