package tempo.tls;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;

/** What a client shows where a certificate is not asked for: a token out of a file, as Kubernetes and proxies hand them out. */
public final class BearerToken {
    private BearerToken() {}

    /**
     * The value of {@code Authorization}.
     *
     * @throws IOException with a sentence that names the file, if it cannot be read
     */
    public static String authorization(String file) throws IOException {
        return "Bearer " + new String(ServerTls.read("bearer token file", file), UTF_8).strip();
    }
}
