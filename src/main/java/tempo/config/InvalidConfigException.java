package tempo.config;

import java.util.List;

/**
 * The configuration cannot be used. The message has one line for each problem, and each line names the key, what was
 * wrong with its value and where the value came from.
 */
public final class InvalidConfigException extends RuntimeException {
    private final List<String> problems;

    InvalidConfigException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    InvalidConfigException(String problem, Throwable cause) {
        super(problem, cause);
        this.problems = List.of(problem);
    }

    /** One sentence for each problem, in the order of the keys; never empty. */
    public List<String> problems() {
        return problems;
    }
}
