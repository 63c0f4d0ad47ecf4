package tempo.bench;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.javadsl.Behaviors;
import akka.util.ByteString;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import tempo.ingester.Ingester.PushMany;
import tempo.ingester.Ingester.PushOutcome;
import tempo.ingester.Ingester.Pushed;
import tempo.ingester.Ingester.PushedMany;

/** Pushes from one node to another and their replies, eight of them under way: what the path between nodes costs without what they do there. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 5)
@Measurement(iterations = 3, time = 5)
@Threads(8)
@Fork(value = 1, jvmArgs = "-Xmx512m")
public class BetweenNodesBenchmark {
    private static final int ENTRIES = 4;
    private static final Config CONFIG = ConfigFactory.parseString(
                    """
                    akka.loglevel = ERROR
                    akka.remote.artery.canonical { hostname = 127.0.0.1, port = 0 }
                    akka.coordinated-shutdown { exit-jvm = off, run-by-jvm-shutdown-hook = off }
                    """)
            .withFallback(ConfigFactory.parseResources("akka-defaults.conf"))
            .withFallback(ConfigFactory.defaultReferenceUnresolved())
            .resolve();

    /** Of the batches in a message, together. */
    @Param({"1024", "32768", "131072"})
    int bytes;

    private final ActorSystem<Void> sender = ActorSystem.create(Behaviors.empty(), "sender", CONFIG);
    private final ActorSystem<PushMany> receiver = ActorSystem.create(receiver(), "receiver", CONFIG);
    private ActorRef<PushMany> inbox = receiver;
    private ByteString batch = ByteString.emptyByteString();

    private static Behavior<PushMany> receiver() {
        return Behaviors.receiveMessage(message -> {
            List<Pushed> replies = message.entries().stream()
                    .map(entry -> new Pushed(entry.pushId(), entry.range(), PushOutcome.DURABLE, "receiver"))
                    .toList();
            message.replyTo().tell(new PushedMany(replies));
            return Behaviors.same();
        });
    }

    @Setup
    public void connect() {
        byte[] random = new byte[bytes / ENTRIES];
        new Random(1).nextBytes(random);
        batch = ByteString.fromArray(random);
        inbox = ActorRefResolver.get(sender)
                .resolveActorRef(ActorRefResolver.get(receiver).toSerializationFormat(receiver));
    }

    @Benchmark
    public PushedMany pushAndReply() throws Exception {
        return AskPattern.<PushMany, PushedMany>ask(
                        inbox,
                        replyTo -> new PushMany(List.of(entry(1), entry(2), entry(3), entry(ENTRIES)), replyTo),
                        Duration.ofSeconds(10),
                        sender.scheduler())
                .toCompletableFuture()
                .get();
    }

    private PushMany.Entry entry(int number) {
        return new PushMany.Entry("single-tenant", number, number, false, batch);
    }

    @TearDown
    public void stop() {
        sender.terminate();
        receiver.terminate();
    }
}
