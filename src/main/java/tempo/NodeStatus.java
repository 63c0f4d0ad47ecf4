package tempo;

import akka.actor.typed.ActorSystem;
import akka.cluster.Member;
import akka.cluster.typed.Cluster;
import java.time.Duration;
import java.util.function.LongSupplier;
import tempo.cli.Version;
import tempo.ingester.IngesterNode;
import tempo.overview.JsonText;
import tempo.telemetry.IngesterFigures;
import tempo.telemetry.Metrics;
import tempo.tempodb.TempoDb;

/** Makes the text of {@code /status}. */
final class NodeStatus {
    private final ActorSystem<?> system;
    private final TempoDb db;
    private final LongSupplier clock;

    NodeStatus(ActorSystem<?> system, TempoDb db, LongSupplier clock) {
        this.system = system;
        this.db = db;
        this.clock = clock;
    }

    /** What this node says of itself to others. */
    String json(IngesterNode ingester, Metrics metrics, String api) {
        JsonText json = JsonText.object()
                .text("version", Version.number())
                .number("uptimeSeconds", system.uptime())
                .text("api", api)
                .number("blocks", db.stats().blocks());
        IngesterFigures figures = metrics.ingesterFigures();
        ingester.state().ifPresent(state -> json.raw("ranges", state.ranges().toString())
                .number("liveTraces", figures.liveTraces())
                .number("liveBytes", figures.liveBytes())
                .number("headTraces", figures.headTraces())
                .number("headBytes", figures.headBytes())
                .number("copiesHeld", figures.held())
                .raw(
                        "wal",
                        JsonText.object()
                                .number("floor", state.walFloor())
                                .number("records", state.wal().records())
                                .number("outstanding", state.wal().outstandingUnits())
                                .number("queuedBytes", state.wal().queuedBytes())
                                .number("segments", state.wal().segmentsInUse())
                                .number("fileBytes", state.wal().fileBytes())
                                .end()));
        return json.end();
    }

    String text() {
        StringBuilder text = new StringBuilder();
        text.append("version   ").append(Version.number()).append('\n');
        text.append("uptime    ").append(Duration.ofSeconds(system.uptime())).append('\n');
        text.append("time      ")
                .append(java.time.Instant.ofEpochMilli(clock.getAsLong()))
                .append('\n');
        for (Member member : Cluster.get(system).state().getMembers()) {
            text.append("member    ")
                    .append(member.address())
                    .append(' ')
                    .append(member.status())
                    .append(' ')
                    .append(member.getRoles())
                    .append('\n');
        }
        text.append("blocks    ").append(db.stats()).append('\n');
        db.cacheStats()
                .ifPresent(
                        cache -> text.append("cache     ").append(cache.total()).append('\n'));
        return text.toString();
    }
}
