package tempo.ingester;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tempo.ingester.HeadTraces.Generation;

/*
 * Actors are modelled by their mailboxes: a step takes the first message of one of them, or lets a log commit, a cut end, a timer
 * fire or a query ask one of its places. The plain classes are the real ones. Messages within a node may be lost, which stands
 * for an actor that failed while it had them.
 */
/** Two nodes, one range, a few traces, one thread. Times are milliseconds. */
final class NoGapsSimulation {
    static final int DEADLINE = 40;

    private static final String TENANT = "tenant";
    private static final int TRACES = 3;
    private static final int STEPS = 600;
    private static final int QUERIES_MAX = 3;
    private static final IngesterConfig CONFIG = new IngesterConfig(
            Duration.ofMillis(8), Duration.ofMillis(30), 4096, 0, 1 << 20, Duration.ofMillis(45), 1_000);
    private static final List<ByteBuffer> BATCHES = List.of(Batches.view(0, 0), Batches.view(1, 0), Batches.view(2, 0));

    /** What is kept for how long, and whether queries ask head blocks again after a move. */
    record Rules(long liveRetain, long headRetain, boolean askAgain) {}

    private record Acknowledged(int trace, long ref) {}

    private static final class Node {
        private final LiveTraces live;
        private final HeadTraces head;
        private final Set<Acknowledged> knownBlocks = new HashSet<>();
        private final ArrayDeque<Runnable> rangeMail = new ArrayDeque<>();
        private final ArrayDeque<Runnable> headMail = new ArrayDeque<>();
        private final ArrayDeque<Runnable> log = new ArrayDeque<>();
        private @Nullable Generation cut;
        private boolean cutCommitted;
        private long ownerSince;

        Node(Rules rules) {
            live = new LiveTraces(CONFIG, rules.liveRetain());
            head = new HeadTraces(CONFIG, rules.headRetain());
        }
    }

    private static final class Query {
        private final long began;
        private final int trace;
        private final Set<Long> expected;
        private final Set<Long> found = new HashSet<>();
        private final List<Runnable> asks = new ArrayList<>();

        Query(long began, int trace, Set<Long> expected) {
            this.began = began;
            this.trace = trace;
            this.expected = expected;
        }
    }

    private final Random random;
    private final Rules rules;
    private final List<Node> nodes = new ArrayList<>();
    private final Set<Acknowledged> acknowledged = new HashSet<>();
    private final Set<Acknowledged> store = new HashSet<>();
    private final List<Query> queries = new ArrayList<>();
    private int owner;
    private long now = 1_000;
    private long nextPosition = 1;
    private Optional<String> gap = Optional.empty();

    long completeQueries;
    long moves;
    long blocksCut;

    NoGapsSimulation(long seed, Rules rules) {
        this.random = new Random(seed);
        this.rules = rules;
        nodes.add(new Node(rules));
        nodes.add(new Node(rules));
        nodes.get(0).ownerSince = now;
    }

    /** Runs to the end or to the first gap, which it describes. */
    Optional<String> run() {
        for (int step = 0; step < STEPS && gap.isEmpty(); step++) {
            now += random.nextInt(4) == 0 ? random.nextInt(6) : 0;
            step();
        }
        return gap;
    }

    private void step() {
        Node node = nodes.get(random.nextInt(2));
        switch (random.nextInt(16)) {
            case 0 -> push();
            case 1 -> next(node.log);
            case 2 -> next(node.rangeMail);
            case 3 -> next(node.headMail);
            case 4 -> rangeTick(nodes.get(owner));
            case 5 -> headTick(node);
            case 6 -> cutStep(node);
            case 7 -> moveStep();
            case 8 -> {
                if (queries.size() < QUERIES_MAX) {
                    begin();
                }
            }
            case 9 -> poll(node);
            default -> ask();
        }
    }

    private static void next(ArrayDeque<Runnable> mail) {
        Runnable message = mail.poll();
        if (message != null) {
            message.run();
        }
    }

    private void push() {
        Node node = nodes.get(owner);
        if (node.live.leaving) {
            return;
        }
        int trace = random.nextInt(TRACES);
        long position = nextPosition++;
        node.live.appendStarted();
        node.log.add(() -> node.rangeMail.add(() -> {
            node.live.appendEnded();
            node.live.add(TENANT, BATCHES.get(trace), position, now);
            acknowledged.add(new Acknowledged(trace, SliceRefs.ref(position, 0)));
        }));
    }

    private void rangeTick(Node node) {
        LiveTraces.HandOver finished = node.live.finish(now);
        if (finished != null) {
            offer(node, finished, false);
        }
        for (LiveTraces.HandOver handOver : node.live.unconfirmed(now - 5)) {
            offer(node, handOver, true);
        }
    }

