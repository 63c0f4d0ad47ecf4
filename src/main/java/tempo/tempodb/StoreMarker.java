package tempo.tempodb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.backend.SealedJson;
import tempo.tempodb.block.BlockNames;

/**
 * Says whose a store is, in an object at its root: nodes that read different ids do not share a store and are no cluster.
 *
 * @param clusterId made at random when the store was first opened
 * @param rangeCount number of equal intervals of the key space, as it was when the store was first opened
 */
public record StoreMarker(UUID clusterId, int rangeCount) {
    private static final int RANGES_MAX = 65_536;
    private static final int BYTES_MAX = 64 << 10;

    public StoreMarker {
        if (rangeCount < 1 || rangeCount > RANGES_MAX) {
            throw new IllegalArgumentException("range count must be 1 to " + RANGES_MAX + " but is " + rangeCount);
        }
    }

    /**
     * Reads the store's marker, or writes it if there is none. Of several nodes that do this at once, all get the same.
     *
     * @param rangeCount for a new store; an existing one keeps its own, which the caller compares
     * @throws IOException if the store fails or the marker is damaged
     */
    public static StoreMarker readOrCreate(ObjectStore store, int rangeCount) throws IOException {
        return readOrCreate(store, rangeCount, UUID::randomUUID);
    }

    /** As {@link #readOrCreate(ObjectStore, int)}, with a source of cluster ids. */
    public static StoreMarker readOrCreate(ObjectStore store, int rangeCount, Supplier<UUID> clusterIds)
            throws IOException {
        try {
            return read(store);
        } catch (NoSuchFileException firstOpen) {
            StoreMarker marker = new StoreMarker(clusterIds.get(), rangeCount);
            boolean created = store.putIfAbsent(BlockNames.MARKER, ByteBuffer.wrap(marker.encode()));
            return created ? marker : read(store);
        }
    }

    /**
     * Reads the store's marker, and writes nothing; empty if nobody has opened the store as one of ours.
     *
     * @throws IOException if the store fails or the marker is damaged
     */
    public static Optional<StoreMarker> find(ObjectStore store) throws IOException {
        try {
            return Optional.of(read(store));
        } catch (NoSuchFileException never) {
            return Optional.empty();
        }
    }

    private static StoreMarker read(ObjectStore store) throws IOException {
        String name = BlockNames.MARKER;
        long bytes = store.head(name).bytes();
        if (bytes > BYTES_MAX) {
            throw new IOException("store marker must be of at most " + BYTES_MAX + " bytes but is of " + bytes);
        }
        SealedJson marker = SealedJson.open(store.read(name, 0, (int) bytes), "store marker " + name);
        String clusterId = marker.text("clusterId");
        if (clusterId == null) {
            throw new IOException("store marker has no clusterId");
        }
        try {
            long rangeCount = Objects.requireNonNullElse(marker.number("rangeCount"), 0L);
            return new StoreMarker(
                    UUID.fromString(clusterId), (int) Math.max(0, Math.min(rangeCount, Integer.MAX_VALUE)));
        } catch (IllegalArgumentException e) {
            throw new IOException("store marker says what cannot be: " + e.getMessage(), e);
        }
    }

    private byte[] encode() {
        return SealedJson.seal(json -> {
            json.writeStringField("clusterId", clusterId.toString());
            json.writeNumberField("rangeCount", rangeCount);
        });
    }
}
