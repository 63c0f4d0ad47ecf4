package tempo.tempodb.compaction;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import tempo.tempodb.block.ArrivalWindow;

/**
 * How long traces are kept after they arrived.
 *
 * @param standard for tenants without a period of their own
 * @param tenants periods by tenant
 */
public record Retention(Duration standard, Map<String, Duration> tenants) {
    public Retention {
        tenants = Map.copyOf(tenants);
        requirePositive("standard", standard);
        tenants.forEach(Retention::requirePositive);
    }

    /** The same for all tenants. */
    public static Retention ofAll(Duration period) {
        return new Retention(period, Map.of());
    }

    /** The period of a tenant. */
    public Duration of(String tenant) {
        return tenants.getOrDefault(tenant, standard);
    }

    /** True once the last trace that may have arrived in a window is past the tenant's period. */
    public boolean isOver(String tenant, ArrivalWindow window, Instant now) {
        long end = window.startSeconds() + window.seconds();
        return end + of(tenant).toSeconds() <= now.getEpochSecond();
    }

    private static void requirePositive(String key, Duration period) {
        if (period.toSeconds() < 1) {
            throw new IllegalArgumentException(key + " must be at least 1 s but is " + period);
        }
    }
}
