package tempo.tempodb;

import java.util.Optional;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockSalvage;

/**
 * What was made of a damaged block.
 *
 * @param block the block that replaces it; nothing if nothing could be read
 * @param report what was found in it, and what is known to be lost
 */
public record SalvageResult(Optional<BlockMeta> block, BlockSalvage.Report report) {}
