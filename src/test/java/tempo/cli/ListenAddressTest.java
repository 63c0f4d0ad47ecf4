package tempo.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ListenAddressTest {
    @Test
    void hostAndPort() {
        assertEquals(new InetSocketAddress("127.0.0.1", 17_272), new ListenAddress().convert("127.0.0.1:17272"));
        assertEquals(new InetSocketAddress("::1", 0), new ListenAddress().convert("[::1]:0"));
    }

    @Test
    void withoutHostAllAddressesOfTheMachine() {
        InetSocketAddress all = new ListenAddress().convert(":8080");
        assertTrue(all.getAddress().isAnyLocalAddress(), all::toString);
        assertEquals(8080, all.getPort());
    }

    @ParameterizedTest
    @ValueSource(strings = {"8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:65536", "127.0.0.1:-1", ""})
    void whatIsNoAddressIsQuoted(String text) {
        TypeConversionException failure =
                assertThrows(TypeConversionException.class, () -> new ListenAddress().convert(text));
        assertEquals("'" + text + "' is not HOST:PORT or :PORT", failure.getMessage());
    }
}
