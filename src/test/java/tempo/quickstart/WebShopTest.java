package tempo.quickstart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class WebShopTest {
    private static List<Call> traces(long seed, int count) {
        WebShop shop = new WebShop(seed);
        List<Call> traces = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            traces.add(shop.next());
        }
        return traces;
    }

    private static void addServices(Call call, Set<String> services) {
        services.add(call.service());
        call.calls().forEach(child -> addServices(child, services));
    }

    @Test
    void equalSeedsGiveEqualTraffic() {
        assertEquals(traces(7, 100), traces(7, 100));
    }

    @Test
    void threeHundredTracesUseEveryServiceAndSomeFail() {
        Set<String> services = new HashSet<>();
        List<Call> traces = traces(2026, 300);
        traces.forEach(trace -> addServices(trace, services));
        assertEquals(new HashSet<>(WebShop.SERVICES), services);
        long failed = traces.stream().filter(Call::hasFailure).count();
        assertTrue(failed >= 3 && failed <= 60, failed + " of 300 traces failed");
    }

    @Test
    void callsFitIntoTheTimeOfTheirCaller() {
        for (Call trace : traces(1, 50)) {
            assertTrue(trace.micros()
                    > trace.calls().stream().mapToLong(Call::micros).sum());
        }
    }
}
