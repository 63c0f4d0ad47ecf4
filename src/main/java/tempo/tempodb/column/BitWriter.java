package tempo.tempodb.column;

/** Appends numbers of 0 to 64 bits, the lowest bit first, without gaps. */
final class BitWriter {
    private final GrowingBytes target;
    private long pending;
    private int pendingBits;

    BitWriter(GrowingBytes target) {
        this.target = target;
    }

    /** How many bytes so many bits take. */
    static int bytes(long bits) {
        return Math.toIntExact((bits + 7) >>> 3);
    }

    /** Appends the lowest {@code width} bits of {@code value}, above which there must be none. */
    void put(long value, int width) {
        if (width == 0) {
            return;
        }
        pending |= value << pendingBits;
        int bits = pendingBits + width;
        if (bits >= Long.SIZE) {
            target.putLong(pending);
            bits -= Long.SIZE;
            pending = bits == 0 ? 0 : value >>> width - bits;
        }
        pendingBits = bits;
    }

    /** Fills the last byte up with zeros; what is put next begins a new one. */
    void finish() {
        while (pendingBits > 0) {
            target.put((byte) pending);
            pending >>>= Byte.SIZE;
            pendingBits -= Byte.SIZE;
        }
        pending = 0;
        pendingBits = 0;
    }
}
