package tempo.serialization;

import akka.actor.ExtendedActorSystem;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.javadsl.Adapter;
import akka.serialization.ByteBufferSerializer;
import akka.serialization.SerializerWithStringManifest;
import akka.util.ByteString;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.NotSerializableException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * A serializer that is written by hand. The last digit of a manifest is the version of that message's layout: a field is added by a
 * new manifest, so that nodes of two versions understand each other. Whatever bytes come in, what comes out is a message or {@link
 * NotSerializableException}, and no more memory is taken than they have. Messages are written into the buffer that they leave in, and read
 * from the one that they came in, without a copy between.
 */
public abstract class MessageSerializer extends SerializerWithStringManifest implements ByteBufferSerializer {
    private static final int SENTENCE_CHARS_MAX = 1_000;

    private final int identifier;
    private final ActorRefResolver references;

    /** With an identifier that no other serializer has and that never changes. */
    protected MessageSerializer(ExtendedActorSystem system, int identifier) {
        this.identifier = identifier;
        this.references = ActorRefResolver.get(Adapter.toTyped(system));
    }

    @Override
    public final int identifier() {
        return identifier;
    }

    /** Writes a message. */
    protected abstract void write(Object message, DataOutputStream out) throws IOException;

    /** Reads a message; unknown manifests give {@link #unknown}. */
    protected abstract Object read(String manifest, DataInputStream in) throws IOException;

    /** About how many bytes a message has. */
    protected int bytesHint(Object message) {
        return 256;
    }

    @Override
    public final byte[] toBinary(Object message) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(bytesHint(message));
        write(message, bytes);
        return bytes.toByteArray();
    }

    /** @throws java.nio.BufferOverflowException if the message is larger than what may leave at once */
    @Override
    public final void toBinary(Object message, ByteBuffer buffer) {
        write(message, new BufferOutput(buffer));
    }

    private void write(Object message, OutputStream to) {
        try (DataOutputStream out = new DataOutputStream(to)) {
            write(message, out);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "message could not be written: " + message.getClass().getName(), e);
        }
    }

    @Override
    public final Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
        return read(manifest, new ByteArrayInputStream(bytes));
    }

    @Override
    public final Object fromBinary(ByteBuffer buffer, String manifest) throws NotSerializableException {
        return read(manifest, new BufferInput(buffer));
    }

    private Object read(String manifest, InputStream from) throws NotSerializableException {
        try (DataInputStream in = new DataInputStream(from)) {
            return read(manifest, in);
        } catch (NotSerializableException e) {
            throw e;
        } catch (IOException | IllegalArgumentException e) {
            throw new NotSerializableException("message " + manifest + " could not be read: " + e.getMessage());
        }
    }

    /** The failure for a manifest that this version does not know. */
    protected static NotSerializableException unknown(String manifest) {
        return new NotSerializableException("message is not known: " + manifest);
    }

    /** The failure for a message that stays on its node. */
    protected static IllegalArgumentException doesNotTravel(Object message) {
        return new IllegalArgumentException(
                "message does not travel between nodes: " + message.getClass().getName());
    }

    /** How many of something follow, each of at least so many bytes. */
    public static int readCount(DataInputStream in, int bytesEach) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > in.available() / bytesEach) {
            throw new IOException("count must be 0 to " + in.available() / bytesEach + " but was " + count);
        }
        return count;
    }

    /** For people; {@code writeUTF} takes 65,535 bytes at most. */
    protected static void writeSentence(String sentence, DataOutputStream out) throws IOException {
        out.writeUTF(sentence.length() > SENTENCE_CHARS_MAX ? sentence.substring(0, SENTENCE_CHARS_MAX) : sentence);
    }

    /** Bytes with their length before them. */
    public static void writeBytes(byte[] bytes, DataOutputStream out) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    /** As {@link #writeBytes(byte[], DataOutputStream)}. */
    protected static void writeBytes(ByteString bytes, DataOutputStream out) throws IOException {
        writeBytes(bytes.toArrayUnsafe(), out);
    }

    /** What {@link #writeBytes} wrote. */
    public static byte[] readBytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new IOException("length must be 0 to " + in.available() + " but was " + length);
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }

    /** As {@link #readBytes}. */
    protected static ByteString readByteString(DataInputStream in) throws IOException {
        return ByteString.fromArrayUnsafe(readBytes(in));
    }

    /** Writes who is to be answered. */
    protected final void writeReference(ActorRef<?> reference, DataOutputStream out) throws IOException {
        out.writeUTF(references.toSerializationFormat(reference));
    }

    /** What {@link #writeReference} wrote. */
    protected final <T> ActorRef<T> readReference(DataInputStream in) throws IOException {
        return references.resolveActorRef(in.readUTF());
    }

    private static final class BufferOutput extends OutputStream {
        private final ByteBuffer buffer;

        BufferOutput(ByteBuffer buffer) {
            this.buffer = buffer;
        }

        @Override
        public void write(int value) {
            buffer.put((byte) value);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            buffer.put(bytes, offset, length);
        }
    }

    private static final class BufferInput extends InputStream {
        private final ByteBuffer buffer;

        BufferInput(ByteBuffer buffer) {
            this.buffer = buffer;
        }

        @Override
        public int read() {
            return buffer.hasRemaining() ? buffer.get() & 0xff : -1;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            if (!buffer.hasRemaining()) {
                return length == 0 ? 0 : -1;
            }
            int count = Math.min(length, buffer.remaining());
            buffer.get(bytes, offset, count);
            return count;
        }

        @Override
        public int available() {
            return buffer.remaining();
        }
    }
}
