package tempo.compactor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.Adapter;
import akka.serialization.Serialization;
import akka.serialization.SerializationExtension;
import akka.serialization.SerializerWithStringManifest;
import java.io.NotSerializableException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tempo.compactor.Compactor.Assign;
import tempo.compactor.Compactor.AtWork;
import tempo.compactor.Compactor.Cancel;
import tempo.compactor.Compactor.Failed;
import tempo.compactor.Compactor.Finished;
import tempo.compactor.Compactor.ToWorker;
import tempo.compactor.Compactor.Travels;
import tempo.serialization.SerializerKit;
import tempo.span.TraceKey;
import tempo.tempodb.block.ArrivalWindow;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockSpec;
import tempo.tempodb.block.BlockSummary;
import tempo.tempodb.compaction.CompactionJob;

/** Each message between coordinator and workers comes back equal through the serializer that the configuration binds. */
final class CompactorSerializerTest {
    private static final ActorTestKit KIT = SerializerKit.start();
    private static final Serialization SERIALIZATION = SerializationExtension.get(Adapter.toClassic(KIT.system()));
    private static final ActorRef<ToWorker> WORKER =
            KIT.<ToWorker>createTestProbe("worker").ref();
    private static final BlockSpec SPEC = new BlockSpec(
            "t",
            new UUID(1, 2),
            new ArrivalWindow(1_800_000, 1_800),
            3,
            77,
            List.of(new UUID(3, 4), new UUID(5, 6)),
            BlockContent.SPANS);
    private static final BlockMeta META = new BlockMeta(
            SPEC,
            new BlockSummary(new TraceKey(1, 2), new TraceKey(3, 4), 5, 6, 7, 8, 9, 10, 100_000, 90_000, 200, 11));
    private static final List<Travels> MESSAGES = List.of(
            new AtWork(WORKER, Optional.empty()),
            new AtWork(WORKER, Optional.of(new UUID(1, 2))),
            new Finished(WORKER, new UUID(1, 2), Optional.of(META)),
            new Finished(WORKER, new UUID(1, 3), Optional.empty()),
            new Failed(WORKER, new UUID(1, 4), "reason", Optional.of(new UUID(9, 9)), true),
            new Failed(WORKER, new UUID(1, 4), "", Optional.empty(), false),
            new Assign(new CompactionJob(77, SPEC, Instant.parse("2026-01-05T00:00:00.123Z"))),
            new Cancel(new UUID(1, 5)));

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static SerializerWithStringManifest serializer(Object message) throws NotSerializableException {
        return assertInstanceOf(CompactorSerializer.class, SERIALIZATION.serializerFor(message.getClass()));
    }

    @Test
    void everyMessageComesBackEqual() throws Exception {
        for (Travels message : MESSAGES) {
            SerializerWithStringManifest serializer = serializer(message);
            SerializerKit.assertComesBack(message, serializer);
        }
    }

    @Test
    void everyMessageThatTravelsIsAmongThem() {
        List<Class<?>> travelling = Stream.of(Compactor.class.getDeclaredClasses())
                .filter(each -> Travels.class.isAssignableFrom(each) && each != Travels.class)
                .toList();
        for (Class<?> each : travelling) {
            assertEquals(true, MESSAGES.stream().anyMatch(each::isInstance), each.getName());
        }
    }

    @Test
    void whatIsMalformedIsRefused() throws NotSerializableException {
        Random random = new Random(1);
        for (Travels message : MESSAGES) {
            SerializerWithStringManifest serializer = serializer(message);
            byte[] bytes = serializer.toBinary(message);
            String manifest = serializer.manifest(message);
            for (int cut = 0; cut < bytes.length; cut += 1 + random.nextInt(20)) {
                byte[] shorter = Arrays.copyOf(bytes, cut);
                assertThrows(NotSerializableException.class, () -> serializer.fromBinary(shorter, manifest));
            }
            assertThrows(NotSerializableException.class, () -> serializer.fromBinary(bytes, manifest + "0"));
        }
    }
}
