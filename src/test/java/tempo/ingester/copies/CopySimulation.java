package tempo.ingester.copies;

import akka.util.ByteString;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/**
 * A cluster of nodes that copy their logs to each other, over a network that loses, delays, doubles and reorders messages, with crashes,
 * pauses, partitions and a lost disk now and then; all in one thread, from a seed. Time, disks, network, membership and the cut of blocks
 * are models; who sends, who holds and who adopts are the real classes. What is checked is the set of acknowledged records: each is
 * found at the end, and at any moment in every answer that claims to be complete.
 */
final class CopySimulation {
    private static final int NODES = 4;

    private final Random random;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final List<SimNode> nodes = new ArrayList<>();
    private final Set<String> members = new HashSet<>();
    private final Set<Integer> blocks = new HashSet<>();
    /** Acknowledged, and in no block. */
    private final Set<Integer> unstored = new HashSet<>();

    private int acknowledged;
    private final boolean[][] cutOff = new boolean[NODES][NODES];
    private final Set<String> lines = new HashSet<>();
    private int factsRead;
    private LogFacts facts = LogFacts.of(Set.of());
    private long now;
    private long sequence;
    private int nextRecord;
    private int nextRun;
    private boolean storeAway;
    int completeAnswers;
    int adopted;
    int refused;

