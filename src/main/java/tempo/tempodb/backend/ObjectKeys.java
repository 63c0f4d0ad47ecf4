package tempo.tempodb.backend;

/**
 * Which object keys are valid: one to eight segments separated by '/', each 1 to 200 characters of {@code A-Z a-z 0-9 ! . _ * ' ( )
 * - ~} none of them "." or "..", with a '~' only at the start and before a letter. So a key is a relative path on any file system and needs no escaping in any bucket.
 */
public final class ObjectKeys {
    private static final int SEGMENTS_MAX = 8;
    private static final int SEGMENT_CHARS_MAX = 200;

    private ObjectKeys() {}

    /**
     * Returns {@code key}.
     *
     * @throws IllegalArgumentException if it is not valid
     */
    public static String require(String key) {
        String[] segments = key.split("/", -1);
        if (segments.length > SEGMENTS_MAX) {
            throw new IllegalArgumentException(
                    "object key must have at most " + SEGMENTS_MAX + " segments but has " + segments.length);
        }
        for (String segment : segments) {
            requireSegment(segment, key);
        }
        return key;
    }

    /**
     * Returns {@code prefix}, which is empty or the start of a valid key.
     *
     * @throws IllegalArgumentException if it is not
     */
    public static String requirePrefix(String prefix) {
        if (!prefix.isEmpty()) {
            require(prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix);
        }
        return prefix;
    }

    private static void requireSegment(String segment, String key) {
        boolean valid = !segment.isEmpty()
                && segment.length() <= SEGMENT_CHARS_MAX
                && !segment.equals(".")
                && !segment.equals("..")
                && hasTildeOnlyBeforeLetter(segment)
                && segment.chars().allMatch(ObjectKeys::isAllowed);
        if (!valid) {
            throw new IllegalArgumentException("object key has an invalid segment: '" + printable(key) + "'");
        }
    }

    /** A '~' sets names apart that cannot be a tenant's; in other places stores use it for what they have to escape. */
    private static boolean hasTildeOnlyBeforeLetter(String segment) {
        return segment.lastIndexOf('~') < 0
                || segment.lastIndexOf('~') == 0 && segment.length() > 1 && Character.isLetter(segment.charAt(1));
    }

    private static boolean isAllowed(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || "!._*'()-~".indexOf(c) >= 0;
    }

    /** Keys end up in logs: nothing but printable ASCII, and not too much of it. */
    private static String printable(String key) {
        String head = key.length() > SEGMENT_CHARS_MAX ? key.substring(0, SEGMENT_CHARS_MAX) + "..." : key;
        return head.replaceAll("[^ -~]", "?");
    }
}
