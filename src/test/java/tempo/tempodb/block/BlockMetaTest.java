package tempo.tempodb.block;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tempo.span.TraceKey;
import tempo.tempodb.backend.ChecksummedText;

class BlockMetaTest {
    private static final BlockSpec SPEC = new BlockSpec(
            "te.na-nt'(1)",
            Blocks.ID,
            Blocks.WINDOW,
            3,
            Long.MAX_VALUE,
            List.of(new UUID(1, 2), new UUID(-1, -1)),
            BlockContent.SPANS);
    private static final BlockMeta META = new BlockMeta(
            SPEC,
            new BlockSummary(
                    new TraceKey(0, 7), new TraceKey(-1, -1), -5, Long.MAX_VALUE, 1, 2, 3, 4, 10_000, 8192, 124, -1));
    private static final String NAME = SPEC.metaName();

    @Test
    void comesBackAsItWas() throws IOException {
        assertEquals(META, BlockMeta.decode(NAME, META.encode()));
    }

    @Test
    void isNamedAfterTenantWindowAndBlock() {
        assertEquals("te.na-nt'(1)/20270115T080000Z/" + Blocks.ID + ".meta", NAME);
        assertEquals(
                "20261122T213000Z",
                ArrivalWindow.of(Instant.parse("2026-11-22T21:59:59Z"), Duration.ofMinutes(30))
                        .name());
    }

    @Test
    void refusesEveryFlippedBitAndEveryTruncation() {
        byte[] good = META.encode();
        for (int bit = 0; bit < good.length * 8; bit++) {
            byte[] bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            assertThrows(CorruptBlockException.class, () -> BlockMeta.decode(NAME, bad));
        }
        for (int length = 0; length < good.length; length++) {
            byte[] bad = Arrays.copyOf(good, length);
            assertThrows(CorruptBlockException.class, () -> BlockMeta.decode(NAME, bad));
        }
    }

    @Test
    void refusesARecordUnderAnotherName() {
        String moved = "other/" + Blocks.WINDOW.name() + "/" + Blocks.ID + ".meta";
        CorruptBlockException error =
                assertThrows(CorruptBlockException.class, () -> BlockMeta.decode(moved, META.encode()));
        assertEquals(
                "commit record of " + NAME + " is stored as " + moved + ", block " + Blocks.ID, error.getMessage());
    }

    @Test
    void refusesNewerFormatsAndIgnoresUnknownFields() throws IOException {
        assertThrows(UnsupportedBlockException.class, () -> decodeWith("\"formatMajor\" : 1", "\"formatMajor\" : 2"));
        assertThrows(
                UnsupportedBlockException.class,
                () -> decodeWith("\"requiredFeatures\" : 1", "\"requiredFeatures\" : 5"));
        assertEquals(META, decodeWith("\"optionalFeatures\" : 0", "\"optionalFeatures\" : 4"));
        assertEquals(META, decodeWith("\"content\"", "\"new\" : {\"a\" : [1, {}]}, \"content\""));
    }

    @Test
    void refusesWhatCannotBe() {
        assertThrows(CorruptBlockException.class, () -> decodeWith("\"level\" : 3", "\"level\" : -3"));
        assertThrows(CorruptBlockException.class, () -> decodeWith("\"level\" : 3", "\"level\" : 99999999999"));
        assertThrows(CorruptBlockException.class, () -> decodeWith("\"level\" : 3", "\"level\" : 1e400"));
        assertThrows(
                CorruptBlockException.class, () -> decodeWith("\"level\" : 3", "\"level\" : 99999999999999999999"));
        assertThrows(
                CorruptBlockException.class, () -> decodeWith("\"dataBytes\" : 10000", "\"dataBytes\" : 999999999999"));
        assertThrows(CorruptBlockException.class, () -> decodeWith("{", "["));
        assertThrows(CorruptBlockException.class, () -> decodeWith("\"tenant\"", "\"tenement\""));
    }

    @Test
    void refusesTenantsThatAreNoPlainName() {
        for (String tenant : List.of("", ".", "..", "a/b", "a b", "@", "a".repeat(151), "a\n", "é")) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> BlockSpec.cut(tenant, Blocks.ID, Blocks.WINDOW, BlockContent.OPAQUE));
        }
    }

    private static BlockMeta decodeWith(String what, String replacement) throws IOException {
        String text = ChecksummedText.open(META.encode(), "meta");
        if (!text.contains(what)) {
            throw new AssertionError(what + " is not in " + text);
        }
        byte[] changed = ChecksummedText.seal(text.replace(what, replacement));
        assertEquals(text.replace(what, replacement), new String(changed, 0, changed.length - 17, UTF_8));
        return BlockMeta.decode(NAME, changed);
    }
}
