package tempo.vulture;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import tempo.client.Endpoint;
import tempo.format.FormatException;
import tempo.span.MalformedProtobufException;
import tempo.span.WireReader;
import tempo.vulture.VultureMetrics.Finding;

/*
 * What was acknowledged has to be found. What was not may be there or not: the slot of a batch that failed is not read any more. Time comes with
 * each call, so that a week is simulated in a moment.
 */
/** Writes traces that can be computed again, and reads them back at some ages. For one writing and one reading thread. */
final class OwnWrites {
    private static final int OK = 200;
    private static final int SPOILT_MAX = 100_000;

    /** More than so many traces are not written at once, after a time without an answer. */
    private static final int BEHIND_MAX = 20;

    private static final int PARTIAL_SUCCESS = WireReader.tag(1, WireReader.LENGTH_DELIMITED);
    private static final int REJECTED_SPANS = WireReader.tag(1, WireReader.VARINT);

    private final OwnTraces traces;
    private final Endpoint push;
    private final TraceCheck check;
    private final VultureMetrics metrics;
    private final TraceCheck.Report report;
    private final List<Duration> ages;
    private final Duration retention;
    private final long firstSlot;

    /** Guards what follows. */
    private final Object lock = new Object();

    private final Set<Long> spoilt = new LinkedHashSet<>();
    private final List<Due> unsent = new ArrayList<>();
    private long nextSlot;

    /** A batch that is written later. */
    private record Due(Instant at, long slot, byte[] batch) {}

    /**
     * Writes from now on.
     *
     * @param now the slots that begin later are written
     * @param since from when on others have written with the same seed; {@code now} if nobody did
     * @param ages how old traces are when they are read; those beyond the retention are left out
     */
    OwnWrites(
            OwnTraces traces,
            Endpoint push,
            TraceCheck check,
            VultureMetrics metrics,
            TraceCheck.Report report,
            List<Duration> ages,
            Duration retention,
            Instant now,
            Instant since) {
        this.traces = traces;
        this.push = push;
        this.check = check;
        this.metrics = metrics;
        this.report = report;
        this.retention = retention;
        this.ages = ages.stream().filter(age -> age.compareTo(retention) <= 0).toList();
        this.nextSlot = traces.slot(now) + 1;
        this.firstSlot = Math.min(nextSlot, traces.slot(since) + 1);
    }

    /** Writes what is due; returns whether all of it was acknowledged. */
    boolean write(Instant now) {
        boolean all = true;
        for (Due each : due(now)) {
            // After one that failed the others are given up: they would mostly fail too, each with its wait.
            all = all && send(each.batch());
            synchronized (lock) {
                unsent.remove(each);
                if (!all) {
                    spoil(each.slot());
                }
            }
        }
        return all;
    }

    private List<Due> due(Instant now) {
        synchronized (lock) {
            long current = traces.slot(now);
            for (; nextSlot < current - BEHIND_MAX; nextSlot++) {
                spoil(nextSlot);
            }
            for (; nextSlot <= current; nextSlot++) {
                OwnTraces.Trace trace = traces.trace(nextSlot);
                for (int i = 0; i < trace.batches().size(); i++) {
                    unsent.add(new Due(
                            traces.due(nextSlot, i), nextSlot, trace.batches().get(i)));
                }
            }
            return unsent.stream().filter(each -> !each.at().isAfter(now)).toList();
        }
    }

    private boolean send(byte[] batch) {
        try {
            Endpoint.Answer answer = push.post("/v1/traces", "application/x-protobuf", batch);
            long rejected = answer.status() == OK ? rejected(answer.body()) : 0;
            if (answer.status() == OK && rejected == 0) {
                metrics.wrote(SpanSet.of(batch).size());
                return true;
            }
            report.say("write to " + push.base() + " was answered with " + answer.status() + ": "
                    + (rejected > 0 ? rejected + " spans were refused" : answer.reason()));
        } catch (IOException e) {
            report.say("write failed: " + e.getMessage());
        } catch (MalformedProtobufException e) {
            report.say("write to " + push.base() + " was answered with what is no answer of OTLP: " + e.getMessage());
        } catch (FormatException e) {
            throw new IllegalStateException("what is written is not valid", e);
        }
        metrics.failed();
        return false;
    }

    /** How many spans an {@code ExportTraceServiceResponse} says were refused. */
    private static long rejected(byte[] response) throws MalformedProtobufException {
        WireReader reader = new WireReader(response);
        long rejected = 0;
        while (reader.hasNext()) {
            int tag = reader.readTag();
            if (tag != PARTIAL_SUCCESS) {
                reader.skipField(tag);
                continue;
            }
            int outer = reader.enter();
            while (reader.hasNext()) {
                int field = reader.readTag();
                if (field == REJECTED_SPANS) {
                    rejected = reader.readVarint64();
                } else {
                    reader.skipField(field);
                }
            }
            reader.leave(outer);
        }
        return rejected;
    }

    private void spoil(long slot) {
        spoilt.add(slot);
        if (spoilt.size() > SPOILT_MAX) {
            spoilt.remove(spoilt.iterator().next());
        }
    }

    /** True if all of a slot was acknowledged, as far as this process knows. */
    private boolean isWritten(long slot) {
        synchronized (lock) {
            return slot >= firstSlot
                    && slot < nextSlot
                    && !spoilt.contains(slot)
                    && unsent.stream().noneMatch(each -> each.slot() == slot);
        }
    }

    /** Reads a trace of each age that was written; returns whether each could be asked for. */
    boolean read(Instant now) {
        boolean answered = true;
        Set<Long> slots = new LinkedHashSet<>();
        for (Duration age : ages) {
            slots.add(traces.slot(now.minus(age)));
        }
        for (long slot : slots) {
            answered &= read(slot, now).orElse(Finding.NOT_FOUND) != Finding.REQUEST_FAILED;
        }
        return answered;
    }

    /** Reads the trace of a slot, if it was written wholly; returns what is wrong with it. */
    Optional<Finding> read(long slot, Instant now) {
        OwnTraces.Trace trace = traces.trace(slot);
        Duration age = Duration.between(trace.begun(), now);
        boolean isDue = !trace.last().isAfter(now) && age.compareTo(retention) <= 0;
        if (!isDue || !isWritten(slot)) {
            return Optional.empty();
        }
        return check.same(trace.id(), spans(trace), "of own writing, " + text(age) + " old");
    }

    /** What is written of a trace. */
    static SpanSet spans(OwnTraces.Trace trace) {
        int length = trace.batches().stream().mapToInt(each -> each.length).sum();
        byte[] all = new byte[length];
        int at = 0;
        for (byte[] batch : trace.batches()) {
            System.arraycopy(batch, 0, all, at, batch.length);
            at += batch.length;
        }
        try {
            return SpanSet.of(all);
        } catch (FormatException e) {
            throw new IllegalStateException("what is written is not valid", e);
        }
    }

    private static String text(Duration age) {
        return Duration.ofSeconds(age.toSeconds()).toString().substring(2).toLowerCase(Locale.ROOT);
    }
}
