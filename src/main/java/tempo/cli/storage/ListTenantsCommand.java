package tempo.cli.storage;

import static tempo.cli.Table.column;

import java.io.IOException;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import tempo.cli.StartException;
import tempo.cli.Table;
import tempo.cli.Table.Kind;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.blocklist.TenantBlocks;

/** Lists the tenants of a store. */
@Command(
        name = "tenants",
        description = "List the tenants that have blocks, with what they have.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {"  tempo-cli -c node.conf list tenants"})
final class ListTenantsCommand implements Callable<Integer> {
    private final StorageCommand root;

    ListTenantsCommand(StorageCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() throws IOException, StartException {
        Table table = new Table(
                column("TENANT", "tenant", Kind.TEXT),
                column("BLOCKS", "blocks", Kind.COUNT),
                column("TRACES", "traces", Kind.COUNT),
                column("SPANS", "spans", Kind.COUNT),
                column("BYTES", "dataBytes", Kind.BYTES),
                column("DELETIONS", "deletions", Kind.COUNT),
                column("DAMAGED", "damaged", Kind.COUNT));
        try (OpenStore open = root.open()) {
            for (String tenant : new TreeSet<>(open.db().tenants())) {
                TenantBlocks blocks = open.db().blocks(tenant);
                long traces = 0;
                long spans = 0;
                long bytes = 0;
                for (BlockMeta meta : blocks.visible()) {
                    traces += meta.summary().traces();
                    spans += meta.summary().spans();
                    bytes += meta.summary().dataBytes();
                }
                table.add(
                        tenant,
                        blocks.visible().size(),
                        traces,
                        spans,
                        bytes,
                        blocks.tombstones().all().size(),
                        blocks.bad().size() + blocks.unreadable().size());
            }
            if (table.size() == 0) {
                throw new StartException("there are no blocks in " + open.name());
            }
        }
        table.print(root.out(), root.output());
        return ExitCode.OK;
    }
}
