package tempo.tempodb.spans;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import tempo.span.WireWriter;
import tempo.tempodb.block.StoredTraces;

/** What a span, a scope or a resource may say comes back out of a block, byte for byte: an example of each. */
class LosslessTest {
    private static final long START = 1_700_000_000_000_000_000L;

    /** Spans of some kind, and one beside them that is as usual. */
    private static byte[] trace(List<Consumer<WireWriter>> spans) {
        WireWriter out = new WireWriter(1024);
        int resource = out.begin(1);
        int scope = out.begin(2);
        for (Consumer<WireWriter> span : spans) {
            nested(out, 2, span);
        }
        nested(out, 2, usual(99));
        out.end(scope);
        out.end(resource);
        return out.toByteArray();
    }

    private static void nested(WireWriter out, int field, Consumer<WireWriter> content) {
        int at = out.begin(field);
        content.accept(out);
        out.end(at);
    }

    private static Consumer<WireWriter> usual(long id) {
        return out -> {
            ids(out, id);
            out.string(5, "usual");
            out.fixed64(7, START);
            out.fixed64(8, START + 1000);
        };
    }

    private static void ids(WireWriter out, long id) {
        RandomOtlp.id(out, 1, Groups.KEY.traceId().high(), Groups.KEY.traceId().low());
        RandomOtlp.id(out, 2, id);
    }

    private static Consumer<WireWriter> with(long id, Consumer<WireWriter> more) {
        return usual(id).andThen(more);
    }

    private static void attribute(WireWriter out, int field, String key, Consumer<WireWriter> value) {
        nested(out, field, pair -> {
            pair.string(1, key);
            nested(pair, 2, value);
        });
    }

    private static void bytes(WireWriter out, int field, int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        out.bytes(field, bytes, 0, bytes.length);
    }

    /** How many of the spans there are, when all have come back. */
    private static int comeBack(List<Consumer<WireWriter>> spans) throws IOException {
        return StoredTraces.assertComesBack(Groups.KEY, List.of(trace(spans))) - 1;
    }

    /** As attributes of spans, of events and of links. */
    private static void valuesComeBack(List<Consumer<WireWriter>> values) throws IOException {
        List<Consumer<WireWriter>> spans = new ArrayList<>();
        for (Consumer<WireWriter> value : values) {
            spans.add(with(spans.size() + 1, out -> {
                attribute(out, 9, "key", value);
                nested(out, 11, event -> attribute(event, 3, "key", value));
                nested(out, 13, link -> attribute(link, 4, "key", value));
            }));
        }
        assertEquals(values.size(), comeBack(spans));
    }

    private static Consumer<WireWriter> text(String text) {
        return out -> out.string(1, text);
    }

    private static Consumer<WireWriter> real(long bits) {
        return out -> out.fixed64(4, bits);
    }

    @Test
    void orderOfAttributes() throws IOException {
        comeBack(List.of(
                with(1, out -> {
                    attribute(out, 9, "a", text("x"));
                    attribute(out, 9, "b", text("y"));
                }),
                with(2, out -> {
                    attribute(out, 9, "b", text("y"));
                    attribute(out, 9, "a", text("x"));
                })));
    }

    @Test
    void duplicateKeys() throws IOException {
        comeBack(List.of(with(1, out -> {
            attribute(out, 9, "a", text("first"));
            attribute(out, 9, "a", text("second"));
            attribute(out, 9, "a", value -> value.varint(3, 3));
            attribute(out, 9, "a", text("first"));
        })));
    }

    @Test
    void aKeyThatIsEmptyOrNotThere() throws IOException {
        comeBack(List.of(
                with(1, out -> attribute(out, 9, "", text("x"))),
                with(2, out -> nested(out, 9, pair -> nested(pair, 2, text("x"))))));
    }

    @Test
    void anAttributeWithoutValueOrWithAnEmptyOne() throws IOException {
        comeBack(List.of(
                with(1, out -> nested(out, 9, pair -> pair.string(1, "key"))),
                with(2, out -> attribute(out, 9, "key", value -> {})),
                with(3, out -> nested(out, 9, pair -> {}))));
    }

    @Test
    void texts() throws IOException {
        valuesComeBack(List.of(
                text(""), text("x"), text("0"), text("007"), text("a\nb\n"), text("\u0000\u0001"), text("ключ 😀")));
    }

    @Test
    void truths() throws IOException {
        valuesComeBack(List.of(value -> value.varint(2, 0), value -> value.varint(2, 1), value -> value.varint(2, 2)));
    }

    @Test
    void integers() throws IOException {
        valuesComeBack(List.of(
                value -> value.varint(3, 0),
                value -> value.varint(3, -1),
                value -> value.varint(3, Long.MIN_VALUE),
                value -> value.varint(3, Long.MAX_VALUE)));
    }

