package tempo.tempodb.block;

import tempo.span.TraceKey;

/**
 * What a writer knows of a block after its last trace.
 *
 * @param keyMin first key
 * @param keyMax last key
 * @param startMin oldest span start, unix nanoseconds
 * @param startMax newest span start, unix nanoseconds
 * @param traces distinct keys
 * @param entries stored values; more than traces if a key came several times
 * @param rawBytes sum of the values' lengths
 * @param dataBytes size of the data object
 * @param tailOffset where group table, trace directory and footer begin: all that a reader needs before its first find
 * @param footerBytes length of the footer, which ends the object
 * @param footerCrc CRC-32C of the footer without its last 16 bytes
 */
public record BlockSummary(
        TraceKey keyMin,
        TraceKey keyMax,
        long startMin,
        long startMax,
        long traces,
        long entries,
        long spans,
        long rawBytes,
        long dataBytes,
        long tailOffset,
        int footerBytes,
        int footerCrc) {
    public BlockSummary {
        if (keyMin.compareTo(keyMax) > 0 || startMin > startMax) {
            throw new IllegalArgumentException("block's key or time range is upside down");
        }
        if (traces < 1 || entries < traces || spans < 0 || rawBytes < 0) {
            throw new IllegalArgumentException("block's counts cannot be: " + traces + " traces, " + entries
                    + " entries, " + spans + " spans, " + rawBytes + " raw bytes");
        }
        long tailBytes = dataBytes - tailOffset;
        if (tailOffset < BlockLayout.ALIGNMENT || tailBytes < footerBytes || tailBytes > BlockLayout.TAIL_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "block's tail cannot begin at " + tailOffset + " of " + dataBytes + " bytes");
        }
        if (footerBytes < BlockLayout.FOOTER_FIXED_BYTES + BlockLayout.FOOTER_END_BYTES
                || footerBytes > BlockLayout.FOOTER_BYTES_MAX) {
            throw new IllegalArgumentException("block's footer cannot be of " + footerBytes + " bytes");
        }
    }

    /** Length of the tail. */
    public int tailBytes() {
        return (int) (dataBytes - tailOffset);
    }

    /** False if the block cannot hold the key. */
    public boolean covers(TraceKey key) {
        return keyMin.compareTo(key) <= 0 && key.compareTo(keyMax) <= 0;
    }

    /** The same of another place in the data object. */
    BlockSummary withFooter(long atDataBytes, long atTailOffset, int ofBytes, int withCrc) {
        return new BlockSummary(
                keyMin,
                keyMax,
                startMin,
                startMax,
                traces,
                entries,
                spans,
                rawBytes,
                atDataBytes,
                atTailOffset,
                ofBytes,
                withCrc);
    }
}
