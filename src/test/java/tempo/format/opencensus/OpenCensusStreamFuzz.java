package tempo.format.opencensus;

import com.code_intelligence.jazzer.junit.FuzzTest;
import tempo.format.AnyBytes;

class OpenCensusStreamFuzz {
    @FuzzTest(maxDuration = "10s")
    void anyBytesMakeARequestOrARefusal(byte[] bytes) {
        AnyBytes.makeARequestOrARefusal("OpenCensus", new OpenCensusStream()::toOtlp, bytes);
    }
}
