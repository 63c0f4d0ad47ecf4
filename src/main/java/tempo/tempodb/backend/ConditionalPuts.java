package tempo.tempodb.backend;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Finds out whether a store honours the condition of {@link ObjectStore#putIfAbsent}. Some that speak S3's protocol ignore the header,
 * and two nodes would overwrite each other's records without an error.
 */
public final class ConditionalPuts {
    /** Above all tenants, of no tenant; the object stays, so that most starts need one request. */
    static final String KEY = "~conditional-put";

    private ConditionalPuts() {}

    /**
     * Puts an object that must not be there afterwards as a new one: one request, or two at the first start.
     *
     * @param contents different ones: a store that retries takes its own content for its own success
     * @throws IOException if the condition is ignored, or the store lets nothing be put
     */
    public static void require(ObjectStore store, Supplier<UUID> contents) throws IOException {
        boolean firstStart = putIfAbsent(store, contents.get());
        if (firstStart && putIfAbsent(store, contents.get())) {
            throw new IOException(
                    "the store ignores the condition of a put (If-None-Match: * of S3, ifGenerationMatch=0 of"
                            + " Cloud Storage): " + KEY
                            + " was put anew although it was there. Nodes would overwrite each other's"
                            + " records, so use a store, or a version of it, that knows conditional puts");
        }
    }

    private static boolean putIfAbsent(ObjectStore store, UUID content) throws IOException {
        ByteBuffer text = ByteBuffer.wrap(content.toString().getBytes(US_ASCII));
        try {
            return store.putIfAbsent(KEY, text);
        } catch (IOException e) {
            throw new IOException(
                    "nothing can be put into the store, though it can be listed: " + e.getMessage()
                            + "; allow the node to put objects",
                    e);
        }
    }
}
