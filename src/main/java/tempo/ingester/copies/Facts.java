package tempo.ingester.copies;

import java.util.Set;

/** What a node knows of all logs, and how it tells others. */
interface Facts {
    /** This node's log. */
    String self();

    /** The logs of all members. */
    Set<String> memberLogs();

    /** All that is known. */
    LogFacts known();

    /** This is true from now on. */
    void tell(String fact);

    /** This tells nothing any more. */
    void retract(String fact);

    /** All of a log is in blocks. */
    void tellEnded(String log);
}
