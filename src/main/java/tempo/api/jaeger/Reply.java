package tempo.api.jaeger;

import akka.NotUsed;
import akka.stream.javadsl.Source;
import java.util.List;

/**
 * What a call is answered with.
 *
 * @param messages serialized
 * @param missing what could not be asked, if the protocol has no place for it; goes into the response's metadata
 */
record Reply(Source<byte[], NotUsed> messages, List<String> missing) {
    static Reply of(byte[] message, List<String> missing) {
        return new Reply(Source.single(message), missing);
    }
}
