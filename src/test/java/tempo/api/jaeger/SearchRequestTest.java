package tempo.api.jaeger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.Consumer;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import tempo.span.MalformedProtobufException;
import tempo.span.WireWriter;
import tempo.tempodb.scan.SpanCriteria;

/** Searches as they come over gRPC. */
class SearchRequestTest {
    /** What Go's time that is not set is on the wire: the year 1. */
    private static final long GO_ZERO_SECONDS = -62_135_596_800L;

    private static byte[] request(Consumer<WireWriter> fields) {
        WireWriter out = new WireWriter(64);
        int query = out.begin(1);
        fields.accept(out);
        out.end(query);
        return out.toByteArray();
    }

    private static void time(WireWriter out, int field, long seconds, long nanos) {
        int time = out.begin(field);
        out.varint(1, seconds);
        out.varint(2, nanos);
        out.end(time);
    }

    @Example
    void whatIsNotSetBoundsNothing() throws Exception {
        SearchRequest none = SearchRequest.read(new byte[0], true);
        assertEquals(SpanCriteria.ALL, none.criteria());
        assertEquals(SearchRequest.LIMIT_DEFAULT, none.limit());
        SearchRequest zero = SearchRequest.read(
                request(out -> {
                    time(out, 4, GO_ZERO_SECONDS, 0);
                    time(out, 5, GO_ZERO_SECONDS, 0);
                    time(out, 6, 0, 0);
                    time(out, 7, 0, 0);
                }),
                false);
        assertEquals(SpanCriteria.ALL, zero.criteria());
    }

    @Example
    void everyFieldIsRead() throws Exception {
        SearchRequest search = SearchRequest.read(
                request(out -> {
                    out.string(1, "shop");
                    out.string(2, "pay");
                    int tag = out.begin(3);
                    out.string(1, "user");
                    out.string(2, "bob");
                    out.end(tag);
                    time(out, 4, 1_700_000_000, 1);
                    time(out, 5, 1_700_000_001, 2);
                    time(out, 6, 0, 3);
                    time(out, 7, 4, 0);
                    out.varint(8, 20);
                }),
                false);
        assertEquals(
                new SpanCriteria(
                        "shop",
                        "pay",
                        List.of(new SpanCriteria.Attribute("user", "bob")),
                        1_700_000_000_000_000_001L,
                        1_700_000_001_000_000_002L,
                        3,
                        4_000_000_000L),
                search.criteria());
        assertEquals(20, search.limit());
    }

    @Property(tries = 2_000)
    void whateverComesIsASearchOrRefused(@ForAll byte[] bytes, @ForAll boolean typed) {
        try {
            assertTrue(SearchRequest.read(bytes, typed).limit() > 0);
        } catch (MalformedProtobufException | IllegalArgumentException | UnsupportedOperationException refused) {
            assertTrue(String.valueOf(refused.getMessage()).length() > 4);
        }
    }
}
