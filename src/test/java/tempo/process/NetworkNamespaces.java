package tempo.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A network namespace for each node, all on one bridge in a namespace of its own, to which this process has a link. Links can be cut
 * between any two nodes, in both directions or in one, while this process still reaches all of them. Needs root, or sudo that does
 * not ask. Not thread-safe.
 */
public final class NetworkNamespaces implements Hosts, AutoCloseable {
    private static final boolean ROOT = "root".equals(System.getProperty("user.name"));

    private final String prefix;
    private final String net;
    private final int count;

    /** For so many nodes. */
    public NetworkNamespaces(int count) throws IOException {
        long pid = ProcessHandle.current().pid();
        this.count = count;
        this.prefix = "tmp" + pid % 100_000;
        this.net = "10.213." + pid % 250 + ".";
        try {
            ip("netns", "add", hub());
            inside(hub(), "link", "add", "bridge", "type", "bridge");
            inside(hub(), "link", "set", "bridge", "up");
            ip("link", "add", prefix, "type", "veth", "peer", "name", "host", "netns", hub());
            ip("addr", "add", net + "254/24", "dev", prefix);
            ip("link", "set", prefix, "up");
            plug("host");
            for (int node = 0; node < count; node++) {
                ip("netns", "add", name(node));
                inside(
                        hub(),
                        "link",
                        "add",
                        "port" + node,
                        "type",
                        "veth",
                        "peer",
                        "name",
                        "eth0",
                        "netns",
                        name(node));
                plug("port" + node);
                inside(name(node), "addr", "add", address(node) + "/24", "dev", "eth0");
                inside(name(node), "link", "set", "eth0", "up");
                inside(name(node), "link", "set", "lo", "up");
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private void plug(String port) throws IOException {
        inside(hub(), "link", "set", port, "master", "bridge");
        inside(hub(), "link", "set", port, "up");
    }

    /** Where nodes reach this process. */
    public String hostAddress() {
        return net + "254";
    }

    private String hub() {
        return prefix + "-hub";
    }

    private String name(int node) {
        return prefix + "-" + node;
    }

    @Override
    public String address(int node) {
        return net + (node + 1);
    }

    @Override
    public List<String> command(int node) {
        List<String> command = new ArrayList<>(ROOT ? List.of() : List.of("sudo", "-n", "-E"));
        command.addAll(List.of("ip", "netns", "exec", name(node)));
        return command;
    }

    /** What {@code from} sends does not reach {@code to} any more. */
    void cut(int from, int to) throws IOException {
        inside(name(from), "route", "add", "blackhole", address(to) + "/32");
    }

    /** It does again. */
    void heal(int from, int to) throws IOException {
        inside(name(from), "route", "del", "blackhole", address(to) + "/32");
    }

    /** A node and all others hear nothing of each other any more. */
    void isolate(int node) throws IOException {
        for (int other = 0; other < count; other++) {
            if (other != node) {
                cut(node, other);
                cut(other, node);
            }
        }
    }

    /** They do again. */
    void join(int node) throws IOException {
        for (int other = 0; other < count; other++) {
            if (other != node) {
                heal(node, other);
                heal(other, node);
            }
        }
    }

    private void inside(String namespace, String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of("-n", namespace));
        all.addAll(Arrays.asList(arguments));
        ip(all.toArray(String[]::new));
    }

    private static void ip(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(ROOT ? List.of("ip") : List.of("sudo", "-n", "ip"));
        command.addAll(Arrays.asList(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + ": " + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() {
        for (int node = 0; node < count; node++) {
            quietly("netns", "del", name(node));
        }
        quietly("link", "del", prefix);
        quietly("netns", "del", hub());
    }

    private static void quietly(String... arguments) {
        try {
            ip(arguments);
        } catch (IOException gone) {
            // It was never made.
            return;
        }
    }
}
