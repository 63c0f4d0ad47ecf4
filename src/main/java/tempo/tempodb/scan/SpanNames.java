package tempo.tempodb.scan;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.Comparator;
import java.util.NavigableSet;
import java.util.TreeSet;
import tempo.span.MalformedProtobufException;
import tempo.span.WireReader;
import tempo.tempodb.block.CorruptBlockException;
import tempo.tempodb.block.SpanColumns;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.spans.ContextFields;
import tempo.tempodb.spans.FieldLabels;
import tempo.tempodb.spans.SpanField;
import tempo.tempodb.spans.ValueTest;

/**
 * Gathers which services there are, or which spans a service has by name and kind, from blocks and from spans that are in no block yet. What
 * is beyond {@link #NAMES_MAX}, or too long, is left out. For one thread.
 */
public final class SpanNames {
    /** Most names that are gathered. */
    public static final int NAMES_MAX = 10_000;

    /** Most characters of all of them, so that they fit into a message. */
    private static final int CHARS_MAX = 128 << 10;

    /** Kinds as OTLP numbers them. */
    private static final int KINDS = 6;

    private static final int TEXT = WireReader.LENGTH_DELIMITED;
    private static final SpanField SERVICE = SpanField.resource("service.name");

    private final String service;
    private final NavigableSet<Name> names =
            new TreeSet<>(Comparator.comparing(Name::name).thenComparing(Name::kind));

    private int chars;

    /** @param kind as OTLP numbers it; 0 of services */
    public record Name(String name, int kind) {}

    /** @param service whose spans' names are wanted; empty for the names of services */
    public SpanNames(String service) {
        this.service = service;
    }

    /** What was gathered, sorted. */
    public NavigableSet<Name> names() {
        return names;
    }

    /** Adds one that somebody else has gathered. */
    public void add(Name name) {
        if (names.size() < NAMES_MAX && chars + name.name().length() <= CHARS_MAX && names.add(name)) {
            chars += name.name().length();
        }
    }

    /** Adds what a block has; of services no group is read. */
    public void add(SpanColumns block, DamageListener damage) throws IOException {
        if (service.isEmpty()) {
            addServices(block, damage);
            return;
        }
        SpanFilter ofService = SpanCriteria.ofService(service).toFilter();
        for (int kind = 0; kind < KINDS; kind++) {
            SpanFilter ofKind =
                    SpanFilter.and(ofService, SpanFilter.where(SpanField.KIND, ValueTest.between(kind, kind)));
            SpanCounts counts = SpanCounts.byDuration(ofKind, SpanField.NAME, damage);
            counts.add(block);
            for (String name : counts.counts().keySet()) {
                add(new Name(name, kind));
            }
        }
    }

    private void addServices(SpanColumns block, DamageListener damage) throws IOException {
        int last = -1;
        for (int group = 0; group < block.groups(); group++) {
            if (block.segmentOf(group) == last) {
                continue;
            }
            last = block.segmentOf(group);
            try {
                new FieldLabels(block.segment(group), SERVICE, text -> {
                    add(new Name(text, 0));
                    return 0;
                });
            } catch (CorruptPageException e) {
                damage.unreadable(block.corrupt(group, e));
            } catch (CorruptBlockException e) {
                damage.unreadable(e);
            }
        }
    }

    /**
     * Adds what is in {@code TracesData}.
     *
     * @throws MalformedProtobufException if it is not valid
     */
    public void add(byte[] otlp, int offset, int length) throws MalformedProtobufException {
        WireReader in = new WireReader(otlp, offset, length);
        while (in.hasNext()) {
            int tag = in.readTag();
            if (tag == WireReader.tag(1, TEXT)) {
                int outer = in.enter();
                resourceSpans(otlp, in);
                in.leave(outer);
            } else {
                in.skipField(tag);
            }
        }
    }

    private void resourceSpans(byte[] bytes, WireReader in) throws MalformedProtobufException {
        String found = ContextFields.text(bytes, in.position(), in.limit() - in.position(), SERVICE.key())
                .orElse("");
        if (service.isEmpty()) {
            if (!found.isEmpty()) {
                add(new Name(found, 0));
            }
            return;
        }
        if (!service.equals(found)) {
            return;
        }
        while (in.hasNext()) {
            int tag = in.readTag();
            if (tag == WireReader.tag(2, TEXT)) {
                int outer = in.enter();
                scopeSpans(bytes, in);
                in.leave(outer);
            } else {
                in.skipField(tag);
            }
        }
    }

    private void scopeSpans(byte[] bytes, WireReader in) throws MalformedProtobufException {
        while (in.hasNext()) {
            int tag = in.readTag();
            if (tag == WireReader.tag(2, TEXT)) {
                int outer = in.enter();
                span(bytes, in);
                in.leave(outer);
            } else {
                in.skipField(tag);
            }
        }
    }

    private void span(byte[] bytes, WireReader in) throws MalformedProtobufException {
        String name = "";
        int kind = 0;
        while (in.hasNext()) {
            int tag = in.readTag();
            switch (tag) {
                case 5 << 3 | TEXT -> name = text(bytes, in);
                case 6 << 3 | WireReader.VARINT -> kind = in.readVarint32();
                default -> in.skipField(tag);
            }
        }
        add(new Name(name, kind));
    }

    private static String text(byte[] bytes, WireReader in) throws MalformedProtobufException {
        int length = in.readLength();
        String text = new String(bytes, in.position(), length, UTF_8);
        in.skip(length);
        return text;
    }
}