    @Test
    void realNumbersWithNegativeZeroAndEveryNaN() throws IOException {
        valuesComeBack(List.of(
                real(Double.doubleToRawLongBits(0.1)),
                real(0),
                real(Long.MIN_VALUE),
                real(0x7ff8000000000000L),
                real(0x7ff0000000000001L),
                real(-1L),
                real(Double.doubleToRawLongBits(Double.NEGATIVE_INFINITY)),
                real(Double.doubleToRawLongBits(Double.MIN_VALUE))));
    }

    @Test
    void bytesThatAreNoText() throws IOException {
        valuesComeBack(List.of(
                value -> bytes(value, 7), value -> bytes(value, 7, 0, 0xff, 0x0a), value -> bytes(value, 7, 'x')));
    }

    @Test
    void listsAndMapsWithinEachOther() throws IOException {
        valuesComeBack(List.of(
                value -> nested(value, 5, list -> {}),
                value -> nested(value, 6, map -> {}),
                value -> nested(value, 5, list -> {
                    nested(list, 1, text("x"));
                    nested(list, 1, inner -> {});
                    nested(list, 1, inner -> nested(inner, 6, map -> attribute(map, 1, "k", real(Long.MIN_VALUE))));
                })));
    }

    @Test
    void aValueOfTwoTypesAndOneOfNoKnownType() throws IOException {
        valuesComeBack(List.of(
                value -> {
                    value.string(1, "x");
                    value.varint(3, 5);
                },
                value -> value.varint(15, 5)));
    }

    @Test
    void unknownKindsAndStatusCodes() throws IOException {
        comeBack(List.of(
                with(1, out -> out.varint(6, 0)),
                with(2, out -> out.varint(6, 77)),
                with(3, out -> out.varint(6, -1)),
                with(4, out -> nested(out, 15, status -> status.varint(3, 99))),
                with(5, out -> nested(out, 15, status -> status.varint(3, -5)))));
    }

    @Test
    void aStatusThatIsEmptyOrOutOfOrder() throws IOException {
        comeBack(List.of(
                with(1, out -> nested(out, 15, status -> {})),
                with(
                        2,
                        out -> nested(out, 15, status -> {
                            status.varint(3, 2);
                            status.string(2, "late");
                        })),
                with(3, out -> nested(out, 15, status -> status.string(2, "")))));
    }

    @Test
    void flags() throws IOException {
        comeBack(List.of(
                with(1, out -> out.fixed32(16, 0)),
                with(2, out -> out.fixed32(16, 0x301)),
                with(3, out -> out.fixed32(16, -1)),
                with(4, out -> nested(out, 13, link -> link.fixed32(6, -1)))));
    }

    @Test
    void traceState() throws IOException {
        comeBack(List.of(
                with(1, out -> out.string(3, "")),
                with(2, out -> out.string(3, "vendor=1,other=2")),
                with(3, out -> nested(out, 13, link -> link.string(3, "vendor=3")))));
    }

    @Test
    void droppedCounts() throws IOException {
        comeBack(List.of(
                with(1, out -> {
                    out.varint(10, 1);
                    out.varint(12, 2);
                    out.varint(14, 0xffffffffL);
                }),
                with(2, out -> {
                    out.varint(10, 0);
                    nested(out, 11, event -> event.varint(4, 7));
                    nested(out, 13, link -> link.varint(5, 8));
                })));
    }

    @Test
    void schemaUrlsOfResourcesAndScopes() throws IOException {
        WireWriter out = new WireWriter(1024);
        for (int i = 0; i < 4; i++) {
            int number = i;
            nested(out, 1, resource -> {
                nested(resource, 1, attributes -> {
                    attribute(attributes, 1, "service.name", text("shop"));
                    attributes.varint(2, 3);
                });
                nested(resource, 2, scope -> {
                    nested(scope, 1, name -> {
                        name.string(1, "library");
                        name.string(2, "1.0");
                        attribute(name, 3, "k", text("v"));
                        name.varint(4, 5);
                    });
                    nested(scope, 2, usual(number));
                    if ((number & 1) != 0) {
                        scope.string(3, "https://schema/scope");
                    }
                });
                if ((number & 2) != 0) {
                    resource.string(3, "https://schema/resource");
                }
            });
        }
        assertEquals(4, StoredTraces.assertComesBack(Groups.KEY, List.of(out.toByteArray())));
    }

    private static Consumer<WireWriter> timed(long id, long start, long end) {
        return out -> {
            ids(out, id);
            out.fixed64(7, start);
            out.fixed64(8, end);
            nested(out, 11, event -> event.fixed64(1, end - 5));
        };
    }

    @Test
    void timesThatAreZeroInvertedExtremeOrMissing() throws IOException {
        int spans = comeBack(List.of(
                timed(1, 0, 0),
                timed(2, START, 0),
                timed(3, START, START - 1),
                timed(4, -1, Long.MIN_VALUE),
                timed(5, 0, -1),
                out -> ids(out, 6),
                out -> {
                    ids(out, 7);
                    out.fixed64(8, START);
                }));
        assertEquals(7, spans);
    }

