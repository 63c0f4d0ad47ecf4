package tempo.tempodb.block;

import com.code_intelligence.jazzer.junit.FuzzTest;

class BlockReaderFuzz {
    @FuzzTest(maxDuration = "10s")
    void decodesOrRefuses(byte[] input) {
        BlockReaderTarget.run(input);
    }
}
