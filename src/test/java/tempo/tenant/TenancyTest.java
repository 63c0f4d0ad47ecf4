package tempo.tenant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class TenancyTest {
    private static final Tenancy MULTI = new Tenancy(true, "single-tenant");

    @Test
    void takesLettersDigitsAndTheMarksOfGrafanasDatabases() throws Exception {
        for (String id : List.of("a", "Z", "0", "team-1", "a.b", "...", "!-_.*'()", "x".repeat(150))) {
            assertEquals(id, MULTI.tenant(id));
        }
    }

    @Test
    void refusesWhatCouldLeaveItsDirectory() {
        for (String id : List.of(".", "..", "a/b", "../a", "/etc", "a\\b", "..\\a", "~", "a:b", "%2e%2e", "a/..")) {
            assertRefused(id, false);
        }
    }

    @Test
    void refusesLookAlikesAndWhatCannotBeSeen() {
        for (String id : List.of(
                "\u0430dmin",
                "admin\u200b",
                "adm\u0131n",
                "\uff0e\uff0e",
                "a\u0000",
                "\u0000",
                "a\n",
                "a\r",
                " a",
                "a ",
                "a\tb",
                "\ud83d\ude00",
                "team|other",
                "a,b",
                "x".repeat(151))) {
            assertRefused(id, false);
        }
    }

    @Test
    void missingAndEmptyHeadersAreUnauthenticated() {
        assertRefused(null, true);
        assertRefused("", true);
    }

    @Test
    void ignoresTheHeaderWhileMultiTenancyIsOff() throws Exception {
        Tenancy single = new Tenancy(false, "everybody");
        assertEquals("everybody", single.tenant("../other"));
        assertEquals("everybody", single.tenant(null));
    }

    @Test
    void refusesASingleTenantThatIsNoId() {
        assertEquals(
                "single-tenant must be 1 to 150 letters, digits or !-_.*'() but was ..",
                assertThrows(IllegalArgumentException.class, () -> new Tenancy(false, ".."))
                        .getMessage());
    }

    @Test
    void takesExactlyTheseCharacters() {
        Set<Integer> valid = IntStream.rangeClosed(0, 0xffff)
                .filter(c -> Tenancy.isValid("a" + (char) c))
                .boxed()
                .collect(Collectors.toSet());
        assertEquals(26 + 26 + 10 + 8, valid.size());
        assertTrue(valid.stream().allMatch(c -> c > 0x20 && c < 0x7f));
    }

    @Property
    void whatIsValidIsOnePathElement(@ForAll String id) {
        if (Tenancy.isValid(id)) {
            assertFalse(id.contains("/") || id.contains("\\") || id.equals(".") || id.equals(".."));
        }
    }

    private static void assertRefused(@Nullable String header, boolean missing) {
        Tenancy.NoTenantException refused =
                assertThrows(Tenancy.NoTenantException.class, () -> MULTI.tenant(header), () -> "took " + header);
        assertEquals(missing, refused.missing());
    }
}
