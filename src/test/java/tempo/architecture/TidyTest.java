package tempo.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Keeps house: names, package sentences, unfinished work, file sizes, and what belongs to one machine only. */
final class TidyTest {
    private static final int MAIN_LINES_MAX = 400;
    private static final Path TESTS = Path.of("src/test/java");

    /** Characters beyond ASCII that a terminal draws bars with, by file. */
    private static final Set<String> MAY_DRAW = Set.of("Waterfall.java", "Quickstart.java", "JsonInput.java");

    /** Written in pieces, so that this file does not find itself. */
    private static final Pattern UNFINISHED = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");

    private static final Pattern MACHINE = Pattern.compile(
            "(?i)/(home|Users)/\\w+|/ro" + "ot/|/wo" + "rk/|\\.m" + "2/repository|arti" + "factory|nex" + "us\\.");

    @Test
    void namesAreNounsOfTheDomain() {
        Set<String> wrong = new TreeSet<>();
        Pattern empty = Pattern.compile("(.*[a-z0-9])?(Utils?|Commons?|Helpers?|Misc|Impl|Managers?)");
        Set<String> emptyPackages = Set.of("util", "utils", "common", "commons", "helper", "helpers", "misc", "impl");
        for (Path root : List.of(MainCode.SOURCES, TESTS)) {
            for (Path file : MainCode.javaFiles(root)) {
                String name = file.getFileName().toString().replace(".java", "");
                if (empty.matcher(name).matches()) {
                    wrong.add(file.toString());
                }
                for (Path part : root.relativize(file.resolveSibling(""))) {
                    if (emptyPackages.contains(part.toString().toLowerCase(Locale.ROOT))) {
                        wrong.add(file.toString());
                    }
                }
            }
        }
        assertEquals(Set.of(), wrong);
    }

    @Test
    void everyPackageHasASentenceAndIsNullMarked() {
        Set<String> wrong = new TreeSet<>();
        Pattern sentence = Pattern.compile("(?s)/\\*\\*\\s.*[a-z0-9)}]\\.\\s*\\*/\\s*@NullMarked\\s+package .*");
        for (Path file : MainCode.javaFiles(MainCode.SOURCES)) {
            Path info = file.resolveSibling("package-info.java");
            if (!Files.exists(info) || !sentence.matcher(MainCode.text(info)).matches()) {
                wrong.add(info.toString());
            }
        }
        assertEquals(Set.of(), wrong);
    }

    @Test
    void nothingIsUnfinished() {
        assertEquals(Set.of(), found(UNFINISHED));
    }

    @Test
    void nothingNamesAMachine() {
        assertEquals(Set.of(), found(MACHINE));
    }

    @Test
    void mainCodeIsPrintableAscii() {
        Set<String> wrong = new TreeSet<>();
        Pattern other = Pattern.compile("[^\\x20-\\x7e]");
        Pattern control = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Co}\\p{Cn}]");
        for (Path file : MainCode.javaFiles(MainCode.SOURCES)) {
            boolean draws = MAY_DRAW.contains(file.getFileName().toString());
            List<String> lines = MainCode.lines(file);
            for (int i = 0; i < lines.size(); i++) {
                if ((draws ? control : other).matcher(lines.get(i)).find()) {
                    wrong.add(file + ":" + (i + 1));
                }
            }
        }
        for (Path file : MainCode.javaFiles(TESTS)) {
            if (control.matcher(String.join("", MainCode.lines(file))).find()) {
                wrong.add(file.toString());
            }
        }
        assertEquals(Set.of(), wrong);
    }

    @Test
    void mainFilesFitTheEye() {
        Set<String> wrong = new TreeSet<>();
        for (Path file : MainCode.javaFiles(MainCode.SOURCES)) {
            int lines = MainCode.lines(file).size();
            if (lines > MAIN_LINES_MAX) {
                wrong.add(file + " has " + lines + " lines");
            }
        }
        assertEquals(Set.of(), wrong);
    }

    private static Set<String> found(Pattern pattern) {
        Set<String> found = new TreeSet<>();
        for (Path file : textFiles()) {
            List<String> lines = MainCode.lines(file);
            for (int i = 0; i < lines.size(); i++) {
                if (pattern.matcher(lines.get(i)).find()) {
                    found.add(file + ":" + (i + 1));
                }
            }
        }
        return found;
    }

    private static List<Path> textFiles() {
        try (Stream<Path> src = Files.walk(Path.of("src"));
                Stream<Path> docs = Files.walk(Path.of("docs"));
                Stream<Path> root = Files.list(Path.of("."))) {
            return Stream.of(src, docs, root)
                    .flatMap(files -> files)
                    .filter(file -> file.toString().matches(".*\\.(java|md|xml|conf|properties)"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
