package tempo.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import tempo.span.MalformedProtobufException;
import tempo.tempodb.scan.OtlpFilter;
import tempo.tempodb.scan.SpanCriteria;

/** A search over spans that are in no block yet: a service, an attribute and a duration, asked of the wire format. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(value = 1, jvmArgs = "-Xmx512m")
public class OtlpFilterBenchmark {
    private static final int SPANS = 25_000;

    private final List<byte[]> traces = traces();
    private final OtlpFilter filter = new OtlpFilter(new SpanCriteria(
                    "checkout",
                    "",
                    List.of(new SpanCriteria.Attribute("user.id", "u-0088859")),
                    0,
                    Long.MAX_VALUE,
                    1_000_000,
                    Long.MAX_VALUE)
            .toFilter());

    private static List<byte[]> traces() {
        ShopTraces shop = new ShopTraces(1);
        List<byte[]> traces = new ArrayList<>();
        for (int spans = 0; spans < SPANS; spans += shop.spans()) {
            traces.add(shop.next(SPANS - spans));
        }
        return traces;
    }

    @Benchmark
    @OperationsPerInvocation(SPANS)
    public int look() throws MalformedProtobufException {
        int found = 0;
        for (byte[] trace : traces) {
            found += filter.look(trace, 0, trace.length) ? 1 : 0;
        }
        return found;
    }
}
