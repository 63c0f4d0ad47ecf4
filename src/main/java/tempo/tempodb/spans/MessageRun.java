package tempo.tempodb.spans;

/** Walks over messages with the same tag that follow each other, which were found well-formed before. */
final class MessageRun {
    private final byte[] bytes;
    private int from;
    private int to;

    /** Starts at the tag of the first message. */
    MessageRun(byte[] bytes, int at) {
        this.bytes = bytes;
        this.to = at;
    }

    void next() {
        int length = 0;
        int shift = 0;
        from = to + 1;
        byte next;
        do {
            next = bytes[from++];
            length |= (next & 0x7f) << shift;
            shift += 7;
        } while (next < 0);
        to = from + length;
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }
}
