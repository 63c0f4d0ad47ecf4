package tempo.tempodb.spans;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tempo.span.WireWriter;
import tempo.tempodb.column.GrowingLongs;

/** Which bytes become which items; everything that items could not give back is kept as it is. */
class MessageParserTest {
    private final ParsedItems parsed = new ParsedItems();

    @Test
    void aSpanAsAnSdkWritesItIsAllItems() {
        byte[] span = message(out -> {
            traceId(out, 1);
            RandomOtlp.id(out, 2, 0x1122334455667788L);
            out.string(3, "a=b");
            RandomOtlp.id(out, 4, -2);
            out.string(5, "GET /");
            out.varint(6, 2);
            out.fixed64(7, 1000);
            out.fixed64(8, 3000);
            attribute(out, "http.route", value -> value.string(1, "/x"));
            out.varint(10, 3);
            int status = out.begin(15);
            out.string(2, "bad");
            out.varint(3, 2);
            out.end(status);
            out.fixed32(16, -1);
        });
        assertEquals(
                "TRACE_ID(1:2) SPAN_ID(2:2) TEXT(3:2)=a=b PARENT_ID(4:2) TEXT(5:2)=GET / INT(6:0)=2 START(7:1)"
                        + " END(8:1) ATTRIBUTE_STRING(9:2)[http.route]=/x INT(10:0)=3 OPEN(15:2) TEXT(2:2)=bad"
                        + " INT(3:0)=2 CLOSE FIXED32(16:5)=4294967295",
                parsed.span(span));
        assertEquals(0x1122334455667788L, parsed.parser.spanId());
        assertEquals(-2, parsed.parser.parentId());
        assertEquals(1000, parsed.parser.start());
        assertEquals(3000, parsed.parser.finish());
    }

    @Test
    void anEmptyMessageHasNoItems() {
        assertEquals("", parsed.span(new byte[0]));
        assertEquals("", parsed.event(new byte[0]));
        assertEquals("", parsed.link(new byte[0]));
    }

    @Test
    void fieldsOfASpanMayComeInAnyOrder() {
        byte[] span = message(out -> {
            out.fixed64(8, 5);
            out.string(5, "b");
            RandomOtlp.id(out, 2, 1);
            out.fixed64(7, 4);
        });
        assertEquals("END(8:1) TEXT(5:2)=b SPAN_ID(2:2) START(7:1)", parsed.span(span));
    }

    @Test
    void unknownFieldsAreItemsHoweverOftenTheyCome() {
        byte[] span = message(out -> {
            out.varint(100, -1);
            out.fixed64(101, 7);
            out.string(102, "x");
            out.fixed32(103, -1);
            out.varint(100, 5);
            out.string(536_870_911, "last");
        });
        assertEquals(
                "INT(100:0)=-1 FIXED64(101:1)=7 TEXT(102:2)=x FIXED32(103:5)=4294967295 INT(100:0)=5"
                        + " TEXT(536870911:2)=last",
                parsed.span(span));
    }

    @Test
    void aKnownFieldOfAnotherWireTypeIsAnUnknownField() {
        byte[] span = message(out -> {
            out.varint(7, 3);
            out.fixed64(5, 9);
            out.varint(1, 1);
            out.fixed32(2, 2);
            out.string(6, "kind");
            out.varint(9, 4);
            out.varint(11, 5);
            out.varint(15, 6);
        });
        assertEquals(
                "INT(7:0)=3 FIXED64(5:1)=9 INT(1:0)=1 FIXED32(2:5)=2 TEXT(6:2)=kind INT(9:0)=4 INT(11:0)=5 INT(15:0)=6",
                parsed.span(span));
    }

    @ParameterizedTest
    @CsvSource({
        "308100, a number with a zero byte too many",
        "b00001, a tag with a zero byte too many",
        "2a810078, a length with a zero byte too many",
        "30ffffffffffffffffff7f, a number of more than 64 bits",
        "30ffffffffffffffffffff01, a number of 11 bytes",
        "30, a tag alone",
        "3080, a number cut off",
        "2a0578, a text cut off",
        "2affffffffffffffffff01, a negative length",
        "39000000, a fixed64 cut off",
        "850101, a fixed32 cut off",
        "00, field 0",
        "8080808010, a tag of more than 32 bits",
        "9303089403, a group",
        "9403, the end of a group",
        "0e, a wire type that is none",
        "2a00 2a00, a name twice",
        "3001 3001, a kind twice",
        "390000000000000000 390000000000000000, a start twice",
        "410000000000000000 410000000000000000, an end twice",
        "1200 1200, an id twice",
        "2200 2200, a parent twice",
        "0a00 0a00, a trace id twice",
        "7a00 7a00, a status twice",
        "850100000000 850100000000, flags twice",
        "5a00 2a00 5a00, events in two runs",
        "6a00 2a00 6a00, links in two runs",
        "0a0101, a trace id of 1 byte",
        "0a10ffffffffffffffffffffffffffffffff, another trace's id",
        "1207 01020304050607, a span id of 7 bytes",
        "1209 010203040506070809, a span id of 9 bytes",
        "2201 00, a parent id of 1 byte",
        "5a05, an event cut off",
        "5a00 5a8000, the length of a second event with a zero byte too many",
    })
    void whatItemsCouldNotGiveBackIsKeptWhole(String hex, String what) {
        byte[] damaged = HexFormat.of().parseHex(hex.replace(" ", ""));
        assertEquals("VERBATIM=" + new String(damaged, ISO_8859_1), parsed.span(damaged), what);
        assertEquals(0, parsed.parser.start());
        assertEquals(0, parsed.parser.spanId());

        byte[] behindOthers = message(out -> {
            attribute(out, "k", value -> value.varint(3, 5));
            out.varint(200, 5);
            out.raw(damaged, 0, damaged.length);
        });
        assertEquals("VERBATIM=" + new String(behindOthers, ISO_8859_1), parsed.span(behindOthers), what);
    }