    private record Event(long at, long sequence, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(sequence, other.sequence);
        }
    }

    CopySimulation(long seed) {
        this.random = new Random(seed);
        for (int i = 0; i < NODES; i++) {
            nodes.add(new SimNode(i));
        }
    }

    int acknowledged() {
        return acknowledged;
    }

    private void after(long millis, Runnable action) {
        events.add(new Event(now + millis, sequence++, action));
    }

    private long between(int from, int to) {
        return from + random.nextInt(to - from);
    }

    private void runUntil(long time) {
        while (!events.isEmpty() && events.peek().at() <= time) {
            Event next = events.poll();
            now = next.at();
            next.action().run();
        }
        now = time;
    }

    /** Ten minutes or so of faults, then of peace; throws if a record is missing. */
    void run() {
        nodes.forEach(SimNode::start);
        for (SimNode node : nodes) {
            node.every(250, node::tick);
            node.every(2_000, node::ask);
            node.every(60_000, () -> node.head.cut());
        }
        every(20, this::push);
        every(700, this::query);
        runUntil(5_000);
        for (int fault = 0; fault < 8; fault++) {
            oneFault();
            runUntil(now + between(100, 40_000));
        }
        lostDisk();
        storeAway = false;
        runUntil(now + 300_000);
        nodes.forEach(SimNode::wake);
        Set<Integer> missing = new HashSet<>(unstored);
        nodes.forEach(node -> missing.removeAll(node.own.values()));
        if (!missing.isEmpty()) {
            throw new AssertionError(missing.size() + " of " + acknowledged + " acknowledged records are missing");
        }
        if (!facts().owed(members).isEmpty()) {
            throw new AssertionError("still owed: " + facts().owed(members) + " by " + lines);
        }
    }

    private void every(long millis, Runnable action) {
        after(millis, () -> {
            action.run();
            every(millis, action);
        });
    }

    private void oneFault() {
        SimNode node = nodes.get(random.nextInt(NODES));
        switch (random.nextInt(5)) {
            case 0 -> {
                node.crash(false);
                after(between(100, 60_000), node::start);
            }
            case 1 -> {
                node.pause();
                after(between(1_000, 70_000), node::wake);
            }
            case 2 -> {
                for (int other = 0; other < NODES; other++) {
                    cutOff[node.index][other] = true;
                    cutOff[other][node.index] = random.nextBoolean();
                }
                node.lost();
                after(between(1_000, 60_000), () -> {
                    for (int other = 0; other < NODES; other++) {
                        cutOff[node.index][other] = false;
                        cutOff[other][node.index] = false;
                    }
                });
            }
            case 3 -> {
                storeAway = true;
                after(between(1_000, 100_000), () -> storeAway = false);
            }
            default ->
                nodes.forEach(each -> {
                    if (random.nextBoolean()) {
                        each.crash(false);
                        after(between(100, 5_000), each::start);
                    }
                });
        }
    }

    /** The only one at a time that is promised: all others are well, and have been for a while. */
    private void lostDisk() {
        storeAway = false;
        runUntil(now + 250_000);
        SimNode node = nodes.get(random.nextInt(NODES));
        node.crash(true);
        if (random.nextBoolean()) {
            after(between(100, 60_000), node::start);
        } else {
            after(200_000, node::start);
        }
        runUntil(now + 250_000);
    }

    private void push() {
        SimNode node = nodes.get(random.nextInt(NODES));
        if (!node.running()) {
            return;
        }
        int record = nextRecord++;
        node.append(false, position -> {
            node.own.put(position, record);
            node.sender.add(
                    new CopiedRecord("tenant", position, bytes(record)),
                    result -> {
                        if (result == CopyResult.COPIED) {
                            acknowledged++;
                            if (!blocks.contains(record)) {
                                unstored.add(record);
                            }
                        }
                    },
                    now);
            node.inRun(random.nextInt(3), () -> node.sender.flush(now));
        });
    }

    private void query() {
        SimNode node = nodes.get(random.nextInt(NODES));
        if (!node.running() || !node.view.contains(node.log)) {
            return;
        }
        Set<Integer> found = new HashSet<>();
        for (String member : node.view) {
            SimNode other = nodes.stream()
                    .filter(each -> each.log.equals(member))
                    .findFirst()
                    .orElse(null);
            if (other == null
                    || !other.running()
                    || cutOff[node.index][other.index]
                    || cutOff[other.index][node.index]) {
                return;
            }
            found.addAll(other.own.values());
        }
        if (!facts().owed(node.view).isEmpty()) {
            return;
        }
        completeAnswers++;
        if (!found.containsAll(unstored)) {
            Set<Integer> missing = new HashSet<>(unstored);
            missing.removeAll(found);
            throw new AssertionError("at " + now + " ms " + node.log + " claims to be complete without " + missing
                    + ", it sees " + node.view + ", members are " + members + ", facts " + lines);
        }
    }

    private static ByteString bytes(int record) {
        return ByteString.fromArray(ByteBuffer.allocate(4).putInt(record).array());
    }

    private LogFacts facts() {
        if (lines.hashCode() != factsRead) {
            factsRead = lines.hashCode();
            facts = LogFacts.of(lines);
        }
        return facts;
    }

    /** The cluster decides that a run of a node is gone, and all others hear of it some time. */
    private void remove(String log) {
        if (members.remove(log)) {
            tellMembers();
        }
    }

    private void tellMembers() {
        for (SimNode node : nodes) {
            after(between(10, 3_000), () -> {
                Set<String> then = Set.copyOf(members);
                if (node.alive && then.contains(node.log)) {
                    node.whenAwake(() -> node.view = then);
                } else if (node.alive && node.joined) {
                    // It learns that it is no member any more, and its process begins anew.
                    after(between(10, 8_000), () -> node.whenAwake(node::startAnew));
                }
            });
        }
    }

    private final class SimNode {
        private final int index;
        private String id;
        private String log = "";
        private boolean alive;
        private boolean paused;
        private boolean joined;
        private Set<String> view = Set.of();
        private long position = 1;
        private long runBegan;

        /** What is on disk: own records that are in no block, and those held for others. */
        private final TreeMap<Long, Integer> own = new TreeMap<>();

        private final Map<Long, Map.Entry<String, List<CopiedRecord>>> guests = new HashMap<>();
        private final List<Runnable> whenAwake = new ArrayList<>();

        private HeldCopies held = new HeldCopies();
        private CopySender sender = new CopySender(new CopySender.Config(1, 1 << 20, 700, 4_000), (p, c, r) -> {});
        private HolderFacts holderFacts = new HolderFacts(new SimFacts(), () -> {});
        private Adoption adoption = adoption();
        private final SimHead head = new SimHead();

        SimNode(int index) {
            this.index = index;
            this.id = "node" + index;
        }

        boolean running() {
            return alive && !paused;
        }

        void every(long millis, Runnable action) {
            CopySimulation.this.every(millis, () -> {
                if (running()) {
                    action.run();
                }
            });
        }

        void inRun(long millis, Runnable action) {
            String run = log;
            after(millis, () -> {
                if (alive && log.equals(run)) {
                    whenAwake(action);
                }
            });
        }

        void whenAwake(Runnable action) {
            if (paused) {
                whenAwake.add(action);
            } else {
                action.run();
            }
        }

        void start() {
            if (alive) {
                return;
            }
            alive = true;
            joined = false;
            log = id + "#" + nextRun++;
            view = Set.of();
            runBegan = position;
            held = new HeldCopies();
            guests.forEach((ours, guest) -> held.log(guest.getKey())
                    .found(guest.getValue().get(guest.getValue().size() - 1).position(), ours));
            sender = new CopySender(new CopySender.Config(1, 1 << 20, 700, 4_000), this::send);
            holderFacts = new HolderFacts(new SimFacts(), () -> head.cut());
            adoption = adoption();
            String joining = log;
            inRun(between(500, 4_000), () -> {
                // A new run at the same place puts an old one out.
                members.removeIf(member -> member.startsWith(id + "#"));
                members.add(joining);
                joined = true;
                lines.add(LogFacts.open(joining, id, 2));
                tellMembers();
            });
        }

        void startAnew() {
            if (alive && !members.contains(log)) {
                alive = false;
                start();
            }
        }

        private Adoption adoption() {
            String run = log;
            return new Adoption(id, new SimFacts(), held, new SimRecords(), head(), Runnable::run, step -> {
                if (alive && log.equals(run)) {
                    whenAwake(() -> adoption.onStep(step, now));
                }
            });
        }

        private WalCopies.Head head() {
            return new SimHead();
        }

        void crash(boolean diskLost) {
            if (diskLost) {
                own.clear();
                guests.clear();
                id = "node" + index + "-" + nextRun;
                position = 1;
            }
            if (!alive) {
                return;
            }
            alive = false;
            paused = false;
            whenAwake.clear();
            lost();
        }

        /** Nobody hears of it any more: after a while it is removed, unless it is back by then. */
        void lost() {
            String run = log;
            after(between(15_000, 25_000), () -> {
                boolean back = log.equals(run) && running() && !cutOff[index][(index + 1) % NODES];
                if (!back) {
                    remove(run);
                }
            });
        }

        void pause() {
            if (alive && !paused) {
                paused = true;
                lost();
            }
        }

        void wake() {
            if (paused) {
                paused = false;
                List<Runnable> waiting = List.copyOf(whenAwake);
                whenAwake.clear();
                waiting.forEach(action -> inRun(random.nextInt(50), action));
            }
        }

        /** Durable a little later, if the process lives that long. */
        void append(boolean guest, java.util.function.LongConsumer committed) {
            inRun(between(1, 12), () -> committed.accept(position++));
        }

        void tick() {
            if (!joined || !view.contains(log)) {
                return;
            }
            held.members(view);
            Set<String> reachable = new HashSet<>();
            for (SimNode other : nodes) {
                if (other != this && view.contains(other.log)) {
                    reachable.add(other.log);
                }
            }
            Map<String, String> zones = new HashMap<>();
            reachable.forEach(peer -> zones.put(peer, ""));
            sender.peers(PeerOrder.of(log, "", zones), now);
            sender.tick(now);
            sender.floor(floor());
            holderFacts.tick(sender.holders(), reachable, now);
            adoption.tick(now);
        }

        private long floor() {
            Long lowest = own.ceilingKey(runBegan);
            return lowest == null ? position : lowest;
        }

        void ask() {
            for (String theirs : held.toAsk()) {
                deliver(theirs, other -> {
                    if (other.log.equals(theirs)) {
                        long floor = other.floor();
                        other.deliver(log, me -> {
                            HeldLog records = me.held.log(theirs);
                            if (!records.closed()) {
                                for (long ours : records.takeBelow(floor)) {
                                    me.guests.remove(ours);
                                }
                            }
                        });
                    }
                });
            }
        }

        private void send(String peer, long chunk, List<CopiedRecord> records) {
            holderFacts.sentTo(peer);
            String from = log;
            List<CopiedRecord> sent = List.copyOf(records);
            deliver(peer, other -> other.hold(from, chunk, sent));
        }

        private void hold(String from, long chunk, List<CopiedRecord> records) {
            HoldOutcome outcome = held.mayHold(from);
            if (outcome != HoldOutcome.HELD) {
                refused += outcome == HoldOutcome.REFUSED ? 1 : 0;
                answer(from, chunk, outcome);
                return;
            }
            HeldLog theirs = held.log(from);
            if (theirs.tellNow()) {
                new SimFacts().tell(LogFacts.holds(from, log));
            }
            theirs.begun();
            append(true, ours -> {
                guests.put(ours, Map.entry(from, records));
                theirs.appended(records.get(records.size() - 1).position(), ours);
                answer(from, chunk, theirs.closed() ? HoldOutcome.REFUSED : HoldOutcome.HELD);
            });
        }

        private void answer(String to, long chunk, HoldOutcome outcome) {
            String me = log;
            deliver(to, other -> other.sender.answered(me, chunk, outcome, now));
        }

        /** To the run of a node, if it is still there: lost, late, or twice, now and then. */
        private void deliver(String to, java.util.function.Consumer<SimNode> message) {
            int copies = random.nextInt(100) < 3 ? 0 : random.nextInt(100) < 3 ? 2 : 1;
            for (int i = 0; i < copies; i++) {
                long delay = random.nextInt(100) < 2 ? between(100, 30_000) : between(0, 20);
                after(delay, () -> {
                    for (SimNode other : nodes) {
                        if (other.alive && other.log.equals(to) && !cutOff[index][other.index]) {
                            other.whenAwake(() -> message.accept(other));
                        }
                    }
                });
            }
        }

        private final class SimFacts implements Facts {
            @Override
            public String self() {
                return log;
            }

            @Override
            public Set<String> memberLogs() {
                return view;
            }

            @Override
            public LogFacts known() {
                return facts();
            }

            @Override
            public void tell(String fact) {
                if (members.contains(log)) {
                    lines.add(fact);
                }
            }

            @Override
            public void retract(String fact) {
                if (members.contains(log)) {
                    lines.remove(fact);
                }
            }

            @Override
            public void tellEnded(String ended) {
                tell(LogFacts.ended(ended, now / 1_000));
            }
        }

        private final class SimRecords implements HeldRecords {
            @Override
            public List<CopiedRecord> read(long at) {
                Map.Entry<String, List<CopiedRecord>> guest = guests.get(at);
                if (guest == null) {
                    throw new AssertionError("read what is not there: " + at);
                }
                return guest.getValue();
            }

            @Override
            public void release(long at) {
                adopted++;
                guests.remove(at);
            }
        }

        private final class SimHead implements WalCopies.Head {
            @Override
            public CompletionStage<Boolean> keep(String tenant, ByteString batch) {
                CompletableFuture<Boolean> kept = new CompletableFuture<>();
                append(false, at -> {
                    own.put(at, batch.asByteBuffer().getInt());
                    kept.complete(true);
                });
                return kept;
            }

            @Override
            public CompletionStage<Boolean> cut() {
                CompletableFuture<Boolean> cut = new CompletableFuture<>();
                BooleanSupplier store = () -> !storeAway;
                inRun(between(20, 3_000), () -> {
                    if (store.getAsBoolean()) {
                        blocks.addAll(own.values());
                        unstored.removeAll(own.values());
                        own.clear();
                    }
                    cut.complete(store.getAsBoolean());
                });
                return cut;
            }
        }
    }
}
