package tempo.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ConfigReaderTest {
    enum Mode {
        READ_ONLY,
        READ_WRITE
    }

    record Inner(int sampleCount, double ratio) {
        Inner {
            if (sampleCount < 1) {
                throw new IllegalArgumentException("inner.sample-count must be at least 1 but was " + sampleCount);
            }
            if (ratio > sampleCount) {
                throw new IllegalArgumentException("ratio must be at most sample-count but was " + ratio);
            }
        }
    }

    record Outer(
            Duration traceIdle,
            long blockBytesMax,
            boolean sync,
            String name,
            List<String> hosts,
            Mode mode,
            Path file,
            Inner inner) {}

    private static final String GOOD =
            """
            t {
              trace-idle = 10 s
              block-bytes-max = 64 MiB
              sync = on
              name = a
              hosts = [b, c]
              mode = read-only
              file = "x/y"
              inner { sample-count = 3, ratio = 0.5 }
            }
            """;

    private static Config parse(String text) {
        return ConfigFactory.parseString(text, ConfigParseOptions.defaults().setOriginDescription("my.conf"))
                .resolve();
    }

    private static Outer read(String overrides) {
        return ConfigReader.read(parse(GOOD + overrides), "t", Outer.class);
    }

    private static String refusal(String overrides) {
        return String.join(
                "\n",
                assertThrows(InvalidConfigException.class, () -> read(overrides))
                        .problems());
    }

    @Test
    void readsEveryTypeByItsKebabKey() {
        Outer expected = new Outer(
                Duration.ofSeconds(10),
                64L << 20,
                true,
                "a",
                List.of("b", "c"),
                Mode.READ_ONLY,
                Path.of("x/y"),
                new Inner(3, 0.5));
        assertEquals(expected, read(""));
    }

    @Test
    void readsTextAsTheEnvironmentGivesIt() {
        Outer outer = read("t.hosts = \"b, c,d\"\nt.sync = \"off\"\nt.inner.sample-count = \"7\"");
        assertEquals(List.of("b", "c", "d"), outer.hosts());
        assertEquals(false, outer.sync());
        assertEquals(7, outer.inner().sampleCount());
    }

    @Test
    void readsMinutesAsPeopleWriteThem() {
        assertEquals(Duration.ofMinutes(5), read("t.trace-idle = 5 min").traceIdle());
    }

    @Test
    void namesUnknownKeyWithItsLineAndTheNearestKnownOne() {
        assertEquals(
                "t.inner.sample-cuont is not a known key, it was set to 3 (my.conf: 11), did you mean t.inner.sample-count?",
                refusal("t.inner.sample-cuont = 3"));
    }

    @Test
    void refusesDurationWithoutUnit() {
        assertEquals(
                "t.trace-idle: expects a duration with its unit, such as \"10 s\" but was 10 (my.conf: 11)",
                refusal("t.trace-idle = 10"));
    }

    @Test
    void refusesFractionWhereWholeNumberIsExpected() {
        assertEquals(
                "t.inner.sample-count: expects a whole number but was 2.5 (my.conf: 11)",
                refusal("t.inner.sample-count = 2.5"));
    }

    @Test
    void refusesUnknownConstantAndListsTheKnownOnes() {
        assertEquals(
                "t.mode: expects one of read-only, read-write but was \"append\" (my.conf: 11)",
                refusal("t.mode = append"));
    }

    @Test
    void refusesScalarForObject() {
        assertEquals("t.inner: expects an object but was 3 (my.conf: 11)", refusal("t.inner = 3"));
    }

    @Test
    void refusesObjectForScalar() {
        assertEquals("t.name: expects text but was an object (my.conf: 11)", refusal("t.name = { a = 1 }"));
    }

    @Test
    void namesKeyWhoseValueTheRecordRefuses() {
        assertEquals(
                "t.inner.sample-count: inner.sample-count must be at least 1 but was 0, it was set to 0 (my.conf: 11)",
                refusal("t.inner.sample-count = 0"));
    }

    @Test
    void namesSubjectOfRefusalThatMentionsTwoKeys() {
        assertEquals(
                "t.inner.ratio: ratio must be at most sample-count but was 9.0, it was set to 9 (my.conf: 11)",
                refusal("t.inner.ratio = 9"));
    }

    @Test
    void namesMissingValue() {
        assertEquals("t.name has no value", refusal("t.name = null"));
    }

    @Test
    void namesEveryProblemNotOnlyTheFirst() {
        InvalidConfigException e =
                assertThrows(InvalidConfigException.class, () -> read("t.sync = maybe\nt.inner.ratio = NaN\nt.x = 1"));
        assertEquals(3, e.problems().size());
    }
}
