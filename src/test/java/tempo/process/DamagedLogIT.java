package tempo.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A damaged write-ahead log never keeps a node from starting, and costs what lies in the damaged place and nothing else. Each
 * request becomes one record here, since all keys are in one range; records are found in the files by the tenant's name, which
 * follows their header, and the trace id.
 */
final class DamagedLogIT {
    private static final String TENANT = "damaged-tenant";
    private static final int HEADER_BYTES = 40;
    private static final int REQUESTS = 60;
    private static final int SPANS = 5;
    /** 60 requests of 50 KiB fill three segments. */
    private static final int SPAN_BYTES = 10 << 10;

    private static final List<String> SETTINGS =
            List.of("wal.segment-bytes = 1 MiB", "cluster.ranges = 1", "tenancy.multi-tenancy = on");

    @TempDir
    private Path home;

    private final AcknowledgedSpans spans = new AcknowledgedSpans(TENANT);
    private final List<ExportTraceServiceRequest> requests = new ArrayList<>();
    private List<Place> places = List.of();

    /** Where the record of a request is: the file and the offset of its header. */
    private record Place(Path file, int offset) {}

    @BeforeEach
    void fillLogAndKill() throws IOException {
        OtlpRequests source = new OtlpRequests(3);
        Path data = home.resolve("data");
        try (NodeProcess node = NodeProcess.start(home, data, "256m", SETTINGS);
                OtlpSender sender = OtlpSender.grpc(node.otlpGrpc(), TENANT)) {
            for (int i = 0; i < REQUESTS; i++) {
                ExportTraceServiceRequest request = source.trace(SPANS, SPAN_BYTES);
                requests.add(request);
                spans.sending(request);
                OtlpSender.Answer answer = sender.send(request);
                assertEquals(OtlpSender.End.ACKNOWLEDGED, answer.end(), answer::toString);
                spans.acknowledged(request);
            }
            node.kill9();
        }
        places = places(data.resolve("wal"));
    }

    @Test
    void losesWhatIsDamagedAndNothingElse() throws IOException {
        int last = REQUESTS - 1;
        truncated(last, HEADER_BYTES / 2, Set.of(last));
        if (Boolean.getBoolean("tempo.test.long")) {
            truncated(last, 0, Set.of(last));
            truncated(last, HEADER_BYTES, Set.of(last));
            truncated(last, 1000, Set.of(last));
            truncated(last, requests.get(last).getSerializedSize(), Set.of(last));
            truncated(last - 1, -1, Set.of(last - 2, last - 1, last));
        }
        truncated(last - 1, 20_000, Set.of(last - 1, last));
        flippedBit();
        emptyFile();
    }

    /** The newest segment in use ends in the record of a request. */
    private void truncated(int request, int offsetInRecord, Set<Integer> lost) throws IOException {
        Path data = copy("truncated-" + request + "-" + offsetInRecord);
        Place place = places.get(request);
        try (FileChannel file = FileChannel.open(in(data, place), StandardOpenOption.WRITE)) {
            file.truncate(place.offset() + offsetInRecord);
        }
        check(data, lost, place.file().getFileName().toString());
    }

    /** In the middle of the first segment's middle record. */
    private void flippedBit() throws IOException {
        Path data = copy("flipped");
        List<Integer> first = inFile(places.get(0).file());
        int request = first.get(first.size() / 2);
        Place place = places.get(request);
        try (FileChannel file = FileChannel.open(in(data, place), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long offset = place.offset() + 25_000;
            ByteBuffer octet = ByteBuffer.allocate(1);
            file.read(octet, offset);
            octet.put(0, (byte) (octet.get(0) ^ 4)).flip();
            file.write(octet, offset);
        }
        check(data, Set.of(request), "damaged from byte " + place.offset() + " to ");
    }

    /** A segment in the middle has lost everything. */
    private void emptyFile() throws IOException {
        Path data = copy("empty");
        Place place = places.get(REQUESTS / 2);
        Files.write(in(data, place), new byte[0]);
        check(
                data,
                new HashSet<>(inFile(place.file())),
                place.file().getFileName().toString());
    }

    private void check(Path data, Set<Integer> lostRequests, String saidOfLoss) throws IOException {
        Set<String> lost = new TreeSet<>();
        lostRequests.forEach(request -> lost.addAll(AcknowledgedSpans.names(requests.get(request))));
        try (NodeProcess node = NodeProcess.start(home, data, "256m", SETTINGS);
                OtlpSender sender = OtlpSender.grpc(node.otlpGrpc(), TENANT)) {
            AcknowledgedSpans.Report report = spans.look(node.api());
            assertEquals(List.of(), report.wrong(), data::toString);
            assertEquals(lost, new TreeSet<>(report.lost()), () -> data + "\n" + node.output());
            assertFalse(node.lines(saidOfLoss).isEmpty(), () -> data + " without " + saidOfLoss + "\n" + node.output());
            OtlpSender.Answer answer = sender.send(requests.get(0));
            assertEquals(OtlpSender.End.ACKNOWLEDGED, answer.end(), answer::toString);
        }
    }

    private List<Integer> inFile(Path file) {
        List<Integer> found = new ArrayList<>();
        for (int request = 0; request < places.size(); request++) {
            if (places.get(request).file().equals(file)) {
                found.add(request);
            }
        }
        return found;
    }

    private Path copy(String name) throws IOException {
        Path data = home.resolve("data");
        Path copy = home.resolve(name);
        try (Stream<Path> files = Files.walk(data)) {
            files.forEach(file -> {
                try {
                    Files.copy(file, copy.resolve(data.relativize(file)));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        return copy;
    }

    private static Path in(Path data, Place place) {
        return data.resolve("wal").resolve(place.file().getFileName());
    }

    /** Finds the record of each request. */
    private List<Place> places(Path log) throws IOException {
        Map<String, Place> byTraceId = new HashMap<>();
        List<Path> files;
        try (Stream<Path> listed = Files.list(log)) {
            files = listed.sorted().toList();
        }
        for (Path file : files) {
            String content = Files.readString(file, StandardCharsets.ISO_8859_1);
            int tenant = -1;
            while ((tenant = content.indexOf(TENANT, tenant + 1)) >= 0) {
                for (ExportTraceServiceRequest request : requests) {
                    String id = text(request);
                    int found = content.indexOf(id, tenant);
                    if (found >= 0 && found < tenant + 1000) {
                        byTraceId.put(id, new Place(file, tenant - HEADER_BYTES));
                    }
                }
            }
        }
        Place[] found =
                requests.stream().map(request -> byTraceId.get(text(request))).toArray(Place[]::new);
        assertFalse(Arrays.asList(found).contains(null), () -> "records not found: " + Arrays.toString(found));
        return List.of(found);
    }

    private static String text(ExportTraceServiceRequest request) {
        return OtlpRequests.traceId(request).toString(StandardCharsets.ISO_8859_1);
    }
}
