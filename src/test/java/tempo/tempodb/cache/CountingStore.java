package tempo.tempodb.cache;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;

/** Objects whose bytes follow from the block and the offset, and the requests for them. Thread-safe. */
final class CountingStore {
    private final List<Request> requests = Collections.synchronizedList(new ArrayList<>());

    record Request(long offset, int length) {}

    RangeReader of(UUID block, long objectBytes) {
        return (offset, length) -> {
            requests.add(new Request(offset, length));
            if (offset + length > objectBytes) {
                throw new EOFException("object ends at " + objectBytes);
            }
            return bytes(block, offset, length);
        };
    }

    /** The requests so far, which are then forgotten. */
    List<Request> taken() {
        synchronized (requests) {
            List<Request> copy = List.copyOf(requests);
            requests.clear();
            return copy;
        }
    }

    static byte[] bytes(UUID block, long offset, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = at(block, offset + i);
        }
        return bytes;
    }

    /** Another for each frame of each block. */
    static byte at(UUID block, long offset) {
        return (byte) (block.getLeastSignificantBits() * 31 + offset * 7 + offset / Frames.BYTES * 13);
    }

    static RangeReader failing(String message) {
        return (offset, length) -> {
            throw new IOException(message);
        };
    }
}
