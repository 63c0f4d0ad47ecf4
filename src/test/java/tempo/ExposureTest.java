package tempo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tempo.config.ConfigSources;
import tempo.config.InvalidConfigException;

class ExposureTest {
    private static Settings settings(Map<String, String> values) {
        return Settings.of(ConfigSources.load(Optional.empty(), Map.of(), values));
    }

    private static void assertRefused(String key, Map<String, String> values) {
        InvalidConfigException refused = assertThrows(InvalidConfigException.class, () -> settings(values));
        String message = String.valueOf(refused.getMessage());
        assertTrue(
                message.contains("security.allow-unauthenticated must be on where other machines can reach a port"
                        + " without showing a certificate: " + key),
                message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "receiver.otlp.grpc.host",
                "receiver.otlp.http.host",
                "receiver.zipkin.host",
                "receiver.jaeger.grpc.host",
                "receiver.jaeger.http.host",
                "receiver.jaeger.compact.host",
                "receiver.jaeger.binary.host",
                "receiver.opencensus.host",
                "api.http.host",
                "management.host",
                "cluster.host"
            })
    void aPortThatAnybodyCanReachHasToBeAllowed(String key) {
        assertRefused(key, Map.of("tempo." + key, "0.0.0.0"));
        assertRefused(key, Map.of("tempo." + key, "node.example"));
        Map<String, String> allowed = Map.of("tempo." + key, "0.0.0.0", "tempo.security.allow-unauthenticated", "true");
        assertTrue(settings(allowed).security().allowUnauthenticated());
        settings(Map.of("tempo." + key, "127.0.0.2"));
        settings(Map.of("tempo." + key, "::1"));
    }

    @Test
    void aPortThatIsOffOrAsksForCertificatesNeedsNoPermission() {
        settings(Map.of("tempo.receiver.zipkin.host", "0.0.0.0", "tempo.receiver.zipkin.enabled", "off"));
        Map<String, String> withTls = new HashMap<>(Map.of(
                "tempo.receiver.zipkin.host", "0.0.0.0",
                "tempo.receiver.zipkin.tls.certificate-file", "a",
                "tempo.receiver.zipkin.tls.key-file", "b"));
        assertRefused("receiver.zipkin.host", withTls);
        withTls.put("tempo.receiver.zipkin.tls.client-ca-file", "c");
        assertEquals("0.0.0.0", settings(withTls).receiver().zipkin().host());
    }
}
