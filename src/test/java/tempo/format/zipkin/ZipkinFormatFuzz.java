package tempo.format.zipkin;

import com.code_intelligence.jazzer.junit.FuzzTest;
import tempo.format.AnyBytes;

class ZipkinFormatFuzz {
    @FuzzTest(maxDuration = "10s")
    void anyBytesMakeARequestOrARefusal(byte[] bytes) {
        for (ZipkinFormat format : ZipkinFormat.values()) {
            AnyBytes.makeARequestOrARefusal(format.name(), format::toOtlp, bytes);
        }
    }
}
