package tempo.serialization;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.serialization.ByteBufferSerializer;
import akka.serialization.SerializerWithStringManifest;
import com.typesafe.config.ConfigFactory;
import java.io.NotSerializableException;
import java.nio.ByteBuffer;

/** An actor system with the serializers that the configuration binds. */
public final class SerializerKit {
    private SerializerKit() {}

    /** Starts one; whoever asks for it shuts it down. */
    public static ActorTestKit start() {
        return ActorTestKit.create(
                "serializer",
                ConfigFactory.parseString("akka.loglevel = ERROR\nakka.remote.artery.canonical.port = 0\n"
                                + "akka.remote.artery.canonical.hostname = 127.0.0.1\n"
                                + "akka.coordinated-shutdown.exit-jvm = off\n"
                                + "akka.coordinated-shutdown.run-by-jvm-shutdown-hook = off")
                        .withFallback(ConfigFactory.parseResources("akka-defaults.conf"))
                        .withFallback(ConfigFactory.defaultReferenceUnresolved())
                        .resolve());
    }

    /** A message comes back equal, by way of bytes and of a buffer, which are the same. */
    public static void assertComesBack(Object message, SerializerWithStringManifest serializer)
            throws NotSerializableException {
        byte[] bytes = serializer.toBinary(message);
        String manifest = serializer.manifest(message);
        assertEquals(message, serializer.fromBinary(bytes, manifest));
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length + 1);
        ((ByteBufferSerializer) serializer).toBinary(message, buffer);
        buffer.flip();
        byte[] written = new byte[buffer.remaining()];
        buffer.duplicate().get(written);
        assertArrayEquals(bytes, written);
        assertEquals(message, ((ByteBufferSerializer) serializer).fromBinary(buffer, manifest));
    }
}
