package tempo.span;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class WireReaderTest {
    @Property
    void readsBackWhatTheWriterWrote(@ForAll long number, @ForAll long fixed, @ForAll byte[] payload)
            throws MalformedProtobufException {
        WireWriter writer = new WireWriter(0);
        writer.varint(1, number);
        int outer = writer.begin(536_870_911);
        int inner = writer.begin(16);
        writer.bytes(2, payload, 0, payload.length);
        writer.end(inner);
        writer.fixed64(3, fixed);
        writer.end(outer);
        writer.fixed32(4, (int) fixed);

        WireReader reader = new WireReader(writer.toByteArray());
        assertEquals(WireReader.tag(1, WireReader.VARINT), reader.readTag());
        assertEquals(number, reader.readVarint64());
        assertEquals(536_870_911, WireReader.field(reader.readTag()));
        int outside = reader.enter();
        assertEquals(16, WireReader.field(reader.readTag()));
        int outsideInner = reader.enter();
        assertEquals(WireReader.tag(2, WireReader.LENGTH_DELIMITED), reader.readTag());
        assertEquals(payload.length, reader.readLength());
        reader.skip(payload.length);
        assertFalse(reader.hasNext());
        reader.leave(outsideInner);
        reader.readTag();
        assertEquals(fixed, reader.readFixed64());
        assertFalse(reader.hasNext());
        reader.leave(outside);
        assertEquals(WireReader.tag(4, WireReader.FIXED32), reader.readTag());
        assertEquals((int) fixed, reader.readFixed32());
        assertFalse(reader.hasNext());
    }

    @Test
    void rejectsVarintLongerThanTenBytes() {
        fails("varint is longer than ten bytes, at byte 1", 8, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1);
    }

    @Test
    void rejectsCutOffValues() {
        fails("varint is cut off, at byte 1", 8, 0x80);
        fails("varint is cut off, at byte 1", 8);
        fails("8 bytes are wanted but 3 are left, at byte 1", 9, 1, 2, 3);
        fails("4 bytes are wanted but 3 are left, at byte 1", 13, 1, 2, 3);
        fails("length is 5 but 1 bytes are left, at byte 1", 10, 5, 0);
        fails(
                "length is 18446744073709551615 but 0 bytes are left, at byte 1",
                10,
                -1,
                -1,
                -1,
                -1,
                -1,
                -1,
                -1,
                -1,
                -1,
                1);
    }

    @Test
    void rejectsBadTags() {
        fails("field number is 0, at byte 0", 0, 0);
        fails("wire type is 7, at byte 0", 15, 0);
        fails("field number is over 536,870,911, at byte 0", 0x88, 0x80, 0x80, 0x80, 0x10, 0);
    }

    @Test
    void rejectsGroupsThatDoNotMatchOrGoTooDeep() {
        fails("group 1 ends but was not opened, at byte 1", 12);
        fails("group 1 is closed as group 2, at byte 2", 11, 20);
        fails("group 1 is not closed, at byte 1", 11, 8, 1);
        int[] deep = new int[101];
        Arrays.fill(deep, 11);
        fails("groups are nested more than 100 deep, at byte 101", deep);
    }

    @Test
    void countsOffsetsFromTheStartOfTheRange() {
        WireReader reader = new WireReader(new byte[] {1, 2, 3, 8, (byte) 0x80}, 3, 2);
        MalformedProtobufException failure = assertThrows(MalformedProtobufException.class, () -> skipAll(reader));
        assertEquals(1, failure.offset());
    }

    @Test
    void acceptsAndRejectsWhatProtobufDoes() {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(12)];
            for (int at = 0; at < bytes.length; at++) {
                bytes[at] = (byte) (random.nextBoolean() ? random.nextInt(32) : random.nextInt());
            }
            assertEquals(protobufSkips(bytes), weSkip(bytes), () -> Arrays.toString(bytes));
        }
    }

    private static boolean weSkip(byte[] bytes) {
        try {
            skipAll(new WireReader(bytes));
            return true;
        } catch (MalformedProtobufException e) {
            return false;
        }
    }

    private static boolean protobufSkips(byte[] bytes) {
        CodedInputStream in = CodedInputStream.newInstance(bytes);
        try {
            while (!in.isAtEnd()) {
                int tag = in.readTag();
                if (!in.skipField(tag)) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void fails(String message, int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        WireReader reader = new WireReader(bytes);
        assertEquals(
                message,
                assertThrows(MalformedProtobufException.class, () -> skipAll(reader))
                        .getMessage());
    }

    private static void skipAll(WireReader reader) throws MalformedProtobufException {
        while (reader.hasNext()) {
            reader.skipField(reader.readTag());
        }
    }
}
