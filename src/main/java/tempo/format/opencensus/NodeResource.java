package tempo.format.opencensus;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.LinkedHashMap;
import java.util.Map;
import tempo.format.Extent;
import tempo.format.otlp.OtlpAttributes;
import tempo.format.otlp.OtlpFields;
import tempo.format.proto.ProtoValues;
import tempo.span.MalformedProtobufException;
import tempo.span.WireReader;
import tempo.span.WireWriter;

/**
 * The resource of spans, of the node that sends them and its resource. Made seldom: once a stream, most often.
 *
 * <p>Source: <a href="https://github.com/census-instrumentation/opencensus-proto">agent/common/v1/common.proto,
 * resource/v1/resource.proto</a>, by their documented fields.
 */
final class NodeResource {
    /** By number; as OpenTelemetry names them. */
    private static final String[] LANGUAGES = {
        "", "cpp", "dotnet", "erlang", "go", "java", "nodejs", "php", "python", "ruby"
    };

    private final Map<String, Object> attributes = new LinkedHashMap<>();

    /**
     * A {@code Resource} of OTLP.
     *
     * @param node a {@code Node}; empty for none
     * @param resource a {@code Resource}; empty for none
     */
    static WireWriter of(byte[] node, byte[] resource) throws MalformedProtobufException {
        NodeResource made = new NodeResource();
        made.readNode(new WireReader(node), node);
        made.readResource(new WireReader(resource), resource);
        WireWriter out = new WireWriter(256);
        made.attributes.forEach((key, value) -> {
            if (value instanceof Long number) {
                OtlpAttributes.integer(out, OtlpFields.RESOURCE_ATTRIBUTES, key, number);
            } else {
                OtlpAttributes.string(out, OtlpFields.RESOURCE_ATTRIBUTES, key, (String) value);
            }
        });
        return out;
    }

    private void readNode(WireReader in, byte[] bytes) throws MalformedProtobufException {
        while (in.hasNext()) {
            int tag = in.readTag();
            if (ProtoValues.isMessage(tag, 1)) {
                readIdentifier(in, bytes);
            } else if (ProtoValues.isMessage(tag, 2)) {
                readLibrary(in, bytes);
            } else if (ProtoValues.isMessage(tag, 3)) {
                readService(in, bytes);
            } else if (ProtoValues.isMessage(tag, 4)) {
                readEntry(in, bytes);
            } else {
                in.skipField(tag);
            }
        }
    }

    private void readIdentifier(WireReader in, byte[] bytes) throws MalformedProtobufException {
        int outer = in.enter();
        while (in.hasNext()) {
            int tag = in.readTag();
            if (ProtoValues.isMessage(tag, 1)) {
                put(OpenCensusNames.HOST_NAME, text(in, bytes));
            } else if (ProtoValues.isVarint(tag, 2)) {
                attributes.put(OpenCensusNames.PID, in.readVarint32() & 0xffff_ffffL);
            } else if (ProtoValues.isMessage(tag, 3)) {
                attributes.put(OpenCensusNames.START_TIME, ProtoValues.nanos(in));
            } else {
                in.skipField(tag);
            }
        }
        in.leave(outer);
    }

    private void readLibrary(WireReader in, byte[] bytes) throws MalformedProtobufException {
        int outer = in.enter();
        while (in.hasNext()) {
            int tag = in.readTag();
            if (ProtoValues.isVarint(tag, 1)) {
                int language = in.readVarint32();
                boolean known = language >= 0 && language < LANGUAGES.length;
                put(OpenCensusNames.LANGUAGE, known ? LANGUAGES[language] : Integer.toString(language));
            } else if (ProtoValues.isMessage(tag, 2)) {
                put(OpenCensusNames.EXPORTER_VERSION, text(in, bytes));
            } else if (ProtoValues.isMessage(tag, 3)) {
                put(OpenCensusNames.CORE_VERSION, text(in, bytes));
            } else {
                in.skipField(tag);
            }
        }
        in.leave(outer);
    }

    private void readService(WireReader in, byte[] bytes) throws MalformedProtobufException {
        int outer = in.enter();
        while (in.hasNext()) {
            int tag = in.readTag();
            if (ProtoValues.isMessage(tag, 1)) {
                put(OpenCensusNames.SERVICE_NAME, text(in, bytes));
            } else {
                in.skipField(tag);
            }
        }
        in.leave(outer);
    }

    private void readResource(WireReader in, byte[] bytes) throws MalformedProtobufException {
        while (in.hasNext()) {
            int tag = in.readTag();
            if (ProtoValues.isMessage(tag, 1)) {
                put(OpenCensusNames.RESOURCE_TYPE, text(in, bytes));
            } else if (ProtoValues.isMessage(tag, 2)) {
                readEntry(in, bytes);
            } else {
                in.skipField(tag);
            }
        }
    }

    /** Of a map of strings; what comes last has the key. */
    private void readEntry(WireReader in, byte[] bytes) throws MalformedProtobufException {
        int outer = in.enter();
        String key = "";
        String value = "";
        while (in.hasNext()) {
            int tag = in.readTag();
            if (ProtoValues.isMessage(tag, 1)) {
                key = text(in, bytes);
            } else if (ProtoValues.isMessage(tag, 2)) {
                value = text(in, bytes);
            } else {
                in.skipField(tag);
            }
        }
        in.leave(outer);
        attributes.put(key, value);
    }

    private void put(String key, String value) {
        if (!value.isEmpty()) {
            attributes.put(key, value);
        }
    }

    private static String text(WireReader in, byte[] bytes) throws MalformedProtobufException {
        long extent = ProtoValues.extent(in);
        return new String(bytes, Extent.at(extent), Extent.length(extent), UTF_8);
    }
}
