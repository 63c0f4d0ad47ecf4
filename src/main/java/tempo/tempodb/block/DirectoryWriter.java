package tempo.tempodb.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import tempo.tempodb.backend.ObjectWriter;

/** Makes the frames of a trace directory. For one thread. Holds the keys of one frame, and ten bits for each before. */
final class DirectoryWriter {
    private final long[] highs = new long[BlockLayout.DIRECTORY_FRAME_TRACES];
    private final List<Frame> frames = new ArrayList<>();
    private int count;

    private record Frame(long firstHigh, byte[] bytes) {}

    /**
     * Frames that were written.
     *
     * @param table the section that says where they are
     * @param end where they end in the object
     */
    record Written(byte[] table, long end) {}

    /** Adds the upper half of a distinct key, in unsigned order. */
    void add(long keyHigh) {
        if (count == highs.length) {
            finishFrame();
        }
        highs[count++] = keyHigh;
    }

    /**
     * Writes all frames; at least one key was added.
     *
     * @param offset where they begin in the object
     */
    Written write(ObjectWriter target, long offset) throws IOException {
        if (count > 0) {
            finishFrame();
        }
        List<DirectoryTable.Placed> placed = new ArrayList<>(frames.size());
        long end = offset;
        for (Frame frame : frames) {
            byte[] bytes = frame.bytes;
            int crc = BlockLayout.crc(bytes, 0, bytes.length);
            placed.add(new DirectoryTable.Placed(frame.firstHigh, end, bytes.length, crc));
            target.write(ByteBuffer.wrap(bytes));
            end += bytes.length;
        }
        return new Written(DirectoryTable.encode(placed), end);
    }

    private void finishFrame() {
        frames.add(new Frame(highs[0], DirectoryFrame.encode(highs, 0, count)));
        count = 0;
    }
}
