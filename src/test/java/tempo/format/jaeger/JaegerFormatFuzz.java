package tempo.format.jaeger;

import com.code_intelligence.jazzer.junit.FuzzTest;
import tempo.format.AnyBytes;

class JaegerFormatFuzz {
    @FuzzTest(maxDuration = "10s")
    void anyBytesMakeARequestOrARefusal(byte[] bytes) {
        for (JaegerFormat format : JaegerFormat.values()) {
            AnyBytes.makeARequestOrARefusal(format.name(), format::toOtlp, bytes);
        }
    }
}
