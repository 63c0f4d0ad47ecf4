package tempo.tempodb;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tempo.span.TraceKey;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockReader;
import tempo.tempodb.block.CorruptBlockException;
import tempo.tempodb.block.DecodedParts;
import tempo.tempodb.block.MergedDirectory;
import tempo.tempodb.block.MergedDirectoryReader;
import tempo.tempodb.block.MergedDirectoryReader.Answer;
import tempo.tempodb.blocklist.Blocklist;
import tempo.tempodb.blocklist.TenantBlocks;

/**
 * Tells which blocks are to be asked for a key, from what is in memory and from the merged directories of their windows. Thread-safe.
 */
final class MergedDirectories {
    private final BlockObjects objects;
    private final DecodedParts parts;
    private final BlockReads reads;
    private final Blocklist blocklist;

    MergedDirectories(BlockObjects objects, DecodedParts parts, BlockReads reads, Blocklist blocklist) {
        this.objects = objects;
        this.parts = parts;
        this.reads = reads;
        this.blocklist = blocklist;
    }

    /**
     * What is known before a block is asked.
     *
     * @param inspected blocks whose range holds the key
     * @param toAsk those that may hold it
     */
    record Candidates(int inspected, List<BlockMeta> toAsk) {}

    /** Blocks of which nothing is in memory, by their window, and what was found of the others. */
    private record Known(Map<Long, List<BlockMeta>> unknown, List<BlockMeta> possible, int inspected) {}

    /** Which blocks may hold a key. Reads merged directories where that is less than to ask each block; one that fails is left aside. */
    Candidates of(TenantBlocks blocks, TraceKey key) {
        Known known = known(blocks, key);
        List<MergedDirectory> asked = new ArrayList<>();
        for (MergedDirectory directory : blocks.directories()) {
            if (known.unknown.getOrDefault(directory.windowStart(), List.of()).size() > 1) {
                asked.add(directory);
            }
        }
        return candidates(known, answers(asked, key));
    }

    /** As {@link #of}, from memory; empty if something has to be read for it. */
    Optional<Candidates> peek(TenantBlocks blocks, TraceKey key) {
        Known known = known(blocks, key);
        Map<Long, List<Answer>> answers = new HashMap<>();
        for (MergedDirectory directory : blocks.directories()) {
            if (known.unknown.containsKey(directory.windowStart())) {
                Answer answer = MergedDirectoryReader.peek(directory, key, parts);
                if (answer == null) {
                    return Optional.empty();
                }
                add(answers, directory, answer);
            }
        }
        return Optional.of(candidates(known, answers));
    }

    private Known known(TenantBlocks blocks, TraceKey key) {
        Map<Long, List<BlockMeta>> unknown = new HashMap<>();
        List<BlockMeta> possible = new ArrayList<>();
        int inspected = 0;
        for (BlockMeta meta : blocks.visible()) {
            if (meta.summary().covers(key)) {
                inspected++;
                BlockReader.Presence presence = BlockReader.presence(meta, key, parts);
                if (presence == BlockReader.Presence.POSSIBLE) {
                    possible.add(meta);
                } else if (presence == BlockReader.Presence.UNKNOWN) {
                    unknown.computeIfAbsent(meta.spec().window().startSeconds(), start -> new ArrayList<>())
                            .add(meta);
                }
            }
        }
        return new Known(unknown, possible, inspected);
    }

    private static Candidates candidates(Known known, Map<Long, List<Answer>> answers) {
        List<BlockMeta> toAsk = new ArrayList<>(known.possible);
        known.unknown.forEach((window, blocks) -> {
            List<Answer> ofWindow = answers.getOrDefault(window, List.of());
            for (BlockMeta meta : blocks) {
                if (ofWindow.stream().noneMatch(answer -> answer.excludes(meta.blockId()))) {
                    toAsk.add(meta);
                }
            }
        });
        return new Candidates(known.inspected, toAsk);
    }

    private static void add(Map<Long, List<Answer>> answers, MergedDirectory directory, Answer answer) {
        answers.computeIfAbsent(directory.windowStart(), start -> new ArrayList<>(1))
                .add(answer);
    }

    private Map<Long, List<Answer>> answers(List<MergedDirectory> directories, TraceKey key) {
        List<Optional<Answer>> asked;
        try {
            asked = reads.each(directories, each -> Optional.ofNullable(answer(each, key)));
        } catch (IOException unexpected) {
            return Map.of();
        }
        Map<Long, List<Answer>> answers = new HashMap<>();
        for (int i = 0; i < asked.size(); i++) {
            MergedDirectory directory = directories.get(i);
            asked.get(i).ifPresent(answer -> add(answers, directory, answer));
        }
        return answers;
    }

    private @Nullable Answer answer(MergedDirectory directory, TraceKey key) {
        try {
            return open(directory).ask(key);
        } catch (IOException e) {
            leaveAside(directory, e);
            return null;
        }
    }

    MergedDirectoryReader open(MergedDirectory directory) throws IOException {
        return MergedDirectoryReader.open(directory, objects.of(directory), parts);
    }

    /** A directory that is gone or damaged is not asked again before the next poll finds it. */
    private void leaveAside(MergedDirectory directory, IOException e) {
        if (e instanceof CorruptBlockException || e instanceof NoSuchFileException) {
            forget(directory);
        }
    }

    void forget(MergedDirectory directory) {
        objects.forget(directory.id());
        blocklist.forget(directory);
    }
}
