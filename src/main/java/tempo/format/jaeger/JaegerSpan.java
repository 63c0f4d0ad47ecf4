package tempo.format.jaeger;

import java.util.Arrays;
import tempo.format.Extent;
import tempo.format.SpanBounds;

/**
 * A span of Jaeger's, to be filled again and again. Texts are extents in the bytes of its batch.
 *
 * <p>Source: <a href="https://github.com/jaegertracing/jaeger-idl">jaeger.thrift, model.proto</a>, by their documented fields.
 */
final class JaegerSpan {
    static final int CHILD_OF = 0;
    static final int FOLLOWS_FROM = 1;
    static final int FLAG_SAMPLED = 1;
    static final int FLAG_DEBUG = 2;

    private static final int CAPACITY_MIN = 4;

    long traceIdHigh;
    long traceIdLow;
    long id;

    /** 0 if it has none in a field of its own. */
    long parentId;

    long name;
    int flags;

    /** Nanoseconds; at the limits of 64 bits if there are more. */
    long start;

    long duration;

    /** Of protobuf alone. */
    long processId;

    final Tags tags = new Tags();

    /** Of all logs. */
    final Tags fields = new Tags();

    long[] logTimes = new long[CAPACITY_MIN];
    int[] logFrom = new int[CAPACITY_MIN];
    int[] logTo = new int[CAPACITY_MIN];
    int logs;

    /** Beyond the bound. */
    int droppedLogs;

    int droppedReferences;

    long[] referenceTraceHigh = new long[CAPACITY_MIN];
    long[] referenceTraceLow = new long[CAPACITY_MIN];
    long[] referenceSpan = new long[CAPACITY_MIN];
    int[] referenceType = new int[CAPACITY_MIN];
    int references;

    long[] warningTexts = new long[CAPACITY_MIN];
    int warnings;

    void clear(byte[] source) {
        traceIdHigh = 0;
        traceIdLow = 0;
        id = 0;
        parentId = 0;
        name = Extent.EMPTY;
        flags = 0;
        start = 0;
        duration = 0;
        processId = Extent.EMPTY;
        tags.clear(source);
        fields.clear(source);
        logs = 0;
        droppedLogs = 0;
        droppedReferences = 0;
        references = 0;
        warnings = 0;
    }

    /** Adds a log, whose fields are {@code fields[from..to)}. */
    void log(long time, int from, int to) {
        if (logs == SpanBounds.ELEMENTS_MAX) {
            droppedLogs++;
            return;
        }
        if (logs == logTimes.length) {
            logTimes = Arrays.copyOf(logTimes, 2 * logs);
            logFrom = Arrays.copyOf(logFrom, 2 * logs);
            logTo = Arrays.copyOf(logTo, 2 * logs);
        }
        logTimes[logs] = time;
        logFrom[logs] = from;
        logTo[logs++] = to;
    }

    void reference(int type, long traceHigh, long traceLow, long span) {
        if (references == SpanBounds.ELEMENTS_MAX) {
            droppedReferences++;
            return;
        }
        if (references == referenceType.length) {
            referenceTraceHigh = Arrays.copyOf(referenceTraceHigh, 2 * references);
            referenceTraceLow = Arrays.copyOf(referenceTraceLow, 2 * references);
            referenceSpan = Arrays.copyOf(referenceSpan, 2 * references);
            referenceType = Arrays.copyOf(referenceType, 2 * references);
        }
        referenceTraceHigh[references] = traceHigh;
        referenceTraceLow[references] = traceLow;
        referenceSpan[references] = span;
        referenceType[references++] = type;
    }

    void warning(long text) {
        if (warnings == SpanBounds.ELEMENTS_MAX) {
            return;
        }
        if (warnings == warningTexts.length) {
            warningTexts = Arrays.copyOf(warningTexts, 2 * warnings);
        }
        warningTexts[warnings++] = text;
    }

    private boolean isInTrace(int reference) {
        return referenceTraceHigh[reference] == traceIdHigh && referenceTraceLow[reference] == traceIdLow;
    }

    /** True if this reference says no more than that its span is the parent. */
    boolean isParent(int reference, long parent) {
        return referenceType[reference] == CHILD_OF && referenceSpan[reference] == parent && isInTrace(reference);
    }

    /** The parent: as the span says itself, else the first it is a child of, else the first it follows from; 0 for none. */
    long parent() {
        if (parentId != 0) {
            return parentId;
        }
        long followed = 0;
        for (int i = 0; i < references; i++) {
            if (isInTrace(i)) {
                if (referenceType[i] == CHILD_OF) {
                    return referenceSpan[i];
                }
                if (followed == 0 && referenceType[i] == FOLLOWS_FROM) {
                    followed = referenceSpan[i];
                }
            }
        }
        return followed;
    }
}
