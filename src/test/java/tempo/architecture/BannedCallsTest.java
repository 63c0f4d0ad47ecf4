package tempo.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/** Time, randomness and threads come from outside, so that what decides can be simulated; nobody prints or exits by the way. */
final class BannedCallsTest {
    /** Who may do what others may not: clocks read time, the program's edge exits and prints. */
    private static final Map<String, Set<String>> ALLOWED = Map.of(
            "tempo.SystemClock", Set.of("java.lang.System.nanoTime", "java.lang.System.currentTimeMillis"),
            "tempo.tempodb.wal.WalClock", Set.of("java.lang.System.nanoTime"),
            // The pause before a retry.
            "tempo.tempodb.backend.retry.ThreadedRequests",
                    Set.of("java.lang.System.nanoTime", "java.lang.Thread.sleep"),
            // The client's part of the program, which gives its clock to what it starts.
            "tempo.cli.QuickstartCommand", Set.of("java.time.Clock.systemUTC"),
            "tempo.cli.WarmupCommand", Set.of("java.time.Clock.systemUTC"),
            "tempo.Main", Set.of("java.lang.System.exit"),
            // A bug's stack trace goes to the terminal, where nothing else can take it.
            "tempo.cli.Failures", Set.of("java.lang.Exception.printStackTrace"));

    @Test
    void nobodyCallsWhatIsBanned() {
        Set<String> wrong = new TreeSet<>();
        for (JavaClass each : MainCode.CLASSES) {
            String caller = each.getName().replaceFirst("\\$.*", "");
            for (JavaCodeUnitAccess<?> call : each.getCodeUnitAccessesFromSelf()) {
                String name = call.getTargetOwner().getName() + "." + call.getName();
                if (isBanned(call) && !ALLOWED.getOrDefault(caller, Set.of()).contains(name)) {
                    wrong.add(each.getName() + " calls " + call.getTarget().getFullName());
                }
            }
        }
        assertEquals(Set.of(), wrong);
    }

    private static boolean isBanned(JavaCodeUnitAccess<?> call) {
        JavaClass owner = call.getTargetOwner();
        String name = call.getName();
        int parameters = call.getTarget().getRawParameterTypes().size();
        if (owner.isEquivalentTo(System.class)) {
            return Set.of("currentTimeMillis", "nanoTime", "exit", "gc").contains(name);
        }
        if (owner.isEquivalentTo(Thread.class)) {
            return Set.of("sleep", "yield", "stop").contains(name);
        }
        if (owner.isEquivalentTo(Instant.class)
                || owner.isEquivalentTo(LocalDateTime.class)
                || owner.isEquivalentTo(OffsetDateTime.class)
                || owner.isEquivalentTo(ZonedDateTime.class)) {
            return name.equals("now");
        }
        if (owner.isEquivalentTo(Clock.class)) {
            return name.startsWith("system");
        }
        if (owner.isEquivalentTo(Random.class)) {
            return name.equals("<init>") && parameters == 0;
        }
        if (owner.isEquivalentTo(Math.class)) {
            return name.equals("random");
        }
        if (owner.isEquivalentTo(ThreadLocalRandom.class)) {
            return name.equals("current");
        }
        if (owner.isEquivalentTo(ForkJoinPool.class)) {
            return name.equals("commonPool");
        }
        if (owner.isEquivalentTo(String.class)) {
            return name.equals("getBytes") && parameters == 0;
        }
        if (owner.isEquivalentTo(CompletableFuture.class)) {
            return isOnTheCommonPool(name, parameters);
        }
        return owner.isAssignableTo(Throwable.class) && name.equals("printStackTrace");
    }

    private static boolean isOnTheCommonPool(String name, int parameters) {
        return switch (name) {
            case "supplyAsync", "runAsync", "thenApplyAsync", "thenAcceptAsync", "thenRunAsync", "thenComposeAsync" ->
                parameters == 1;
            case "handleAsync", "whenCompleteAsync", "exceptionallyAsync", "completeAsync" -> parameters == 1;
            case "thenCombineAsync", "thenAcceptBothAsync" -> parameters == 2;
            default -> false;
        };
    }
}
