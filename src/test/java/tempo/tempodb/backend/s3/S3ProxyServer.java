package tempo.tempodb.backend.s3;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;

/** S3Proxy in this JVM, objects in memory, signatures checked. */
public final class S3ProxyServer {
    public static final String ACCESS_KEY_ID = "AKIDEXAMPLE";
    public static final String SECRET_ACCESS_KEY = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    private static final AtomicInteger BUCKETS = new AtomicInteger();

    private final BlobStore blobs;
    private final S3Proxy proxy;
    private final String endpoint;

    private S3ProxyServer(BlobStore blobs, S3Proxy proxy, String endpoint) {
        this.blobs = blobs;
        this.proxy = proxy;
        this.endpoint = endpoint;
    }

    public static S3ProxyServer start() throws Exception {
        return start(S3Proxy.builder().endpoint(URI.create("http://127.0.0.1:0")), "http");
    }

    /** @param keyStore PKCS #12, with the key and certificate for {@code localhost} */
    static S3ProxyServer startSecure(Path keyStore, String password) throws Exception {
        return start(
                S3Proxy.builder()
                        .secureEndpoint(URI.create("https://127.0.0.1:0"))
                        .keyStore(keyStore.toString(), password),
                "https");
    }

    private static S3ProxyServer start(S3Proxy.Builder builder, String scheme) throws Exception {
        BlobStore blobs = BlobStores.create("transient", new Properties());
        S3Proxy proxy = builder.blobStore(blobs)
                .awsAuthentication(AuthenticationType.AWS_V4, ACCESS_KEY_ID, SECRET_ACCESS_KEY)
                .build();
        proxy.start();
        int port = scheme.equals("https") ? proxy.getSecurePort() : proxy.getPort();
        return new S3ProxyServer(blobs, proxy, scheme + "://localhost:" + port);
    }

    /** The name of a bucket that is new. */
    public String newBucket() {
        String bucket = "bucket-" + BUCKETS.incrementAndGet();
        blobs.createContainer(bucket);
        return bucket;
    }

    public String endpoint() {
        return endpoint;
    }

    public void stop() throws Exception {
        proxy.stop();
    }

    /** Of a store that answers at once. */
    static S3Config config(String endpoint, String bucket) {
        return config(endpoint, bucket, 16);
    }

    /** As a node would have it that is told of this server. */
    public static S3Config config(String endpoint, String bucket, int maxConnections) {
        return new S3Config(
                bucket,
                "",
                endpoint,
                "us-east-1",
                ACCESS_KEY_ID,
                SECRET_ACCESS_KEY,
                "",
                S3Config.PathStyle.AUTO,
                S3Config.Encryption.NONE,
                "",
                "",
                "",
                Duration.ofSeconds(20),
                Duration.ofSeconds(5),
                maxConnections,
                5 << 20);
    }
}
