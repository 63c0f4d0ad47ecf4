package tempo.api.tempo;

import tempo.span.WireWriter;

/**
 * What goes round a trace in the answer of {@code /api/v2/traces/{id}}: Tempo's {@code TraceByIDResponse}.
 *
 * @param inspectedBytes bytes read to find the trace, unsigned
 * @param partial true if something may be missing: the status is PARTIAL, else COMPLETE
 * @param message what is missing, for the reader of the trace; empty if nothing
 */
public record TraceByIdResponse(long inspectedBytes, boolean partial, String message) {
    private static final int TRACE = 1;
    private static final int METRICS = 2;
    private static final int STATUS = 3;
    private static final int MESSAGE = 4;

    /** Field of {@code TraceByIDMetrics}. */
    private static final int INSPECTED_BYTES = 1;

    private static final int PARTIAL = 1;

    /** Room for all but the trace and the message. */
    private static final int OVERHEAD_BYTES = 64;

    /** An answer that lacks nothing. */
    public static TraceByIdResponse complete(long inspectedBytes) {
        return new TraceByIdResponse(inspectedBytes, false, "");
    }

    /** An answer that may lack something, and why. */
    public static TraceByIdResponse partial(long inspectedBytes, String message) {
        return new TraceByIdResponse(inspectedBytes, true, message);
    }

    /**
     * The answer in protobuf. The trace is there even if it is empty: Go clients don't look before they follow the pointer.
     *
     * @param trace of which {@code [offset..offset + length)} is a serialized {@code TracesData}; copied, not looked into
     * @throws IllegalStateException if the answer needs more than 2^31 - 9 bytes
     */
    public byte[] toProtobuf(byte[] trace, int offset, int length) {
        long capacity = (long) length + OVERHEAD_BYTES + 3L * message.length();
        WireWriter writer = new WireWriter((int) Math.min(Integer.MAX_VALUE - 8, capacity));
        writer.bytes(TRACE, trace, offset, length);
        int metrics = writer.begin(METRICS);
        if (inspectedBytes != 0) {
            writer.varint(INSPECTED_BYTES, inspectedBytes);
        }
        writer.end(metrics);
        if (partial) {
            writer.varint(STATUS, PARTIAL);
        }
        if (!message.isEmpty()) {
            writer.string(MESSAGE, message);
        }
        return writer.take();
    }
}
