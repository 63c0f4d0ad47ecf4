package tempo.format.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Tokens of one body, and values of the types that are wanted; what is not so is an error that says where. For one thread. */
public final class JsonInput implements AutoCloseable {
    private static final int SHOWN_CHARS_MAX = 64;

    private final JsonParser parser;

    /** Reads {@code json[offset..offset + length)}, in UTF-8. */
    public JsonInput(JsonFactory factory, byte[] json, int offset, int length) throws InvalidJsonException {
        try {
            parser = factory.createParser(json, offset, length);
        } catch (IOException e) {
            throw syntaxError(e);
        }
    }

    /** The next token; the body has not ended before it. */
    public JsonToken next() throws InvalidJsonException {
        JsonToken token = nextOrNull();
        if (token == null) {
            throw failure("body", "is cut off");
        }
        return token;
    }

    private @Nullable JsonToken nextOrNull() throws InvalidJsonException {
        try {
            return parser.nextToken();
        } catch (IOException e) {
            // From an array there is no other failure than what the bytes are.
            throw syntaxError(e);
        }
    }

    /** The name of the field that the current token is, or is the value of. */
    public String name() throws InvalidJsonException {
        try {
            return parser.currentName();
        } catch (IOException e) {
            throw syntaxError(e);
        }
    }

    /** Goes to the end of the object or array that begins here, if one does. */
    public void skipChildren() throws InvalidJsonException {
        try {
            parser.skipChildren();
        } catch (IOException e) {
            throw syntaxError(e);
        }
    }

    /**
     * Begins the body.
     *
     * @throws InvalidJsonException if its first token is another
     */
    public void begin(JsonToken first, String wanted) throws InvalidJsonException {
        JsonToken token = nextOrNull();
        if (token == null) {
            throw failure("body", "is empty");
        }
        if (token != first) {
            throw failure("body", "is not " + wanted + ": " + shownValue());
        }
    }

    /**
     * Ends the body.
     *
     * @throws InvalidJsonException if it goes on
     */
    public void end() throws InvalidJsonException {
        if (nextOrNull() != null) {
            throw failure("body", "goes on after the request: " + shownValue());
        }
    }

    /** A string; {@code token} is the current one. */
    public String string(JsonToken token, String wanted) throws InvalidJsonException {
        if (token != JsonToken.VALUE_STRING) {
            throw wrongType(wanted);
        }
        return text();
    }

    private String numberText(JsonToken token, String wanted) throws InvalidJsonException {
        if (!token.isNumeric() && token != JsonToken.VALUE_STRING) {
            throw wrongType(wanted);
        }
        return text();
    }

    /** A whole number, written as one or as a string. */
    public long signed(JsonToken token, long min, long max, String wanted) throws InvalidJsonException {
        Long value = JsonScalar.signed(numberText(token, wanted));
        if (value == null || value < min || value > max) {
            throw wrongType(wanted);
        }
        return value;
    }

    /** The bits of an unsigned number of 64 bits, written as one or as a string. */
    public long unsigned64(JsonToken token) throws InvalidJsonException {
        Long value = JsonScalar.unsigned(numberText(token, "an unsigned 64-bit integer"));
        if (value == null) {
            throw wrongType("an unsigned 64-bit integer");
        }
        return value;
    }

    /** A number, written as one or as a string. */
    public double real(JsonToken token) throws InvalidJsonException {
        Double value = JsonScalar.real(numberText(token, "a number"), token == JsonToken.VALUE_STRING);
        if (value == null) {
            throw wrongType("a 64-bit floating-point number");
        }
        return value;
    }

    /** That the current value is not what is wanted; thrown itself if the value is not even valid. */
    public InvalidJsonException wrongType(String wanted) throws InvalidJsonException {
        JsonStreamContext context = parser.getParsingContext();
        if (parser.currentToken().isStructStart()) {
            context = context.getParent();
        }
        return failure(path(context), "is not " + wanted + ": " + shownValue());
    }

    private InvalidJsonException failure(String path, String what) {
        JsonLocation location = parser.currentTokenLocation();
        return new InvalidJsonException(path + " " + what, location.getLineNr(), Math.max(0, location.getByteOffset()));
    }

    private String shownValue() throws InvalidJsonException {
        JsonToken token = parser.currentToken();
        if (token.isScalarValue()) {
            String text = text();
            String shown = text.length() <= SHOWN_CHARS_MAX ? text : text.substring(0, SHOWN_CHARS_MAX) + "…";
            return token == JsonToken.VALUE_STRING ? '"' + shown + '"' : shown;
        }
        return token.isStructStart() ? (token == JsonToken.START_OBJECT ? "an object" : "an array") : token.asString();
    }

    /** The fields from the outermost to the current one; all of them are names of ours, as unknown ones are skipped. */
    private static String path(JsonStreamContext innermost) {
        StringBuilder path = new StringBuilder();
        for (JsonStreamContext context = innermost; context != null; context = context.getParent()) {
            if (context.inArray()) {
                path.insert(0, "[" + context.getCurrentIndex() + "]");
            } else if (context.inObject()) {
                path.insert(0, "." + context.getCurrentName());
            }
        }
        if (path.length() == 0) {
            return "body";
        }
        return path.charAt(0) == '.' ? path.substring(1) : path.toString();
    }

    /** Gives its buffers back. */
    @Override
    public void close() {
        try {
            parser.close();
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private String text() throws InvalidJsonException {
        try {
            return parser.getText();
        } catch (IOException e) {
            throw syntaxError(e);
        }
    }

    /** What the parser itself found: bad syntax, bad UTF-8, or a limit exceeded. */
    private static InvalidJsonException syntaxError(IOException cause) {
        String what = cause.getMessage();
        int line = 1;
        long offset = 0;
        if (cause instanceof JsonProcessingException json) {
            what = json.getOriginalMessage();
            JsonLocation location = json.getLocation();
            if (location != null) {
                line = location.getLineNr();
                offset = Math.max(0, location.getByteOffset());
            }
        }
        String firstLine = String.valueOf(what).lines().findFirst().orElse("").replaceFirst(", from `.*`\\)", ")");
        String shown = firstLine.isEmpty()
                ? "unreadable"
                : firstLine.substring(0, 1).toLowerCase(Locale.ROOT) + firstLine.substring(1);
        return new InvalidJsonException("body is not valid json: " + shown, line, offset);
    }
}
