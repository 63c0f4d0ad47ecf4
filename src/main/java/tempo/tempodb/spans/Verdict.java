package tempo.tempodb.spans;

/** What a template alone says of whether its spans pass: so ordered that "and" is the least, "or" the greatest. */
public final class Verdict {
    public static final byte NO = 0;

    /** It takes the values of the span. */
    public static final byte DEPENDS = 1;

    public static final byte YES = 2;

    private Verdict() {}

    /** The opposite. */
    public static byte not(byte verdict) {
        return (byte) (YES - verdict);
    }
}
