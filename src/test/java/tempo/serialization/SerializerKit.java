package tempo.serialization;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.ConfigFactory;

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
}
