package tempo.ingester.copies;

import akka.util.ByteString;
import java.util.function.LongConsumer;
import tempo.tempodb.wal.WalAppend;
import tempo.tempodb.wal.WalException;

/** Carries a chunk of another node's log into this one's, as a guest. */
final class HeldAppend extends WalAppend {
    private final LongConsumer appended;
    private final Runnable failed;

    private HeldAppend(String label, byte[] payload, LongConsumer appended, Runnable failed) {
        super(label, payload, 0, payload.length, 1, true);
        this.appended = appended;
        this.failed = failed;
    }

    static HeldAppend of(String log, ByteString records, LongConsumer appended, Runnable failed) {
        return new HeldAppend(CopyLabel.of(log), records.toArrayUnsafe(), appended, failed);
    }

    @Override
    protected void committed(long position) {
        appended.accept(position);
    }

    @Override
    protected void failed(WalException reason) {
        failed.run();
    }
}
