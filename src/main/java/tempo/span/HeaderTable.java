package tempo.span;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gives equal headers the same number. A header is all of a message except one repeated field: what a {@code ResourceSpans}
 * says beside its scopes, or a {@code ScopeSpans} beside its spans, as the raw bytes of those fields in their order, under the
 * number of an outer header. Numbers count from 0.
 *
 * <p>Equal headers mostly follow each other, so the last one is looked at first. A header costs an object only where it
 * differs; a tree behind the hash buckets keeps look-ups logarithmic for bytes made to collide.
 */
final class HeaderTable {
    private final Map<Header, Header> numbers = new HashMap<>();
    private Header[] headers = new Header[16];
    private int count;
    private byte[] scratch = new byte[256];
    private @Nullable Header last;

    /** How many different headers there are. */
    int count() {
        return count;
    }

    /** The bytes of a header, tags included; read-only. */
    byte[] bytes(int number) {
        return headers[number].bytes;
    }

    /** The number of the header that this one stands under. */
    int outer(int number) {
        return headers[number].outer;
    }

    /** A hash of a header's bytes and, through {@code outerHash} as given, of what it stands under. */
    long hash(int number) {
        return headers[number].hash;
    }

    /**
     * Walks the message that {@code reader} has entered, to its limit, checks every field and numbers its header.
     *
     * @param skippedTag the tag of the field that is not part of the header
     * @param outer the number of the header this one stands under
     * @param outerHash that header's hash
     */
    int add(byte[] source, WireReader reader, int skippedTag, int outer, long outerHash)
            throws MalformedProtobufException {
        int size = 0;
        while (reader.hasNext()) {
            int from = reader.position();
            int tag = reader.readTag();
            reader.skipField(tag);
            if (tag != skippedTag) {
                int length = reader.position() - from;
                if (scratch.length - size < length) {
                    scratch = Arrays.copyOf(scratch, Math.max(size + length, (int) Math.min(size * 2L, 1 << 30)));
                }
                System.arraycopy(source, from, scratch, size, length);
                size += length;
            }
        }
        long hash = WireHash.join(outerHash, WireHash.of(scratch, 0, size));
        Header known = last;
        if (known != null
                && known.hash == hash
                && known.outer == outer
                && Arrays.equals(known.bytes, 0, known.bytes.length, scratch, 0, size)) {
            return known.number;
        }
        Header header = new Header(Arrays.copyOf(scratch, size), outer, hash, count);
        known = numbers.putIfAbsent(header, header);
        if (known == null) {
            if (count == headers.length) {
                headers = Arrays.copyOf(headers, count * 2);
            }
            headers[count++] = header;
            known = header;
        }
        last = known;
        return known.number;
    }

    private static final class Header implements Comparable<Header> {
        final byte[] bytes;
        final int outer;
        final long hash;
        final int number;

        Header(byte[] bytes, int outer, long hash, int number) {
            this.bytes = bytes;
            this.outer = outer;
            this.hash = hash;
            this.number = number;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(hash);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Header header && compareTo(header) == 0;
        }

        @Override
        public int compareTo(Header other) {
            int order = Integer.compare(outer, other.outer);
            return order != 0 ? order : Arrays.compare(bytes, other.bytes);
        }
    }
}
