package tempo.tempodb;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.backend.ObjectWriter;
import tempo.tempodb.block.ArrivalWindow;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockReader;
import tempo.tempodb.block.CorruptBlockException;
import tempo.tempodb.block.MergedDirectory;
import tempo.tempodb.block.MergedDirectoryWriter;
import tempo.tempodb.blocklist.Blocklist;

/**
 * Writes merged directories of blocks that have none, and deletes those of blocks that are gone. Two that do so at once do more than is
 * needed, and no harm. Thread-safe; one call waits for another.
 */
final class DirectoryUpkeep {
    /** From so many blocks of a window on, one request is worth more than the object costs. */
    private static final int BLOCKS_MIN = 4;

    private final ObjectStore store;
    private final Blocklist blocklist;
    private final BlockObjects objects;
    private final MergedDirectories directories;
    private final BlockReads reads;
    private final Supplier<UUID> ids;

    /** By directory: the blocks of which it tells. */
    private final Map<UUID, Set<UUID>> covers = new HashMap<>();

    /** Blocks whose own directory could not be read: others are not to wait for them. */
    private final Set<UUID> unreadable = new HashSet<>();

    DirectoryUpkeep(
            ObjectStore store,
            Blocklist blocklist,
            BlockObjects objects,
            MergedDirectories directories,
            BlockReads reads,
            Supplier<UUID> ids) {
        this.store = store;
        this.blocklist = blocklist;
        this.objects = objects;
        this.directories = directories;
        this.reads = reads;
        this.ids = ids;
    }

    /** As {@link TempoDb#writeDirectories}. */
    synchronized int run(BiPredicate<String, ArrivalWindow> isClosed, int most) throws IOException {
        Set<UUID> visible = visible();
        Set<UUID> covered = new HashSet<>();
        Set<UUID> known = new HashSet<>();
        for (MergedDirectory directory : blocklist.directories()) {
            Set<UUID> blocks = blocksOf(directory);
            if (blocks == null) {
                continue;
            }
            known.add(directory.id());
            if (blocks.stream().noneMatch(visible::contains)) {
                remove(directory);
            } else {
                covered.addAll(blocks);
            }
        }
        covers.keySet().retainAll(known);
        unreadable.retainAll(visible);
        int written = 0;
        for (List<BlockMeta> blocks : due(covered, isClosed)) {
            if (written == most) {
                break;
            }
            written += write(blocks) ? 1 : 0;
        }
        return written;
    }

    private Set<UUID> visible() {
        Set<UUID> visible = new HashSet<>();
        for (String tenant : blocklist.tenants()) {
            blocklist.blocks(tenant).visible().forEach(meta -> visible.add(meta.blockId()));
        }
        return visible;
    }

    /** What a directory tells of; null if that is not known now. A damaged one is deleted. */
    private @Nullable Set<UUID> blocksOf(MergedDirectory directory) throws IOException {
        Set<UUID> blocks = covers.get(directory.id());
        if (blocks != null) {
            return blocks;
        }
        try {
            Set<UUID> read = Set.copyOf(directories.open(directory).blocks());
            covers.put(directory.id(), read);
            return read;
        } catch (CorruptBlockException damaged) {
            remove(directory);
        } catch (NoSuchFileException gone) {
            directories.forget(directory);
        }
        return null;
    }

    private void remove(MergedDirectory directory) throws IOException {
        directories.forget(directory);
        store.delete(directory.name());
    }

    /** Blocks of one window each, of which no directory tells, and which are worth one. */
    private List<List<BlockMeta>> due(Set<UUID> covered, BiPredicate<String, ArrivalWindow> isClosed) {
        List<List<BlockMeta>> due = new ArrayList<>();
        for (String tenant : blocklist.tenants()) {
            Map<Long, List<BlockMeta>> windows = new HashMap<>();
            for (BlockMeta meta : blocklist.blocks(tenant).visible()) {
                boolean needed = !covered.contains(meta.blockId()) && !unreadable.contains(meta.blockId());
                if (needed && isClosed.test(tenant, meta.spec().window())) {
                    windows.computeIfAbsent(meta.spec().window().startSeconds(), start -> new ArrayList<>())
                            .add(meta);
                }
            }
            windows.values().forEach(blocks -> split(blocks, due));
        }
        return due;
    }

    private static void split(List<BlockMeta> blocks, List<List<BlockMeta>> due) {
        List<BlockMeta> next = new ArrayList<>();
        long traces = 0;
        for (BlockMeta meta : blocks) {
            long more = meta.summary().traces();
            if (next.size() == MergedDirectory.BLOCKS_MAX || traces + more > MergedDirectory.TRACES_MAX) {
                addIfWorth(next, due);
                next = new ArrayList<>();
                traces = 0;
            }
            next.add(meta);
            traces += more;
        }
        addIfWorth(next, due);
    }

    private static void addIfWorth(List<BlockMeta> blocks, List<List<BlockMeta>> due) {
        if (blocks.size() >= BLOCKS_MIN) {
            due.add(blocks);
        }
    }

    private boolean write(List<BlockMeta> blocks) throws IOException {
        List<BlockReader> readers =
                reads.each(blocks, this::open).stream().flatMap(List::stream).toList();
        if (readers.size() < BLOCKS_MIN) {
            return false;
        }
        BlockMeta first = blocks.get(0);
        long start = first.spec().window().startSeconds();
        MergedDirectory empty = new MergedDirectory(first.tenant(), start, ids.get(), 0);
        long bytes;
        try (ObjectWriter target = store.write(empty.name())) {
            bytes = MergedDirectoryWriter.write(empty.id(), readers, target);
            target.commit();
        } catch (MergedDirectoryWriter.DamagedDirectoryException e) {
            unreadable.add(e.block());
            return false;
        } catch (NoSuchFileException deletedMeanwhile) {
            return false;
        }
        blocklist.add(new MergedDirectory(first.tenant(), start, empty.id(), bytes));
        return true;
    }

    /** A reader of a block, and none if it is damaged, or was deleted meanwhile. Its parts are its own: the shared ones are for queries. */
    private List<BlockReader> open(BlockMeta meta) throws IOException {
        try {
            return List.of(BlockReader.open(meta, objects.of(meta)));
        } catch (CorruptBlockException | EOFException | NoSuchFileException damaged) {
            addUnreadable(meta.blockId());
            return List.of();
        }
    }

    private void addUnreadable(UUID block) {
        synchronized (unreadable) {
            unreadable.add(block);
        }
    }
}
