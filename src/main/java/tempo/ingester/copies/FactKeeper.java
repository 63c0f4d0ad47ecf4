package tempo.ingester.copies;

import akka.Done;
import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.cluster.ddata.Key;
import akka.cluster.ddata.ORSet;
import akka.cluster.ddata.ORSetKey;
import akka.cluster.ddata.SelfUniqueAddress;
import akka.cluster.ddata.typed.javadsl.DistributedData;
import akka.cluster.ddata.typed.javadsl.Replicator;
import akka.cluster.ddata.typed.javadsl.ReplicatorMessageAdapter;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the facts of all nodes together, by a set that grows and shrinks without conflicts, and writes them to a file. */
final class FactKeeper extends AbstractOnMessageBehavior<FactKeeper.Command> {
    private static final Logger LOG = LoggerFactory.getLogger(FactKeeper.class);
    private static final Key<ORSet<String>> KEY = ORSetKey.create("log-facts");
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final Replicator.WriteConsistency MAJORITY = new Replicator.WriteMajority(Duration.ofSeconds(3));

    /** What this actor receives. */
    sealed interface Command permits Add, Remove, Changed, Updated, Tick {}

    /** These are true from now on; completed once most nodes know, or cannot be told. */
    record Add(Set<String> facts, CompletableFuture<Done> written) implements Command {}

    /** These tell nothing any more. */
    record Remove(Set<String> facts) implements Command {}

    /** From the replicator. */
    record Changed(Replicator.SubscribeResponse<ORSet<String>> response) implements Command {}

    /** From the replicator: an update has ended, well or not. */
    record Updated(Set<String> added, CompletableFuture<Done> written) implements Command {}

    /** Time to write the file. */
    enum Tick implements Command {
        INSTANCE
    }

    private final FactsInMemory known;
    private final Optional<FactsFile> file;
    private final Executor disk;
    private final LongSupplier millis;
    private final SelfUniqueAddress self;
    private final ReplicatorMessageAdapter<Command, ORSet<String>> replicator;
    private final Set<String> onTheirWay = new HashSet<>();
    private Set<String> written = Set.of();

    private FactKeeper(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            ReplicatorMessageAdapter<Command, ORSet<String>> replicator,
            FactsInMemory known,
            Set<String> before,
            Optional<FactsFile> file,
            Executor disk,
            LongSupplier millis) {
        super(context);
        this.known = known;
        this.file = file;
        this.disk = disk;
        this.millis = millis;
        this.replicator = replicator;
        this.self = DistributedData.get(context.getSystem()).selfUniqueAddress();
        replicator.subscribe(KEY, Changed::new);
        if (!before.isEmpty()) {
            onAdd(new Add(before, new CompletableFuture<>()));
        }
        timers.startTimerWithFixedDelay(Tick.INSTANCE, TICK);
    }

    static Behavior<Command> create(
            FactsInMemory known, Set<String> before, Optional<FactsFile> file, Executor disk, LongSupplier millis) {
        return Behaviors.supervise(Behaviors.<Command>setup(
                        context -> Behaviors.withTimers(timers -> DistributedData.withReplicatorMessageAdapter(
                                (ReplicatorMessageAdapter<Command, ORSet<String>> adapter) ->
                                        new FactKeeper(context, timers, adapter, known, before, file, disk, millis)))))
                .onFailure(SupervisorStrategy.restart());
    }

    @Override
    public Behavior<Command> onMessage(Command message) {
        if (message instanceof Add add) return onAdd(add);
        if (message instanceof Remove remove) return onRemove(remove);
        if (message instanceof Changed changed) return onChanged(changed);
        if (message instanceof Updated updated) return onUpdated(updated);
        if (message instanceof Tick) return onTick();
        throw new AssertionError("no branch for " + message);
    }

    private Behavior<Command> onAdd(Add add) {
        known.add(add.facts());
        onTheirWay.addAll(add.facts());
        update(add.facts(), (set, fact) -> set.add(self, fact), new Updated(add.facts(), add.written()));
        return this;
    }

    private void update(Set<String> facts, BiFunction<ORSet<String>, String, ORSet<String>> change, Updated whenEnded) {
        replicator.askUpdate(
                replyTo -> new Replicator.Update<>(KEY, ORSet.empty(), MAJORITY, replyTo, set -> {
                    ORSet<String> changed = set;
                    for (String fact : facts) {
                        changed = change.apply(changed, fact);
                    }
                    return changed;
                }),
                response -> whenEnded);
    }

    private Behavior<Command> onUpdated(Updated updated) {
        onTheirWay.removeAll(updated.added());
        save(updated.written());
        return this;
    }

    private Behavior<Command> onRemove(Remove remove) {
        Set<String> kept = new HashSet<>(known.lines());
        if (kept.removeAll(remove.facts())) {
            known.set(kept);
            update(
                    remove.facts(),
                    (set, fact) -> set.remove(self, fact),
                    new Updated(Set.of(), new CompletableFuture<>()));
        }
        return this;
    }

    private Behavior<Command> onChanged(Changed changed) {
        if (changed.response() instanceof Replicator.Changed<ORSet<String>> set) {
            Set<String> all = new HashSet<>(set.get(KEY).getElements());
            all.addAll(onTheirWay);
            known.set(all);
        }
        return this;
    }

    private Behavior<Command> onTick() {
        long endedBefore = (millis.getAsLong() - FactsFile.OLDEST.toMillis()) / 1_000;
        Set<String> useless = new HashSet<>(known.facts().needless(known.lines()));
        useless.addAll(known.facts().outdated(known.lines(), endedBefore));
        if (!useless.isEmpty()) {
            onRemove(new Remove(useless));
        }
        save(new CompletableFuture<>());
        return this;
    }

    /** Writes the file if it differs; then completes. */
    private void save(CompletableFuture<Done> then) {
        Set<String> now = known.lines();
        if (file.isEmpty() || now.equals(written)) {
            then.complete(Done.getInstance());
            return;
        }
        written = now;
        FactsFile target = file.get();
        disk.execute(() -> {
            try {
                target.write(now);
            } catch (IOException e) {
                LOG.warn("what is known of other nodes' logs cannot be written: {}", e.toString());
            }
            then.complete(Done.getInstance());
        });
    }
}
