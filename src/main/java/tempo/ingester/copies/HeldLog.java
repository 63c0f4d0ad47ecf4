package tempo.ingester.copies;

import java.util.Arrays;

/** What this node holds of one other node's log: where each record was there, and where it is here. Not thread-safe. */
final class HeldLog {
    private long[] theirs = new long[16];
    private long[] ours = new long[16];
    private int count;
    private int pending;
    private boolean closed;
    private boolean told;

    /** A record is on its way into our log. */
    void begun() {
        pending++;
    }

    /** It has come to nothing. */
    void failed() {
        pending--;
    }

    /** It is durable. */
    void appended(long theirPosition, long ourPosition) {
        pending--;
        found(theirPosition, ourPosition);
    }

    /** It was found in our log when that was opened. */
    void found(long theirPosition, long ourPosition) {
        if (count == theirs.length) {
            theirs = Arrays.copyOf(theirs, 2 * count);
            ours = Arrays.copyOf(ours, 2 * count);
        }
        theirs[count] = theirPosition;
        ours[count++] = ourPosition;
    }

    /** Whether others have to be told that this node holds copies of this log: once. */
    boolean tellNow() {
        boolean first = !told;
        told = true;
        return first;
    }

    /** Whether records are on their way. */
    boolean pending() {
        return pending > 0;
    }

    int count() {
        return count;
    }

    /** Nothing more is held of this log. */
    void close() {
        closed = true;
    }

    boolean closed() {
        return closed;
    }

    /** Takes out the records below a position of theirs, which are in blocks by now; returns where they are here. */
    long[] takeBelow(long floor) {
        long[] taken = new long[count];
        int takenCount = 0;
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (theirs[i] < floor) {
                taken[takenCount++] = ours[i];
            } else {
                theirs[kept] = theirs[i];
                ours[kept++] = ours[i];
            }
        }
        count = kept;
        return Arrays.copyOf(taken, takenCount);
    }

    /** Where the last few records are here, at most so many. */
    long[] last(int atMost) {
        int from = Math.max(0, count - atMost);
        return Arrays.copyOfRange(ours, from, count);
    }

    /** Takes out as many of the last records. */
    void dropLast(int records) {
        count -= records;
    }
}
