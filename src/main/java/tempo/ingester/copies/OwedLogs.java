package tempo.ingester.copies;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.Props;
import akka.cluster.ClusterEvent.CurrentClusterState;
import akka.cluster.Member;
import akka.cluster.UniqueAddress;
import akka.cluster.typed.Cluster;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this node knows of all logs of the cluster: whose they are, who holds copies, which are owed. All nodes have it, by Akka's
 * Distributed Data; those with a data directory keep it there too, so that it outlasts a stop of all. Thread-safe.
 */
public final class OwedLogs {
    private static final Logger LOG = LoggerFactory.getLogger(OwedLogs.class);
    private static final Duration WRITTEN_IN = Duration.ofSeconds(4);

    private final Cluster cluster;
    private final FactsInMemory known;
    private final ActorRef<FactKeeper.Command> keeper;
    private final LongSupplier millis;
    private final Optional<FactsFile> file;

    /** Every query asks, and both of what it follows from change seldom and as a whole. */
    private volatile Answer last;

    private record Answer(CurrentClusterState state, LogFacts facts, List<String> owed) {}

    private OwedLogs(
            Cluster cluster,
            FactsInMemory known,
            ActorRef<FactKeeper.Command> keeper,
            LongSupplier millis,
            Optional<FactsFile> file) {
        this.cluster = cluster;
        this.known = known;
        this.keeper = keeper;
        this.millis = millis;
        this.file = file;
        CurrentClusterState state = cluster.state();
        LogFacts facts = known.facts();
        this.last = new Answer(state, facts, facts.owed(memberLogs(state)));
    }

    /** Nothing is written to the file any more. */
    public void close() {
        file.ifPresent(FactsFile::close);
    }

    /**
     * Starts it.
     *
     * @param file where it is kept; none for a node that keeps nothing
     * @param millis unix time in milliseconds
     */
    public static OwedLogs start(ActorSystem<?> system, Optional<Path> file, LongSupplier millis) {
        Executor disk = system.dispatchers().lookup(DispatcherSelector.fromConfig("akka.actor.tempo-disk-dispatcher"));
        FactsInMemory known = new FactsInMemory();
        Optional<FactsFile> kept = file.map(FactsFile::new);
        Set<String> before = Set.of();
        try {
            before = kept.isPresent() ? kept.get().read(millis.getAsLong()) : before;
        } catch (IOException e) {
            LOG.warn("what was known of other nodes' logs cannot be read: {}", e.toString());
        }
        ActorRef<FactKeeper.Command> keeper =
                system.systemActorOf(FactKeeper.create(known, before, kept, disk, millis), "log-facts", Props.empty());
        return new OwedLogs(Cluster.get(system), known, keeper, millis, kept);
    }

    /** Logs whose spans may be missing from answers at this moment; each by the address of its node and the uid of that run. */
    public List<String> now() {
        CurrentClusterState state = cluster.state();
        LogFacts facts = known.facts();
        Answer before = last;
        if (before.state() == state && before.facts() == facts) {
            return before.owed();
        }
        List<String> owed = List.copyOf(facts.owed(memberLogs(state)));
        last = new Answer(state, facts, owed);
        return owed;
    }

    /** All of a log is in blocks, or is written off by an operator. */
    public CompletionStage<Done> ended(String log) {
        return add(LogFacts.ended(log, millis.getAsLong() / 1_000));
    }

    /** All of this node's log is in blocks: it may go. */
    public CompletionStage<Done> endedHere() {
        return ended(self());
    }

    private CompletionStage<Done> add(String fact) {
        CompletableFuture<Done> written = new CompletableFuture<>();
        keeper.tell(new FactKeeper.Add(Set.of(fact), written));
        return written.completeOnTimeout(Done.getInstance(), WRITTEN_IN.toMillis(), TimeUnit.MILLISECONDS);
    }

    private String self() {
        return logOf(cluster.selfMember().uniqueAddress());
    }

    Facts facts() {
        return new Facts() {
            @Override
            public String self() {
                return OwedLogs.this.self();
            }

            @Override
            public Set<String> memberLogs() {
                return OwedLogs.memberLogs(cluster.state());
            }

            @Override
            public LogFacts known() {
                return known.facts();
            }

            @Override
            public void tell(String fact) {
                add(fact);
            }

            @Override
            public void retract(String fact) {
                keeper.tell(new FactKeeper.Remove(Set.of(fact)));
            }

            @Override
            public void tellEnded(String log) {
                ended(log);
            }
        };
    }

    private static Set<String> memberLogs(CurrentClusterState state) {
        Set<String> logs = new HashSet<>();
        for (Member member : state.getMembers()) {
            logs.add(logOf(member.uniqueAddress()));
        }
        return logs;
    }

    static String logOf(UniqueAddress node) {
        return node.address().hostPort() + "#" + Long.toUnsignedString(node.longUid(), 16);
    }
}
