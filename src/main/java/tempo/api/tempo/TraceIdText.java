package tempo.api.tempo;

import java.util.Optional;

/** Checks a trace id as it stands in a path; the sentences are those that Tempo's clients know. */
final class TraceIdText {
    private static final int DIGITS_MAX = 32;

    private TraceIdText() {}

    /** What is wrong with the id; empty if it is 1 to 32 hex digits. */
    static Optional<String> problem(String id) {
        if (id.isEmpty()) {
            return Optional.of("please provide a traceID");
        }
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            if (c > 127 || Character.digit(c, 16) < 0) {
                String shown = c > 32 && c < 127 ? String.valueOf(c) : "?";
                return Optional.of("trace IDs can only contain hex characters: invalid character '" + shown
                        + "' at position " + (i + 1));
            }
        }
        return id.length() > DIGITS_MAX ? Optional.of("trace IDs can't be larger than 128 bits") : Optional.empty();
    }
}
