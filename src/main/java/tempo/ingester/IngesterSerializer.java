package tempo.ingester;

import akka.actor.ExtendedActorSystem;
import akka.actor.typed.ActorRef;
import akka.util.ByteString;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import tempo.ingester.Ingester.AllCut;
import tempo.ingester.Ingester.BlocksChanged;
import tempo.ingester.Ingester.CutAll;
import tempo.ingester.Ingester.FindHead;
import tempo.ingester.Ingester.FindLive;
import tempo.ingester.Ingester.NameRecent;
import tempo.ingester.Ingester.Push;
import tempo.ingester.Ingester.PushMany;
import tempo.ingester.Ingester.PushOutcome;
import tempo.ingester.Ingester.Pushed;
import tempo.ingester.Ingester.PushedMany;
import tempo.ingester.Ingester.RecentNames;
import tempo.ingester.Ingester.RecentTraces;
import tempo.ingester.Ingester.SearchRecent;
import tempo.ingester.Ingester.TracePart;
import tempo.ingester.Ingester.Warm;
import tempo.ingester.Ingester.WarmUp;
import tempo.serialization.MessageSerializer;
import tempo.span.TraceKey;

/** Writes the messages of {@link Ingester} between nodes. */
final class IngesterSerializer extends MessageSerializer {
    private static final int IDENTIFIER = 7_201;
    private static final int PUSHED_BYTES_MIN = 15;
    private static final int ENTRY_BYTES_MIN = 19;
    private static final int FAILURES_MAX = 1_000;

    IngesterSerializer(ExtendedActorSystem system) {
        super(system, IDENTIFIER);
    }

    @Override
    public String manifest(Object message) {
        if (message instanceof Push) return "push1";
        if (message instanceof Pushed) return "pushed2";
        if (message instanceof PushMany) return "push-many1";
        if (message instanceof PushedMany) return "pushed-many1";
        if (message instanceof FindLive) return "find-live2";
        if (message instanceof FindHead) return "find-head2";
        if (message instanceof TracePart) return "part2";
        if (message instanceof SearchRecent) return "search-recent1";
        if (message instanceof RecentTraces) return "recent-traces1";
        if (message instanceof NameRecent) return "name-recent1";
        if (message instanceof RecentNames) return "recent-names1";
        if (message instanceof WarmUp) return "warm-up1";
        if (message instanceof Warm) return "warm1";
        if (message instanceof CutAll) return "cut-all1";
        if (message instanceof AllCut) return "all-cut1";
        if (message instanceof BlocksChanged) return "blocks-changed2";
        throw doesNotTravel(message);
    }

    @Override
    protected int bytesHint(Object message) {
        return 256 + batchBytes(message);
    }

    private static int batchBytes(Object message) {
        if (message instanceof Push push) {
            return push.batch().size();
        }
        int bytes = 0;
        if (message instanceof PushMany many) {
            for (PushMany.Entry entry : many.entries()) {
                bytes += entry.batch().size() + 64;
            }
        }
        return bytes;
    }

    @Override
    protected void write(Object message, DataOutputStream out) throws IOException {
        if (message instanceof Push push) {
            out.writeUTF(push.tenant());
            out.writeInt(push.range());
            out.writeLong(push.pushId());
            writeReference(push.replyTo(), out);
            writeBytes(push.batch(), out);
        } else if (message instanceof Pushed pushed) {
            writePushed(pushed, out);
        } else if (message instanceof PushMany many) {
            writeReference(many.replyTo(), out);
            out.writeInt(many.entries().size());
            for (PushMany.Entry entry : many.entries()) {
                out.writeUTF(entry.tenant());
                out.writeInt(entry.range());
                out.writeLong(entry.pushId());
                out.writeBoolean(entry.toHead());
                writeBytes(entry.batch(), out);
            }
        } else if (message instanceof PushedMany many) {
            out.writeInt(many.replies().size());
            for (Pushed pushed : many.replies()) {
                writePushed(pushed, out);
            }
        } else if (message instanceof FindLive find) {
            out.writeUTF(find.tenant());
            out.writeInt(find.range());
            writeKey(find.key(), out);
            out.writeInt(find.question());
            writeReference(find.replyTo(), out);
        } else if (message instanceof FindHead find) {
            out.writeUTF(find.tenant());
            writeKey(find.key(), out);
            out.writeBoolean(find.recentBlocks());
            out.writeInt(find.question());
            writeReference(find.replyTo(), out);
        } else if (message instanceof TracePart part) {
            out.writeInt(part.question());
            out.writeUTF(part.source());
            writeBytes(part.otlp(), out);
            out.writeBoolean(part.last());
            out.writeBoolean(part.ownerIsNew());
            writeFailures(part.failures(), out);
        } else if (message instanceof SearchRecent search) {
            out.writeUTF(search.tenant());
            SearchMessages.write(search.criteria(), out);
            out.writeInt(search.limit());
            writeReference(search.replyTo(), out);
        } else if (message instanceof RecentTraces recent) {
            out.writeUTF(recent.source());
            SearchMessages.writeFound(recent.found(), out);
            writeFailures(recent.failures(), out);
        } else if (message instanceof NameRecent names) {
            out.writeUTF(names.tenant());
            SearchMessages.writeText(names.service(), out);
            writeReference(names.replyTo(), out);
        } else if (message instanceof RecentNames recent) {
            out.writeUTF(recent.source());
            SearchMessages.writeNames(recent.names(), out);
            writeFailures(recent.failures(), out);
        } else if (message instanceof WarmUp warmUp) {
            out.writeInt(warmUp.range());
            writeReference(warmUp.replyTo(), out);
        } else if (message instanceof Warm warm) {
            out.writeInt(warm.range());
        } else if (message instanceof CutAll cutAll) {
            writeReference(cutAll.replyTo(), out);
        } else if (message instanceof AllCut allCut) {
            writeSentence(allCut.failure(), out);
        } else if (message instanceof BlocksChanged changed) {
            out.writeUTF(changed.name());
            writeBytes(changed.object(), out);
        }
    }

