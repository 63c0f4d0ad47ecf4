package tempo.distributor;

import akka.actor.typed.ActorRef;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tempo.ingester.Ingester.PushMany;
import tempo.ingester.Ingester.PushedMany;
import tempo.ingester.Ingester.ToInbox;

/** Pushes to other nodes until they are sent, in as few messages as their size lets them. Not thread-safe. */
final class OutgoingPushes {
    /** A message between nodes is at most four times as long, and a single push at most some 2 MiB. */
    private static final int MESSAGE_BYTES_TARGET = 1 << 20;

    private final ActorRef<PushedMany> replyTo;
    private final Map<ActorRef<ToInbox>, Message> messages = new HashMap<>();

    private static final class Message {
        private final List<PushMany.Entry> entries = new ArrayList<>();
        private int bytes;
    }

    OutgoingPushes(ActorRef<PushedMany> replyTo) {
        this.replyTo = replyTo;
    }

    /** Adds a push to a node; what was there before goes first if both together are too long. */
    void add(ActorRef<ToInbox> inbox, PushMany.Entry entry) {
        Message message = messages.computeIfAbsent(inbox, node -> new Message());
        int bytes = entry.batch().size();
        if (message.bytes > 0 && message.bytes + bytes > MESSAGE_BYTES_TARGET) {
            send(inbox, message);
        }
        message.entries.add(entry);
        message.bytes += bytes;
    }

    /** Sends all. */
    void flush() {
        messages.forEach((inbox, message) -> {
            if (!message.entries.isEmpty()) {
                send(inbox, message);
            }
        });
    }

    /** Forgets nodes that cannot be reached any more. */
    void keepOnly(Collection<ActorRef<ToInbox>> inboxes) {
        messages.keySet().retainAll(inboxes);
    }

    private void send(ActorRef<ToInbox> inbox, Message message) {
        inbox.tell(new PushMany(List.copyOf(message.entries), replyTo));
        message.entries.clear();
        message.bytes = 0;
    }
}
