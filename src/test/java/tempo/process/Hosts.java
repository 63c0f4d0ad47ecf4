package tempo.process;

import java.util.List;

/** Where nodes are: their addresses, and what runs a command there. */
public interface Hosts {
    /** The address of a node, counted from 0. */
    String address(int node);

    /** What is to run the command of a node; empty if nothing. */
    List<String> command(int node);
}
