package tempo.ingester.copies;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.Adapter;
import akka.serialization.SerializationExtension;
import akka.serialization.SerializerWithStringManifest;
import akka.util.ByteString;
import java.io.NotSerializableException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tempo.ingester.copies.Copies.AskFloor;
import tempo.ingester.copies.Copies.ChunkAnswered;
import tempo.ingester.copies.Copies.Floor;
import tempo.ingester.copies.Copies.HoldChunk;
import tempo.ingester.copies.Copies.ToKeeper;
import tempo.serialization.SerializerKit;

final class CopiesSerializerTest {
    private static final ActorTestKit KIT = SerializerKit.start();
    private static final ActorRef<ToKeeper> REPLY_TO =
            KIT.<ToKeeper>createTestProbe().getRef();
    private static final List<Object> MESSAGES = List.of(
            new HoldChunk("tempo@10.0.0.1:25520#ff", 7, ByteString.fromString("records"), REPLY_TO),
            new ChunkAnswered("holder", -1, HoldOutcome.REFUSED),
            new AskFloor("log", REPLY_TO),
            new Floor("log", Long.MAX_VALUE));

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @Test
    void everyMessageComesBackEqualAndACutOneIsRefused() throws Exception {
        for (Object message : MESSAGES) {
            SerializerWithStringManifest serializer = serializer(message);
            SerializerKit.assertComesBack(message, serializer);
            byte[] bytes = serializer.toBinary(message);
            String manifest = serializer.manifest(message);
            for (int length = 0; length < bytes.length; length++) {
                byte[] cut = Arrays.copyOf(bytes, length);
                assertThrows(NotSerializableException.class, () -> serializer.fromBinary(cut, manifest));
            }
        }
    }

    @Test
    void whatStaysOnANodeAndWhatIsUnknownIsRefused() {
        SerializerWithStringManifest serializer = serializer(MESSAGES.get(3));
        assertThrows(IllegalArgumentException.class, () -> serializer.manifest(CopyKeeper.Timer.TICK));
        assertThrows(NotSerializableException.class, () -> serializer.fromBinary(new byte[9], "floor9"));
    }

    @Test
    void theRecordsOfAChunkComeBackFromTheLogOfItsHolder() {
        List<CopiedRecord> records = List.of(
                new CopiedRecord("tenant", 76, ByteString.fromString("batch")),
                new CopiedRecord("", 77, ByteString.emptyByteString()));
        ByteBuffer encoded = CopiedRecords.encode(records).asByteBuffer();
        assertEquals(77, CopiedRecords.lastPosition(encoded));
        List<CopiedRecord> decoded = CopiedRecords.decode(encoded);
        assertEquals(2, decoded.size());
        assertEquals(new CopiedRecord("tenant", 77, ByteString.fromString("batch")), decoded.get(0));
        assertEquals(records.get(1), decoded.get(1));
        String label = CopyLabel.of("log#1");
        assertEquals(true, CopyLabel.is(label));
        assertEquals(false, CopyLabel.is("tenant"));
        assertEquals("log#1", CopyLabel.log(label));
    }

    private static SerializerWithStringManifest serializer(Object message) {
        return assertInstanceOf(
                SerializerWithStringManifest.class,
                SerializationExtension.get(Adapter.toClassic(KIT.system())).findSerializerFor(message));
    }
}