    @Test
    void aVarintOfTenBytesIsANumber() {
        byte[] span = HexFormat.of().parseHex("30ffffffffffffffffff01");
        assertEquals("INT(6:0)=-1", parsed.span(span));
    }

    @Test
    void emptyIdsAreItemsWithoutAValue() {
        assertEquals(
                "EMPTY(1:2) EMPTY(2:2) EMPTY(4:2)", parsed.span(HexFormat.of().parseHex("0a0012002200")));
        assertEquals(0, parsed.parser.spanId());
        assertEquals("EMPTY(1:2) EMPTY(2:2)", parsed.link(HexFormat.of().parseHex("0a001200")));
    }

    @Test
    void eventsAndLinksInOneRunEachAreFoundAgain() {
        byte[] span = message(out -> {
            out.string(5, "n");
            bytes(out, 11, "0900000000000000aa");
            bytes(out, 11, "");
            bytes(out, 11, "1203616263");
            bytes(out, 13, "2801");
            bytes(out, 13, "2802");
            out.varint(6, 1);
        });
        assertEquals("TEXT(5:2)=n EVENTS(11:2) LINKS(13:2) INT(6:0)=1", parsed.span(span));
        assertEquals(3, parsed.parser.events());
        assertEquals(2, parsed.parser.links());
        assertEquals("0900000000000000aa  1203616263", parsed.run(parsed.parser.eventsAt(), 3));
        assertEquals("2801 2802", parsed.run(parsed.parser.linksAt(), 2));
    }

    @Test
    void aLongEventIsFoundAgain() {
        byte[] text = new byte[20_000];
        byte[] span = message(out -> {
            int event = out.begin(11);
            out.bytes(2, text, 0, text.length);
            out.end(event);
            bytes(out, 11, "2005");
        });
        assertEquals("EVENTS(11:2)", parsed.span(span));
        MessageRun run = new MessageRun(span, 0);
        run.next();
        assertEquals(text.length + 4, run.to() - run.from());
        run.next();
        assertEquals(span.length, run.to());
    }

    @Test
    void anEventAsAnSdkWritesItIsAllItems() {
        byte[] event = message(out -> {
            out.fixed64(1, 77);
            out.string(2, "exception");
            attribute(out, 3, "k", value -> value.string(1, "v"));
            out.varint(4, 6);
        });
        assertEquals("TIME(1:1) TEXT(2:2)=exception ATTRIBUTE_STRING(3:2)[k]=v INT(4:0)=6", parsed.event(event));
        assertEquals(77, parsed.parser.finish());
    }

