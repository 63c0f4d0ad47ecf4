package tempo.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.Locale;

/**
 * Asks for ports before the node does: the node would meet a taken port deep inside, on another thread, when half of it
 * is up. A port taken in between is still reported, only less well.
 */
final class FreePorts {
    private FreePorts() {}

    /** Throws on the first port that cannot be opened, naming it, its setting and what to do. */
    static void require(List<Server.Port> ports) throws StartException {
        for (Server.Port port : ports) {
            InetSocketAddress address = new InetSocketAddress(port.host(), port.port());
            if (address.isUnresolved()) {
                throw new StartException("%s: host %s is not known, check the host next to %s"
                        .formatted(port.purpose(), port.host(), port.key()));
            }
            try {
                if (port.packets()) {
                    openForPackets(address);
                } else {
                    open(address);
                }
            } catch (IOException e) {
                throw new StartException(message(port, e), e);
            }
        }
    }

    private static void open(InetSocketAddress address) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            // As the node itself does: a port whose last connections are only winding down is free.
            socket.setReuseAddress(true);
            socket.bind(address);
        }
    }

    private static void openForPackets(InetSocketAddress address) throws IOException {
        try (DatagramChannel channel = DatagramChannel.open()) {
            channel.bind(address);
        }
    }

    private static String message(Server.Port port, IOException cause) {
        String variable = port.key().replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
        return ("port %d on %s cannot be opened for %s: %s; stop what uses it (`lsof -i %s:%d` names it)"
                        + " or choose another with %s in the configuration or %s=%d in the environment")
                .formatted(
                        port.port(),
                        port.host(),
                        port.purpose(),
                        cause.getMessage(),
                        port.packets() ? "UDP" : "TCP",
                        port.port(),
                        port.key(),
                        variable,
                        another(port.port()));
    }

    private static int another(int port) {
        return port < 50_000 ? port + 10_000 : port - 10_000;
    }
}
