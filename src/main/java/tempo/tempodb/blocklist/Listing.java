package tempo.tempodb.blocklist;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import tempo.tempodb.backend.ObjectInfo;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.block.BlockNames;
import tempo.tempodb.block.MergedDirectory;

/** Names and lengths of the objects in a store that say which blocks there are. For one thread. */
final class Listing {
    /** Commit records, and what stands in the place of some. */
    final Map<String, Long> records = new HashMap<>();

    final Map<String, Long> marks = new HashMap<>();
    final Map<String, Long> tombstones = new HashMap<>();

    final Map<UUID, MergedDirectory> directories = new HashMap<>();

    /** Tenants that have an index. */
    final Set<String> indexes = new HashSet<>();

    static Listing of(ObjectStore store) throws IOException {
        Listing listing = new Listing();
        store.list("", listing::add);
        return listing;
    }

    private void add(ObjectInfo object) {
        String key = object.key();
        if (BlockNames.ownerOfMeta(key).isPresent()) {
            records.put(key, object.bytes());
        } else if (BlockNames.ownerOfBad(key).isPresent()) {
            marks.put(key, object.bytes());
        } else if (BlockNames.ownerOfTombstone(key).isPresent()) {
            tombstones.put(key, object.bytes());
        } else {
            BlockNames.tenantOfIndex(key).ifPresent(indexes::add);
            BlockNames.mergedDirectory(key, object.bytes()).ifPresent(each -> directories.put(each.id(), each));
        }
    }

    /** Adds those of {@code names} that exist all the same: a store may list what it had some time ago. */
    static void addExisting(ObjectStore store, ManyReads reads, List<String> names, Map<String, Long> listed)
            throws IOException {
        List<Optional<ObjectInfo>> found = reads.each(names, name -> {
            try {
                return Optional.of(store.head(name));
            } catch (NoSuchFileException gone) {
                return Optional.empty();
            }
        });
        found.forEach(each -> each.ifPresent(object -> listed.put(object.key(), object.bytes())));
    }
}
