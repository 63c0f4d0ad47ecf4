package tempo.receiver;

import java.util.Optional;
import tempo.tls.ServerTls;

/**
 * Where a receiver listens.
 *
 * @param port 0 takes any free one
 * @param connectionsMax most connections at a time; further ones wait until one of these ends
 * @param tls empty for connections that are not encrypted
 */
public record Listener(String host, int port, int connectionsMax, Optional<ServerTls> tls) {}
