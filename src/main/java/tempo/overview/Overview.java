package tempo.overview;

import akka.actor.typed.ActorRef;
import akka.actor.typed.receptionist.ServiceKey;

/** What nodes say to each other to make an overview of the cluster; {@link OverviewSerializer} writes it. */
interface Overview {
    /** Those who tell of their nodes, on all nodes. */
    ServiceKey<ToReporter> REPORTER = ServiceKey.create(ToReporter.class, "reporter");

    /** What {@link OverviewSerializer} writes; the configuration binds it by this name. */
    interface Travels {}

    /** A message to a node's {@link Reporter}. */
    sealed interface ToReporter permits Ask {}

    /** Asks for the report of a node. */
    record Ask(ActorRef<Report> replyTo) implements ToReporter, Travels {}

    /**
     * Answer to {@link Ask}.
     *
     * @param json an object; its fields may differ between versions
     */
    record Report(String json) implements Travels {}
}
