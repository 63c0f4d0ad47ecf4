package tempo.ingester.copies;

import java.util.Set;

/** Where nodes are, so that copies are elsewhere: a role of the cluster's members carries it. */
public final class Zones {
    private static final String PREFIX = "zone-";

    private Zones() {}

    /** The role that tells others of a zone. */
    public static String role(String zone) {
        return PREFIX + zone;
    }

    /** The zone that a member's roles tell of; empty if they tell of none. */
    static String of(Set<String> roles) {
        for (String role : roles) {
            if (role.startsWith(PREFIX)) {
                return role.substring(PREFIX.length());
            }
        }
        return "";
    }
}
