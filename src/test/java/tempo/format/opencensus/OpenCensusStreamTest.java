package tempo.format.opencensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import tempo.format.FormatException;
import tempo.format.OtlpSamples;
import tempo.span.WireWriter;

/** What OpenCensus has in its fields has its place in OTLP. */
class OpenCensusStreamTest {
    private static final long START_SECONDS = 1_700_000_000L;

    private static TracesData translate(OpenCensusStream stream, byte[] message) {
        try {
            return TracesData.parseFrom(stream.toOtlp(message, 0, message.length, 1 << 20));
        } catch (FormatException | InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private static void nested(WireWriter out, int field, Consumer<WireWriter> body) {
        int mark = out.begin(field);
        body.accept(out);
        out.end(mark);
    }

    private static byte[] message(Consumer<WireWriter> span) {
        WireWriter out = new WireWriter(256);
        nested(out, 2, span);
        return out.toByteArray();
    }

    private static Span span(Consumer<WireWriter> fields) {
        return translate(new OpenCensusStream(), message(fields))
                .getResourceSpans(0)
                .getScopeSpans(0)
                .getSpans(0);
    }

    private static void text(WireWriter out, int field, String value) {
        nested(out, field, text -> text.string(1, value));
    }

    private static void time(WireWriter out, int field, long seconds) {
        nested(out, field, time -> {
            time.varint(1, seconds);
            time.varint(2, 7);
        });
    }

    private static void attribute(WireWriter out, String key, Consumer<WireWriter> value) {
        nested(out, 1, entry -> {
            entry.string(1, key);
            nested(entry, 2, value);
        });
    }

    @Test
    void anAttributeThatOpenTelemetryCallsOtherwiseHasItsName() {
        Span renamed = span(
                out -> nested(out, 7, attributes -> attribute(attributes, "http.path", value -> text(value, 1, "/x"))));
        assertEquals(Map.of("http.target", "/x"), OtlpSamples.attributes(renamed.getAttributesList()));
        Span both = span(out -> nested(out, 7, attributes -> {
            attribute(attributes, "http.path", value -> text(value, 1, "/x"));
            attribute(attributes, "http.target", value -> text(value, 1, "/x?q"));
        }));
        assertEquals(
                Map.of("http.path", "/x", "http.target", "/x?q"), OtlpSamples.attributes(both.getAttributesList()));
    }

    @Test
    void eachFieldOfASpanHasItsPlace() {
        byte[] id = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
        Span span = span(out -> {
            out.bytes(1, id, 0, 16);
            out.bytes(2, id, 0, 8);
            out.bytes(3, id, 8, 8);
            text(out, 4, "pay");
            time(out, 5, START_SECONDS);
            time(out, 6, START_SECONDS + 1);
            nested(out, 7, attributes -> {
                attribute(attributes, "s", value -> text(value, 1, "text"));
                attribute(attributes, "i", value -> value.varint(2, -5));
                attribute(attributes, "b", value -> value.varint(3, 1));
                attribute(attributes, "d", value -> value.fixed64(4, Double.doubleToRawLongBits(1.5)));
                attributes.varint(2, 3);
            });
            nested(out, 8, stack -> {
                nested(
                        stack,
                        1,
                        frames -> nested(frames, 1, frame -> {
                            text(frame, 1, "main");
                            text(frame, 3, "Main.java");
                            frame.varint(4, 12);
                        }));
                stack.varint(2, 99);
            });
            nested(out, 11, status -> {
                status.varint(1, 9);
                status.string(2, "no money");
            });
            nested(out, 12, same -> same.varint(1, 1));
            nested(out, 13, children -> children.varint(1, 4));
            out.varint(14, 1);
            nested(out, 15, state -> {
                nested(state, 1, entry -> {
                    entry.string(1, "a");
                    entry.string(2, "b");
                });
                nested(state, 1, entry -> {
                    entry.string(1, "c");
                    entry.string(2, "d");
                });
            });
        });
        assertEquals(ByteString.copyFrom(id), span.getTraceId());
        assertEquals(ByteString.copyFrom(id, 0, 8), span.getSpanId());
        assertEquals(ByteString.copyFrom(id, 8, 8), span.getParentSpanId());
        assertEquals("pay", span.getName());
        assertEquals("a=b,c=d", span.getTraceState());
        assertEquals(Span.SpanKind.SPAN_KIND_SERVER, span.getKind());
        assertEquals(START_SECONDS * 1_000_000_000 + 7, span.getStartTimeUnixNano());
        assertEquals((START_SECONDS + 1) * 1_000_000_000 + 7, span.getEndTimeUnixNano());
        assertEquals(3, span.getDroppedAttributesCount());
        assertEquals(Status.StatusCode.STATUS_CODE_ERROR, span.getStatus().getCode());
        assertEquals("no money", span.getStatus().getMessage());
        assertEquals(
                Map.of(
                        "s",
                        "text",
                        "i",
                        -5L,
                        "b",
                        true,
                        "d",
                        1.5,
                        "census.status_code",
                        9L,
                        "opencensus.same_process_as_parent_span",
                        true,
                        "opencensus.child_span_count",
                        4L,
                        "code.stacktrace",
                        "main (Main.java:12)\n",
                        "opencensus.stack_trace_hash_id",
                        99L),
                OtlpSamples.attributes(span.getAttributesList()));
    }

    @Test
    void annotationsAndMessagesAreEvents() {
        Span span = span(out -> nested(out, 9, events -> {
            nested(events, 1, event -> {
                time(event, 1, START_SECONDS);
                nested(event, 2, annotation -> {
                    text(annotation, 1, "declined");
                    nested(annotation, 2, attributes -> attribute(attributes, "by", value -> text(value, 1, "bank")));
                });
            });
            nested(
                    events,
                    1,
                    event -> nested(event, 3, message -> {
                        message.varint(1, 2);
                        message.varint(2, 8);
                        message.varint(3, 100);
                    }));
            events.varint(2, 1);
            events.varint(3, 2);
        }));
        assertEquals("declined", span.getEvents(0).getName());
        assertEquals(START_SECONDS * 1_000_000_000 + 7, span.getEvents(0).getTimeUnixNano());
        assertEquals(
                Map.of("by", "bank"), OtlpSamples.attributes(span.getEvents(0).getAttributesList()));
        assertEquals("message", span.getEvents(1).getName());
        assertEquals(
                Map.of("message.type", "RECEIVED", "message.id", 8L, "message.uncompressed_size", 100L),
                OtlpSamples.attributes(span.getEvents(1).getAttributesList()));
        assertEquals(3, span.getDroppedEventsCount());
    }

    @Test
    void linksKeepTheirType() {
        byte[] id = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
        Span span = span(out -> nested(out, 10, links -> {
            nested(links, 1, link -> {
                link.bytes(1, id, 0, 16);
                link.bytes(2, id, 0, 8);
                link.varint(3, 2);
            });
            links.varint(2, 5);
        }));
        assertEquals(ByteString.copyFrom(id), span.getLinks(0).getTraceId());
        assertEquals(
                Map.of("opencensus.link.type", "PARENT_LINKED_SPAN"),
                OtlpSamples.attributes(span.getLinks(0).getAttributesList()));
        assertEquals(5, span.getDroppedLinksCount());
    }

    private static Map<String, Object> resource(TracesData traces) {
        return OtlpSamples.attributes(traces.getResourceSpans(0).getResource().getAttributesList());
    }

    @Test
    void nodeAndResourceHoldUntilOthersCome() {
        OpenCensusStream stream = new OpenCensusStream();
        WireWriter first = new WireWriter(256);
        nested(first, 1, node -> {
            nested(node, 1, identifier -> {
                identifier.string(1, "host");
                identifier.varint(2, 17);
            });
            nested(node, 2, library -> {
                library.varint(1, 5);
                library.string(3, "0.31");
            });
            nested(node, 3, service -> service.string(1, "shop"));
        });
        nested(first, 2, span -> text(span, 4, "a"));
        nested(first, 3, resource -> {
            resource.string(1, "k8s");
            nested(resource, 2, label -> {
                label.string(1, "zone");
                label.string(2, "a");
            });
        });
        Map<String, Object> expected = Map.of(
                "host.name", "host",
                "process.pid", 17L,
                "telemetry.sdk.language", "java",
                "telemetry.sdk.version", "0.31",
                "service.name", "shop",
                "opencensus.resourcetype", "k8s",
                "zone", "a");
        assertEquals(expected, resource(translate(stream, first.toByteArray())));
        byte[] second = message(span -> text(span, 4, "b"));
        assertEquals(expected, resource(translate(stream, second)));
        byte[] own = message(span -> nested(span, 16, resource -> resource.string(1, "vm")));
        assertEquals("vm", resource(translate(stream, own)).get("opencensus.resourcetype"));
        assertEquals(expected, resource(translate(stream, second)));
    }

    @Test
    void aMessageThatIsRefusedChangesNothing() {
        OpenCensusStream stream = new OpenCensusStream();
        byte[] wrong = {10, 0, 18, 9};
        FormatException refused =
                assertThrows(FormatException.class, () -> stream.toOtlp(wrong, 0, wrong.length, 1 << 20));
        assertEquals("protobuf is not valid: length is 9 but 0 bytes are left, at byte 3", refused.getMessage());
        assertEquals(Map.of(), resource(translate(stream, message(span -> text(span, 4, "a")))));
    }
}