    private void offer(Node node, LiveTraces.HandOver handOver, boolean again) {
        if (lost()) {
            return;
        }
        node.headMail.add(() -> {
            node.head.add(handOver.traces, again, now);
            if (!lost()) {
                node.rangeMail.add(() -> node.live.confirmed(handOver.id, now));
            }
        });
    }

    private boolean lost() {
        return random.nextInt(10) == 0;
    }

    private void headTick(Node node) {
        node.head.expire(now);
        if (random.nextInt(20) == 0) {
            node.head.forgetCut();
            node.cut = null;
        }
        Generation generation = node.head.startCut(now);
        if (generation != null) {
            node.cut = generation;
            node.cutCommitted = false;
        }
    }

    /** The cut commits its block; some time later the head block hears of it. */
    private void cutStep(Node node) {
        Generation generation = node.cut;
        if (generation == null) {
            return;
        }
        if (!node.cutCommitted && lost()) {
            node.cut = null;
            node.headMail.add(() -> node.head.cutFailed(generation, now + 5));
        } else if (!node.cutCommitted) {
            node.cutCommitted = true;
            blocksCut++;
            for (int trace = 0; trace < TRACES; trace++) {
                HeadTraces.HeadTrace held = generation.traces.get(
                        Batches.key(trace).high(), Batches.key(trace).low());
                int each = trace;
                if (held != null) {
                    held.refs.forEach(ref -> {
                        store.add(new Acknowledged(each, ref));
                        node.knownBlocks.add(new Acknowledged(each, ref));
                    });
                }
            }
        } else {
            node.cut = null;
            node.headMail.add(() -> node.head.committed(generation, now));
        }
    }

    private void poll(Node node) {
        if (random.nextInt(8) == 0) {
            node.knownBlocks.addAll(store);
        }
    }

    /** As the range's hand-off: everything to the head block, confirmed; then the other node starts it. */
    private void moveStep() {
        Node node = nodes.get(owner);
        if (!node.live.leaving) {
            node.live.leaving = random.nextInt(6) == 0;
            return;
        }
        if (node.live.appendsPending()) {
            return;
        }
        LiveTraces.HandOver all = node.live.finishAll(now);
        if (all != null) {
            offer(node, all, false);
        }
        for (LiveTraces.HandOver handOver : node.live.unconfirmed(now - 5)) {
            offer(node, handOver, true);
        }
        if (node.live.unconfirmed(Long.MAX_VALUE).isEmpty()) {
            node.live.clear();
            node.live.left();
            owner = 1 - owner;
            nodes.get(owner).ownerSince = now;
            moves++;
        }
    }

    private void begin() {
        int trace = random.nextInt(TRACES);
        Set<Long> expected = new HashSet<>();
        for (Acknowledged each : acknowledged) {
            if (each.trace() == trace) {
                expected.add(each.ref());
            }
        }
        Query query = new Query(now, trace, expected);
        Node asking = nodes.get(random.nextInt(2));
        query.asks.add(() -> askLive(query, asking));
        askHeads(query, asking);
        query.asks.add(() -> addBlocks(query, asking));
        queries.add(query);
    }

    /** While the range moves the question may still reach its old owner, or waits for the new one. */
    private void askLive(Query query, Node asking) {
        Node node = nodes.get(owner);
        if (node.live.leaving && random.nextBoolean()) {
            query.asks.add(() -> askLive(query, asking));
            return;
        }
        addRefs(query, node.live.find(TENANT, high(query), low(query)));
        if (rules.askAgain() && now - node.ownerSince <= node.live.retainMillis()) {
            askHeads(query, asking);
        }
    }

    private void askHeads(Query query, Node asking) {
        for (Node node : nodes) {
            query.asks.add(() -> {
                addRefs(query, node.head.find(TENANT, high(query), low(query)));
                if (node != asking) {
                    query.asks.add(() -> addBlocks(query, node));
                }
            });
        }
    }

    private void ask() {
        queries.removeIf(query -> now > query.began + DEADLINE);
        if (queries.isEmpty()) {
            return;
        }
        Query query = queries.get(random.nextInt(queries.size()));
        query.asks.remove(random.nextInt(query.asks.size())).run();
        if (query.asks.isEmpty()) {
            queries.remove(query);
            completeQueries++;
            Set<Long> missing = new HashSet<>(query.expected);
            missing.removeAll(query.found);
            if (!missing.isEmpty()) {
                gap = Optional.of("query of " + query.began + " ended at " + now + " without " + missing + " of "
                        + query.expected.size() + " slices");
            }
        }
    }

    private static void addRefs(Query query, SliceRefs refs) {
        refs.forEach(query.found::add);
    }

    private static void addBlocks(Query query, Node node) {
        for (Acknowledged each : node.knownBlocks) {
            if (each.trace() == query.trace) {
                query.found.add(each.ref());
            }
        }
    }

    private static long high(Query query) {
        return Batches.key(query.trace).high();
    }

    private static long low(Query query) {
        return Batches.key(query.trace).low();
    }
}