    @Override
    protected Object read(String manifest, DataInputStream in) throws IOException {
        switch (manifest) {
            case "push1" -> {
                String tenant = in.readUTF();
                int range = in.readInt();
                long pushId = in.readLong();
                ActorRef<Pushed> replyTo = readReference(in);
                return new Push(tenant, range, pushId, readByteString(in), replyTo);
            }
            case "pushed2" -> {
                return readPushed(in);
            }
            case "push-many1" -> {
                ActorRef<PushedMany> replyTo = readReference(in);
                return new PushMany(readEntries(in), replyTo);
            }
            case "pushed-many1" -> {
                int count = readCount(in, PUSHED_BYTES_MIN);
                List<Pushed> replies = new ArrayList<>(count);
                for (int i = 0; i < count; i++) {
                    replies.add(readPushed(in));
                }
                return new PushedMany(replies);
            }
            case "find-live2" -> {
                String tenant = in.readUTF();
                int range = in.readInt();
                return new FindLive(tenant, range, readKey(in), in.readInt(), readReference(in));
            }
            case "find-head2" -> {
                String tenant = in.readUTF();
                return new FindHead(tenant, readKey(in), in.readBoolean(), in.readInt(), readReference(in));
            }
            case "part2" -> {
                int question = in.readInt();
                String source = in.readUTF();
                ByteString otlp = readByteString(in);
                boolean last = in.readBoolean();
                boolean ownerIsNew = in.readBoolean();
                return new TracePart(question, source, otlp, last, readFailures(in), ownerIsNew);
            }
            case "search-recent1" -> {
                return new SearchRecent(in.readUTF(), SearchMessages.read(in), in.readInt(), readReference(in));
            }
            case "recent-traces1" -> {
                return new RecentTraces(in.readUTF(), SearchMessages.readFound(in), readFailures(in));
            }
            case "name-recent1" -> {
                return new NameRecent(in.readUTF(), SearchMessages.readText(in), readReference(in));
            }
            case "recent-names1" -> {
                return new RecentNames(in.readUTF(), SearchMessages.readNames(in), readFailures(in));
            }
            case "warm-up1" -> {
                return new WarmUp(in.readInt(), readReference(in));
            }
            case "warm1" -> {
                return new Warm(in.readInt());
            }
            case "cut-all1" -> {
                return new CutAll(readReference(in));
            }
            case "all-cut1" -> {
                return new AllCut(in.readUTF());
            }
            case "blocks-changed2" -> {
                return new BlocksChanged(in.readUTF(), readByteString(in));
            }
            default -> throw unknown(manifest);
        }
    }

    private static void writePushed(Pushed pushed, DataOutputStream out) throws IOException {
        out.writeLong(pushed.pushId());
        out.writeInt(pushed.range());
        out.writeByte(pushed.outcome().ordinal());
        out.writeUTF(pushed.owner());
    }

    private static Pushed readPushed(DataInputStream in) throws IOException {
        long pushId = in.readLong();
        int range = in.readInt();
        int outcome = in.readUnsignedByte();
        PushOutcome[] outcomes = PushOutcome.values();
        return new Pushed(
                pushId, range, outcome < outcomes.length ? outcomes[outcome] : PushOutcome.FAILED, in.readUTF());
    }

    private static List<PushMany.Entry> readEntries(DataInputStream in) throws IOException {
        int count = readCount(in, ENTRY_BYTES_MIN);
        List<PushMany.Entry> entries = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            entries.add(new PushMany.Entry(
                    in.readUTF(), in.readInt(), in.readLong(), in.readBoolean(), readByteString(in)));
        }
        return entries;
    }

    private static void writeFailures(List<String> all, DataOutputStream out) throws IOException {
        int failures = Math.min(all.size(), FAILURES_MAX);
        out.writeInt(failures);
        for (String failure : all.subList(0, failures)) {
            writeSentence(failure, out);
        }
    }

    private static List<String> readFailures(DataInputStream in) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > FAILURES_MAX) {
            throw new IOException("count of failures must be 0 to " + FAILURES_MAX + " but was " + count);
        }
        List<String> failures = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            failures.add(in.readUTF());
        }
        return List.copyOf(failures);
    }

    private static void writeKey(TraceKey key, DataOutputStream out) throws IOException {
        out.writeLong(key.high());
        out.writeLong(key.low());
    }

    private static TraceKey readKey(DataInputStream in) throws IOException {
        return new TraceKey(in.readLong(), in.readLong());
    }
}
