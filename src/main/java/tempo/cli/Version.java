package tempo.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IVersionProvider;

/** Which version of the program this is. */
public final class Version implements IVersionProvider {
    /** For {@code --version}. */
    @Override
    public String[] getVersion() {
        return new String[] {
            "tempo " + text(),
            "Java " + Runtime.version() + ", Akka " + akka.actor.ActorSystem.Version() + ", "
                    + System.getProperty("os.name") + " " + System.getProperty("os.arch")
        };
    }

    /** As in the manifest of the jar; a word in parentheses when run from classes. */
    public static String text() {
        @Nullable String fromManifest = Version.class.getPackage().getImplementationVersion();
        return fromManifest == null ? "(not packaged)" : fromManifest;
    }
}
