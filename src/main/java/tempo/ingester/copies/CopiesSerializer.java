package tempo.ingester.copies;

import akka.actor.ExtendedActorSystem;
import akka.actor.typed.ActorRef;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import tempo.ingester.copies.Copies.AskFloor;
import tempo.ingester.copies.Copies.ChunkAnswered;
import tempo.ingester.copies.Copies.Floor;
import tempo.ingester.copies.Copies.HoldChunk;
import tempo.ingester.copies.Copies.ToKeeper;
import tempo.serialization.MessageSerializer;

/** Writes the messages of {@link Copies} between nodes. */
final class CopiesSerializer extends MessageSerializer {
    private static final int IDENTIFIER = 7_203;

    CopiesSerializer(ExtendedActorSystem system) {
        super(system, IDENTIFIER);
    }

    @Override
    public String manifest(Object message) {
        if (message instanceof HoldChunk) return "hold1";
        if (message instanceof ChunkAnswered) return "answered1";
        if (message instanceof AskFloor) return "ask-floor1";
        if (message instanceof Floor) return "floor1";
        throw doesNotTravel(message);
    }

    @Override
    protected int bytesHint(Object message) {
        return 256 + (message instanceof HoldChunk hold ? hold.records().size() : 0);
    }

    @Override
    protected void write(Object message, DataOutputStream out) throws IOException {
        if (message instanceof HoldChunk hold) {
            out.writeUTF(hold.log());
            out.writeLong(hold.chunk());
            writeReference(hold.replyTo(), out);
            writeBytes(hold.records(), out);
        } else if (message instanceof ChunkAnswered answered) {
            out.writeUTF(answered.holder());
            out.writeLong(answered.chunk());
            out.writeByte(answered.outcome().ordinal());
        } else if (message instanceof AskFloor ask) {
            out.writeUTF(ask.log());
            writeReference(ask.replyTo(), out);
        } else if (message instanceof Floor floor) {
            out.writeUTF(floor.log());
            out.writeLong(floor.position());
        }
    }

    @Override
    protected Object read(String manifest, DataInputStream in) throws IOException {
        switch (manifest) {
            case "hold1" -> {
                String log = in.readUTF();
                long chunk = in.readLong();
                ActorRef<ToKeeper> replyTo = readReference(in);
                return new HoldChunk(log, chunk, readByteString(in), replyTo);
            }
            case "answered1" -> {
                String holder = in.readUTF();
                long chunk = in.readLong();
                int outcome = in.readUnsignedByte();
                HoldOutcome[] outcomes = HoldOutcome.values();
                return new ChunkAnswered(
                        holder, chunk, outcome < outcomes.length ? outcomes[outcome] : HoldOutcome.BUSY);
            }
            case "ask-floor1" -> {
                return new AskFloor(in.readUTF(), readReference(in));
            }
            case "floor1" -> {
                return new Floor(in.readUTF(), in.readLong());
            }
            default -> throw unknown(manifest);
        }
    }
}
