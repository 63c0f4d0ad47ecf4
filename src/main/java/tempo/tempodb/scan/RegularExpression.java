package tempo.tempodb.scan;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.Arrays;
import tempo.tempodb.spans.ValueTest;

/**
 * Texts that a regular expression matches from their first character to their last, in time that is linear in their length (RE2). A
 * literal that every match holds is looked for first. Immutable and thread-safe.
 */
public final class RegularExpression extends ValueTest {
    /** Longer ones are refused: what they are compiled to grows with them. */
    public static final int CHARACTERS_MAX = 1024;

    private static final String META = ".*+?()[]{}|^$\\";

    private final Pattern pattern;
    private final byte[] required;

    private RegularExpression(Pattern pattern, byte[] required) {
        this.pattern = pattern;
        this.required = required;
    }

    /**
     * Texts that {@code expression}, in the syntax of RE2, matches as a whole.
     *
     * @throws IllegalArgumentException if it is none, or longer than {@link #CHARACTERS_MAX}
     */
    public static RegularExpression matching(String expression) {
        if (expression.length() > CHARACTERS_MAX) {
            throw new IllegalArgumentException("regular expression must be of at most " + CHARACTERS_MAX
                    + " characters but is of " + expression.length());
        }
        try {
            return new RegularExpression(Pattern.compile(expression), requiredBy(expression));
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("regular expression " + expression + ": " + e.getMessage(), e);
        }
    }

    @Override
    public boolean text(byte[] bytes, int offset, int length) {
        if (!holds(bytes, offset, length, required)) {
            return false;
        }
        return pattern.matcher(Arrays.copyOfRange(bytes, offset, offset + length))
                .matches();
    }

    @Override
    public boolean mayPass(Type type) {
        return type == Type.TEXT;
    }

    @Override
    public byte[] required() {
        return required;
    }

    private static boolean holds(byte[] bytes, int offset, int length, byte[] wanted) {
        if (wanted.length == 0) {
            return true;
        }
        int last = offset + length - wanted.length;
        byte first = wanted[0];
        for (int at = offset; at <= last; at++) {
            if (bytes[at] == first && Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
                return true;
            }
        }
        return false;
    }

    /** The longest run of characters of the expression that stand for themselves; nothing if there are alternatives or groups. */
    static byte[] requiredBy(String expression) {
        String longest = "";
        StringBuilder run = new StringBuilder();
        for (int i = 0; i < expression.length(); i++) {
            char c = expression.charAt(i);
            boolean escaped = c == '\\' && i + 1 < expression.length() && META.indexOf(expression.charAt(i + 1)) >= 0;
            if (escaped) {
                run.append(expression.charAt(++i));
            } else if (c == '.' || c == '^' || c == '$') {
                longest = longer(longest, run);
                run.setLength(0);
            } else if (c == '*' || c == '?' || c == '+') {
                // What is repeated is one character, which may be two of Java's.
                run.setLength(Math.max(0, run.offsetByCodePoints(run.length(), run.length() == 0 ? 0 : -1)));
                longest = longer(longest, run);
                run.setLength(0);
            } else if (META.indexOf(c) >= 0) {
                return new byte[0];
            } else {
                run.append(c);
            }
        }
        return longer(longest, run).getBytes(UTF_8);
    }

    private static String longer(String longest, StringBuilder run) {
        return run.length() > longest.length() ? run.toString() : longest;
    }
}
