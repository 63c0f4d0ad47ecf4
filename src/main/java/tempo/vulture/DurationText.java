package tempo.vulture;

import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Durations as people write them: 15s, 1m30s, 336h, 14d. */
final class DurationText implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
        if (!text.matches("([0-9]+(ms|s|m|h|d))+")) {
            throw new TypeConversionException("'" + text + "' is no duration such as 500ms, 15s, 1m30s, 336h or 14d");
        }
        Duration sum = Duration.ZERO;
        for (String part : text.split("(?<=[a-z])(?=[0-9])", -1)) {
            String digits = part.replaceAll("[a-z]", "");
            long number;
            try {
                number = Long.parseLong(digits);
            } catch (NumberFormatException e) {
                throw new TypeConversionException("'" + text + "' is too long");
            }
            sum = sum.plus(
                    switch (part.substring(digits.length())) {
                        case "ms" -> Duration.ofMillis(number);
                        case "s" -> Duration.ofSeconds(number);
                        case "m" -> Duration.ofMinutes(number);
                        case "h" -> Duration.ofHours(number);
                        default -> Duration.ofDays(number);
                    });
        }
        return sum;
    }
}
