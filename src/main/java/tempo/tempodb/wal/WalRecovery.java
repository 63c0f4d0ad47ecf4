package tempo.tempodb.wal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads what a directory holds when a log is opened: sorts out the files, then replays the segments in use. */
final class WalRecovery {
    /** Files set aside, at most; when there is one more the oldest goes, which is reported. */
    static final int BAD_MAX = 8;

    /**
     * What the log goes on from.
     *
     * @param inUse segments to be sealed, their records counted, in the order of epochs
     * @param free files that may be recycled
     * @param commitMax no commit number up to this is given out again
     * @param lastEpoch segment whose end the next one has to confirm, or 0
     */
    record Result(
            List<Segment> inUse,
            List<Segment> free,
            int epochMax,
            long fileNumberMax,
            long commitMax,
            int lastEpoch,
            long lastEnd,
            RecoverySummary summary) {}

    private final WalDisk disk;
    private final RecoveryVisitor visitor;
    private final List<Segment> inUse = new ArrayList<>();
    private final List<Segment> free = new ArrayList<>();
    private final List<String> bad = new ArrayList<>();
    private final Set<Integer> epochs = new HashSet<>();
    /** Segments whose header is not whole, and what is wrong with it. */
    private final Map<Segment, String> damaged = new HashMap<>();

    private int epochMax;
    private long fileNumberMax;
    private long commitMax;
    private int lastEpoch;
    private long lastEnd;
    private long records;
    private long payloadBytes;
    private long holes;
    private long holeBytes;
    private long tornBytes;
    private int unreadable;

    private WalRecovery(WalDisk disk, RecoveryVisitor visitor) {
        this.disk = disk;
        this.visitor = visitor;
    }

    /**
     * Replays what is there. Damaged content is reported to the visitor and never a failure.
     *
     * @throws IOException if the directory cannot be listed or changed
     */
    static Result run(WalDisk disk, RecoveryVisitor visitor) throws IOException {
        WalRecovery recovery = new WalRecovery(disk, visitor);
        try {
            recovery.openFiles();
            recovery.replay();
        } catch (IOException | RuntimeException | Error e) {
            recovery.closeFiles();
            throw e;
        }
        return recovery.result();
    }

    private Result result() {
        RecoverySummary summary =
                new RecoverySummary(inUse.size(), records, payloadBytes, holes, holeBytes, tornBytes, unreadable);
        return new Result(inUse, free, epochMax, fileNumberMax, commitMax, lastEpoch, lastEnd, summary);
    }

    private void openFiles() throws IOException {
        List<String> names = new ArrayList<>(disk.list());
        Collections.sort(names);
        for (String name : names) {
            if (WalFileName.number(name) >= 0) {
                fileNumberMax = Math.max(fileNumberMax, WalFileName.number(name));
            }
            if (WalFileName.isBad(name)) {
                bad.add(name);
            }
        }
        for (String name : names) {
            if (WalFileName.isUnfinished(name)) {
                // Never got its final name, so no record was ever written into it.
                disk.delete(name);
            } else if (WalFileName.isSegment(name)) {
                openFile(name);
            }
        }
        inUse.sort(Comparator.comparingInt(segment -> segment.epoch));
    }

    private void openFile(String name) throws IOException {
        WalFile file;
        try {
            file = disk.open(name);
        } catch (IOException e) {
            report(name, "cannot be opened: " + e.getMessage());
            return;
        }
        SegmentHeader.Found found;
        long bytes;
        try {
            found = SegmentHeader.read(file);
            bytes = file.bytes();
        } catch (IOException | SegmentHeader.UnreadableException e) {
            file.close();
            setAside(name, String.valueOf(e.getMessage()));
            return;
        }
        SegmentHeader header = found.header();
        if (!epochs.add(header.epoch())) {
            file.close();
            setAside(name, "another file has the same epoch " + header.epoch());
            return;
        }
        epochMax = Math.max(epochMax, header.epoch());
        commitMax = Math.max(commitMax, header.commitFloor());
        Segment segment = new Segment(name, file, header, bytes, true);
        if (!found.damage().isEmpty()) {
            damaged.put(segment, found.damage());
            segment.recyclable = false;
        }
        (header.inUse() ? inUse : free).add(segment);
    }

    private void replay() {
        Map<Long, Long> ends = new HashMap<>();
        for (Segment segment : inUse) {
            try {
                long[] link = SegmentScan.link(segment);
                if (link != null && link[1] >= SegmentLayout.LINK && link[1] <= WalConfig.SEGMENT_BYTES_MAX) {
                    ends.put(link[0], link[1]);
                }
            } catch (IOException e) {
                // The scan meets the same place and reports it.
                segment.recyclable = false;
            }
        }
        for (Segment segment : inUse) {
            replay(segment, ends.getOrDefault((long) segment.epoch, SegmentScan.END_UNKNOWN));
        }
    }

    private void replay(Segment segment, long knownEnd) {
        SegmentScan scan = new SegmentScan(segment, knownEnd, visitor);
        scan.run();
        segment.durableEnd = scan.end;
        String damage = damaged.get(segment);
        if (damage != null && scan.records > 0) {
            // Without records it is a file that was being recycled when the power failed.
            report(segment.name, damage + ", read by its first record instead");
        }
        if (knownEnd == SegmentScan.END_UNKNOWN && segment.bytes % WalConfig.SEGMENT_BYTES_STEP != 0) {
            // A file has its whole size before it gets its name, so this one was cut off; what it held is not known.
            long step = segment.bytes / WalConfig.SEGMENT_BYTES_STEP + 1;
            visitor.hole(segment.name, segment.bytes, step * WalConfig.SEGMENT_BYTES_STEP);
            holes++;
            segment.recyclable = false;
        }
        if (scan.holes > 0 || !scan.readable) {
            segment.recyclable = false;
        }
        unreadable += scan.readable ? 0 : 1;
        records += scan.records;
        payloadBytes += scan.payloadBytes;
        holes += scan.holes;
        holeBytes += scan.holeBytes;
        tornBytes += scan.tornBytes;
        commitMax = Math.max(commitMax, scan.commitMax);
        if (scan.end > SegmentLayout.LINK) {
            // What was recovered is durable from now on, and said to be so unless a torn commit lies in between.
            boolean durable = (knownEnd != SegmentScan.END_UNKNOWN || force(segment)) && scan.endsCleanly();
            lastEpoch = durable ? segment.epoch : 0;
            lastEnd = durable ? scan.end : 0;
        }
    }

    /** After kill -9 the end of the log may have been only in the system's cache when it was read. */
    private boolean force(Segment segment) {
        try {
            segment.file.force();
            return true;
        } catch (IOException e) {
            segment.recyclable = false;
            report(segment.name, "was read but cannot be forced: " + e.getMessage());
            return false;
        }
    }

    private void setAside(String name, String reason) throws IOException {
        report(name, reason);
        String newName = WalFileName.bad(name);
        if (bad.size() >= BAD_MAX) {
            String oldest = bad.remove(0);
            report(oldest, "deleted, because " + BAD_MAX + " newer files were set aside");
            disk.delete(oldest);
        }
        disk.rename(name, newName);
        bad.add(newName);
    }

    private void report(String name, String reason) {
        unreadable++;
        visitor.unreadable(name, reason);
    }

    private void closeFiles() {
        for (List<Segment> segments : List.of(inUse, free)) {
            for (Segment segment : segments) {
                try {
                    segment.file.close();
                } catch (IOException e) {
                    // The failure that led here is the one to tell.
                    continue;
                }
            }
        }
    }
}
