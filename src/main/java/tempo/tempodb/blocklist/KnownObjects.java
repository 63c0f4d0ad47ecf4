package tempo.tempodb.blocklist;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Objects of one kind by their names, as they were when last seen. What becomes known while the store is being listed may be missing
 * in the listing without being gone, so each has the number of the poll before which it became known. Not thread-safe.
 */
final class KnownObjects<T> {
    private final Map<String, Entry<T>> entries = new HashMap<>();

    /**
     * @param bytes length of the object
     * @param poll the last one that began before it was known
     */
    private record Entry<T>(T value, long bytes, long poll) {}

    /** Adds an object; returns true if it was not known. */
    boolean put(String name, T value, long bytes, long poll) {
        return entries.put(name, new Entry<>(value, bytes, poll)) == null;
    }

    /** As {@link #put}, but what was added meanwhile stays. */
    boolean putIfAbsent(String name, T value, long bytes, long poll) {
        return entries.putIfAbsent(name, new Entry<>(value, bytes, poll)) == null;
    }

    void remove(String name) {
        entries.remove(name);
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    boolean contains(String name) {
        return entries.containsKey(name);
    }

    @Nullable
    T get(String name) {
        Entry<T> entry = entries.get(name);
        return entry == null ? null : entry.value;
    }

    /** Takes an object and its length. */
    interface Visitor<T> {
        void object(T value, long bytes);
    }

    void forEach(Visitor<T> visitor) {
        entries.values().forEach(entry -> visitor.object(entry.value, entry.bytes));
    }

    Collection<T> values() {
        List<T> values = new ArrayList<>(entries.size());
        entries.values().forEach(entry -> values.add(entry.value));
        return values;
    }

    /** Forgets objects under whose names others are listed. */
    void forgetChanged(Map<String, Long> listed) {
        entries.entrySet().removeIf(entry -> {
            Long bytes = listed.get(entry.getKey());
            return bytes != null && bytes != entry.getValue().bytes;
        });
    }

    /** Names of what was known when a poll began and is not listed. */
    List<String> missing(Map<String, Long> listed, long poll) {
        List<String> missing = new ArrayList<>();
        entries.forEach((name, entry) -> {
            if (entry.poll < poll && !listed.containsKey(name)) {
                missing.add(name);
            }
        });
        return missing;
    }
}
