package tempo.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** Rows of values, printed for people or for programs. Not thread-safe. */
public final class Table {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int GAP = 2;
    private static final long NANOS = 1_000_000_000L;

    private final List<Column> columns;
    private final List<List<Object>> rows = new ArrayList<>();

    /** An empty table with these columns. */
    public Table(Column... columns) {
        this.columns = List.of(columns);
    }

    /** How a table is printed. */
    public enum Output {
        TABLE,
        JSON;

        /** As the command line spells it. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What the values of a column are. */
    public enum Kind {
        TEXT,
        /** A whole number. */
        COUNT,
        BYTES,
        /** Unix nanoseconds. */
        TIME,
        /** A share of all, 0 to 1. */
        SHARE,
        /** A number with two decimals. */
        RATIO,
        /** Several texts. */
        TEXTS
    }

    /**
     * A column.
     *
     * @param heading for people; empty of a column that is for programs only
     * @param name for programs
     */
    public record Column(String heading, String name, Kind kind) {}

    public static Column column(String heading, String name, Kind kind) {
        return new Column(heading, name, kind);
    }

    /** Adds a row; a value for each column, as its kind wants it. */
    public void add(Object... values) {
        if (values.length != columns.size()) {
            throw new IllegalArgumentException(columns.size() + " values are wanted but there are " + values.length);
        }
        rows.add(List.of(values));
    }

    public int size() {
        return rows.size();
    }

    public void print(PrintWriter out, Output output) throws IOException {
        if (output == Output.JSON) {
            json(out);
        } else {
            text(out);
        }
        out.flush();
    }

    private void json(PrintWriter out) throws IOException {
        try (JsonGenerator json = generator(out)) {
            write(json);
        }
        out.println();
    }

    /** A generator that leaves {@code out} open. */
    public static JsonGenerator generator(PrintWriter out) throws IOException {
        return JSON.createGenerator(out)
                .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
                .useDefaultPrettyPrinter();
    }

    /** Writes an array of objects. */
    public void write(JsonGenerator json) throws IOException {
        json.writeStartArray();
        for (List<Object> row : rows) {
            json.writeStartObject();
            for (int i = 0; i < columns.size(); i++) {
                json.writeFieldName(columns.get(i).name());
                value(json, row.get(i), columns.get(i).kind());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void value(JsonGenerator json, Object value, Kind kind) throws IOException {
        if (kind == Kind.TIME && value instanceof Number time) {
            json.writeString(instant(time.longValue()).toString());
        } else if (value instanceof Long || value instanceof Integer) {
            json.writeNumber(((Number) value).longValue());
        } else if (value instanceof Number real) {
            json.writeNumber(real.doubleValue());
        } else if (value instanceof Boolean flag) {
            json.writeBoolean(flag);
        } else if (value instanceof Map<?, ?> map) {
            json.writeStartObject();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                json.writeNumberField(entry.getKey().toString(), ((Number) entry.getValue()).longValue());
            }
            json.writeEndObject();
        } else if (value instanceof Collection<?> texts) {
            json.writeStartArray();
            for (Object text : texts) {
                json.writeString(text.toString());
            }
            json.writeEndArray();
        } else {
            json.writeString(value.toString());
        }
    }

    private void text(PrintWriter out) {
        int[] shown = IntStream.range(0, columns.size())
                .filter(i -> !columns.get(i).heading().isEmpty())
                .toArray();
        int[] widths = new int[shown.length];
        List<List<String>> lines = new ArrayList<>();
        lines.add(IntStream.of(shown).mapToObj(i -> columns.get(i).heading()).toList());
        for (List<Object> row : rows) {
            lines.add(IntStream.of(shown)
                    .mapToObj(i -> printable(text(row.get(i), columns.get(i).kind())))
                    .toList());
        }
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        for (List<String> line : lines) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String padding = " ".repeat(widths[i] - line.get(i).length());
                boolean left = isText(columns.get(shown[i]).kind());
                text.append(left ? line.get(i) + padding : padding + line.get(i))
                        .append(" ".repeat(GAP));
            }
            out.println(text.toString().stripTrailing());
        }
    }

    private static boolean isText(Kind kind) {
        return kind == Kind.TEXT || kind == Kind.TEXTS || kind == Kind.TIME;
    }

    /** Names come from outside and could otherwise drive the terminal. */
    private static String printable(String text) {
        return text.codePoints().anyMatch(Character::isISOControl)
                ? text.codePoints()
                        .map(c -> Character.isISOControl(c) ? '?' : c)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString()
                : text;
    }

    private static String text(Object value, Kind kind) {
        if (value instanceof String text) {
            return text;
        }
        return switch (kind) {
            case BYTES -> bytes(((Number) value).longValue());
            case COUNT ->
                value instanceof Number number
                        ? String.format(Locale.ROOT, "%,d", number.longValue())
                        : value.toString();
            case TIME ->
                value instanceof Number time
                        ? instant(time.longValue())
                                .truncatedTo(ChronoUnit.SECONDS)
                                .toString()
                        : value.toString();
            case SHARE -> String.format(Locale.ROOT, "%.1f %%", 100 * ((Number) value).doubleValue());
            case RATIO -> String.format(Locale.ROOT, "%.2f", ((Number) value).doubleValue());
            case TEXTS -> texts(value);
            case TEXT -> value.toString();
        };
    }

    private static String texts(Object value) {
        if (value instanceof Map<?, ?> map) {
            List<String> all = new ArrayList<>();
            map.forEach((name, count) -> all.add(name + " " + count));
            return String.join(", ", all);
        }
        return String.join(
                ", ", ((Collection<?>) value).stream().map(Object::toString).toList());
    }

    public static Instant instant(long unixNanos) {
        return Instant.ofEpochSecond(Math.floorDiv(unixNanos, NANOS), Math.floorMod(unixNanos, NANOS));
    }

    /** Bytes as people read them. */
    public static String bytes(long bytes) {
        if (bytes < 10_000) {
            return bytes + " B";
        }
        String[] units = {"KiB", "MiB", "GiB", "TiB"};
        double value = bytes / 1024.0;
        int unit = 0;
        while (value >= 1000 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, value < 100 ? "%.1f %s" : "%.0f %s", value, units[unit]);
    }
}
