package tempo.receiver;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.time.Duration;
import tempo.telemetry.Metrics;
import tempo.tenant.Tenancy;

class ContentCodingFuzz {
    private static final int INFLATED_MAX = 1 << 16;

    @FuzzTest(maxDuration = "10s")
    void anyBytesInflateWithinTheBoundOrAreRefused(byte[] bytes) {
        IntakeConfig config = new IntakeConfig(
                "otlp", INFLATED_MAX, INFLATED_MAX, Duration.ofSeconds(1), new Tenancy(false, "single-tenant"));
        for (ContentCoding coding : ContentCoding.values()) {
            InFlightBytes.Lease lease = new InFlightBytes(2 * INFLATED_MAX, new Metrics()).lease();
            try {
                RequestBody.Collected inflated = coding.inflate(bytes, 0, bytes.length, config, lease);
                if (coding != ContentCoding.IDENTITY && inflated.length() > INFLATED_MAX) {
                    throw new AssertionError(coding + " made " + inflated.length() + " bytes");
                }
            } catch (RefusedException refused) {
                if (refused.sentence().isEmpty()) {
                    throw new AssertionError(coding + " refused without a word", refused);
                }
            } finally {
                lease.release();
            }
        }
    }
}
