package tempo.tempodb.backend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is sealed comes back, and what nobody asks for does not matter. */
final class SealedJsonTest {
    private static SealedJson open(String text) throws IOException {
        return SealedJson.open(ChecksummedText.seal(text), "thing");
    }

    @Test
    void readsWhatItWrote() throws IOException {
        byte[] sealed = SealedJson.seal(json -> {
            json.writeStringField("text", "a \"b\"");
            json.writeNumberField("number", Long.MAX_VALUE);
            SealedJson.writeList(json, "list", List.of("x", "y"));
        });
        SealedJson read = SealedJson.open(sealed, "thing");
        assertEquals("a \"b\"", read.text("text"));
        assertEquals(Long.MAX_VALUE, read.number("number"));
        assertEquals(List.of("x", "y"), read.list("list"));
        assertNull(read.text("number"));
        assertNull(read.number("text"));
        assertEquals(List.of(), read.list("none"));
    }

    @Test
    void passesOverWhatElseIsInIt() throws IOException {
        SealedJson read =
                open("{\"a\": [1, {\"b\": [2]}, \"x\"], \"c\": {\"d\": \"e\"}, \"f\": null, \"g\": 1.5, \"h\": \"i\"}");
        assertEquals("i", read.text("h"));
        assertNull(read.text("d"));
        assertThrows(IllegalArgumentException.class, () -> read.list("a"));
    }

    @Test
    void refusesWhatIsDamagedOrNoObject() {
        assertThrows(IOException.class, () -> SealedJson.open("{}".getBytes(UTF_8), "thing"));
        assertThrows(IOException.class, () -> open("[]"));
        assertThrows(IOException.class, () -> open("{\"a\": [\"b\""));
        assertThrows(IOException.class, () -> open("{\"a\": 99999999999999999999}"));
    }
}
