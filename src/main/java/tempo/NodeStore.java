package tempo;

import akka.actor.ClassicActorSystemProvider;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tempo.ingester.IngesterNode;
import tempo.ingester.copies.NodeIdentity;
import tempo.ingester.copies.OwedLogs;
import tempo.telemetry.Metrics;
import tempo.tempodb.StoreMarker;
import tempo.tempodb.TempoDb;
import tempo.tempodb.TempoDbConfig;
import tempo.tempodb.TempoDbStats;
import tempo.tempodb.backend.ConditionalPuts;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.backend.gcs.GcsObjectStore;
import tempo.tempodb.backend.local.LocalObjectStore;
import tempo.tempodb.backend.retry.RetryStats;
import tempo.tempodb.backend.retry.RetryingObjectStore;
import tempo.tempodb.backend.s3.S3ObjectStore;
import tempo.tempodb.cache.DiskTier;
import tempo.tempodb.cache.PageCache;
import tempo.tempodb.wal.LocalWalDisk;

/** Opens what a node keeps: the blocks and the write-ahead log. */
final class NodeStore {
    private static final Logger LOG = LoggerFactory.getLogger(NodeStore.class);

    /** A request to a remote store takes tens of milliseconds, of which these do nothing but wait. */
    private static final int READ_THREADS = 64;

    private NodeStore() {}

    /**
     * The blocks.
     *
     * @param store where they are; closed with the blocks
     */
    record Blocks(TempoDb db, ObjectStore store) {
        /** What a remote store's retries did; empty of a local one. */
        Optional<RetryStats> retries() {
            return store instanceof RetryingObjectStore remote ? Optional.of(remote.stats()) : Optional.empty();
        }
    }

    static Blocks openBlocks(ActorSystem<?> system, DataDirectory data, Settings settings) throws IOException {
        ObjectStore store = openStore(system, data, settings.store());
        try {
            if (settings.store().backend() != Settings.StoreBackend.LOCAL) {
                ConditionalPuts.require(store, UUID::randomUUID);
            }
            return openBlocks(store, cache(system, settings.store()), settings);
        } catch (IOException | RuntimeException e) {
            store.close();
            throw e;
        }
    }

    private static ObjectStore openStore(ActorSystem<?> system, DataDirectory data, Settings.Store settings)
            throws IOException {
        return switch (settings.backend()) {
            case S3 -> openS3(settings, system.classicSystem());
            case GCS -> openGcs(settings);
            case LOCAL -> LocalObjectStore.open(settings.local().directoryOr(data.blocks()));
        };
    }

    static ObjectStore openS3(Settings.Store settings, ClassicActorSystemProvider system) throws IOException {
        return RetryingObjectStore.open(S3ObjectStore.open(settings.s3(), system), settings.retry());
    }

    static ObjectStore openGcs(Settings.Store settings) throws IOException {
        return RetryingObjectStore.open(GcsObjectStore.open(settings.gcs()), settings.retry());
    }

    /** Files of this machine are cached by its operating system already. */
    private static Optional<PageCache> cache(ActorSystem<?> system, Settings.Store settings) throws IOException {
        Settings.CacheSettings cache = settings.cache();
        if (settings.backend() == Settings.StoreBackend.LOCAL) {
            return Optional.empty();
        }
        if (cache.diskDirectory().isEmpty() || cache.diskBytes() == 0) {
            return Optional.of(new PageCache(cache.bytes()));
        }
        Executor disk = system.dispatchers().lookup(DispatcherSelector.fromConfig("akka.actor.tempo-disk-dispatcher"));
        DiskTier tier = DiskTier.open(
                Path.of(cache.diskDirectory()),
                cache.diskBytes(),
                disk,
                failure -> LOG.warn("page cache on disk is off until the next start: {}", failure.toString()));
        return Optional.of(new PageCache(cache.bytes(), Optional.of(tier)));
    }

    private static Blocks openBlocks(ObjectStore store, Optional<PageCache> cache, Settings settings)
            throws IOException {
        StoreMarker marker = StoreMarker.readOrCreate(store, settings.cluster().ranges());
        if (marker.rangeCount() != settings.cluster().ranges()) {
            throw new IOException("store was made with " + marker.rangeCount()
                    + " ranges, but tempo.cluster.ranges is "
                    + settings.cluster().ranges());
        }
        TempoDbConfig config =
                TempoDbConfig.DEFAULT.withRetention(settings.retention().toRetention());
        if (settings.store().backend() != Settings.StoreBackend.LOCAL) {
            config = config.withReadThreads(READ_THREADS);
        }
        InstantSource clock = () -> Instant.ofEpochMilli(SystemClock.millis());
        TempoDb db = cache.isPresent()
                ? TempoDb.open(store, cache.get(), config, clock)
                : TempoDb.open(store, config, clock);
        TempoDbStats found = db.stats();
        LOG.info(
                "store ({}) of cluster {}: {} blocks of {} tenants, {} bytes",
                settings.store().backend(),
                marker.clusterId(),
                found.blocks(),
                found.tenants(),
                found.blockBytes());
        if (found.unreadableMetas() > 0) {
            LOG.warn("{} blocks are damaged: answers that need them are partial", found.unreadableMetas());
        }
        return new Blocks(db, store);
    }

    static IngesterNode startIngester(
            ActorSystem<?> system, DataDirectory data, Settings settings, TempoDb db, OwedLogs owed, Metrics metrics)
            throws IOException {
        return IngesterNode.start(
                system,
                new IngesterNode.Parts(
                        settings.cluster().ranges(),
                        settings.ingester(),
                        settings.wal().toConfig(),
                        new LocalWalDisk(data.wal()),
                        settings.wal().copies(),
                        new NodeIdentity(data.nodeId(), settings.zone()),
                        owed,
                        db,
                        SystemClock::millis,
                        settings.querier()
                                .deadline()
                                .plus(Settings.QUERY_MARGIN)
                                .toMillis(),
                        metrics));
    }
}
