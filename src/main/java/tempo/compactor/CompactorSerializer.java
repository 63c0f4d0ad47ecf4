package tempo.compactor;

import akka.actor.ExtendedActorSystem;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;
import tempo.compactor.Compactor.Assign;
import tempo.compactor.Compactor.AtWork;
import tempo.compactor.Compactor.Cancel;
import tempo.compactor.Compactor.Failed;
import tempo.compactor.Compactor.Finished;
import tempo.serialization.MessageSerializer;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.compaction.CompactionJob;

/** Writes the messages of {@link Compactor} between nodes. */
final class CompactorSerializer extends MessageSerializer {
    private static final int IDENTIFIER = 7_202;

    CompactorSerializer(ExtendedActorSystem system) {
        super(system, IDENTIFIER);
    }

    @Override
    public String manifest(Object message) {
        if (message instanceof AtWork) return "at-work1";
        if (message instanceof Finished) return "finished1";
        if (message instanceof Failed) return "failed1";
        if (message instanceof Assign) return "assign1";
        if (message instanceof Cancel) return "cancel1";
        throw doesNotTravel(message);
    }

    @Override
    protected void write(Object message, DataOutputStream out) throws IOException {
        if (message instanceof AtWork at) {
            writeReference(at.worker(), out);
            out.writeUTF(at.output().map(UUID::toString).orElse(""));
        } else if (message instanceof Finished finished) {
            writeReference(finished.worker(), out);
            out.writeUTF(finished.output().toString());
            out.writeBoolean(finished.record().isPresent());
            if (finished.record().isPresent()) {
                BlockMeta output = finished.record().get();
                out.writeUTF(output.spec().metaName());
                writeBytes(output.encode(), out);
            }
        } else if (message instanceof Failed failed) {
            writeReference(failed.worker(), out);
            out.writeUTF(failed.output().toString());
            writeSentence(failed.reason(), out);
            out.writeUTF(failed.toBlame().map(UUID::toString).orElse(""));
            out.writeBoolean(failed.damaged());
        } else if (message instanceof Assign assign) {
            writeBytes(assign.job().encode(), out);
        } else if (message instanceof Cancel cancel) {
            out.writeUTF(cancel.output().toString());
        }
    }

    @Override
    protected Object read(String manifest, DataInputStream in) throws IOException {
        return switch (manifest) {
            case "at-work1" -> new AtWork(readReference(in), uuid(in.readUTF()));
            case "finished1" ->
                new Finished(
                        readReference(in),
                        UUID.fromString(in.readUTF()),
                        in.readBoolean() ? record(in) : Optional.empty());
            case "failed1" ->
                new Failed(
                        readReference(in),
                        UUID.fromString(in.readUTF()),
                        in.readUTF(),
                        uuid(in.readUTF()),
                        in.readBoolean());
            case "assign1" -> new Assign(CompactionJob.decode("of a message", readBytes(in)));
            case "cancel1" -> new Cancel(UUID.fromString(in.readUTF()));
            default -> throw unknown(manifest);
        };
    }

    private static Optional<BlockMeta> record(DataInputStream in) throws IOException {
        return Optional.of(BlockMeta.decode(in.readUTF(), readBytes(in)));
    }

    private static Optional<UUID> uuid(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(UUID.fromString(text));
    }
}
