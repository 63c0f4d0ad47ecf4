package tempo.receiver.otlp;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;

/**
 * A {@code google.rpc.Status} as a client reads it.
 *
 * @param retrySeconds of the RetryInfo among its details, 0 if there is none
 */
record RpcStatus(long code, String message, long retrySeconds) {
    static RpcStatus parse(byte[] bytes) throws InvalidProtocolBufferException {
        UnknownFieldSet status = UnknownFieldSet.parseFrom(bytes);
        long retrySeconds = 0;
        for (ByteString detail : status.getField(3).getLengthDelimitedList()) {
            UnknownFieldSet any = UnknownFieldSet.parseFrom(detail);
            if (first(any, 1).toStringUtf8().equals("type.googleapis.com/google.rpc.RetryInfo")) {
                UnknownFieldSet duration =
                        UnknownFieldSet.parseFrom(first(UnknownFieldSet.parseFrom(first(any, 2)), 1));
                retrySeconds = duration.getField(1).getVarintList().get(0);
            }
        }
        return new RpcStatus(
                status.getField(1).getVarintList().get(0), first(status, 2).toStringUtf8(), retrySeconds);
    }

    private static ByteString first(UnknownFieldSet message, int field) {
        return message.getField(field).getLengthDelimitedList().get(0);
    }
}
