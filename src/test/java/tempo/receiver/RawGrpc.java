package tempo.receiver;

import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Methods of gRPC whose messages are bytes, so that any can be sent. */
public final class RawGrpc {
    private static final MethodDescriptor.Marshaller<byte[]> BYTES = new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    };

    private RawGrpc() {}

    /** A method with one request and one response. */
    public static MethodDescriptor<byte[], byte[]> unary(String name) {
        return method(name, MethodDescriptor.MethodType.UNARY);
    }

    /** A method with one request and a stream of responses. */
    public static MethodDescriptor<byte[], byte[]> serverStream(String name) {
        return method(name, MethodDescriptor.MethodType.SERVER_STREAMING);
    }

    /** A method with streams of both. */
    public static MethodDescriptor<byte[], byte[]> stream(String name) {
        return method(name, MethodDescriptor.MethodType.BIDI_STREAMING);
    }

    private static MethodDescriptor<byte[], byte[]> method(String name, MethodDescriptor.MethodType type) {
        return MethodDescriptor.newBuilder(BYTES, BYTES)
                .setType(type)
                .setFullMethodName(name)
                .build();
    }
}
