package tempo.format.otlp;

import com.code_intelligence.jazzer.junit.FuzzTest;
import tempo.format.FormatException;
import tempo.format.jaeger.OtlpToJaeger;
import tempo.format.zipkin.OtlpToZipkin;

class OtlpTreeFuzz {
    @FuzzTest(maxDuration = "10s")
    void anyBytesAreSpansInOtherWordsOrRefused(byte[] bytes) {
        try {
            OtlpToJaeger.batches(bytes, 0, bytes.length);
            OtlpToZipkin.json(bytes, 0, bytes.length);
        } catch (FormatException refused) {
            if (String.valueOf(refused.getMessage()).isEmpty()) {
                throw new AssertionError("refused without a word", refused);
            }
        }
    }
}