    private static Consumer<WireWriter> child(long id, long parent) {
        return out -> {
            ids(out, id);
            RandomOtlp.id(out, 4, parent);
            out.fixed64(7, START + id);
        };
    }

    @Test
    void parentsThatAreMissing() throws IOException {
        comeBack(List.of(child(1, 1234), child(2, 1234), child(3, 0), with(4, out -> out.string(4, ""))));
    }

    @Test
    void cycles() throws IOException {
        assertEquals(
                6, comeBack(List.of(child(1, 1), child(2, 3), child(3, 2), child(4, 5), child(5, 6), child(6, 4))));
    }

    @Test
    void equalIdsWithDifferentContent() throws IOException {
        int spans = comeBack(List.of(
                with(1, out -> out.varint(6, 2)),
                with(1, out -> out.varint(6, 3)),
                with(1, out -> attribute(out, 9, "a", text("x"))),
                child(2, 1),
                with(1, out -> {})));
        assertEquals(5, spans);
    }

    @Test
    void spansWithoutAnIdOrWithOneThatIsTooShort() throws IOException {
        comeBack(List.of(
                out -> out.string(5, "nameless"),
                out -> {
                    bytes(out, 2, 1, 2, 3);
                    out.string(5, "short");
                },
                out -> {
                    bytes(out, 1, 9, 9);
                    RandomOtlp.id(out, 2, 5);
                }));
    }

    @Test
    void textThatIsNotUtf8() throws IOException {
        comeBack(List.of(
                with(1, out -> attribute(out, 9, "a", value -> bytes(value, 1, 0xff, 0xfe, 'x', 0x80))),
                with(
                        2,
                        out -> nested(out, 9, pair -> {
                            bytes(pair, 1, 0xc3, 0x28);
                            nested(pair, 2, text("x"));
                        })),
                with(
                        3,
                        out -> nested(out, 9, pair -> {
                            bytes(pair, 1, 0xc3, 0x29);
                            nested(pair, 2, text("x"));
                        })),
                with(4, out -> nested(out, 11, event -> bytes(event, 2, 0xed, 0xa0, 0x80)))));
    }

    @Test
    void unknownFieldsWhereverTheyAre() throws IOException {
        Consumer<WireWriter> unknown = out -> {
            out.varint(100, -1);
            out.fixed64(101, 5);
            out.string(102, "later version");
            out.fixed32(103, 6);
        };
        WireWriter out = new WireWriter(1024);
        nested(out, 1, resource -> {
            nested(resource, 1, attributes -> {
                attribute(attributes, 1, "service.name", text("shop"));
                unknown.accept(attributes);
            });
            nested(resource, 2, scope -> {
                nested(scope, 1, name -> {
                    name.string(1, "library");
                    unknown.accept(name);
                });
                nested(scope, 2, with(1, unknown));
                nested(scope, 2, unknown.andThen(usual(2)));
                nested(scope, 2, with(3, span -> {
                    nested(span, 11, unknown);
                    nested(span, 13, unknown);
                    nested(span, 15, unknown);
                    nested(span, 9, pair -> {
                        pair.string(1, "key");
                        nested(pair, 2, text("x").andThen(unknown));
                        unknown.accept(pair);
                    });
                }));
                unknown.accept(scope);
            });
            unknown.accept(resource);
        });
        assertEquals(3, StoredTraces.assertComesBack(Groups.KEY, List.of(out.toByteArray())));
    }

    @Test
    void fieldsOutOfOrderOrTwice() throws IOException {
        comeBack(List.of(
                out -> {
                    out.fixed64(8, START + 1);
                    out.string(5, "backwards");
                    out.fixed64(7, START);
                    ids(out, 1);
                },
                with(2, out -> out.string(5, "again")),
                with(3, out -> {
                    nested(out, 11, event -> event.string(2, "before"));
                    out.varint(10, 1);
                    nested(out, 11, event -> event.string(2, "after"));
                })));
    }

    @Test
    void varintsThatAreLongerThanNeeded() throws IOException {
        byte[] name = {0x2a, (byte) 0x81, 0x00, 'x'};
        byte[] kind = {0x30, (byte) 0x82, 0x00};
        assertEquals(
                2,
                comeBack(List.of(
                        out -> {
                            ids(out, 1);
                            out.raw(name, 0, name.length);
                        },
                        out -> {
                            ids(out, 2);
                            out.raw(kind, 0, kind.length);
                        })));
    }

    /** Parts of a trace that came at different times are entries of their own, and no part of one is lost or twice. */
    @Test
    void partsOfATraceOfWhichSomeSayTheSame() throws IOException {
        byte[] one = trace(List.of(usual(1), child(2, 1)));
        byte[] two = trace(List.of(usual(1), child(3, 2)));
        assertEquals(4, StoredTraces.assertComesBack(Groups.KEY, List.of(one, two, one)));
    }
}
