package tempo.tempodb.wal;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** An append that keeps its answer, and insists on getting only one. */
final class TestAppend extends WalAppend {
    volatile long committedAt = -1;
    volatile @Nullable WalException failure;
    final String text;

    TestAppend(String tenant, String text, int units) {
        this(tenant, text, units, false);
    }

    TestAppend(String tenant, String text, int units, boolean guest) {
        super(tenant, text.getBytes(StandardCharsets.ISO_8859_1), 0, text.length(), units, guest);
        this.text = text;
    }

    boolean answered() {
        return committedAt >= 0 || failure != null;
    }

    WalException.@Nullable Reason reason() {
        WalException exception = failure;
        return exception == null ? null : exception.reason();
    }

    @Override
    protected synchronized void committed(long position) {
        expectNoAnswer();
        committedAt = position;
        notifyAll();
    }

    @Override
    protected synchronized void failed(WalException reason) {
        expectNoAnswer();
        failure = reason;
        notifyAll();
    }

    synchronized TestAppend await() throws InterruptedException {
        while (!answered()) {
            wait();
        }
        return this;
    }

    private void expectNoAnswer() {
        if (answered()) {
            throw new AssertionError("append was answered twice: " + text);
        }
    }
}
