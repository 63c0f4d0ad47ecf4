package tempo.ingester;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class TraceTableTest {
    private record Key(long high, long low) {}

    /** Few keys with few different homes, most of them at the end of the table, so that runs collide and wrap around. */
    @Property(tries = 500)
    void behavesAsAMap(@ForAll long seed) {
        Random random = new Random(seed);
        int homes = 1 + random.nextInt(6);
        TraceTable<Integer> table = new TraceTable<>();
        Map<Key, Integer> model = new HashMap<>();
        for (int step = 0; step < 200; step++) {
            long low = (1 + random.nextInt(3)) * 1024L - 1 - random.nextInt(homes);
            Key key = new Key(random.nextInt(4), low);
            if (random.nextInt(5) < 3) {
                table.put(key.high, key.low, step);
                model.put(key, step);
            } else {
                table.remove(key.high, key.low);
                model.remove(key);
            }
            assertSame(model, table);
        }
        for (Key key : List.copyOf(model.keySet())) {
            table.remove(key.high, key.low);
            model.remove(key);
            assertSame(model, table);
        }
    }

    @Test
    void holdsManyKeysAndForgetsThemAgain() {
        Random random = new Random(3);
        TraceTable<Long> table = new TraceTable<>();
        List<Long> lows = random.longs(10_000).boxed().toList();
        lows.forEach(low -> table.put(1, low, low));
        assertEquals(10_000, table.size());
        lows.forEach(low -> assertEquals(low, table.get(1, low)));
        lows.forEach(low -> assertEquals(null, table.get(2, low)));
        lows.forEach(low -> table.remove(1, low));
        assertEquals(0, table.size());
        assertFalse(table.any(value -> true));
    }

    @Test
    void findsAnyValueThatFulfilsACondition() {
        TraceTable<String> table = new TraceTable<>();
        table.put(1, 1, "a");
        assertTrue(table.any("a"::equals));
        assertFalse(table.any("b"::equals));
    }

    private static void assertSame(Map<Key, Integer> model, TraceTable<Integer> table) {
        assertEquals(model.size(), table.size());
        model.forEach((key, value) -> assertEquals(value, table.get(key.high, key.low)));
        List<Integer> values = new ArrayList<>();
        table.forEach(values::add);
        assertEquals(model.size(), values.size());
        assertEquals(new HashSet<>(model.values()), new HashSet<>(values));
    }
}
