package tempo.ingester.copies;

import akka.util.ByteString;

/**
 * A record of a node's log that is copied to others.
 *
 * @param tenant whose spans they are
 * @param position where it is in the log that it comes from
 * @param batch a {@link tempo.span.SliceBatch}
 */
record CopiedRecord(String tenant, long position, ByteString batch) {}
