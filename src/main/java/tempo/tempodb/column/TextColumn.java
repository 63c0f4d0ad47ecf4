package tempo.tempodb.column;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import tempo.span.WireHash;

/**
 * Collects the values of a column of texts in one group, and makes the page of them.
 *
 * <pre>
 * page = kind: u8, then
 *   0 PLAIN     lengths: nested integers; compressed: u8 (0 or 1); bytes of all values, as they are or as a zstd frame
 *   1 PATTERNS  see below
 *   2 LINES     lines of each value: nested integers; number of lines: varint; then PATTERNS of the lines, which were separated
 *               by line feeds
 *
 * PATTERNS = distinct codes: varint, each less the one before and 1: varint
 *            for each value, which of these: nested integers
 *            for each of these that has slots and at least 16 values here, for each slot: nested integers, by value
 *            slots of all other values, value by value: nested integers, if there are any
 *
 * nested integers = length: varint, a page of LongPage
 * </pre>
 *
 * Not thread-safe.
 */
public final class TextColumn {
    static final int PLAIN = 0;
    static final int PATTERNS = 1;
    static final int LINES = 2;

    /** Values of a pattern from which on each of its slots has integers of its own. */
    static final int OWN_SLOTS_MIN = 16;

    /** More slots, or a longer pattern, make the whole page plain. */
    private static final int SLOTS_MAX = 64;

    private static final int PATTERN_BYTES_MAX = 4096;
    private static final int KEPT_BYTES = 256 << 10;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long LINE_FEEDS = 0x0a0a0a0a0a0a0a0aL;
    private static final long LOWEST_BITS = 0x0101010101010101L;
    private static final long HIGHEST_BITS = 0x8080808080808080L;

    private final TextDictionary dictionary;

    /** The values themselves, only while the page is going to be plain. */
    private final GrowingBytes raw = new GrowingBytes(256);

    private final GrowingLongs lengths = new GrowingLongs();

    /** By value; with the codes of all lines and their slots, as long as the page is not going to be plain. */
    private final GrowingLongs lineCounts = new GrowingLongs();

    private final GrowingLongs codes = new GrowingLongs();
    private final GrowingLongs slots = new GrowingLongs();
    private final GrowingBytes pattern = new GrowingBytes(256);
    private final GrowingBytes nested = new GrowingBytes(1024);
    private boolean plain;

    /** By code, while a page is made: which of the page's codes it is. */
    private int[] places = {};

    /** An empty column whose patterns go into {@code dictionary}. */
    public TextColumn(TextDictionary dictionary) {
        this.dictionary = dictionary;
        this.plain = dictionary.isFull();
    }

    /** How many values there are. */
    public int count() {
        return plain ? lengths.count() : lineCounts.count();
    }

    /** Appends the value {@code bytes[offset..offset + length)}, which is copied. */
    public void add(byte[] bytes, int offset, int length) {
        if (!plain && !addLines(bytes, offset, length)) {
            becomePlain();
        }
        if (plain) {
            raw.put(bytes, offset, length);
            lengths.add(length);
        }
    }

    /** Appends the next values of a page, of one line each; texts are made of them only if this one is going to be plain. */
    void copy(PatternPage page, int values, PatternCodes patterns) throws CorruptPageException {
        if (plain) {
            for (int i = 0; i < values; i++) {
                copyPlain(page, 1);
            }
        } else {
            page.copy(values, patterns, codes, slots);
            lineCounts.add(1, values);
            dictionary.countValues(values);
        }
    }

    /** Appends the next value of a page, which has so many lines. */
    void copyLines(PatternPage page, int lines, PatternCodes patterns) throws CorruptPageException {
        if (plain) {
            copyPlain(page, lines);
        } else {
            page.copy(lines, patterns, codes, slots);
            lineCounts.add(lines);
            dictionary.countValues(lines);
        }
    }

    private void copyPlain(PatternPage page, int lines) throws CorruptPageException {
        int start = raw.length();
        page.nextLines(lines, raw);
        lengths.add(raw.length() - start);
    }

