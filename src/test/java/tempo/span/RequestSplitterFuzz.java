package tempo.span;

import com.code_intelligence.jazzer.junit.FuzzTest;

class RequestSplitterFuzz {
    @FuzzTest(maxDuration = "10s")
    void anyBytesAreSplitWithoutLossOrRefused(byte[] bytes) {
        RequestSplitterTarget.check(bytes);
    }
}
