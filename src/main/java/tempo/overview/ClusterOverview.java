package tempo.overview;

import akka.actor.Address;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.receptionist.Receptionist;
import akka.cluster.Member;
import akka.cluster.typed.Cluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import tempo.overview.Overview.Ask;
import tempo.overview.Overview.Report;
import tempo.overview.Overview.ToReporter;

/** Gathers what all nodes say of themselves. Thread-safe. */
public final class ClusterOverview {
    private static final Duration ANSWER_MAX = Duration.ofSeconds(2);

    private final ActorSystem<?> system;
    private final Cluster cluster;
    private final Supplier<List<String>> owed;

    private ClusterOverview(ActorSystem<?> system, Supplier<List<String>> owed) {
        this.system = system;
        this.cluster = Cluster.get(system);
        this.owed = owed;
    }

    /**
     * Starts to tell of this node, and lets others be asked.
     *
     * @param report a JSON object with what this node says of itself
     * @param owed logs of nodes that are gone whose spans may be missing
     */
    public static ClusterOverview start(ActorSystem<?> system, Supplier<String> report, Supplier<List<String>> owed) {
        ActorRef<ToReporter> reporter = system.systemActorOf(Reporter.create(report), "reporter", Props.empty());
        system.receptionist().tell(Receptionist.register(Overview.REPORTER, reporter));
        return new ClusterOverview(system, owed);
    }

    /** All members as one JSON object; a member that does not answer in time has no {@code report}. */
    public CompletionStage<String> json() {
        return AskPattern.<Receptionist.Command, Receptionist.Listing>ask(
                        system.receptionist(),
                        replyTo -> Receptionist.find(Overview.REPORTER, replyTo),
                        ANSWER_MAX,
                        system.scheduler())
                .thenCompose(listing -> askAll(listing.getServiceInstances(Overview.REPORTER)));
    }

    private CompletionStage<String> askAll(Iterable<ActorRef<ToReporter>> reporters) {
        Map<Address, CompletableFuture<Optional<String>>> reports = new HashMap<>();
        for (ActorRef<ToReporter> reporter : reporters) {
            Address address = reporter.path().address().hasLocalScope()
                    ? cluster.selfMember().address()
                    : reporter.path().address();
            reports.put(
                    address,
                    AskPattern.<ToReporter, Report>ask(reporter, Ask::new, ANSWER_MAX, system.scheduler())
                            .handle((report, failure) ->
                                    Optional.ofNullable(report).map(Report::json))
                            .toCompletableFuture());
        }
        return CompletableFuture.allOf(reports.values().toArray(CompletableFuture[]::new))
                .thenApply(all -> json(reports));
    }

    private String json(Map<Address, CompletableFuture<Optional<String>>> reports) {
        List<String> members = new ArrayList<>();
        for (Member member : cluster.state().getMembers()) {
            CompletableFuture<Optional<String>> report =
                    reports.getOrDefault(member.address(), CompletableFuture.completedFuture(Optional.empty()));
            List<String> roles = new ArrayList<>(member.getRoles());
            roles.sort(null);
            members.add(JsonText.object()
                    .text("node", member.address().hostPort())
                    .text("status", member.status().toString())
                    .bool("reachable", !cluster.state().getUnreachable().contains(member))
                    .bool("leader", member.address().equals(cluster.state().getLeader()))
                    .texts("roles", roles)
                    .raw("report", report.join().orElse("null"))
                    .end());
        }
        return JsonText.object()
                .text("answeredBy", cluster.selfMember().address().hostPort())
                .raw("members", "[" + String.join(",", members) + "]")
                .texts("owedLogs", owed.get())
                .end();
    }
}
