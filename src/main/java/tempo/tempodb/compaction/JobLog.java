package tempo.tempodb.compaction;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import tempo.tempodb.backend.ObjectStore;

/*
 * A job has the number that follows the highest one, and its record is put if absent. So who makes job n has seen all before it,
 * however many coordinators believe in themselves. Records of jobs that are over are removed, but never the highest: whoever was away
 * meanwhile and takes a number that was used before finds a higher one when it looks again, and gives its own job up.
 */
/**
 * All jobs of a store that are not yet removed, each an object {@code ~jobs/} and its number in 16 hex digits. For one thread at a
 * time.
 */
final class JobLog {
    private static final String PREFIX = "~jobs/";
    private static final Pattern NAME = Pattern.compile(PREFIX + "[0-9a-f]{16}");
    private static final int BYTES_MAX = 1 << 20;

    private final ObjectStore store;
    private final NavigableMap<Long, CompactionJob> jobs = new TreeMap<>();
    private final Map<Long, Instant> unreadable = new TreeMap<>();

    JobLog(ObjectStore store) {
        this.store = store;
    }

    /** Reads the records that came since, and forgets those that are gone. */
    void refresh() throws IOException {
        NavigableMap<Long, Listed> listed = new TreeMap<>();
        store.list(PREFIX, object -> {
            if (NAME.matcher(object.key()).matches()) {
                listed.put(numberOf(object.key()), new Listed(object.bytes(), object.modified()));
            }
        });
        jobs.keySet().retainAll(listed.keySet());
        unreadable.keySet().retainAll(listed.keySet());
        for (Map.Entry<Long, Listed> entry : listed.entrySet()) {
            if (!jobs.containsKey(entry.getKey())) {
                read(entry.getKey(), entry.getValue());
            }
        }
    }

    private record Listed(long bytes, Instant modified) {}

    /** Jobs by number, as of the last refresh and what was made or removed here since. */
    List<CompactionJob> jobs() {
        return new ArrayList<>(jobs.values());
    }

    /** When the last record was written that cannot be read; empty if all can be. Which blocks it is about is not known. */
    Optional<Instant> lastUnreadable() {
        return unreadable.values().stream().max(Instant::compareTo);
    }

    /**
     * Makes the next job.
     *
     * @return empty if somebody else has made one since the last refresh: all that was planned must be planned again. The job
     *     that was made all the same, if there is one, is among {@link #jobs} after the next refresh and must be given up
     */
    Optional<CompactionJob> create(Merge merge, UUID blockId, Instant now) throws IOException {
        long number = highest() + 1;
        CompactionJob job = new CompactionJob(number, merge.output(blockId, number), now);
        if (!store.putIfAbsent(nameOf(number), ByteBuffer.wrap(JobText.encode(job)))) {
            return Optional.empty();
        }
        NavigableSet<Long> higher = new TreeSet<>();
        store.list(PREFIX, object -> {
            if (NAME.matcher(object.key()).matches() && numberOf(object.key()) > number) {
                higher.add(numberOf(object.key()));
            }
        });
        if (!higher.isEmpty()) {
            return Optional.empty();
        }
        jobs.put(number, job);
        return Optional.of(job);
    }

    /** Removes the record of a job that is over, but keeps the highest. */
    void remove(CompactionJob job) throws IOException {
        if (job.number() < highest()) {
            store.delete(nameOf(job.number()));
            jobs.remove(job.number());
        }
    }

    private long highest() {
        long readable = jobs.isEmpty() ? 0 : jobs.lastKey();
        return unreadable.keySet().stream().reduce(readable, Math::max);
    }

    private void read(long number, Listed listed) throws IOException {
        String name = nameOf(number);
        byte[] bytes;
        try {
            bytes = store.read(name, 0, (int) Math.min(BYTES_MAX, listed.bytes()));
        } catch (NoSuchFileException removedSinceListed) {
            return;
        }
        try {
            CompactionJob job = JobText.decode(name, bytes);
            if (job.number() != number) {
                throw new IOException("job " + job.number() + " is stored as " + name);
            }
            jobs.put(number, job);
            unreadable.remove(number);
        } catch (IOException damaged) {
            unreadable.put(number, listed.modified());
        }
    }

    private static String nameOf(long number) {
        return PREFIX + String.format(Locale.ROOT, "%016x", number);
    }

    private static long numberOf(String key) {
        return Long.parseLong(key.substring(PREFIX.length()), 16);
    }
}
