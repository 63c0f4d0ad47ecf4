package tempo.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import com.tngtech.archunit.core.domain.InstanceofCheck;
import com.tngtech.archunit.core.domain.JavaClass;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What the compiler will check from Java 21 on: an actor has a branch for each message of its sealed protocol. */
final class ProtocolExhaustiveTest {
    @Test
    void everyActorHasABranchForEachMessage() {
        Set<String> wrong = new TreeSet<>();
        int actors = 0;
        for (JavaClass each : MainCode.CLASSES) {
            if (!each.isAssignableTo(AbstractOnMessageBehavior.class)) {
                continue;
            }
            actors++;
            Class<?> protocol = protocol(each.reflect());
            if (!protocol.isSealed()) {
                wrong.add(each.getName() + " has the protocol " + protocol.getName() + ", which is not sealed");
            }
            Set<String> branches = new HashSet<>();
            for (InstanceofCheck check : each.getMethod("onMessage", protocol).getInstanceofChecks()) {
                branches.add(check.getRawType().getName());
            }
            for (Class<?> message : leaves(protocol)) {
                if (!branches.contains(message.getName())) {
                    wrong.add(each.getName() + " has no branch for " + message.getName());
                }
            }
        }
        assertEquals(Set.of(), wrong);
        assertTrue(actors >= 5, "only " + actors + " actors were found");
    }

    private static Class<?> protocol(Class<?> actor) {
        Type parent = actor.getGenericSuperclass();
        if (parent instanceof ParameterizedType generic
                && generic.getActualTypeArguments()[0] instanceof Class<?> type) {
            return type;
        }
        throw new AssertionError(actor.getName() + " must name its protocol as a class");
    }

    /** What can really be sent: the permitted types of sealed interfaces, down to what is no sealed interface itself. */
    static List<Class<?>> leaves(Class<?> type) {
        if (!type.isSealed()) {
            return List.of(type);
        }
        List<Class<?>> leaves = new ArrayList<>();
        for (Class<?> permitted : type.getPermittedSubclasses()) {
            leaves.addAll(leaves(permitted));
        }
        return leaves;
    }
}
