package tempo.tempodb.backend;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.Locale;
import java.util.zip.CRC32C;

/**
 * A small text object with its checksum in the last line, so that it can be read with the eye and is still known to be
 * undamaged:
 *
 * <pre>
 * text, UTF-8, may hold line ends
 * \n
 * "crc32c " and 8 lower-case hex digits: CRC-32C of all bytes of the text, without the line end that follows it
 * \n
 * </pre>
 */
public final class ChecksummedText {
    private static final String LABEL = "\ncrc32c ";
    private static final int SEAL_BYTES = LABEL.length() + 8 + 1;

    private ChecksummedText() {}

    /** The bytes to store for {@code text}. */
    public static byte[] seal(String text) {
        byte[] content = text.getBytes(UTF_8);
        byte[] sealed = new byte[content.length + SEAL_BYTES];
        System.arraycopy(content, 0, sealed, 0, content.length);
        System.arraycopy(label(content, content.length), 0, sealed, content.length, SEAL_BYTES);
        return sealed;
    }

    /**
     * The text in {@code sealed}.
     *
     * @param name what is being read, for the message
     * @throws IOException if the checksum is missing or wrong
     */
    public static String open(byte[] sealed, String name) throws IOException {
        int contentBytes = sealed.length - SEAL_BYTES;
        if (contentBytes < 0) {
            throw new IOException(name + " is too short to have a checksum: " + sealed.length + " bytes");
        }
        String expected = new String(label(sealed, contentBytes), US_ASCII);
        String actual = new String(sealed, contentBytes, SEAL_BYTES, US_ASCII);
        if (!expected.equals(actual)) {
            throw new IOException(name + " does not match its checksum, expected" + expected.replace('\n', ' '));
        }
        return new String(sealed, 0, contentBytes, UTF_8);
    }

    private static byte[] label(byte[] content, int length) {
        CRC32C crc = new CRC32C();
        crc.update(content, 0, length);
        return (LABEL + String.format(Locale.ROOT, "%08x", crc.getValue()) + "\n").getBytes(US_ASCII);
    }
}