    @Test
    void aLinkAsAnSdkWritesItIsAllItems() {
        byte[] link = message(out -> {
            RandomOtlp.id(out, 1, 5, 6);
            RandomOtlp.id(out, 2, 7);
            out.string(3, "s");
            attribute(out, 4, "k", value -> value.string(1, "v"));
            out.varint(5, 8);
            out.fixed32(6, 9);
        });
        assertEquals(
                "LINK_TRACE_ID(1:2) LINK_SPAN_ID(2:2) TEXT(3:2)=s ATTRIBUTE_STRING(4:2)[k]=v INT(5:0)=8 FIXED32(6:5)=9",
                parsed.link(link));
        assertEquals(5, parsed.parser.traceIdHigh());
        assertEquals(6, parsed.parser.traceIdLow());
        assertEquals(7, parsed.parser.spanId());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"090000", "1200 1200", "2001 2001", "208100", "9403", "09ffffffffffffffff 0900000000000000ff"})
    void anEventThatItemsCouldNotGiveBackIsKeptWhole(String hex) {
        byte[] event = HexFormat.of().parseHex(hex.replace(" ", ""));
        assertEquals("VERBATIM=" + new String(event, ISO_8859_1), parsed.event(event));
        assertEquals(0, parsed.parser.finish());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0a0101", "12020101", "0a00 0a00", "1200 1200", "350000", "3500000000 3500000000", "2801 2801"})
    void aLinkThatItemsCouldNotGiveBackIsKeptWhole(String hex) {
        byte[] link = HexFormat.of().parseHex(hex.replace(" ", ""));
        assertEquals("VERBATIM=" + new String(link, ISO_8859_1), parsed.link(link));
        assertEquals(0, parsed.parser.spanId());
    }

    @Test
    void attributesOfEveryTypeAreItems() {
        byte[] span = message(out -> {
            attribute(out, "s", value -> value.string(1, "text"));
            attribute(out, "b", value -> value.varint(2, 1));
            attribute(out, "i", value -> value.varint(3, -7));
            attribute(out, "d", value -> value.fixed64(4, 8));
            attribute(out, "a", value -> value.string(5, "any bytes"));
            attribute(out, "m", value -> value.string(6, ""));
            attribute(out, "y", value -> value.string(7, "\0"));
            attribute(out, "e", value -> {});
            attribute(out, "", value -> value.varint(3, 0));
        });
        assertEquals(
                "ATTRIBUTE_STRING(9:2)[s]=text ATTRIBUTE_BOOL(9:2)[b]=1 ATTRIBUTE_INT(9:2)[i]=-7"
                        + " ATTRIBUTE_DOUBLE(9:2)[d]=8 ATTRIBUTE_ARRAY(9:2)[a]=any bytes ATTRIBUTE_KVLIST(9:2)[m]="
                        + " ATTRIBUTE_BYTES(9:2)[y]=\0 ATTRIBUTE_EMPTY(9:2)[e] ATTRIBUTE_INT(9:2)[]=0",
                parsed.span(span));
    }

    @Test
    void theSameKeyTwiceAreTwoItems() {
        byte[] span = message(out -> {
            attribute(out, "k", value -> value.varint(3, 1));
            attribute(out, "k", value -> value.varint(3, 2));
        });
        assertEquals("ATTRIBUTE_INT(9:2)[k]=1 ATTRIBUTE_INT(9:2)[k]=2", parsed.span(span));
    }

    @Test
    void anAttributeWithoutTheFieldOfTheValueIsItsKey() {
        assertEquals("ATTRIBUTE_NONE(9:2)[key]", parsed.span(message(out -> bytes(out, 9, "0a036b6579"))));
    }

    @ParameterizedTest
    @CsvSource({
        "'', nothing at all",
        "12021805, the key is missing",
        "12021805 0a0178, the value is first",
        "0a0178 0a0179 12021805, two keys",
        "0a0178 12021805 12021806, two values",
        "0a0178 12021805 1a00, an unknown field behind the value",
        "0a0178 1a00 12021805, an unknown field between",
        "0a810078 12021805, the key's length has a zero byte too many",
        "0a0178 1282001805, the value's length has a zero byte too many",
        "0a0178 12051805, the value's length is too long",
        "0a0578, the key is cut off",
        "0a, the key is cut off before its length",
        "0a0178 12, the value is cut off before its length",
        "0a0178 0001, field 0",
    })
    void anAttributeThatIsNotKeyAndThenValueIsItsBytes(String hex, String what) {
        String raw = hex.replace(" ", "");
        byte[] span = message(out -> {
            out.varint(6, 1);
            bytes(out, 9, raw);
            out.varint(10, 2);
        });
        String expected = new String(HexFormat.of().parseHex(raw), ISO_8859_1);
        assertEquals("INT(6:0)=1 TEXT(9:2)=" + expected + " INT(10:0)=2", parsed.span(span), what);
    }

    @ParameterizedTest
    @CsvSource({
        "1805 1806, two numbers",
        "0a0178 1805, a text and a number",
        "188100, a number with a zero byte too many",
        "18, a number cut off",
        "21000000, a double cut off",
        "0a0578, a text cut off",
        "0a8100 78, a length with a zero byte too many",
        "4201 78, field 8",
        "2a00 2a00, two arrays",
        "1d00000000, a number of another wire type",
        "00, field 0",
    })
    void aValueThatIsNotOneFieldIsItsBytes(String hex, String what) {
        String raw = hex.replace(" ", "");
        byte[] span = message(out -> {
            attribute(out, "k", value -> {
                byte[] any = HexFormat.of().parseHex(raw);
                value.raw(any, 0, any.length);
            });
            out.varint(10, 2);
        });
        String expected = new String(HexFormat.of().parseHex(raw), ISO_8859_1);
        assertEquals("ATTRIBUTE_ANY(9:2)[k]=" + expected + " INT(10:0)=2", parsed.span(span), what);
    }

    @ParameterizedTest
    @CsvSource({
        "'', 'OPEN(15:2) CLOSE'",
        "1802, 'OPEN(15:2) INT(3:0)=2 CLOSE'",
        "1802 120178, 'OPEN(15:2) INT(3:0)=2 TEXT(2:2)=x CLOSE'",
    })
    void aStatusOfKnownFieldsIsItsItems(String hex, String items) {
        byte[] span = message(out -> {
            bytes(out, 15, hex.replace(" ", ""));
            out.varint(3, 1);
        });
        assertEquals(items + " INT(3:0)=1", parsed.span(span));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1802 2001",
                "08ff01",
                "1200 1200",
                "1801 1802",
                "188100",
                "1205",
                "18",
                "120178 1d00000000",
                "0b0c",
                "00"
            })
    void aStatusWithAnythingElseIsItsBytes(String hex) {
        String raw = hex.replace(" ", "");
        byte[] span = message(out -> {
            out.string(5, "n");
            bytes(out, 15, raw);
            out.varint(6, 1);
        });
        String expected = new String(HexFormat.of().parseHex(raw), ISO_8859_1);
        assertEquals("TEXT(5:2)=n TEXT(15:2)=" + expected + " INT(6:0)=1", parsed.span(span));
    }

    @Test
    void aMessageOfTooManyFieldsIsKeptWhole() {
        byte[] most = message(out -> {
            for (int i = 0; i < 4096; i++) {
                out.varint(100, 0);
            }
        });
        parsed.span(most);
        assertEquals(4096, parsed.values.count());
        byte[] more = message(out -> {
            for (int i = 0; i < 4097; i++) {
                out.varint(100, 0);
            }
        });
        assertEquals("VERBATIM=" + new String(more, ISO_8859_1), parsed.span(more));
    }

    @Test
    void aMessageWithLongKeysIsKeptWhole() {
        String key = "k".repeat(300 << 10);
        byte[] span = message(out -> attribute(out, key, value -> value.varint(3, 1)));
        assertTrue(parsed.span(span).startsWith("VERBATIM="));
        byte[] none = message(out -> {
            int pair = out.begin(9);
            out.string(1, key);
            out.end(pair);
        });
        assertTrue(parsed.span(none).startsWith("VERBATIM="));
    }

    @Test
    void aMessageSaysNothingOfTheOneBefore() {
        parsed.span(message(out -> {
            RandomOtlp.id(out, 2, 1);
            RandomOtlp.id(out, 4, 2);
            out.fixed64(7, 3);
            out.fixed64(8, 4);
            bytes(out, 11, "");
            bytes(out, 13, "");
        }));
        assertEquals("TEXT(5:2)=n", parsed.span(message(out -> out.string(5, "n"))));
        MessageParser parser = parsed.parser;
        assertEquals(0, parser.spanId());
        assertEquals(0, parser.parentId());
        assertEquals(0, parser.start());
        assertEquals(0, parser.finish());
        assertEquals(0, parser.events());
        assertEquals(0, parser.links());
    }

    @Property(tries = 2000)
    void anyBytesAreItemsWithoutReadingBeyondTheirEnd(@ForAll byte[] bytes) {
        // The parser is given a stretch of a longer array, so what it says must not depend on what stands around it.
        String span = parsed.span(bytes);
        MessageParser tight = new MessageParser(new GrowingLongs());
        tight.span(
                bytes,
                0,
                bytes.length,
                Groups.KEY.traceId().high(),
                Groups.KEY.traceId().low());
        byte[] shape = Arrays.copyOf(tight.shape().array(), tight.shape().length());
        assertEquals(
                HexFormat.of().formatHex(shape),
                HexFormat.of()
                        .formatHex(
                                parsed.parser.shape().array(),
                                0,
                                parsed.parser.shape().length()),
                span);
    }

    private static byte[] message(Consumer<WireWriter> fields) {
        WireWriter out = new WireWriter(64);
        fields.accept(out);
        return out.toByteArray();
    }

    private static void traceId(WireWriter out, int field) {
        RandomOtlp.id(
                out, field, Groups.KEY.traceId().high(), Groups.KEY.traceId().low());
    }

    private static void attribute(WireWriter out, String key, Consumer<WireWriter> value) {
        attribute(out, 9, key, value);
    }

    private static void attribute(WireWriter out, int field, String key, Consumer<WireWriter> value) {
        int pair = out.begin(field);
        byte[] utf8 = key.getBytes(UTF_8);
        out.bytes(1, utf8, 0, utf8.length);
        int any = out.begin(2);
        value.accept(out);
        out.end(any);
        out.end(pair);
    }

    /** A length-delimited field of these bytes. */
    private static void bytes(WireWriter out, int field, String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        out.bytes(field, bytes, 0, bytes.length);
    }
}
