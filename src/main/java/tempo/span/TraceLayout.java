package tempo.span;

/** Groups ordered spans by resource and scope, and writes them as a serialized {@code TracesData}. */
final class TraceLayout {
    private static final int RESOURCE_SPANS = 1;
    private static final int SCOPE_SPANS = 2;
    private static final int SPANS = 2;

    private final SpanRows rows;
    private final HeaderTable resources;
    private final HeaderTable scopes;

    /** Numbers of the resources that have spans, in the order of their first span. */
    private final int[] resourceOrder;

    /** Numbers of the scopes that have spans, by resource and then in the order of their first span. */
    private final int[] scopeOrder;

    private final int[] scopesInResource;
    private final int[] spansInScope;

    /** Bytes of the body of each {@code ResourceSpans} and {@code ScopeSpans}, by number. */
    private final long[] resourceBytes;

    private final long[] scopeBytes;
    private int resourceCount;
    private int scopeCount;

    private TraceLayout(SpanRows rows, HeaderTable resources, HeaderTable scopes) {
        this.rows = rows;
        this.resources = resources;
        this.scopes = scopes;
        resourceOrder = new int[resources.count()];
        scopesInResource = new int[resources.count()];
        resourceBytes = new long[resources.count()];
        scopeOrder = new int[scopes.count()];
        spansInScope = new int[scopes.count()];
        scopeBytes = new long[scopes.count()];
    }

    /**
     * Writes the spans {@code order[0..count)}.
     *
     * @throws IllegalStateException if they need more than 2^31 - 9 bytes
     */
    static byte[] write(SpanRows rows, int[] order, int count, HeaderTable resources, HeaderTable scopes) {
        TraceLayout layout = new TraceLayout(rows, resources, scopes);
        layout.countGroups(order, count);
        layout.groupScopes();
        return layout.write(layout.groupSpans(order, count));
    }

    private void countGroups(int[] order, int count) {
        for (int i = 0; i < count; i++) {
            int scope = rows.scope(order[i]);
            if (spansInScope[scope]++ == 0) {
                scopeOrder[scopeCount++] = scope;
                int resource = scopes.outer(scope);
                if (scopesInResource[resource]++ == 0) {
                    resourceOrder[resourceCount++] = resource;
                }
            }
            scopeBytes[scope] += fieldSize(rows.length(order[i]));
        }
    }

    private void groupScopes() {
        int[] next = new int[scopesInResource.length];
        int place = 0;
        for (int i = 0; i < resourceCount; i++) {
            next[resourceOrder[i]] = place;
            place += scopesInResource[resourceOrder[i]];
        }
        int[] byFirstSpan = scopeOrder.clone();
        for (int i = 0; i < scopeCount; i++) {
            scopeOrder[next[scopes.outer(byFirstSpan[i])]++] = byFirstSpan[i];
        }
    }

    private int[] groupSpans(int[] order, int count) {
        int[] next = new int[spansInScope.length];
        int place = 0;
        for (int i = 0; i < scopeCount; i++) {
            next[scopeOrder[i]] = place;
            place += spansInScope[scopeOrder[i]];
        }
        int[] grouped = new int[count];
        for (int i = 0; i < count; i++) {
            grouped[next[rows.scope(order[i])]++] = order[i];
        }
        return grouped;
    }

    private long sizeUp() {
        for (int i = 0; i < scopeCount; i++) {
            int scope = scopeOrder[i];
            scopeBytes[scope] += scopes.bytes(scope).length;
            resourceBytes[scopes.outer(scope)] += fieldSize(scopeBytes[scope]);
        }
        long total = 0;
        for (int i = 0; i < resourceCount; i++) {
            int resource = resourceOrder[i];
            resourceBytes[resource] += resources.bytes(resource).length;
            total += fieldSize(resourceBytes[resource]);
        }
        return total;
    }

    private byte[] write(int[] grouped) {
        long total = sizeUp();
        if (total > WireWriter.CAPACITY_MAX) {
            throw new IllegalStateException(
                    "merged trace may have " + WireWriter.CAPACITY_MAX + " bytes but needs " + total);
        }
        WireWriter writer = new WireWriter((int) total);
        int scopeIndex = 0;
        int spanIndex = 0;
        for (int i = 0; i < resourceCount; i++) {
            int resource = resourceOrder[i];
            open(writer, RESOURCE_SPANS, resourceBytes[resource], resources.bytes(resource));
            for (int lastScope = scopeIndex + scopesInResource[resource]; scopeIndex < lastScope; scopeIndex++) {
                int scope = scopeOrder[scopeIndex];
                open(writer, SCOPE_SPANS, scopeBytes[scope], scopes.bytes(scope));
                for (int lastSpan = spanIndex + spansInScope[scope]; spanIndex < lastSpan; spanIndex++) {
                    int row = grouped[spanIndex];
                    writer.bytes(SPANS, rows.source(row), rows.offset(row), rows.length(row));
                }
            }
        }
        return writer.take();
    }

    private static void open(WireWriter writer, int field, long bodyBytes, byte[] header) {
        writer.tag(field, WireReader.LENGTH_DELIMITED);
        writer.rawVarint(bodyBytes);
        writer.raw(header, 0, header.length);
    }

    /** Bytes of a length-delimited field with a number below 16. */
    private static long fieldSize(long bodyBytes) {
        return 1 + WireWriter.varintSize(bodyBytes) + bodyBytes;
    }
}
