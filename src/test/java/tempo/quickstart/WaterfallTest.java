package tempo.quickstart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tempo.quickstart.Waterfall.Style;

final class WaterfallTest {
    private static final Style PLAIN = new Style(60, false, false);
    private static final long MILLI = 1_000_000;

    private static SpanRow span(String id, String parent, String operation, long startMillis, long endMillis) {
        return new SpanRow("shop", operation, id, parent, startMillis * MILLI, endMillis * MILLI, false);
    }

    @Test
    void drawsChildrenBelowTheirParentOnOneScale() {
        List<SpanRow> spans =
                List.of(span("c", "b", "query", 50, 75), span("a", "", "page", 0, 100), span("b", "a", "rpc", 25, 75));
        assertEquals(
                List.of(
                        "shop  page       #########################    100 ms",
                        "shop    rpc            ############          50.0 ms",
                        "shop      query              ######          25.0 ms"),
                Waterfall.draw(spans, PLAIN));
    }

    @Test
    void marksErrors() {
        SpanRow failed = new SpanRow("payment", "charge", "a", "", 0, MILLI, true);
        assertTrue(Waterfall.draw(List.of(failed), PLAIN).get(0).endsWith("1.0 ms  error"));
    }

    @Test
    void noLineIsWiderThanTheTerminal() {
        SpanRow wide = new SpanRow("s".repeat(80), "o".repeat(200), "a", "", 0, 999 * MILLI, true);
        for (int columns : new int[] {60, 80, 200}) {
            String line = Waterfall.draw(List.of(wide), new Style(columns, false, true))
                    .get(0);
            assertTrue(line.length() <= columns, columns + ": " + line.length());
        }
    }

    @Test
    void usesColoursOnlyWhenAllowed() {
        List<SpanRow> spans = List.of(span("a", "", "page", 0, 1));
        assertFalse(Waterfall.draw(spans, PLAIN).get(0).contains("\u001b"));
        assertTrue(Waterfall.draw(spans, new Style(60, true, false)).get(0).contains("\u001b["));
    }

    @Test
    void showsSpanWithoutItsParentAsRoot() {
        List<String> lines = Waterfall.draw(List.of(span("b", "lost", "rpc", 0, 1)), PLAIN);
        assertTrue(lines.get(0).startsWith("shop  rpc"));
    }

    @Test
    void showsEverySpanOfACycleOnce() {
        List<SpanRow> cycle =
                List.of(span("a", "b", "one", 0, 1), span("b", "a", "two", 0, 1), span("c", "c", "three", 0, 1));
        assertEquals(3, Waterfall.draw(cycle, PLAIN).size());
    }

    @Test
    void survivesSpanThatEndsBeforeItStarts() {
        assertEquals(
                1, Waterfall.draw(List.of(span("a", "", "back", 5, 3)), PLAIN).size());
    }

    @Test
    void sparesTheTerminalControlCharacters() {
        String line = Waterfall.draw(List.of(span("a", "", "a\u001b[2Jb", 0, 1)), PLAIN)
                .get(0);
        assertTrue(line.contains("a?[2Jb"));
    }

    @Test
    void saysHowManySpansItLeavesOut() {
        List<SpanRow> spans = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            spans.add(span("id" + i, i == 0 ? "" : "id" + (i - 1), "deep", i, i + 1));
        }
        List<String> lines = Waterfall.draw(spans, PLAIN);
        assertEquals(61, lines.size());
        assertEquals("and 99940 more spans", lines.get(60));
    }

    @Test
    void drawsNothingForNoSpans() {
        assertEquals(List.of(), Waterfall.draw(List.of(), PLAIN));
    }

    @ParameterizedTest
    @CsvSource({"999, 1 us", "85000, 85 us", "1500000, 1.5 ms", "412000000, 412 ms", "1240000000, 1.24 s"})
    void writesDurationsWithThreeDigits(long nanos, String expected) {
        assertEquals(expected, Waterfall.duration(nanos));
    }
}
