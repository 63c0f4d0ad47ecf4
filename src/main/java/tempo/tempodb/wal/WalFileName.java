package tempo.tempodb.wal;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names of a log's files: {@code 0000000001.wal}, while it is created {@code .new}, set aside {@code .wal.bad}. */
final class WalFileName {
    private static final String SEGMENT = ".wal";
    private static final String UNFINISHED = ".new";
    private static final String BAD = ".wal.bad";
    private static final Pattern PATTERN = Pattern.compile("([0-9]{10})(\\.wal|\\.new|\\.wal\\.bad)");

    private WalFileName() {}

    static String segment(long number) {
        return String.format("%010d", number) + SEGMENT;
    }

    static String unfinished(long number) {
        return String.format("%010d", number) + UNFINISHED;
    }

    static String bad(String segment) {
        return segment.substring(0, segment.length() - SEGMENT.length()) + BAD;
    }

    /** Returns the file's number, or -1 if the name is not one of a log's files. */
    static long number(String name) {
        Matcher matcher = PATTERN.matcher(name);
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
    }

    static boolean isSegment(String name) {
        return number(name) >= 0 && name.endsWith(SEGMENT);
    }

    static boolean isUnfinished(String name) {
        return number(name) >= 0 && name.endsWith(UNFINISHED);
    }

    static boolean isBad(String name) {
        return number(name) >= 0 && name.endsWith(BAD);
    }
}
