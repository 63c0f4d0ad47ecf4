package tempo.tempodb.backend.gcs;

import java.io.IOException;
import tempo.tempodb.backend.ObjectKeys;
import tempo.tempodb.backend.TransientStoreException;

/** Names of objects for their keys, and of all of it for people. */
final class GcsNames {
    private final GcsConfig config;

    GcsNames(GcsConfig config) {
        this.config = config;
    }

    /** The name, in the bucket, of a key that is valid. */
    String of(String key) {
        return config.namePrefix() + ObjectKeys.require(key);
    }

    /** The key of a name that is below the prefix; empty if no key has it. */
    String keyOf(String name) {
        if (!name.startsWith(config.namePrefix())) {
            return "";
        }
        try {
            return ObjectKeys.require(name.substring(config.namePrefix().length()));
        } catch (IllegalArgumentException notOurs) {
            return "";
        }
    }

    /** {@code what} was to be done with which object where. */
    String attempt(String what, String key) {
        return what + ", object " + key + " in " + place();
    }

    String store() {
        return "object store in " + place();
    }

    private String place() {
        String prefix = config.prefix().isEmpty() ? "" : "/" + config.prefix();
        return "gs://" + config.bucket() + prefix + " at " + config.root();
    }

    /** Why the first request failed, and what to do. */
    IOException refusal(IOException e) {
        String reason = GcsFailures.reason(e);
        String advice =
                switch (GcsFailures.status(e)) {
                    case 404 -> "make the bucket, or set bucket to the name of one that exists";
                    case 401 ->
                        config.anonymous()
                                ? "switch anonymous off and give credentials"
                                : "check the credentials, and the machine's clock";
                    case 403 ->
                        config.anonymous()
                                ? "switch anonymous off and give credentials"
                                : "grant the credentials' account the role roles/storage.objectUser on the bucket";
                    case 0 ->
                        GcsFailures.isTransient(e)
                                ? "check endpoint, name resolution and the network"
                                : "check the credentials, and ca-file if the certificate is a private one";
                    default -> "see what the store says";
                };
        String message = store() + " cannot be opened: " + reason + "; " + advice;
        return GcsFailures.isTransient(e) ? new TransientStoreException(message, e) : new IOException(message, e);
    }
}
