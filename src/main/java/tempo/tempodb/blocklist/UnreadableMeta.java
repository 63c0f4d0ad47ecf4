package tempo.tempodb.blocklist;

import java.util.UUID;

/** A commit record that exists but cannot be read: its block may hold anything of that tenant. */
public record UnreadableMeta(String tenant, UUID blockId, String reason) {}
