/**
 * The storage engine: a stand-alone key-value store from trace key to values, over any object store. It is used without the rest
 * of the program; {@code docs/tempodb.md} and {@code example/tempodb/Notes.java} show how.
 *
 * <p><b>The model.</b> A database is one {@link tempo.tempodb.backend.ObjectStore}, which may be a directory
 * ({@link tempo.tempodb.backend.local.LocalObjectStore}). In it each <i>tenant</i> is a name space of its own. A
 * {@link tempo.span.TraceKey} has as many values as were put under it, in no order: to put adds, it never overwrites. A value
 * is either OTLP ({@link tempo.tempodb.block.BlockContent#SPANS}: a serialized {@code TracesData}, taken apart into columns;
 * its spans come back equal, though not in the same order, and equal spans of a value are one) or any bytes
 * ({@link tempo.tempodb.block.BlockContent#OPAQUE}). Values live in immutable <i>blocks</i>, each of one tenant and one content.
 *
 * <p><b>The tour.</b>
 *
 * <ul>
 *   <li>Open: {@link tempo.tempodb.TempoDb#open(tempo.tempodb.backend.ObjectStore)}.
 *   <li>Put: {@link tempo.tempodb.TempoDb#batch} sorts in the heap what comes in any order, and its
 *       {@link tempo.tempodb.PutBatch#commit} writes a block. {@link tempo.tempodb.TempoDb#newBlock} writes what comes in the
 *       order of its keys, without holding it.
 *   <li>Get: {@link tempo.tempodb.TempoDb#find(String, tempo.span.TraceKey)}, all values of a key at once, or
 *       {@link tempo.tempodb.TempoDb#find(String, tempo.span.TraceKey, tempo.tempodb.block.EntryVisitor)}, one after the other.
 *       One read for each block that has the key, none for those that have not.
 *   <li>Scan: {@link tempo.tempodb.TempoDb#scan}, a range of keys in their order.
 *   <li>Compact: {@link tempo.tempodb.TempoDb#compact} makes one block of several.
 *   <li>Delete: {@link tempo.tempodb.TempoDb#delete} writes anew the blocks that hold a key, without it.
 *   <li>Salvage: {@link tempo.tempodb.TempoDb#salvage} makes a new block of what is whole of a damaged one.
 *   <li>Reclaim: {@link tempo.tempodb.TempoDb#removeReplaced} deletes the objects of blocks that the three before replaced.
 *   <li>Follow other processes: {@link tempo.tempodb.TempoDb#poll}. Several may use one store; each sees its own blocks at once.
 * </ul>
 *
 * <p><b>Threads.</b> {@link tempo.tempodb.TempoDb} is thread-safe and starts no thread: a call blocks as long as its reads and
 * writes take, and nothing happens between calls. A {@link tempo.tempodb.PutBatch} and a {@link tempo.tempodb.BlockBuilder} are for
 * one thread at a time, as many of them as one likes. Arrays in a {@link tempo.tempodb.FindResult} are the caller's own. Two
 * compactions or deletions of the same block at once would double its content until the next compaction, or bring back what was
 * deleted: let one thread of one process do them.
 *
 * <p><b>What is durable when.</b> What was put is durable when {@code commit()} has returned, all of it or nothing: the data object
 * is written and forced, then the small commit record is put, which makes the block exist. Until then values are in the heap, and it
 * is the caller who can put them again. There is no log here: {@link tempo.tempodb.wal} is one, and a node uses it, for callers that
 * must say OK sooner than a block is worth writing. A compaction or a deletion of one block is as atomic: the record of the new block
 * names those that it replaces.
 *
 * <p><b>What a crash leaves.</b> All blocks whose commit had returned, perhaps the one whose commit had not, and no half of any. A
 * data object without a record may be left over: it takes space and is never read. What the local store wrote under temporary names
 * is removed when it is opened again.
 *
 * <p><b>Errors.</b> A wrong argument is an {@link java.lang.IllegalArgumentException}. A store that fails is an
 * {@link java.io.IOException} that says what was attempted on which object; all calls may be repeated. Stored bytes that are not what
 * was written are a {@link tempo.tempodb.block.CorruptBlockException}: every byte is under a checksum, so damage is never wrong data,
 * and costs the group of traces that it is in. A find goes on without the bad block and says so in its result.
 */
@NullMarked
package tempo.tempodb;

import org.jspecify.annotations.NullMarked;
