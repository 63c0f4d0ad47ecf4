package tempo.receiver.opencensus;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCalls;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tempo.NodeFixture;
import tempo.receiver.RawGrpc;

class OpenCensusStopTest {
    @RegisterExtension
    static final NodeFixture NODE = NodeFixture.with(Map.of());

    @Test
    void whoSendsToANodeThatStopsIsToldToGoElsewhere() throws Exception {
        URI uri = NODE.receiver("OpenCensus");
        ManagedChannel channel = ManagedChannelBuilder.forAddress(uri.getHost(), uri.getPort())
                .usePlaintext()
                .build();
        try {
            BlockingClientCall<byte[], byte[]> stream = ClientCalls.blockingBidiStreamingCall(
                    channel,
                    RawGrpc.stream("opencensus.proto.agent.trace.v1.TraceService/Export"),
                    CallOptions.DEFAULT);
            stream.write(new byte[0]);
            assertEquals(0, stream.read().length);

            NODE.stop();

            Status status = org.junit.jupiter.api.Assertions.assertThrows(StatusException.class, stream::read)
                    .getStatus();
            assertEquals(Status.Code.UNAVAILABLE, status.getCode());
            assertEquals("node is stopping", status.getDescription());
            assertEquals(List.of(), NODE.complaints());
        } finally {
            channel.shutdownNow();
        }
    }
}
