package tempo.tempodb.backend.s3;

import java.util.regex.Pattern;

/**
 * How keys are called in a bucket: {@code ! * ' ( )} are a '~' and their code in hex. Clients and servers do not agree on how such
 * characters are signed in a path. No key has a '~' before a digit, so nothing is mistaken.
 */
final class S3Names {
    private static final String ESCAPED = "!*'()";
    private static final Pattern ESCAPE = Pattern.compile("~(2[0-9a-f])");

    private S3Names() {}

    /** The name of a key, or the start of the names of keys with this prefix. */
    static String nameOf(String key) {
        StringBuilder name = new StringBuilder(key.length());
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            if (ESCAPED.indexOf(c) < 0) {
                name.append(c);
            } else {
                name.append('~').append(Integer.toHexString(c));
            }
        }
        return name.toString();
    }

    /** The key that has this name. */
    static String keyOf(String name) {
        return name.indexOf('~') < 0
                ? name
                : ESCAPE.matcher(name)
                        .replaceAll(escape -> String.valueOf((char) Integer.parseInt(escape.group(1), 16)));
    }
}
