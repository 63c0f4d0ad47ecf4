package tempo.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.List;

/** A name server that knows one service, whose nodes are ports of this machine (RFC 1035, RFC 2782). */
final class TestDns implements AutoCloseable {
    private static final int A = 1;
    private static final int SRV = 33;
    private static final int INTERNET = 1;
    private static final int ANSWER_WITHOUT_ERROR = 0x8400;
    private static final int NAME_OF_THE_QUESTION = 0xc00c;
    private static final String HOST = "localhost";

    private final DatagramSocket socket;
    private final String service;
    private final List<Integer> ports;

    /**
     * Starts answering.
     *
     * @param service as SRV has it, {@code _port._tcp.name}
     */
    TestDns(String service, List<Integer> ports) throws SocketException {
        this.service = service;
        this.ports = ports;
        socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Thread thread = new Thread(this::answer, "dns");
        thread.setDaemon(true);
        thread.start();
    }

    String address() {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    private void answer() {
        while (!socket.isClosed()) {
            DatagramPacket packet = new DatagramPacket(new byte[512], 512);
            try {
                socket.receive(packet);
                byte[] answer = answer(ByteBuffer.wrap(packet.getData(), 0, packet.getLength()));
                socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            } catch (SocketException closed) {
                return;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private byte[] answer(ByteBuffer question) throws IOException {
        short id = question.getShort();
        question.position(12);
        StringBuilder name = new StringBuilder();
        for (int length = question.get(); length > 0; length = question.get()) {
            byte[] label = new byte[length];
            question.get(label);
            name.append(name.isEmpty() ? "" : ".").append(new String(label, US_ASCII));
        }
        int type = question.getShort();
        boolean ofService = type == SRV && name.toString().equalsIgnoreCase(service);
        boolean ofHost = type == A && name.toString().equalsIgnoreCase(HOST);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeShort(id);
        out.writeShort(ANSWER_WITHOUT_ERROR);
        out.writeShort(1);
        out.writeShort(ofService ? ports.size() : ofHost ? 1 : 0);
        out.writeShort(0);
        out.writeShort(ofService ? 1 : 0);
        out.write(name(name.toString()));
        out.writeShort(type);
        out.writeShort(INTERNET);
        if (ofService) {
            for (int port : ports) {
                byte[] target = name(HOST);
                out.writeShort(NAME_OF_THE_QUESTION);
                record(out, SRV, 6 + target.length);
                out.writeInt(0);
                out.writeShort(port);
                out.write(target);
            }
            // The address comes along, as Kubernetes has it.
            out.write(name(HOST));
            writeAddress(out);
        } else if (ofHost) {
            out.writeShort(NAME_OF_THE_QUESTION);
            writeAddress(out);
        }
        return bytes.toByteArray();
    }

    private static void writeAddress(DataOutputStream out) throws IOException {
        record(out, A, 4);
        out.write(new byte[] {127, 0, 0, 1});
    }

    private static void record(DataOutputStream out, int type, int length) throws IOException {
        out.writeShort(type);
        out.writeShort(INTERNET);
        out.writeInt(1);
        out.writeShort(length);
    }

    private static byte[] name(String name) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String label : name.split("\\.")) {
            bytes.write(label.length());
            bytes.write(label.getBytes(US_ASCII));
        }
        bytes.write(0);
        return bytes.toByteArray();
    }

    @Override
    public void close() {
        socket.close();
    }
}
