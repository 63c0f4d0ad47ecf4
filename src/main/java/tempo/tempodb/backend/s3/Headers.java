package tempo.tempodb.backend.s3;

import akka.http.scaladsl.model.HttpHeader;
import akka.http.scaladsl.model.headers.RawHeader;
import akka.stream.alpakka.s3.S3Headers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** Headers of requests, in the shapes that Alpakka takes. */
final class Headers {
    private Headers() {}

    static S3Headers of(Map<String, String> headers) {
        return S3Headers.create()
                .withCustomHeaders(scala.collection.immutable.Map.from(CollectionConverters.asScala(headers)));
    }

    static Seq<HttpHeader> listOf(Map<String, String> headers) {
        List<HttpHeader> list = headers.entrySet().stream()
                .<HttpHeader>map(header -> new RawHeader(header.getKey(), header.getValue()))
                .toList();
        return CollectionConverters.asScala(list).toSeq();
    }

    /** Of requests that create an object or begin its upload: how it is to be kept. */
    static Map<String, String> creating(S3Config config) {
        Map<String, String> headers = new LinkedHashMap<>();
        switch (config.encryption()) {
            case NONE -> {}
            case AES256 -> headers.put("x-amz-server-side-encryption", "AES256");
            case AWS_KMS -> headers.put("x-amz-server-side-encryption", "aws:kms");
        }
        if (!config.kmsKeyId().isEmpty()) {
            headers.put("x-amz-server-side-encryption-aws-kms-key-id", config.kmsKeyId());
        }
        if (!config.storageClass().isEmpty()) {
            headers.put("x-amz-storage-class", config.storageClass());
        }
        return Map.copyOf(headers);
    }
}
