package tempo.tempodb.spans;

import com.code_intelligence.jazzer.junit.FuzzTest;

class SpansFuzz {
    @FuzzTest(maxDuration = "10s")
    void comesBackOrIsRefused(byte[] input) {
        SpansTarget.run(input);
    }
}
