package tempo.tempodb.backend.retry;

import java.time.Duration;
import tempo.tempodb.backend.FlakyObjectStore;
import tempo.tempodb.backend.MemoryObjectStore;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.backend.ObjectStoreContract;

/** A store of which one call in twenty fails is, with retries, a store. */
final class RetryingStoreContractTest extends ObjectStoreContract {
    static final RetryConfig SHORT_PAUSES = new RetryConfig(
            8,
            Duration.ofMillis(1),
            Duration.ofMillis(2),
            Duration.ofSeconds(20),
            Duration.ofSeconds(20),
            Duration.ofSeconds(20),
            20,
            5,
            16);

    @Override
    protected ObjectStore open() {
        FlakyObjectStore flaky = new FlakyObjectStore(new MemoryObjectStore(), 0.05, 1, nanos -> {});
        return RetryingObjectStore.open(flaky, SHORT_PAUSES);
    }
}
