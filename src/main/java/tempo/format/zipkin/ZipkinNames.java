package tempo.format.zipkin;

/** Names of attributes, for what Zipkin has in fields of its own. */
final class ZipkinNames {
    /** As the OpenTelemetry Collector writes it. */
    static final String START_ABSENT = "otel.zipkin.absentField.startTime";

    static final String SERVICE_NAME = "service.name";
    static final String ERROR = "error";
    static final String DEBUG = "zipkin.debug";
    static final String SHARED = "zipkin.shared";
    static final String KIND = "zipkin.kind";
    static final String TIMESTAMP = "zipkin.timestamp";
    static final String DURATION = "zipkin.duration";
    static final String ANNOTATION_SERVICE = "zipkin.endpoint.service_name";
    static final String PEER_SERVICE = "peer.service";
    static final String REMOTE_SERVICE = "zipkin.remote_endpoint.service_name";
    static final Side LOCAL = Side.of("network.local", "zipkin.local_endpoint");
    static final Side REMOTE = Side.of("network.peer", "zipkin.remote_endpoint");

    private ZipkinNames() {}

    /**
     * Names of what an endpoint has.
     *
     * @param ipv4 the other name of the address, if the first is taken
     */
    record Side(String address, String port, String ipv4, String ipv6, String otherPort) {
        static Side of(String semantic, String own) {
            return new Side(semantic + ".address", semantic + ".port", own + ".ipv4", own + ".ipv6", own + ".port");
        }
    }
}
