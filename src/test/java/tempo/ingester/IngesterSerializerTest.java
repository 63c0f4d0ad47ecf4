package tempo.ingester;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.Adapter;
import akka.serialization.Serialization;
import akka.serialization.SerializationExtension;
import akka.serialization.SerializerWithStringManifest;
import akka.util.ByteString;
import java.io.NotSerializableException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tempo.ingester.Ingester.PushOutcome;
import tempo.ingester.Ingester.Travels;
import tempo.serialization.SerializerKit;
import tempo.span.TraceKey;
import tempo.tempodb.scan.SpanCriteria;

/** Each message between nodes comes back equal through the serializer that the configuration binds. */
final class IngesterSerializerTest {
    private static final ActorTestKit KIT = SerializerKit.start();
    private static final Serialization SERIALIZATION = SerializationExtension.get(Adapter.toClassic(KIT.system()));

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @Test
    void everyMessageThatTravelsComesBackEqual() throws Exception {
        for (Class<?> type : travelling()) {
            for (int variant = 0; variant < 3; variant++) {
                Object message = sample(type, variant);
                SerializerWithStringManifest serializer = serializer(message);
                SerializerKit.assertComesBack(message, serializer);
            }
        }
    }

    @Test
    void everyMessageHasAManifestOfItsOwn() {
        Set<String> manifests = new HashSet<>();
        for (Class<?> type : travelling()) {
            Object message = sample(type, 1);
            assertTrue(manifests.add(serializer(message).manifest(message)), type + " shares its manifest");
        }
    }

    @Test
    void whateverThePublicProtocolHasTravels() {
        Set<Class<?>> notMarked = new LinkedHashSet<>();
        for (Class<?> type : Ingester.class.getDeclaredClasses()) {
            if (type.isRecord() && !Travels.class.isAssignableFrom(type)) {
                notMarked.add(type);
            }
        }
        for (Class<?> leaf : leaves(Ingester.ToRange.class, Ingester.ToHead.class, Ingester.ToInbox.class)) {
            boolean internal = leaf.getEnclosingClass() != Ingester.class;
            assertEquals(!internal, Travels.class.isAssignableFrom(leaf), leaf + " is public or internal, not both");
        }
        assertEquals(Set.of(), notMarked);
    }

    @Test
    void internalMessagesAreRefused() {
        SerializerWithStringManifest serializer = serializer(sample(Ingester.Warm.class, 0));
        assertThrows(IllegalArgumentException.class, () -> serializer.manifest(new TraceRange.Tick(1)));
    }

    @Test
    void unknownManifestIsNotSerializable() {
        SerializerWithStringManifest serializer = serializer(sample(Ingester.Warm.class, 0));
        NotSerializableException refused =
                assertThrows(NotSerializableException.class, () -> serializer.fromBinary(new byte[4], "warm2"));
        assertEquals("message is not known: warm2", refused.getMessage());
    }

    @Test
    void truncatedBytesAreNotSerializable() {
        for (Class<?> type : travelling()) {
            Object message = sample(type, 1);
            SerializerWithStringManifest serializer = serializer(message);
            byte[] bytes = serializer.toBinary(message);
            for (int length = 0; length < bytes.length; length++) {
                byte[] cut = Arrays.copyOf(bytes, length);
                assertThrows(
                        NotSerializableException.class,
                        () -> serializer.fromBinary(cut, serializer.manifest(message)),
                        () -> type + " of " + cut.length + " bytes");
            }
        }
    }

    /** Damage may go unnoticed, but never gives another exception, and never allocates what a damaged length asks for. */
    @Test
    void damagedBytesAreNotSerializableOrAnotherMessage() {
        Random random = new Random(11);
        for (Class<?> type : travelling()) {
            Object message = sample(type, 1);
            SerializerWithStringManifest serializer = serializer(message);
            byte[] bytes = serializer.toBinary(message);
            for (int i = 0; i < 500; i++) {
                byte[] damaged = bytes.clone();
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
                try {
                    assertInstanceOf(type, serializer.fromBinary(damaged, serializer.manifest(message)));
                } catch (NotSerializableException expected) {
                    assertTrue(String.valueOf(expected.getMessage()).startsWith("message "));
                }
            }
        }
    }

