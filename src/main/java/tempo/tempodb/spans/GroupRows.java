package tempo.tempodb.spans;

import tempo.tempodb.column.GrowingLongs;
import tempo.tempodb.column.QuarterOctave;

/** What a strip needs of the spans of a group, a row each, while the group is in the making. Not thread-safe. */
final class GroupRows {
    /** In place of a duration: the span has no end, or one before its start. */
    static final int NO_DURATION = 0;

    final GrowingLongs templates = new GrowingLongs();
    final GrowingLongs resources = new GrowingLongs();
    final GrowingLongs durations = new GrowingLongs();

    /** What a span's start is, or stands for it: unix nanoseconds, unsigned. */
    final GrowingLongs anchors = new GrowingLongs();

    void add(int template, int resource, long anchor, int duration) {
        templates.add(template);
        resources.add(resource);
        anchors.add(anchor);
        durations.add(duration);
    }

    int count() {
        return templates.count();
    }

    void clear() {
        templates.clear();
        resources.clear();
        durations.clear();
        anchors.clear();
    }

    /** A duration in nanoseconds, signed, as a strip has it. */
    static int duration(long nanos) {
        return nanos < 0 ? NO_DURATION : 1 + QuarterOctave.code(nanos);
    }
}
