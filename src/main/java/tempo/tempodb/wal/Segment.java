package tempo.tempodb.wal;

/** One use of a segment file: from the header that gave it its epoch until the file is recycled or deleted. */
final class Segment {
    final String name;
    final WalFile file;
    final int epoch;
    final long salt;
    /** Length of the file. */
    final long bytes;

    /** Whether it was found when the log was opened. */
    final boolean recovered;

    final SegmentUsage usage = new SegmentUsage();

    /** The head as last written; touched by one thread at a time: at opening, and then by the preparer. */
    SegmentHeader header;

    /** Whether the file may be used again: not after a failed force or where it was found damaged. */
    volatile boolean recyclable = true;

    /** The byte behind its last durable record. */
    volatile long durableEnd = SegmentLayout.LINK;

    /** When all of it was released; only then meaningful. */
    long freedAtNanos;

    Segment(String name, WalFile file, SegmentHeader header, long bytes, boolean recovered) {
        this.name = name;
        this.file = file;
        this.header = header;
        this.epoch = header.epoch();
        this.salt = header.salt();
        this.bytes = bytes;
        this.recovered = recovered;
    }
}
