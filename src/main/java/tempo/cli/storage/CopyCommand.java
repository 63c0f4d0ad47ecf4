package tempo.cli.storage;

import static tempo.cli.Table.column;

import com.typesafe.config.Config;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tempo.cli.StartException;
import tempo.cli.Table;
import tempo.cli.Table.Kind;
import tempo.config.ConfigSources;
import tempo.tempodb.StoreMarker;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.backend.ObjectWriter;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockNames;
import tempo.tempodb.blocklist.BadBlock;
import tempo.tempodb.blocklist.Tombstone;

/*
 * In this order: tombstones, so that nothing deleted is ever seen in the copy; then of each block its mark, its data, and last its commit
 * record, with which it is there. So a copy that breaks off is good as far as it came, and goes on when it is begun again.
 */
/** Copies what a tenant has into another store. */
@Command(
        name = "copy",
        description = {
            "WRITES into the other store: copy all blocks and deletions of a tenant there.",
            "What is there already is left out, so a copy that broke off is gone on with. Blocks that are replaced are not copied.",
            "Settings of either store that have no option here come from -c and --to-config."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExample:%n",
        footer =
                "  tempo-cli -gcs-bucket traces --tenant team-a copy --to-s3-bucket traces --to-s3-region eu-central-1 --yes")
final class CopyCommand implements Callable<Integer> {
    private static final int PIECE_BYTES = 8 << 20;
    private static final String STORE = "tempo.store.";

    private final StorageCommand root;

    @Option(names = "--to-config", paramLabel = "FILE", description = "Settings of a node of the other store (HOCON).")
    private @Nullable Path toConfig;

    @Option(names = "--to-path", paramLabel = "DIR", description = "A directory, which is made if it is missing.")
    private @Nullable Path toPath;

    @Option(names = "--to-gcs-bucket", paramLabel = "BUCKET", description = "A bucket of Google Cloud Storage.")
    private @Nullable String toGcsBucket;

    @Option(names = "--to-gcs-endpoint", paramLabel = "URL", description = "An emulator or a private endpoint.")
    private @Nullable String toGcsEndpoint;

    @Option(names = "--to-gcs-anonymous", description = "Send no credentials.")
    private boolean toGcsAnonymous;

    @Option(names = "--to-s3-bucket", paramLabel = "BUCKET", description = "A bucket of S3.")
    private @Nullable String toS3Bucket;

    @Option(
            names = "--to-s3-endpoint",
            paramLabel = "URL",
            description = "http(s)://host:port of a store that is not AWS.")
    private @Nullable String toS3Endpoint;

    @Option(names = "--to-s3-region", paramLabel = "REGION", description = "Region of the bucket.")
    private @Nullable String toS3Region;

    @Option(names = "--to-s3-access-key", paramLabel = "KEY", description = "Access key, if it is another one.")
    private @Nullable String toS3AccessKey;

    @Option(names = "--to-s3-secret-key", paramLabel = "SECRET", description = "Its secret.")
    private @Nullable String toS3SecretKey;

    @Option(names = "--to-prefix", paramLabel = "PREFIX", description = "What all keys in the other bucket begin with.")
    private @Nullable String toPrefix;

    @Option(names = "--dry-run", description = "Only show what would be copied.")
    private boolean dryRun;

    @Option(names = "--yes", description = "Do it without asking.")
    private boolean yes;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    private CommandSpec spec;

    CopyCommand(StorageCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() throws IOException, StartException {
        Config target = target();
        try (OpenStore from = root.open()) {
            List<BlockMeta> blocks = from.select(Optional.empty());
            if (!dryRun) {
                root.require(yes, blocks.size() + " blocks would be copied");
            }
            if (toPath != null) {
                if (dryRun && !Files.exists(toPath)) {
                    report(from, "directory " + toPath, blocks.size(), blocks);
                    return ExitCode.OK;
                }
                Files.createDirectories(toPath);
            }
            try (Stores.Opened to = root.open(target)) {
                if (!dryRun) {
                    markAs(from, to, target);
                }
                copy(from, to, blocks);
            }
        }
        return ExitCode.OK;
    }

    /** The copy is a store of its own; with the ranges of the original, nodes with the same settings take it. */
    private static void markAs(OpenStore from, Stores.Opened to, Config target) throws IOException {
        int ranges = StoreMarker.find(from.store())
                .map(StoreMarker::rangeCount)
                .orElseGet(() -> target.getInt("tempo.cluster.ranges"));
        StoreMarker.readOrCreate(to.store(), ranges);
    }

    private void copy(OpenStore from, Stores.Opened to, List<BlockMeta> blocks) throws IOException {
        List<BlockMeta> missing = new ArrayList<>();
        try (Progress progress = root.progress("copying", BlockTable.dataBytes(blocks))) {
            for (Tombstone tombstone : from.blocks().tombstones().all()) {
                put(to.store(), tombstone.name(), tombstone.encode());
            }
            for (BadBlock bad : from.blocks().bad()) {
                BlockMeta meta = bad.meta();
                String mark = BlockNames.bad(meta.tenant(), meta.spec().window(), meta.blockId());
                put(to.store(), mark, bad.mark().encode());
            }
            for (BlockMeta meta : blocks) {
                if (isThere(to.store(), meta.spec().metaName())) {
                    progress.add(meta.summary().dataBytes());
                    continue;
                }
                missing.add(meta);
                if (!dryRun) {
                    copy(from, to.store(), meta, progress);
                }
            }
        }
        report(from, to.name(), blocks.size(), missing);
    }

    private void report(OpenStore from, String to, int blocks, List<BlockMeta> missing) throws IOException {
        int deletions = from.blocks().tombstones().all().size();
        Table table = new Table(
                column("", "from", Kind.TEXT),
                column("", "to", Kind.TEXT),
                column("", "blocks", Kind.COUNT),
                column("", "blocksCopied", Kind.COUNT),
                column("", "bytesCopied", Kind.BYTES),
                column("", "deletions", Kind.COUNT),
                column("", "copied", Kind.TEXT));
        table.add(from.name(), to, blocks, missing.size(), BlockTable.dataBytes(missing), deletions, !dryRun);
        root.tell(
                missing.size() + " of " + blocks + " blocks, " + Table.bytes(BlockTable.dataBytes(missing)) + ", and "
                        + deletions
                        + " deletions " + (dryRun ? "would be copied" : "were copied") + " from " + from.name() + " to "
                        + to,
                table);
    }

    private void put(ObjectStore to, String name, byte[] content) throws IOException {
        if (!dryRun) {
            to.putIfAbsent(name, ByteBuffer.wrap(content));
        }
    }

    private static void copy(OpenStore from, ObjectStore to, BlockMeta meta, Progress progress) throws IOException {
        long bytes = meta.summary().dataBytes();
        try (ObjectWriter writer = to.write(meta.spec().dataName())) {
            for (long at = 0; at < bytes; at += PIECE_BYTES) {
                int length = (int) Math.min(PIECE_BYTES, bytes - at);
                writer.write(ByteBuffer.wrap(from.store().read(meta.spec().dataName(), at, length)));
                progress.add(length);
            }
            writer.commit();
        }
        to.putIfAbsent(meta.spec().metaName(), ByteBuffer.wrap(meta.encode()));
    }

    private static boolean isThere(ObjectStore store, String name) throws IOException {
        try {
            store.head(name);
            return true;
        } catch (NoSuchFileException none) {
            return false;
        }
    }

    /** The settings of the other store: its own file, or the defaults; nothing of the environment, which is the first one's. */
    private Config target() {
        Map<String, String> options = new HashMap<>();
        int named = 0;
        named += backend(options, "local", "local.directory", toPath == null ? null : toPath.toString());
        named += backend(options, "gcs", "gcs.bucket", toGcsBucket);
        named += backend(options, "s3", "s3.bucket", toS3Bucket);
        if (named > 1 || named == 0 && toConfig == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "where to? one of --to-path, --to-gcs-bucket, --to-s3-bucket, --to-config is wanted");
        }
        put(options, "gcs.endpoint", toGcsEndpoint);
        put(options, "gcs.anonymous", toGcsAnonymous ? "true" : null);
        put(options, "s3.endpoint", toS3Endpoint);
        put(options, "s3.region", toS3Region);
        put(options, "s3.access-key-id", toS3AccessKey);
        put(options, "s3.secret-access-key", toS3SecretKey);
        put(options, "gcs.prefix", toPrefix);
        put(options, "s3.prefix", toPrefix);
        return ConfigSources.load(Optional.ofNullable(toConfig), Map.of(), options);
    }

    private static int backend(Map<String, String> options, String backend, String key, @Nullable String value) {
        if (value == null) {
            return 0;
        }
        put(options, "backend", backend);
        put(options, key, value);
        return 1;
    }

    private static void put(Map<String, String> options, String key, @Nullable String value) {
        if (value != null) {
            options.put(STORE + key, value);
        }
    }
}
