package tempo.compactor;

import akka.actor.ExtendedActorSystem;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.javadsl.Adapter;
import akka.serialization.SerializerWithStringManifest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.util.Optional;
import java.util.UUID;
import tempo.compactor.Compactor.Assign;
import tempo.compactor.Compactor.AtWork;
import tempo.compactor.Compactor.Cancel;
import tempo.compactor.Compactor.Failed;
import tempo.compactor.Compactor.Finished;
import tempo.compactor.Compactor.ToWorker;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.compaction.CompactionJob;

/**
 * Writes the messages of {@link Compactor} between nodes. The last digit of a manifest is the version of that message's layout: a
 * field is added by a new manifest, so that nodes of two versions understand each other.
 */
final class CompactorSerializer extends SerializerWithStringManifest {
    private static final int IDENTIFIER = 7_202;
    private static final int SENTENCE_CHARS_MAX = 1_000;

    private final ActorRefResolver references;

    CompactorSerializer(ExtendedActorSystem system) {
        references = ActorRefResolver.get(Adapter.toTyped(system));
    }

    @Override
    public int identifier() {
        return IDENTIFIER;
    }

    @Override
    public String manifest(Object message) {
        if (message instanceof AtWork) return "at-work1";
        if (message instanceof Finished) return "finished1";
        if (message instanceof Failed) return "failed1";
        if (message instanceof Assign) return "assign1";
        if (message instanceof Cancel) return "cancel1";
        throw new IllegalArgumentException("not a message of this serializer: " + message.getClass());
    }

    @Override
    public byte[] toBinary(Object message) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            if (message instanceof AtWork at) {
                out.writeUTF(references.toSerializationFormat(at.worker()));
                out.writeLong(at.job());
            } else if (message instanceof Finished finished) {
                out.writeUTF(references.toSerializationFormat(finished.worker()));
                out.writeLong(finished.job());
                out.writeBoolean(finished.output().isPresent());
                if (finished.output().isPresent()) {
                    BlockMeta output = finished.output().get();
                    out.writeUTF(output.spec().metaName());
                    writeBytes(out, output.encode());
                }
            } else if (message instanceof Failed failed) {
                out.writeUTF(references.toSerializationFormat(failed.worker()));
                out.writeLong(failed.job());
                String reason = failed.reason();
                out.writeUTF(reason.substring(0, Math.min(reason.length(), SENTENCE_CHARS_MAX)));
                out.writeUTF(failed.damaged().map(UUID::toString).orElse(""));
            } else if (message instanceof Assign assign) {
                writeBytes(out, assign.job().encode());
            } else if (message instanceof Cancel cancel) {
                out.writeLong(cancel.job());
            } else {
                throw new IllegalArgumentException("not a message of this serializer: " + message.getClass());
            }
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    @Override
    public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            switch (manifest) {
                case "at-work1":
                    return new AtWork(worker(in), in.readLong());
                case "finished1":
                    return new Finished(worker(in), in.readLong(), in.readBoolean() ? record(in) : Optional.empty());
                case "failed1":
                    return new Failed(worker(in), in.readLong(), in.readUTF(), uuid(in.readUTF()));
                case "assign1":
                    return new Assign(CompactionJob.decode("of a message", readBytes(in)));
                case "cancel1":
                    return new Cancel(in.readLong());
                default:
                    throw new NotSerializableException("unknown manifest " + manifest);
            }
        } catch (NotSerializableException e) {
            throw e;
        } catch (IOException | IllegalArgumentException e) {
            throw new NotSerializableException("message " + manifest + " is malformed: " + e.getMessage());
        }
    }

    private ActorRef<ToWorker> worker(DataInputStream in) throws IOException {
        return references.resolveActorRef(in.readUTF());
    }

    private static Optional<BlockMeta> record(DataInputStream in) throws IOException {
        return Optional.of(BlockMeta.decode(in.readUTF(), readBytes(in)));
    }

    private static Optional<UUID> uuid(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(UUID.fromString(text));
    }

    private static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] readBytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new IOException("length is " + length + " of " + in.available() + " bytes");
        }
        return in.readNBytes(length);
    }
}
