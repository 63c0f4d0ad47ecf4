package tempo.receiver.otlp;

import java.time.Duration;
import java.util.List;

/**
 * Which pages of browsers may send spans.
 *
 * @param allowedOrigins such as {@code https://shop.example}; {@code *} in one stands for any characters, alone for every origin; none
 *     means that no page may
 * @param allowedHeaders of a request, beside those that any page may set and {@code Content-Type}; {@code *} for all
 * @param maxAge how long a browser may remember what it was allowed
 */
public record CorsConfig(List<String> allowedOrigins, List<String> allowedHeaders, Duration maxAge) {
    public CorsConfig {
        allowedOrigins = List.copyOf(allowedOrigins);
        allowedHeaders = List.copyOf(allowedHeaders);
        if (maxAge.isNegative()) {
            throw new IllegalArgumentException("max-age must not be negative but was " + maxAge);
        }
    }
}
