package tempo.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
public final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {
            "tempo " + number(),
            "Java " + Runtime.version() + ", Akka " + akka.actor.ActorSystem.Version() + ", "
                    + System.getProperty("os.name") + " " + System.getProperty("os.arch")
        };
    }

    /** The version of this program, as its jar says. */
    public static String number() {
        @Nullable String fromManifest = Version.class.getPackage().getImplementationVersion();
        return fromManifest == null ? "(not packaged)" : fromManifest;
    }
}
