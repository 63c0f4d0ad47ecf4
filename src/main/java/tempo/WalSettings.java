package tempo;

import java.time.Duration;
import tempo.tempodb.wal.WalConfig;

/**
 * The write-ahead log.
 *
 * @param copies in how many nodes' logs each span is before it is acknowledged
 */
public record WalSettings(
        int copies,
        int segmentBytes,
        long bytesMax,
        long freeBytesMin,
        int commitBytesMax,
        long queueBytesMax,
        Duration retainAfterRelease) {
    private static final int COPIES_MAX = 5;

    public WalSettings {
        if (copies < 1 || copies > COPIES_MAX) {
            throw new IllegalArgumentException("copies must be 1 to " + COPIES_MAX + " but were " + copies);
        }
    }

    WalConfig toConfig() {
        return new WalConfig(segmentBytes, bytesMax, freeBytesMin, commitBytesMax, queueBytesMax, retainAfterRelease);
    }
}
