package tempo.ingester;

import akka.util.ByteString;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import tempo.span.SliceBatch;
import tempo.tempodb.wal.WalAppend;
import tempo.tempodb.wal.WalException;

/** Carries a batch of slices through the log; what comes of it is told in the log's thread. */
final class PushAppend extends WalAppend {
    private final LongConsumer committed;
    private final Consumer<WalException> failed;

    /**
     * Of a batch of slices.
     *
     * @param committed gets the batch's position in the log once it is durable
     * @param failed gets the reason why it may not be
     */
    PushAppend(String tenant, ByteString batch, LongConsumer committed, Consumer<WalException> failed) {
        this(tenant, batch.toArrayUnsafe(), committed, failed);
    }

    private PushAppend(String tenant, byte[] batch, LongConsumer committed, Consumer<WalException> failed) {
        super(tenant, batch, 0, batch.length, SliceBatch.sliceCount(SliceBatch.view(batch, 0, batch.length)));
        this.committed = committed;
        this.failed = failed;
    }

    @Override
    protected void committed(long position) {
        committed.accept(position);
    }

    @Override
    protected void failed(WalException reason) {
        failed.accept(reason);
    }
}