    /** Appends the patterns of a value's lines; false if it has none, then codes and slots have to be dropped. */
    private boolean addLines(byte[] bytes, int offset, int length) {
        int end = offset + length;
        int from = offset;
        int lines = 1;
        for (int at = lineEnd(bytes, from, end); at < end; at = lineEnd(bytes, from, end)) {
            if (!addLine(bytes, from, at)) {
                return false;
            }
            from = at + 1;
            lines++;
        }
        if (!addLine(bytes, from, end)) {
            return false;
        }
        lineCounts.add(lines);
        return true;
    }

    /** Makes the values so far again from their patterns. */
    private void becomePlain() {
        int line = 0;
        int slot = 0;
        for (int i = 0; i < lineCounts.count(); i++) {
            int start = raw.length();
            int first = line;
            for (int end = first + (int) lineCounts.get(i); line < end; line++) {
                if (line > first) {
                    raw.put('\n');
                }
                int code = (int) codes.get(line);
                dictionary.join(code, slots.array(), slot, raw);
                slot += dictionary.slots(code);
            }
            lengths.add(raw.length() - start);
        }
        lineCounts.clear();
        codes.clear();
        slots.clear();
        plain = true;
    }

    /** True if the page is going to be of patterns, so that the hashes of its values are of these. */
    public boolean hasPatterns() {
        return !plain;
    }

    /** Appends a hash of each value; see {@link #hash(byte[], int, int)} and {@link #hashOfPatterns}. */
    public void hashes(GrowingLongs into) {
        if (plain) {
            int offset = 0;
            for (int i = 0; i < lengths.count(); i++) {
                int length = (int) lengths.get(i);
                into.add(hash(raw.array(), offset, length));
                offset += length;
            }
            return;
        }
        int line = 0;
        int slot = 0;
        for (int i = 0; i < lineCounts.count(); i++) {
            long hash = 0;
            for (int end = line + (int) lineCounts.get(i); line < end; line++) {
                int code = (int) codes.get(line);
                hash = WireHash.join(hash, dictionary.hash(code));
                for (int slotEnd = slot + dictionary.slots(code); slot < slotEnd; slot++) {
                    hash = WireHash.join(hash, slots.get(slot));
                }
            }
            into.add(hash);
        }
    }

    /** The hash of a text where its page is plain. */
    public static long hash(byte[] bytes, int offset, int length) {
        return WireHash.of(bytes, offset, length);
    }

    /** The hash of a text where its page is of patterns: of the patterns of its lines, and the numbers in them. */
    public static long hashOfPatterns(byte[] bytes, int offset, int length) {
        GrowingBytes pattern = new GrowingBytes(length + 16);
        GrowingLongs slots = new GrowingLongs();
        long hash = 0;
        int end = offset + length;
        for (int from = offset; from <= end; ) {
            int to = from;
            while (to < end && bytes[to] != '\n') {
                to++;
            }
            pattern.truncate(0);
            slots.truncate(0);
            TextPattern.split(bytes, from, to, pattern, slots);
            hash = WireHash.join(hash, WireHash.of(pattern.array(), 0, pattern.length()));
            for (int i = 0; i < slots.count(); i++) {
                hash = WireHash.join(hash, slots.get(i));
            }
            from = to + 1;
        }
        return hash;
    }

    /** Appends the page of the values so far, at least one, and forgets them. */
    public void finish(GrowingBytes out) {
        if (plain) {
            plain(out);
        } else if (codes.count() > lineCounts.count()) {
            out.put(LINES);
            putNested(lineCounts.array(), lineCounts.count(), out);
            out.putVarint(codes.count());
            patterns(out);
        } else {
            out.put(PATTERNS);
            patterns(out);
        }
        raw.clear(KEPT_BYTES);
        lengths.clear();
        lineCounts.clear();
        codes.clear();
        slots.clear();
        plain = dictionary.isFull();
    }

