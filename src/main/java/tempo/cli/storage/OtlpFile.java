package tempo.cli.storage;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongConsumer;
import tempo.format.json.InvalidJsonException;
import tempo.format.json.JsonLimits;
import tempo.format.otlp.OtlpJson;
import tempo.span.MalformedProtobufException;

/** Reads files of OTLP message by message: JSON, one message or one in each line, or protobuf, whose messages may be joined. */
final class OtlpFile {
    /** A trace of a million spans has some hundred megabytes. */
    private static final int MESSAGE_BYTES_MAX = 1 << 30;

    /** Batches of protobuf are taken together up to this. */
    private static final int BATCH_BYTES = 4 << 20;

    /** The field {@code resource_spans} of {@code TracesData}. */
    private static final int RESOURCE_SPANS = 0x0a;

    private static final int VARINT_BYTES_MAX = 5;

    private OtlpFile() {}

    /** Takes a message. */
    @FunctionalInterface
    interface Sink {
        void take(byte[] tracesData) throws IOException, MalformedProtobufException;
    }

    /** A file is something else. */
    static final class NotOtlpException extends IOException {
        private static final long serialVersionUID = 1;

        NotOtlpException(String message) {
            super(message);
        }
    }

    /**
     * Passes all messages to {@code sink}.
     *
     * @param progress is told how many bytes were read since it was told last
     */
    static void read(InputStream in, LongConsumer progress, Sink sink) throws IOException, MalformedProtobufException {
        in.mark(1);
        int first = in.read();
        if (first < 0) {
            return;
        }
        in.reset();
        if (first == RESOURCE_SPANS) {
            protobuf(in, progress, sink);
        } else {
            json(in, progress, sink);
        }
    }

    private static void protobuf(InputStream in, LongConsumer progress, Sink sink)
            throws IOException, MalformedProtobufException {
        ByteArrayOutputStream batch = new ByteArrayOutputStream();
        long at = 0;
        for (int tag = in.read(); tag >= 0; tag = in.read()) {
            if (tag != RESOURCE_SPANS) {
                throw new NotOtlpException("byte " + at + " is " + tag + " where a ResourceSpans of TracesData begins");
            }
            int before = batch.size();
            batch.write(tag);
            int length = length(in, batch, at);
            byte[] message = in.readNBytes(length);
            if (message.length < length) {
                throw new NotOtlpException("file ends within the ResourceSpans at byte " + at);
            }
            batch.write(message);
            at += batch.size() - before;
            if (batch.size() >= BATCH_BYTES) {
                progress.accept(batch.size());
                sink.take(batch.toByteArray());
                batch.reset();
            }
        }
        progress.accept(batch.size());
        sink.take(batch.toByteArray());
    }

    private static int length(InputStream in, ByteArrayOutputStream copy, long at) throws IOException {
        long length = 0;
        for (int i = 0; i < VARINT_BYTES_MAX; i++) {
            int next = in.read();
            if (next < 0) {
                break;
            }
            copy.write(next);
            length |= (long) (next & 0x7f) << (7 * i);
            if (next < 0x80) {
                if (length > MESSAGE_BYTES_MAX) {
                    break;
                }
                return (int) length;
            }
        }
        throw new NotOtlpException("ResourceSpans at byte " + at + " has no length that can be");
    }

    /** A message ends with its last brace, wherever lines end. */
    private static void json(InputStream in, LongConsumer progress, Sink sink)
            throws IOException, MalformedProtobufException {
        OtlpJson reader = new OtlpJson(JsonLimits.DEFAULT);
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        int depth = 0;
        boolean inText = false;
        boolean escaped = false;
        for (int next = in.read(); next >= 0; next = in.read()) {
            boolean isBlank = next == ' ' || next == '\n' || next == '\r' || next == '\t';
            if (message.size() == 0 && isBlank) {
                continue;
            }
            message.write(next);
            if (message.size() > MESSAGE_BYTES_MAX) {
                throw new NotOtlpException("a message has more than " + MESSAGE_BYTES_MAX + " bytes");
            }
            if (inText) {
                inText = escaped || next != '"';
                escaped = !escaped && next == '\\';
                continue;
            }
            inText = next == '"';
            depth += next == '{' ? 1 : next == '}' ? -1 : 0;
            if (depth <= 0) {
                progress.accept(message.size());
                sink.take(translated(reader, message.toByteArray()));
                message.reset();
                depth = 0;
            }
        }
        if (message.size() > 0) {
            sink.take(translated(reader, message.toByteArray()));
        }
    }

    private static byte[] translated(OtlpJson reader, byte[] json) throws NotOtlpException {
        try {
            return reader.toProtobuf(json, 0, json.length);
        } catch (InvalidJsonException e) {
            throw new NotOtlpException(String.valueOf(e.getMessage()));
        }
    }
}
