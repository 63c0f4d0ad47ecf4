package tempo.process;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * What {@code /metrics} said once.
 *
 * @param lines of the Prometheus text format
 */
record NodeMetrics(List<String> lines) {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    static NodeMetrics get(URI api) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(api.resolve("/metrics"))
                .timeout(Duration.ofSeconds(30))
                .build();
        try {
            return new NodeMetrics(HTTP.send(request, HttpResponse.BodyHandlers.ofString())
                    .body()
                    .lines()
                    .toList());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** The sum of a counter's samples of one tenant; 0 if it has none. */
    long sum(String name, String tenant) {
        String wanted = String.format(Locale.ROOT, "tenant=\"%s\"", tenant);
        double sum = 0;
        for (String line : lines) {
            if (line.startsWith(name + "{") && line.contains(wanted)) {
                sum += Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
            }
        }
        return Math.round(sum);
    }
}
