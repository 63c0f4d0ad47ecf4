package tempo.querier;

import java.util.List;

/**
 * The answer to a search.
 *
 * @param results what was found
 * @param missing what could not be read; empty if the answer is complete
 */
public record SearchAnswer<R>(List<R> results, List<String> missing) {
    public SearchAnswer {
        results = List.copyOf(results);
        missing = List.copyOf(missing);
    }

    /** True if the answer may lack something. */
    public boolean partial() {
        return !missing.isEmpty();
    }
}
