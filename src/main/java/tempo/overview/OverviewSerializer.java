package tempo.overview;

import akka.actor.ExtendedActorSystem;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import tempo.overview.Overview.Ask;
import tempo.overview.Overview.Report;
import tempo.serialization.MessageSerializer;

/** Writes the messages of {@link Overview} between nodes. */
final class OverviewSerializer extends MessageSerializer {
    private static final int IDENTIFIER = 7_204;

    OverviewSerializer(ExtendedActorSystem system) {
        super(system, IDENTIFIER);
    }

    @Override
    public String manifest(Object message) {
        if (message instanceof Ask) return "ask1";
        if (message instanceof Report) return "report1";
        throw doesNotTravel(message);
    }

    @Override
    protected void write(Object message, DataOutputStream out) throws IOException {
        if (message instanceof Ask ask) {
            writeReference(ask.replyTo(), out);
        } else if (message instanceof Report report) {
            writeBytes(report.json().getBytes(StandardCharsets.UTF_8), out);
        }
    }

    @Override
    protected Object read(String manifest, DataInputStream in) throws IOException {
        return switch (manifest) {
            case "ask1" -> new Ask(readReference(in));
            case "report1" -> new Report(new String(readBytes(in), StandardCharsets.UTF_8));
            default -> throw unknown(manifest);
        };
    }
}
