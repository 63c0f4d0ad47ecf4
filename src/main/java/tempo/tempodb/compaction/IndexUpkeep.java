package tempo.tempodb.compaction;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import tempo.tempodb.TempoDb;
import tempo.tempodb.block.ArrivalWindow;

/**
 * Keeps what spares others requests up to date: the tenants' indexes, so that nodes which start need not read each commit record, and the
 * merged directories of windows in which nothing is to be merged for now. For one thread at a time.
 */
public final class IndexUpkeep {
    /** One may read the directories of hundreds of blocks. */
    private static final int DIRECTORIES_PER_TURN = 4;

    private final TempoDb db;
    private final CompactionCoordinator coordinator;
    private final InstantSource clock;

    public IndexUpkeep(TempoDb db, CompactionCoordinator coordinator, InstantSource clock) {
        this.db = db;
        this.coordinator = coordinator;
        this.clock = clock;
    }

    /**
     * Does what is to be done, as of the coordinator's last refresh.
     *
     * @throws IOException if the store fails; the rest is done the next time
     */
    public void run() throws IOException {
        db.writeIndexes();
        Instant now = clock.instant();
        db.writeDirectories(
                (tenant, window) -> isClosed(window, now) && !coordinator.isMerging(tenant, window),
                DIRECTORIES_PER_TURN);
    }

    /** What is cut at a window's end takes its time to be stored, and to be merged. */
    private static boolean isClosed(ArrivalWindow window, Instant now) {
        return window.startSeconds() + 2 * window.seconds() < now.getEpochSecond();
    }
}
