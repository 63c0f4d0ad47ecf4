package tempo.tempodb.column;

/** Reads the encodings by bit length of {@link LongPage}: the lengths first, then the bits below the highest. */
final class ClassesCursor extends LongCursor {
    /** One word brings as many bits as these have below the highest, wherever in a byte they begin. */
    private static final int QUICK_BITS_MAX = 57;

    private final boolean zigzag;
    private final long base;
    private final long divisor;
    private final int classMin;
    private final int classWidth;
    private final BitReader classes;
    private final BitReader mantissas;
    private long mantissaAt;

    private ClassesCursor(
            int count,
            boolean zigzag,
            long base,
            long divisor,
            int classMin,
            int classWidth,
            BitReader classes,
            BitReader mantissas) {
        super(count);
        this.zigzag = zigzag;
        this.base = base;
        this.divisor = divisor;
        this.classMin = classMin;
        this.classWidth = classWidth;
        this.classes = classes;
        this.mantissas = mantissas;
    }

    static LongCursor of(PageBytes in, int count, boolean zigzag) throws CorruptPageException {
        long base = zigzag ? 0 : in.signedVarint("base");
        long divisor = zigzag ? 1 : in.varint("divisor");
        int classMin = in.width("class base", Long.SIZE);
        int classWidth = in.width("class width", 7);
        BitReader classes = in.bits(BitWriter.bytes((long) count * classWidth));
        return new ClassesCursor(count, zigzag, base, divisor, classMin, classWidth, classes, in.bits());
    }

    static LongCursor ofCompressed(PageBytes in, int count, boolean zigzag) throws CorruptPageException {
        long base = zigzag ? 0 : in.signedVarint("base");
        long divisor = zigzag ? 1 : in.varint("divisor");
        int classMin = in.width("class base", Long.SIZE);
        int length = in.length("classes");
        byte[] lengths = in.decompress(count, length);
        BitReader classes = new BitReader(lengths, 0, lengths.length);
        return new ClassesCursor(count, zigzag, base, divisor, classMin, Byte.SIZE, classes, in.bits());
    }

    @Override
    void decode(int from, int values, long[] into, int at) throws CorruptPageException {
        int quick = classWidth == Byte.SIZE ? decodeQuickly(from, values, into, at) : 0;
        long bit = mantissaAt;
        long end = mantissas.bits();
        for (int i = quick; i < values; i++) {
            int bitLength = bitLength(from + i);
            int width = LongPage.mantissaBits(bitLength);
            if (bit + width > end) {
                throw new CorruptPageException("classes: end within their values");
            }
            long mantissa = mantissas.get(bit, width);
            bit += width;
            long n = bitLength == 0 ? 0 : 1L << width | mantissa;
            into[at + i] = zigzag ? LongPage.unzigzag(n) : base + n * divisor;
        }
        mantissaAt = bit;
        if (values == remaining() && end - bit >= Byte.SIZE) {
            throw new CorruptPageException("classes: bytes too many");
        }
    }

    /**
     * As {@link #decode} where lengths are whole bytes, up to the first value that one load of a word does not bring.
     *
     * @return how many values were read
     */
    private int decodeQuickly(int from, int values, long[] into, int at) {
        long bit = mantissaAt;
        long lastWord = mantissas.bits() - Long.SIZE;
        int i = 0;
        for (; i < values && bit <= lastWord; i++) {
            int bitLength = classMin + classes.u8(from + i);
            if (bitLength > QUICK_BITS_MAX) {
                break;
            }
            // A number of no bits is 0, and takes none.
            long highest = 1L << bitLength >>> 1;
            long n = highest | mantissas.word(bit) & highest - 1 & -bitLength >> Integer.SIZE - 1;
            bit += bitLength - (-bitLength >>> Integer.SIZE - 1);
            into[at + i] = zigzag ? LongPage.unzigzag(n) : base + n * divisor;
        }
        mantissaAt = bit;
        return i;
    }

    @Override
    void pass(int from, int values) throws CorruptPageException {
        for (int i = 0; i < values; i++) {
            mantissaAt += LongPage.mantissaBits(bitLength(from + i));
        }
    }

    private int bitLength(int index) throws CorruptPageException {
        int bitLength = classMin
                + (classWidth == Byte.SIZE
                        ? classes.u8(index)
                        : (int) classes.get((long) index * classWidth, classWidth));
        if (bitLength > Long.SIZE) {
            throw new CorruptPageException("classes: number of " + bitLength + " bits");
        }
        return bitLength;
    }
}
