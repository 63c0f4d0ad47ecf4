package tempo.tempodb.spans;

import java.util.Arrays;
import tempo.span.MalformedProtobufException;
import tempo.span.WireReader;

/**
 * What is asked of a value, whatever its type: a value of a type that it does not ask about does not pass. Says as much of the
 * values that pass as lets pages be passed over. Immutable and thread-safe.
 */
public abstract class ValueTest {
    private static final byte[] NO_BYTES = {};

    /** The types of values. */
    public enum Type {
        TEXT,
        NUMBER,
        REAL,
        TRUTH
    }

    /** False if no value of the type passes. */
    public boolean mayPass(Type type) {
        return true;
    }

    /** True if the UTF-8 text {@code bytes[offset..offset + length)} passes. */
    public boolean text(byte[] bytes, int offset, int length) {
        return false;
    }

    /** True if a whole number passes. */
    public boolean number(long value) {
        return false;
    }

    /** True if a floating-point number passes. */
    public boolean real(double value) {
        return false;
    }

    /** True if a truth value passes. */
    public boolean truth(boolean value) {
        return false;
    }

    /**
     * True if an {@code AnyValue} passes, which the reader is in, to its end.
     *
     * @param bytes that the reader reads
     */
    public final boolean anyValue(byte[] bytes, WireReader reader) throws MalformedProtobufException {
        boolean passes = false;
        while (reader.hasNext()) {
            int tag = reader.readTag();
            switch (tag) {
                case 0x0a, 0x3a -> {
                    int length = reader.readLength();
                    passes = text(bytes, reader.position(), length);
                    reader.skip(length);
                }
                case 0x10 -> passes = truth(reader.readVarint64() != 0);
                case 0x18 -> passes = number(reader.readVarint64());
                case 0x21 -> passes = real(Double.longBitsToDouble(reader.readFixed64()));
                default -> reader.skipField(tag);
            }
        }
        return passes;
    }

    /** Bytes that are in every text that passes; empty if nothing is known. */
    public byte[] required() {
        return NO_BYTES;
    }

    /** True if at most one text, {@link #required}, and at most one number passes, so that a bloom can tell that there is none. */
    public boolean isSingle() {
        return false;
    }

    /** No whole number below this passes. */
    public long least() {
        return Long.MIN_VALUE;
    }

    /** No whole number above this passes. */
    public long greatest() {
        return Long.MAX_VALUE;
    }

    /** Texts that are these bytes. */
    public static ValueTest equalTo(byte[] wanted) {
        return new Equal(wanted.clone());
    }

    /** Whole numbers, and floating-point ones, from {@code least} to {@code greatest}, both included. */
    public static ValueTest between(long least, long greatest) {
        return new Between(least, greatest);
    }

    /** The one truth value. */
    public static ValueTest is(boolean wanted) {
        return new ValueTest() {
            @Override
            public boolean truth(boolean value) {
                return value == wanted;
            }

            @Override
            public boolean mayPass(Type type) {
                return type == Type.TRUTH;
            }
        };
    }

    /** Values of any type: those spans pass that have the field. */
    public static ValueTest any() {
        return new ValueTest() {
            @Override
            public boolean text(byte[] bytes, int offset, int length) {
                return true;
            }

            @Override
            public boolean number(long value) {
                return true;
            }

            @Override
            public boolean real(double value) {
                return true;
            }

            @Override
            public boolean truth(boolean value) {
                return true;
            }
        };
    }

    private static final class Equal extends ValueTest {
        private final byte[] wanted;

        Equal(byte[] wanted) {
            this.wanted = wanted;
        }

        @Override
        public boolean text(byte[] bytes, int offset, int length) {
            return Arrays.equals(wanted, 0, wanted.length, bytes, offset, offset + length);
        }

        @Override
        public byte[] required() {
            return wanted;
        }

        @Override
        public boolean isSingle() {
            return true;
        }

        @Override
        public boolean mayPass(Type type) {
            return type == Type.TEXT;
        }
    }

    private static final class Between extends ValueTest {
        private final long least;
        private final long greatest;

        Between(long least, long greatest) {
            this.least = least;
            this.greatest = greatest;
        }

        @Override
        public boolean number(long value) {
            return value >= least && value <= greatest;
        }

        @Override
        public boolean real(double value) {
            return value >= least && value <= greatest;
        }

        @Override
        public boolean mayPass(Type type) {
            return type == Type.NUMBER || type == Type.REAL;
        }

        @Override
        public boolean isSingle() {
            return least == greatest;
        }

        @Override
        public long least() {
            return least;
        }

        @Override
        public long greatest() {
            return greatest;
        }
    }
}