    private static SerializerWithStringManifest serializer(Object message) {
        return assertInstanceOf(SerializerWithStringManifest.class, SERIALIZATION.findSerializerFor(message));
    }

    private static List<Class<?>> travelling() {
        List<Class<?>> types = new ArrayList<>();
        for (Class<?> type : Ingester.class.getDeclaredClasses()) {
            if (type.isRecord() && Travels.class.isAssignableFrom(type)) {
                types.add(type);
            }
        }
        assertTrue(types.size() >= 9, () -> "only " + types);
        types.sort((a, b) -> a.getName().compareTo(b.getName()));
        return types;
    }

    private static List<Class<?>> leaves(Class<?>... types) {
        List<Class<?>> leaves = new ArrayList<>();
        for (Class<?> type : types) {
            leaves.addAll(type.isSealed() ? leaves(type.getPermittedSubclasses()) : List.of(type));
        }
        return leaves;
    }

    private static Object sample(Class<?> type, int variant) {
        try {
            RecordComponent[] components = type.getRecordComponents();
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            Object[] values = Arrays.stream(components)
                    .map(each -> each.getGenericType() instanceof ParameterizedType list && each.getType() == List.class
                            ? list((Class<?>) list.getActualTypeArguments()[0], variant)
                            : value(each.getType(), variant))
                    .toArray();
            java.lang.reflect.Constructor<?> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("no sample of " + type, e);
        }
    }

    private static List<Object> list(Class<?> type, int variant) {
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < variant; i++) {
            values.add(type.isRecord() ? sample(type, i + 1) : value(type, i + 1));
        }
        return values;
    }

    private static Object value(Class<?> type, int variant) {
        if (type == String.class) {
            return List.of("", "tenant-1", "\u017b\u00f3\u0142w \u0000").get(variant);
        } else if (type == int.class) {
            return List.of(0, 63, Integer.MAX_VALUE).get(variant);
        } else if (type == long.class) {
            return List.of(0L, 1L << 40, -1L).get(variant);
        } else if (type == boolean.class) {
            return variant == 1;
        } else if (type == ByteString.class) {
            return ByteString.fromArray(new byte[variant * 1000]);
        } else if (type == SpanCriteria.class) {
            List<SpanCriteria.Attribute> attributes = new ArrayList<>();
            for (int i = 0; i < variant; i++) {
                attributes.add(new SpanCriteria.Attribute("key" + i, "value"));
            }
            return new SpanCriteria("s".repeat(variant), "n".repeat(variant), attributes, variant, -variant, 3, 4);
        } else if (type == TraceKey.class) {
            return new TraceKey(variant, -variant);
        } else if (type == PushOutcome.class) {
            return PushOutcome.values()[variant];
        } else if (type == ActorRef.class) {
            return Holder.REPLY_TO;
        }
        throw new AssertionError("no sample value of " + type);
    }

    private static final class Holder {
        static final ActorRef<Object> REPLY_TO = KIT.<Object>createTestProbe().getRef();
    }

    @Test
    void hasNoMessageBesidesThese() {
        Set<String> known = travelling().stream().map(Class::getSimpleName).collect(Collectors.toSet());
        assertEquals(
                Set.of(
                        "AllCut",
                        "BlocksChanged",
                        "CutAll",
                        "FindHead",
                        "FindLive",
                        "NameRecent",
                        "Push",
                        "PushMany",
                        "Pushed",
                        "PushedMany",
                        "RecentNames",
                        "RecentTraces",
                        "SearchRecent",
                        "TracePart",
                        "Warm",
                        "WarmUp"),
                known);
    }
}
