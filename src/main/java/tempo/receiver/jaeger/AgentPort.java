package tempo.receiver.jaeger;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A port of UDP, read by a thread of its own: one packet is one call of a client to its agent, which waits for no answer. What comes
 * faster than it is read the kernel drops.
 */
public final class AgentPort implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AgentPort.class);

    /** The largest payload of a datagram. */
    private static final int PACKET_BYTES_MAX = 65_535;

    private final DatagramChannel channel;
    private final InetSocketAddress address;
    private final Consumer<byte[]> packets;
    private final Thread reader;

    private AgentPort(DatagramChannel channel, InetSocketAddress address, Consumer<byte[]> packets) {
        this.channel = channel;
        this.address = address;
        this.packets = packets;
        this.reader = new Thread(this::read, "tempo-jaeger-agent-" + address.getPort());
        reader.setDaemon(true);
    }

    static AgentPort bind(InetSocketAddress address, int bufferBytes, Consumer<byte[]> packets) throws IOException {
        DatagramChannel channel = DatagramChannel.open();
        try {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, bufferBytes);
            channel.bind(address);
            AgentPort port = new AgentPort(channel, (InetSocketAddress) channel.getLocalAddress(), packets);
            port.reader.start();
            return port;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** As bound. */
    public InetSocketAddress address() {
        return address;
    }

    private void read() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(PACKET_BYTES_MAX);
        while (channel.isOpen()) {
            try {
                buffer.clear();
                channel.receive(buffer);
                byte[] packet = new byte[buffer.flip().remaining()];
                buffer.get(packet);
                packets.accept(packet);
            } catch (ClosedChannelException closed) {
                return;
            } catch (IOException | RuntimeException e) {
                // One packet costs no other.
                LOG.warn("packet on port {} could not be taken", address.getPort(), e);
            }
        }
    }

    /** Takes no more packets; those that were read are still stored. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.warn("port {} could not be closed", address.getPort(), e);
        }
    }
}