    /** Where the next line feed is, or {@code end}; eight bytes at a time, since most texts have none. */
    private static int lineEnd(byte[] bytes, int from, int end) {
        int at = from;
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            long zeroIfLineFeed = (long) LONGS.get(bytes, at) ^ LINE_FEEDS;
            if ((zeroIfLineFeed - LOWEST_BITS & ~zeroIfLineFeed & HIGHEST_BITS) != 0) {
                break;
            }
        }
        while (at < end && bytes[at] != '\n') {
            at++;
        }
        return at;
    }

    private boolean addLine(byte[] bytes, int from, int to) {
        int slotsBefore = slots.count();
        pattern.truncate(0);
        if (to - from <= PATTERN_BYTES_MAX) {
            TextPattern.split(bytes, from, to, pattern, slots);
        }
        int slotCount = slots.count() - slotsBefore;
        if (to - from > PATTERN_BYTES_MAX || slotCount > SLOTS_MAX) {
            return false;
        }
        codes.add(dictionary.code(pattern.array(), 0, pattern.length(), slotCount));
        return true;
    }

    private void plain(GrowingBytes out) {
        out.put(PLAIN);
        putNested(lengths.array(), lengths.count(), out);
        int flagAt = out.length();
        out.put(1);
        int bytes = Zstd.compress(raw.array(), 0, raw.length(), out);
        if (bytes >= raw.length() - raw.length() / 20) {
            out.truncate(flagAt);
            out.put(0);
            out.put(raw.array(), 0, raw.length());
        }
    }

    private void patterns(GrowingBytes out) {
        int count = codes.count();
        long[] distinct = distinctCodes();
        int size = distinct.length;
        out.putVarint(size);
        long last = -1;
        for (int i = 0; i < size; i++) {
            out.putVarint(distinct[i] - last - 1);
            last = distinct[i];
            places[(int) last] = i;
        }
        int[] occurrences = new int[size];
        long[] indexes = new long[count];
        for (int i = 0; i < count; i++) {
            int index = places[(int) codes.get(i)];
            indexes[i] = index;
            occurrences[index]++;
        }
        putNested(indexes, count, out);
        if (!slots.isEmpty()) {
            slots(distinct, size, occurrences, indexes, out);
        }
    }

    /** The codes that are met, rising. */
    private long[] distinctCodes() {
        if (places.length < dictionary.size()) {
            places = new int[dictionary.size() + dictionary.size() / 2];
        }
        for (int i = 0; i < codes.count(); i++) {
            places[(int) codes.get(i)] = -1;
        }
        long[] distinct = new long[16];
        int size = 0;
        for (int i = 0; i < codes.count(); i++) {
            int code = (int) codes.get(i);
            if (places[code] < 0) {
                distinct = size == distinct.length ? Arrays.copyOf(distinct, 2 * size) : distinct;
                distinct[size++] = code;
                places[code] = 0;
            }
        }
        Arrays.sort(distinct, 0, size);
        return Arrays.copyOf(distinct, size);
    }

    private void slots(long[] distinct, int size, int[] occurrences, long[] indexes, GrowingBytes out) {
        long[][] own = new long[size][];
        for (int i = 0; i < size; i++) {
            int slotCount = dictionary.slots((int) distinct[i]);
            if (slotCount > 0 && occurrences[i] >= OWN_SLOTS_MIN) {
                own[i] = new long[slotCount * occurrences[i]];
            }
        }
        int[] filled = new int[size];
        GrowingLongs others = new GrowingLongs();
        int at = 0;
        for (long each : indexes) {
            int index = (int) each;
            int slotCount = dictionary.slots((int) distinct[index]);
            for (int slot = 0; slot < slotCount; slot++) {
                if (own[index] != null) {
                    own[index][slot * occurrences[index] + filled[index]] = slots.get(at);
                } else {
                    others.add(slots.get(at));
                }
                at++;
            }
            filled[index]++;
        }
        for (int i = 0; i < size; i++) {
            for (int slot = 0; own[i] != null && slot * occurrences[i] < own[i].length; slot++) {
                int from = slot * occurrences[i];
                putNested(Arrays.copyOfRange(own[i], from, from + occurrences[i]), occurrences[i], out);
            }
        }
        if (!others.isEmpty()) {
            putNested(others.array(), others.count(), out);
        }
    }

    private void putNested(long[] values, int count, GrowingBytes out) {
        nested.truncate(0);
        LongPage.encode(values, count, nested);
        out.putVarint(nested.length());
        out.put(nested.array(), 0, nested.length());
    }
}
