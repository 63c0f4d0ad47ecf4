package tempo;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a node of a cluster does. Any mix is a node; all of them together are a cluster of one. */
public enum NodeRole {
    /** Receives spans and hands them to ingesters. */
    DISTRIBUTOR,
    /** Keeps spans until they are in blocks. */
    INGESTER,
    /** Answers queries. */
    QUERIER,
    /** Merges blocks. */
    COMPACTOR;

    /** As it stands in the configuration, and in the cluster's state. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The roles of those names.
     *
     * @throws IllegalArgumentException if one is none of these, or there is none
     */
    static List<NodeRole> of(List<String> words) {
        List<NodeRole> roles =
                Stream.of(values()).filter(role -> words.contains(role.word())).toList();
        if (roles.isEmpty() || roles.size() != words.stream().distinct().count()) {
            throw new IllegalArgumentException("roles must be one or more of "
                    + Stream.of(values()).map(NodeRole::word).collect(Collectors.joining(", ")));
        }
        return roles;
    }
}
