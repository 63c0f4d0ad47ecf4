package tempo.tempodb.spans;

/** What OTLP calls the fields that columns hold, for people to read. */
final class FieldNames {
    private static final int TAG_SHIFT = 3;

    private FieldNames() {}

    static String of(ColumnName column) {
        if (column.kind() == Item.VERBATIM) {
            return "whole " + (column.of() == Item.OF_SPAN ? "span" : column.of() == Item.OF_EVENT ? "event" : "link");
        }
        int outer = column.openTag() >>> TAG_SHIFT;
        int field = column.tag() >>> TAG_SHIFT;
        String name =
                switch (column.of()) {
                    case Item.OF_SPAN -> outer == 0 ? ofSpan(field) : ofStatus(field);
                    case Item.OF_EVENT -> ofEvent(field);
                    default -> ofLink(field);
                };
        return name.isEmpty() ? "field " + (outer == 0 ? "" : outer + ".") + field : name;
    }

    private static String ofSpan(int field) {
        return switch (field) {
            case 3 -> "trace_state";
            case 5 -> "name";
            case 6 -> "kind";
            case 7 -> "start_time_unix_nano";
            case 8 -> "end_time_unix_nano";
            case 9 -> "attributes";
            case 10 -> "dropped_attributes_count";
            case 12 -> "dropped_events_count";
            case 14 -> "dropped_links_count";
            case 16 -> "flags";
            default -> "";
        };
    }

    private static String ofStatus(int field) {
        return switch (field) {
            case 2 -> "status.message";
            case 3 -> "status.code";
            default -> "";
        };
    }

    private static String ofEvent(int field) {
        return switch (field) {
            case 1 -> "time_unix_nano";
            case 2 -> "name";
            case 3 -> "attributes";
            case 4 -> "dropped_attributes_count";
            default -> "";
        };
    }

    private static String ofLink(int field) {
        return switch (field) {
            case 3 -> "trace_state";
            case 4 -> "attributes";
            case 5 -> "dropped_attributes_count";
            case 6 -> "flags";
            default -> "";
        };
    }

    /** The type of a column's values. */
    static String type(int kind) {
        return switch (kind) {
            case Item.INT, Item.ATTRIBUTE_INT -> "int";
            case Item.FIXED32 -> "fixed32";
            case Item.FIXED64 -> "fixed64";
            case Item.ATTRIBUTE_BOOL -> "bool";
            case Item.ATTRIBUTE_DOUBLE -> "double";
            case Item.TEXT, Item.ATTRIBUTE_STRING -> "string";
            case Item.VERBATIM -> "bytes as they came";
            case Item.ATTRIBUTE_BYTES -> "bytes";
            case Item.ATTRIBUTE_ARRAY -> "array";
            case Item.ATTRIBUTE_KVLIST -> "kvlist";
            default -> "any";
        };
    }
}
