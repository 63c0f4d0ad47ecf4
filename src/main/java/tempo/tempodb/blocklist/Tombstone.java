package tempo.tempodb.blocklist;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import tempo.span.TraceId;
import tempo.span.TraceKey;
import tempo.tempodb.backend.SealedJson;
import tempo.tempodb.block.BlockNames;

/**
 * Says that a trace, or all that a tenant has, is deleted: an object that outlives what it is about. Readers leave that out at once;
 * compaction leaves it out of what it writes.
 *
 * <p>A trace is hidden wherever its spans are and whenever they arrive, until the tombstone ends. Of a tenant, all that arrived before
 * {@code hidesArrivalsUntil} is hidden, by the time windows of its blocks.
 *
 * @param key of the trace; none for all of the tenant
 * @param at when it was made
 * @param until when it ends
 * @param hidesArrivalsUntil of a tenant's: blocks of windows that begin at this time or before are hidden
 */
public record Tombstone(
        UUID id, String tenant, Optional<TraceKey> key, Instant at, Instant until, Instant hidesArrivalsUntil) {
    /** Largest object. */
    public static final int BYTES_MAX = 4096;

    public Tombstone {
        BlockNames.requireTenant(tenant);
    }

    /** Name of the object. */
    public String name() {
        return BlockNames.tombstone(tenant, id);
    }

    /** The bytes of the object. */
    public byte[] encode() {
        return SealedJson.seal(json -> {
            json.writeStringField("deleted", key.isPresent() ? "trace" : "tenant");
            if (key.isPresent()) {
                json.writeStringField("key", key.get().toString());
            }
            json.writeStringField("at", at.toString());
            json.writeStringField("until", until.toString());
            json.writeStringField("hidesArrivalsUntil", hidesArrivalsUntil.toString());
        });
    }

    /**
     * Reads an object.
     *
     * @throws IOException if it is damaged: what it hid is not known
     */
    public static Tombstone decode(BlockNames.Owner owner, byte[] bytes) throws IOException {
        String what = "tombstone " + owner.blockId() + " of tenant " + owner.tenant();
        SealedJson fields = SealedJson.open(bytes, what);
        try {
            Optional<TraceKey> key = Optional.empty();
            if (!"tenant".equals(fields.text("deleted"))) {
                TraceId halves = TraceId.parse(Objects.requireNonNullElse(fields.text("key"), ""))
                        .orElseThrow(() -> new IOException(what + " has no key"));
                key = Optional.of(new TraceKey(halves.high(), halves.low()));
            }
            return new Tombstone(
                    owner.blockId(),
                    owner.tenant(),
                    key,
                    time(fields, "at"),
                    time(fields, "until"),
                    time(fields, "hidesArrivalsUntil"));
        } catch (DateTimeException e) {
            throw new IOException(what + " says what cannot be: " + e.getMessage(), e);
        }
    }

    private static Instant time(SealedJson fields, String name) {
        return Instant.parse(Objects.requireNonNullElse(fields.text(name), ""));
    }
}
