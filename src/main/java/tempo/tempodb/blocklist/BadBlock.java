package tempo.tempodb.blocklist;

import tempo.tempodb.block.BadMark;
import tempo.tempodb.block.BlockMeta;

/** A block that was found damaged. */
public record BadBlock(BlockMeta meta, BadMark mark) {}
