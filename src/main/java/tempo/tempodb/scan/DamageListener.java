package tempo.tempodb.scan;

import java.io.IOException;
import tempo.tempodb.block.CorruptBlockException;

/** Told of what a scan could not read: the answer is without the spans there. */
@FunctionalInterface
public interface DamageListener {
    /** Ends the scan with the failure. */
    DamageListener FAIL = failure -> {
        throw failure;
    };

    /**
     * Called for each group that is damaged.
     *
     * @throws IOException to end the scan
     */
    void unreadable(CorruptBlockException failure) throws IOException;
}
