package tempo.api.tempo;

import java.util.List;
import java.util.Set;

/** Paths of Tempo's API that answer 501 until they are built. */
final class NotBuilt {
    private static final Set<String> PATHS = Set.of(
            "/api/search",
            "/api/search/tags",
            "/api/v2/search/tags",
            "/api/metrics/query_range",
            "/api/metrics/query",
            "/api/v2/traces/diff",
            "/api/mcp",
            "/api/overrides",
            "/usage_metrics",
            "/memberlist",
            "/partition-ring",
            "/distributor/ring",
            "/live-store/ring",
            "/backend-worker/ring",
            "/live-store/prepare-downscale",
            "/live-store/prepare-partition-downscale");
    private static final List<String> PREFIXES = List.of(
            "/api/search/tag/", "/api/v2/search/tag/", "/querier/api/", "/status/", "/debug/pprof/", "/tempopb.");

    private NotBuilt() {}

    static boolean knows(String path) {
        return PATHS.contains(path) || PREFIXES.stream().anyMatch(path::startsWith);
    }
}
