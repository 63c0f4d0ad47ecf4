package tempo.tempodb;

import java.util.UUID;

/** A block that could not be read, or not wholly, while answering a query: the answer is partial. */
public record BlockFailure(UUID blockId, String reason) {}
