package tempo.tempodb.backend.s3;

import akka.actor.ClassicActorSystemProvider;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpMethods;
import akka.stream.alpakka.s3.AccessStyle;
import akka.stream.alpakka.s3.ApiVersion;
import akka.stream.alpakka.s3.ListBucketResultContents;
import akka.stream.alpakka.s3.MemoryBufferType;
import akka.stream.alpakka.s3.MultipartUploadSettings;
import akka.stream.alpakka.s3.RetrySettings;
import akka.stream.alpakka.s3.S3Exception;
import akka.stream.alpakka.s3.S3Headers;
import akka.stream.alpakka.s3.S3Settings;
import akka.stream.alpakka.s3.javadsl.S3;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsProfileRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.SystemSettingsRegionProvider;

/** Connects to a bucket; what keeps it from being used is told in one sentence that says what to do. */
final class BucketCheck {
    private BucketCheck() {}

    static S3Connection connect(S3Config config, ClassicActorSystemProvider system) throws IOException {
        if (config.bucket().isEmpty()) {
            throw new IOException("no bucket is configured for the S3 store: set bucket");
        }
        Region region = region(config);
        FreshCredentials credentials = FreshCredentials.of(config);
        S3Connection connection;
        try {
            try {
                credentials.refresh();
            } catch (SdkException e) {
                throw unusable(
                        config,
                        "there are no credentials: set access-key-id and secret-access-key, or give the process a role, a profile "
                                + "or the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
                        e);
            }
            connection = S3Connection.open(config, settings(config, region, credentials), credentials, system);
        } catch (IOException | RuntimeException e) {
            credentials.close();
            throw e;
        }
        try {
            check(connection);
            return connection;
        } catch (IOException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private static void check(S3Connection connection) throws IOException {
        S3Config config = connection.config();
        Optional<String> prefix = config.prefix().isEmpty() ? Optional.empty() : Optional.of(config.prefix() + "/");
        Source<ListBucketResultContents, ?> objects =
                S3.listBucket(config.bucket(), prefix, S3Headers.create()).withAttributes(connection.attributes());
        try {
            connection.await(
                    "list of objects", "", () -> objects.take(1).runWith(Sink.headOption(), connection.materializer()));
        } catch (IOException e) {
            Throwable cause = e.getCause() == null ? e : S3Failures.unwrap(e.getCause());
            if (cause instanceof S3Exception answer) {
                throw unusable(config, advice(connection, answer), e);
            }
            String what = S3Failures.tls(cause)
                    .map(tls -> "TLS failed (" + tls.getMessage()
                            + "): check endpoint, and ca-file if its certificate is private")
                    .orElseGet(() -> "it cannot be reached (" + S3Failures.sentence(cause)
                            + "): check endpoint, the network and whether the store is up");
            throw unusable(config, what, e);
        }
    }

    private static String advice(S3Connection connection, S3Exception answer) {
        String region = connection.settings().s3RegionProvider().getRegion().id();
        String said = S3Failures.sentence(answer);
        return switch (answer.code()) {
            case "NoSuchBucket" -> "there is no such bucket: create it, or correct bucket";
            case "InvalidAccessKeyId" -> "the access key id is not known there: correct access-key-id";
            case "SignatureDoesNotMatch" ->
                "the secret access key does not fit the access key id: correct secret-access-key";
            case "ExpiredToken", "TokenRefreshRequired", "InvalidToken" ->
                "the session token has expired or is invalid: renew session-token";
            case "AccessDenied", "AllAccessDisabled", "403 Forbidden" ->
                "access is denied (" + said + "): allow these credentials s3:ListBucket, s3:GetObject, s3:PutObject, "
                        + "s3:DeleteObject, s3:AbortMultipartUpload and s3:ListBucketMultipartUploads";
            case "RequestTimeTooSkewed" -> "the clock of this machine is wrong (" + said + "): set it";
            case "PermanentRedirect",
                    "TemporaryRedirect",
                    "AuthorizationHeaderMalformed",
                    "IllegalLocationConstraintException" ->
                "it is not in region " + region + " (" + said + "): set region"
                        + bucketRegion(connection).map(actual -> " = " + actual).orElse("");
            default -> said + ": check bucket, endpoint, region and credentials";
        };
    }

    /** The region that the store names in answer to a request that was sent to the wrong one. */
    private static Optional<String> bucketRegion(S3Connection connection) {
        try {
            return connection
                    .await("head of the bucket", "", () -> connection
                            .first(S3.request(
                                    connection.config().bucket(),
                                    "",
                                    Optional.empty(),
                                    HttpMethods.HEAD,
                                    S3Headers.create()))
                            .thenApply(response -> {
                                response.discardEntityBytes(connection.materializer());
                                return response;
                            }))
                    .getHeader("x-amz-bucket-region")
                    .map(HttpHeader::value);
        } catch (IOException unknown) {
            return Optional.empty();
        }
    }

    private static IOException unusable(S3Config config, String why, Exception cause) {
        return new IOException(config.place() + " cannot be used as store, " + why, cause);
    }

    private static S3Settings settings(S3Config config, Region region, FreshCredentials credentials) {
        RetrySettings once = RetrySettings.create(0, Duration.ofMillis(1), Duration.ofMillis(1), 0);
        AwsRegionProvider fixed = () -> region;
        S3Settings settings = S3Settings.create(
                        MemoryBufferType.getInstance(), credentials, fixed, ApiVersion.getListBucketVersion2())
                .withAccessStyle(
                        config.namesBucketInPath()
                                ? AccessStyle.pathAccessStyle()
                                : AccessStyle.virtualHostAccessStyle())
                .withRetrySettings(once)
                .withMultipartUploadSettings(MultipartUploadSettings.create(once));
        return config.endpointUri()
                .map(endpoint -> settings.withEndpointUrl(url(config, endpoint)))
                .orElse(settings);
    }

    private static String url(S3Config config, URI endpoint) {
        String host = config.namesBucketInPath() ? endpoint.getHost() : config.bucket() + "." + endpoint.getHost();
        return endpoint.getScheme() + "://" + host + (endpoint.getPort() < 0 ? "" : ":" + endpoint.getPort());
    }

    private static Region region(S3Config config) throws IOException {
        if (!config.region().isEmpty()) {
            return Region.of(config.region());
        }
        // Asking the instance is for AWS: elsewhere nobody answers, and most stores do not care.
        AwsRegionProvider chain = config.endpoint().isEmpty()
                ? new DefaultAwsRegionProviderChain()
                : new AwsRegionProviderChain(
                        new SystemSettingsRegionProvider(), new AwsProfileRegionProvider(), () -> Region.US_EAST_1);
        try {
            return chain.getRegion();
        } catch (SdkException e) {
            throw unusable(config, "its region is not known: set region, or the variable AWS_REGION", e);
        }
    }
}
