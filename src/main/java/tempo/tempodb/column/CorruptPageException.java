package tempo.tempodb.column;

import java.io.IOException;

/** The bytes of a page are not what its encoding allows; the message says what is wrong. */
public final class CorruptPageException extends IOException {
    private static final long serialVersionUID = 1;

    public CorruptPageException(String message) {
        super(message);
    }
}
