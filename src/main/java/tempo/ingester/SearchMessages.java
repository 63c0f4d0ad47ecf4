package tempo.ingester;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import tempo.serialization.MessageSerializer;
import tempo.span.TraceKey;
import tempo.tempodb.scan.SpanCriteria;
import tempo.tempodb.scan.SpanNames;
import tempo.tempodb.scan.TraceSearch.Found;

/** What searches are made of, as it travels between nodes. Texts may be longer than {@code writeUTF} takes. Stateless. */
final class SearchMessages {
    private static final int ATTRIBUTE_BYTES_MIN = 8;
    private static final int FOUND_BYTES = 28;
    private static final int NAME_BYTES_MIN = 8;

    private SearchMessages() {}

    static void write(SpanCriteria criteria, DataOutputStream out) throws IOException {
        writeText(criteria.service(), out);
        writeText(criteria.name(), out);
        out.writeInt(criteria.attributes().size());
        for (SpanCriteria.Attribute each : criteria.attributes()) {
            writeText(each.key(), out);
            writeText(each.value(), out);
        }
        out.writeLong(criteria.startMin());
        out.writeLong(criteria.startMax());
        out.writeLong(criteria.durationMin());
        out.writeLong(criteria.durationMax());
    }

    static SpanCriteria read(DataInputStream in) throws IOException {
        String service = readText(in);
        String name = readText(in);
        int count = MessageSerializer.readCount(in, ATTRIBUTE_BYTES_MIN);
        List<SpanCriteria.Attribute> attributes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            attributes.add(new SpanCriteria.Attribute(readText(in), readText(in)));
        }
        return new SpanCriteria(service, name, attributes, in.readLong(), in.readLong(), in.readLong(), in.readLong());
    }

    static void writeFound(List<Found> found, DataOutputStream out) throws IOException {
        out.writeInt(found.size());
        for (Found each : found) {
            out.writeLong(each.key().high());
            out.writeLong(each.key().low());
            out.writeInt(each.spans());
            out.writeLong(each.newestStart());
        }
    }

    static List<Found> readFound(DataInputStream in) throws IOException {
        int count = MessageSerializer.readCount(in, FOUND_BYTES);
        List<Found> found = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            found.add(new Found(new TraceKey(in.readLong(), in.readLong()), in.readInt(), in.readLong()));
        }
        return List.copyOf(found);
    }

    static void writeNames(List<SpanNames.Name> names, DataOutputStream out) throws IOException {
        out.writeInt(names.size());
        for (SpanNames.Name each : names) {
            writeText(each.name(), out);
            out.writeInt(each.kind());
        }
    }

    static List<SpanNames.Name> readNames(DataInputStream in) throws IOException {
        int count = MessageSerializer.readCount(in, NAME_BYTES_MIN);
        List<SpanNames.Name> names = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            names.add(new SpanNames.Name(readText(in), in.readInt()));
        }
        return List.copyOf(names);
    }

    static void writeText(String text, DataOutputStream out) throws IOException {
        MessageSerializer.writeBytes(text.getBytes(UTF_8), out);
    }

    static String readText(DataInputStream in) throws IOException {
        return new String(MessageSerializer.readBytes(in), UTF_8);
    }
}
