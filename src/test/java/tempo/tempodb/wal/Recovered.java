package tempo.tempodb.wal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Keeps what a recovery reported. */
final class Recovered implements RecoveryVisitor {
    final List<String> payloads = new ArrayList<>();
    final List<Long> positions = new ArrayList<>();
    final List<Integer> units = new ArrayList<>();
    final List<String> tenants = new ArrayList<>();
    final List<String> holes = new ArrayList<>();
    final List<String> unreadable = new ArrayList<>();

    @Override
    public void record(long position, String tenant, ByteBuffer payload, int recordUnits) {
        byte[] bytes = new byte[payload.remaining()];
        payload.get(bytes);
        payloads.add(new String(bytes, StandardCharsets.ISO_8859_1));
        positions.add(position);
        tenants.add(tenant);
        units.add(recordUnits);
    }

    @Override
    public void hole(String file, long fromOffset, long toOffset) {
        holes.add(file + " " + fromOffset + " " + toOffset);
    }

    @Override
    public void unreadable(String file, String reason) {
        unreadable.add(file + " " + reason);
    }
}
