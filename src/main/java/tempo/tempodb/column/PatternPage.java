package tempo.tempodb.column;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The part of a page of texts that is of patterns, read from front to back; see {@link TextColumn}. Not thread-safe. */
final class PatternPage {
    private final TextPatterns patterns;
    private final int[] codes;
    private final int[] indexes;
    private final Slots[] slots;
    private final Slots others;
    private final long[] values = new long[256];
    private int next;

    private PatternPage(TextPatterns patterns, int[] codes, int[] indexes, Slots[] slots, Slots others) {
        this.patterns = patterns;
        this.codes = codes;
        this.indexes = indexes;
        this.slots = slots;
        this.others = others;
    }

    /** Reads what is left of {@code in} as {@code count} values. */
    static PatternPage decode(PageBytes in, int count, TextPatterns patterns) throws CorruptPageException {
        int[] codes = codes(in, count, patterns);
        int size = codes.length;
        int[] indexes = new int[count];
        if (TextCursor.open(in.nested("patterns of the texts"), count).readInts(indexes, 0, count, size) != count) {
            throw new CorruptPageException("not all texts have a pattern");
        }
        int[] occurrences = new int[size];
        for (int index : indexes) {
            occurrences[index]++;
        }
        Slots[] slots = new Slots[size];
        Slots none = new Slots(0);
        Slots others = new Slots(0);
        for (int i = 0; i < size; i++) {
            int slotCount = patterns.slots(codes[i]);
            if (occurrences[i] < TextColumn.OWN_SLOTS_MIN) {
                slots[i] = none;
                others.count += slotCount * occurrences[i];
                continue;
            }
            slots[i] = new Slots(occurrences[i]);
            for (int slot = 0; slot < slotCount; slot++) {
                slots[i].add(in.nested("numbers of a pattern"));
            }
        }
        if (others.count > 0) {
            others.add(in.nested("numbers of the other patterns"));
        }
        in.requireEnd("texts");
        return new PatternPage(patterns, codes, indexes, slots, others);
    }

    /** The patterns that there are in the page. */
    static int[] codes(PageBytes in, int count, TextPatterns patterns) throws CorruptPageException {
        int size = in.count("patterns in the page", Math.min(count, patterns.size()));
        int[] codes = new int[size];
        long last = -1;
        for (int i = 0; i < size; i++) {
            last += in.count("pattern", patterns.size()) + 1L;
            if (last >= patterns.size()) {
                throw new CorruptPageException("pattern " + last + " of " + patterns.size());
            }
            codes[i] = (int) last;
        }
        return codes;
    }

    /** The pattern of the next text, which stays the next. */
    int code() {
        return codes[indexes[next]];
    }

    int nextCode() throws CorruptPageException {
        int index = indexes[next];
        skip(1);
        return codes[index];
    }

    void skip(int count) throws CorruptPageException {
        for (int i = 0; i < count; i++) {
            int index = indexes[next++];
            if (slots[index].count > 0) {
                slots[index].passed++;
            } else {
                others.passed += patterns.slots(codes[index]);
            }
        }
    }

    /** Appends the next {@code lines} texts with line feeds between them. */
    void nextLines(int lines, GrowingBytes into) throws CorruptPageException {
        for (int i = 0; i < lines; i++) {
            if (i > 0) {
                into.put('\n');
            }
            next(into);
        }
    }

    /** Appends the codes of the next texts in another dictionary, and the numbers in them. */
    void copy(int count, PatternCodes into, GrowingLongs codesInto, GrowingLongs slotsInto)
            throws CorruptPageException {
        codesInto.reserve(count);
        long[] copied = codesInto.array();
        int at = codesInto.count();
        codesInto.extend(count);
        for (int i = 0; i < count; i++) {
            int index = indexes[next++];
            int code = codes[index];
            int slotCount = patterns.slots(code);
            copied[at + i] = into.of(code);
            if (slotCount == 0) {
                continue;
            }
            if (slots[index].count > 0) {
                slots[index].copyEach(slotsInto);
            } else {
                others.copyRun(slotsInto, slotCount);
            }
        }
    }

    /** Appends the next text. */
    void next(GrowingBytes into) throws CorruptPageException {
        int index = indexes[next++];
        int code = codes[index];
        int slotCount = patterns.slots(code);
        long[] numbers = slotCount <= values.length ? values : new long[slotCount];
        if (slotCount > 0 && slots[index].count > 0) {
            slots[index].readEach(numbers);
        } else if (slotCount > 0) {
            others.readRun(numbers, slotCount);
        }
        patterns.join(code, numbers, 0, into);
    }

    /** Numbers of one pattern, a page for each slot; or of all others, in one. */
    private static final class Slots {
        /** Numbers that are decoded at first: a text of many may be all that is wanted. */
        private static final int BUFFER_MIN = 8;

        private static final int BUFFER_MAX = 512;

        private PageBytes[] pages = {};
        private @Nullable LongCursor[] cursors = {};
        private long[][] buffers = {};
        private int count;
        private int passed;
        private int at;
        private int filled;

        Slots(int count) {
            this.count = count;
        }

        void add(PageBytes page) {
            pages = Arrays.copyOf(pages, pages.length + 1);
            pages[pages.length - 1] = page;
            cursors = Arrays.copyOf(cursors, pages.length);
            buffers = Arrays.copyOf(buffers, pages.length);
        }

        /** One number of each slot. */
        void readEach(long[] into) throws CorruptPageException {
            int place = next();
            for (int slot = 0; slot < buffers.length; slot++) {
                into[slot] = buffers[slot][place];
            }
        }

        /** So many numbers of the one page. */
        void readRun(long[] into, int numbers) throws CorruptPageException {
            for (int i = 0; i < numbers; i++) {
                int place = next();
                into[i] = buffers[0][place];
            }
        }

        /** As {@link #readEach}. */
        void copyEach(GrowingLongs into) throws CorruptPageException {
            int place = next();
            for (long[] buffer : buffers) {
                into.add(buffer[place]);
            }
        }

        /** As {@link #readRun}. */
        void copyRun(GrowingLongs into, int numbers) throws CorruptPageException {
            for (int i = 0; i < numbers; i++) {
                int place = next();
                into.add(buffers[0][place]);
            }
        }

        /** Where the next numbers are in the buffers. */
        private int next() throws CorruptPageException {
            if (passed > 0 || at == filled) {
                fill();
            }
            return at++;
        }

        private void fill() throws CorruptPageException {
            int buffered = filled - at;
            if (passed < buffered) {
                at += passed;
                passed = 0;
                return;
            }
            int size = Math.min(BUFFER_MAX, Math.max(BUFFER_MIN, 2 * filled));
            for (int slot = 0; slot < pages.length; slot++) {
                LongCursor cursor = cursors[slot];
                if (cursor == null) {
                    cursor = TextCursor.open(pages[slot], count);
                    cursors[slot] = cursor;
                }
                if (buffers[slot] == null || buffers[slot].length < size) {
                    buffers[slot] = new long[size];
                }
                if (passed - buffered >= cursor.remaining()) {
                    throw new CorruptPageException("numbers of a pattern end too early");
                }
                cursor.skip(passed - buffered);
                filled = cursor.read(buffers[slot], 0, size);
            }
            at = 0;
            passed = 0;
        }
    }
}
