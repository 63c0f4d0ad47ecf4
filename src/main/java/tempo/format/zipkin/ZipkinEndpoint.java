package tempo.format.zipkin;

/** Who took part in a span; texts are empty, and the port 0, where they are not known. */
final class ZipkinEndpoint {
    String service = "";
    String ipv4 = "";
    String ipv6 = "";
    long port;

    boolean isEmpty() {
        return service.isEmpty() && ipv4.isEmpty() && ipv6.isEmpty() && port == 0;
    }

    void clear() {
        service = "";
        ipv4 = "";
        ipv6 = "";
        port = 0;
    }

    void set(ZipkinEndpoint other) {
        service = other.service;
        ipv4 = other.ipv4;
        ipv6 = other.ipv6;
        port = other.port;
    }
}
