package tempo.tempodb.column;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TextColumnTest {
    @Provide
    Arbitrary<List<byte[]>> columns() {
        Arbitrary<String> piece = Arbitraries.oneOf(
                Arbitraries.of(
                        "/",
                        "-",
                        "id=",
                        "\n",
                        "\0",
                        "\0\1",
                        "\0\2\3",
                        "u",
                        ".",
                        "SELECT x FROM t WHERE a = ",
                        " ",
                        ":"),
                Arbitraries.strings().numeric().ofMaxLength(20),
                Arbitraries.strings().withChars("0123456789abcdef").ofMaxLength(40),
                Arbitraries.longs().map(seed -> new UUID(seed, ~seed * 31).toString()),
                Arbitraries.strings().withCharRange('\0', '\u00ff').ofMaxLength(10));
        Arbitrary<byte[]> value =
                piece.list().ofMaxSize(6).map(pieces -> String.join("", pieces).getBytes(ISO_8859_1));
        return value.list().ofMinSize(1).ofMaxSize(60);
    }

    private record Page(byte[] bytes, byte[] dictionary) {}

    private static List<Page> pages(List<List<byte[]>> groups) {
        TextDictionary dictionary = new TextDictionary();
        TextColumn column = new TextColumn(dictionary);
        List<byte[]> encoded = new ArrayList<>();
        for (List<byte[]> values : groups) {
            for (byte[] value : values) {
                column.add(value, 0, value.length);
            }
            assertEquals(values.size(), column.count());
            GrowingBytes out = new GrowingBytes(16);
            column.finish(out);
            encoded.add(Arrays.copyOf(out.array(), out.length()));
        }
        GrowingBytes out = new GrowingBytes(16);
        dictionary.encode(out);
        byte[] stored = Arrays.copyOf(out.array(), out.length());
        return encoded.stream().map(bytes -> new Page(bytes, stored)).toList();
    }

    private static TextCursor open(Page page, int count) throws CorruptPageException {
        TextPatterns patterns = TextPatterns.decode(page.dictionary(), 0, page.dictionary().length);
        return TextCursor.open(page.bytes(), 0, page.bytes().length, count, patterns);
    }

    private static void assertRead(List<byte[]> values, Page page, int skip) throws CorruptPageException {
        TextCursor cursor = open(page, values.size());
        GrowingBytes value = new GrowingBytes(16);
        for (int at = 0; at < values.size(); at++) {
            int passed = Math.min(skip, cursor.remaining() - 1);
            cursor.skip(passed);
            at += passed;
            value.truncate(0);
            assertEquals(values.get(at).length, cursor.next(value));
            assertArrayEquals(values.get(at), Arrays.copyOf(value.array(), value.length()));
        }
        assertEquals(0, cursor.remaining());
    }

    @Property
    void valuesComeBack(@ForAll("columns") List<byte[]> values, @ForAll @IntRange(min = 0, max = 5) int skip)
            throws CorruptPageException {
        assertRead(values, pages(List.of(values)).get(0), skip);
    }

    @Property(tries = 300)
    void pagesShareADictionary(@ForAll("columns") List<byte[]> first, @ForAll("columns") List<byte[]> second)
            throws CorruptPageException {
        List<Page> pages = pages(List.of(first, second));
        assertRead(first, pages.get(0), 0);
        assertRead(second, pages.get(1), 0);
    }

    @Property
    void aFlippedBitGivesValuesOrAnError(@ForAll("columns") List<byte[]> values, @ForAll @IntRange(min = 0) int bit) {
        Page page = pages(List.of(values)).get(0);
        int flipped = bit % (8 * (page.bytes().length + page.dictionary().length));
        byte[] part = flipped < 8 * page.bytes().length ? page.bytes() : page.dictionary();
        int at = flipped < 8 * page.bytes().length ? flipped : flipped - 8 * page.bytes().length;
        part[at / 8] ^= (byte) (1 << at % 8);
        readAll(page, values.size());
    }

    @Property
    void aPageThatIsCutOffGivesAnError(@ForAll("columns") List<byte[]> values, @ForAll @IntRange(min = 0) int cut) {
        Page page = pages(List.of(values)).get(0);
        readAll(new Page(Arrays.copyOf(page.bytes(), cut % page.bytes().length), page.dictionary()), values.size());
        readAll(
                new Page(page.bytes(), Arrays.copyOf(page.dictionary(), cut % page.dictionary().length)),
                values.size());
    }

    @Property
    void anyBytesGiveValuesOrAnError(@ForAll byte[] bytes, @ForAll @IntRange(min = 1, max = 1 << 20) int count) {
        readAll(new Page(bytes, new byte[1]), count);
    }

    private static void readAll(Page page, int count) {
        try {
            TextCursor cursor = open(page, count);
            GrowingBytes value = new GrowingBytes(16);
            while (cursor.remaining() > 0) {
                value.truncate(0);
                cursor.next(value);
            }
        } catch (CorruptPageException refused) {
            assertNotNull(refused.getMessage());
        }
    }

    @Test
    void freeTextGivesUpTheDictionaryAndComesBack() throws CorruptPageException {
        Random random = new Random(1);
        List<List<byte[]>> groups = new ArrayList<>();
        for (int group = 0; group < 3; group++) {
            List<byte[]> values = new ArrayList<>();
            for (int i = 0; i < 1500; i++) {
                String words = random.ints(6, 'a', 'z')
                        .mapToObj(c -> "w" + (char) c)
                        .toList()
                        .toString();
                values.add((words + random.nextInt(9)).getBytes(ISO_8859_1));
            }
            groups.add(values);
        }
        List<Page> pages = pages(groups);
        assertTrue(open(pages.get(0), 1500).hasCodes());
        assertFalse(open(pages.get(2), 1500).hasCodes());
        for (int group = 0; group < 3; group++) {
            assertRead(groups.get(group), pages.get(group), group);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }

    @Test
    void aValueWithVeryManyNumbersComesBack() throws CorruptPageException {
        StringBuilder numbers = new StringBuilder();
        for (int i = 0; i < 1000; i++) {
            numbers.append(i).append(',');
        }
        List<byte[]> values = List.of(
                bytes("7"), bytes("a 8\n\nb 9"), bytes("\n"), bytes(numbers.toString()), bytes(""), bytes("c\nd"));
        assertRead(values, pages(List.of(values)).get(0), 0);
    }

    @Test
    void numbersInPatternsAreSmall() throws CorruptPageException {
        Random random = new Random(1);
        List<byte[]> queries = new ArrayList<>();
        List<byte[]> uuids = new ArrayList<>();
        List<byte[]> traces = new ArrayList<>();
        for (int i = 0; i < 4096; i++) {
            queries.add(("SELECT a" + (char) ('a' + random.nextInt(26)) + " FROM t WHERE id = "
                            + random.nextInt(5_000_000) + " LIMIT 20")
                    .getBytes(ISO_8859_1));
            uuids.add(new UUID(random.nextLong(), random.nextLong()).toString().getBytes(ISO_8859_1));
            StringBuilder trace = new StringBuilder("Error: ");
            for (int line = 0; line < 10; line++) {
                trace.append("\n\tat shop.Order")
                        .append(random.nextInt(4) == 0 ? "A" : "B")
                        .append("(Order.java:")
                        .append(random.nextInt(900))
                        .append(')');
            }
            traces.add(trace.toString().getBytes(ISO_8859_1));
        }
        assertSmall(queries, 5);
        assertSmall(uuids, 17);
        assertSmall(traces, 20);
    }

    private static void assertSmall(List<byte[]> values, int bytesEach) throws CorruptPageException {
        Page page = pages(List.of(values)).get(0);
        assertTrue(page.bytes().length < bytesEach * values.size(), page.bytes().length + " bytes");
        assertRead(values, page, 7);
    }
}
