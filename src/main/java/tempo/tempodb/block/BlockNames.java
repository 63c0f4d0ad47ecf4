package tempo.tempodb.block;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names of a block's two objects: {@code <tenant>/<window>/<block id>.tp} and {@code .meta}. */
public final class BlockNames {
    /** Above all tenants, of no tenant: '~' cannot occur in a tenant's name. */
    public static final String MARKER = "~cluster.json";

    private static final String TENANT_CHARACTERS = "[A-Za-z0-9!._*'()-]{1,150}";
    private static final String TENANT_PUNCTUATION = "!._*'()-";
    private static final int TENANT_LENGTH_MAX = 150;
    private static final String UUID_CHARACTERS = "([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})";
    private static final Pattern META =
            Pattern.compile("(" + TENANT_CHARACTERS + ")/[0-9TZ]{16}/" + UUID_CHARACTERS + "\\.meta");
    private static final Pattern BAD =
            Pattern.compile("(" + TENANT_CHARACTERS + ")/[0-9TZ]{16}/" + UUID_CHARACTERS + "\\.bad");
    private static final Pattern MERGED_DIRECTORY =
            Pattern.compile("(" + TENANT_CHARACTERS + ")/([0-9TZ]{16})/" + UUID_CHARACTERS + "\\.dir");
    private static final String TOMBSTONES = "/~tombstones/";
    private static final Pattern TOMBSTONE =
            Pattern.compile("(" + TENANT_CHARACTERS + ")" + TOMBSTONES + UUID_CHARACTERS);

    private static final String INDEX = "/~index";

    private BlockNames() {}

    /**
     * Returns {@code tenant}.
     *
     * @throws IllegalArgumentException if it is not 1 to 150 of {@code A-Z a-z 0-9 ! . _ * ' ( ) -}, or is "." or ".."
     */
    public static String requireTenant(String tenant) {
        boolean valid = !tenant.isEmpty()
                && tenant.length() <= TENANT_LENGTH_MAX
                && !tenant.equals(".")
                && !tenant.equals("..");
        for (int i = 0; valid && i < tenant.length(); i++) {
            char c = tenant.charAt(i);
            boolean letterOrDigit = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            valid = letterOrDigit || TENANT_PUNCTUATION.indexOf(c) >= 0;
        }
        if (!valid) {
            throw new IllegalArgumentException("tenant id is invalid, of length " + tenant.length());
        }
        return tenant;
    }

    /** Name of the data object. */
    public static String data(String tenant, ArrivalWindow window, UUID blockId) {
        return requireTenant(tenant) + "/" + window.name() + "/" + blockId + ".tp";
    }

    /** Name of the commit record. */
    public static String meta(String tenant, ArrivalWindow window, UUID blockId) {
        return requireTenant(tenant) + "/" + window.name() + "/" + blockId + ".meta";
    }

    /** Name of the object that marks a block as damaged. */
    public static String bad(String tenant, ArrivalWindow window, UUID blockId) {
        return requireTenant(tenant) + "/" + window.name() + "/" + blockId + ".bad";
    }

    static String mergedDirectory(String tenant, String window, UUID id) {
        return requireTenant(tenant) + "/" + window + "/" + id + ".dir";
    }

    /** The merged directory that an object is by its name; empty if it is none. */
    public static Optional<MergedDirectory> mergedDirectory(String key, long bytes) {
        Matcher match = MERGED_DIRECTORY.matcher(key);
        if (!match.matches()) {
            return Optional.empty();
        }
        OptionalLong start = ArrivalWindow.startOf(match.group(2));
        return start.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new MergedDirectory(match.group(1), start.getAsLong(), UUID.fromString(match.group(3)), bytes));
    }

    /** Name of the object that says that something of a tenant is deleted. */
    public static String tombstone(String tenant, UUID id) {
        return requireTenant(tenant) + TOMBSTONES + id;
    }

    /** Name of the object with copies of a tenant's commit records. */
    public static String index(String tenant) {
        return requireTenant(tenant) + INDEX;
    }

    /** The tenant whose index {@code key} is the name of; empty if it is none. */
    public static Optional<String> tenantOfIndex(String key) {
        return key.endsWith(INDEX) ? Optional.of(key.substring(0, key.length() - INDEX.length())) : Optional.empty();
    }

    /** Whose commit record {@code key} is the name of; empty if it is none. */
    public static Optional<Owner> ownerOfMeta(String key) {
        return owner(META, key);
    }

    /** Name of the data object of the block whose commit record is called {@code metaName}. */
    public static String dataOfMeta(String metaName) {
        return withoutSuffix(metaName) + ".tp";
    }

    /** Name of the commit record of the block whose data object is called {@code dataName}. */
    public static String metaOfData(String dataName) {
        return withoutSuffix(dataName) + ".meta";
    }

    /** Name of the mark of the block whose commit record is called {@code metaName}. */
    public static String badOfMeta(String metaName) {
        return withoutSuffix(metaName) + ".bad";
    }

    /** The start of the window of the block whose commit record is called {@code metaName}, in seconds since 1970. */
    public static OptionalLong windowStartOfMeta(String metaName) {
        return META.matcher(metaName).matches()
                ? ArrivalWindow.startOf(metaName.split("/", -1)[1])
                : OptionalLong.empty();
    }

    private static String withoutSuffix(String key) {
        return key.substring(0, key.lastIndexOf('.'));
    }

    /** Which block {@code key} marks as damaged; empty if it is no such name. */
    public static Optional<Owner> ownerOfBad(String key) {
        return owner(BAD, key);
    }

    /** The id, and the tenant, of the tombstone called {@code key}; empty if it is no such name. */
    public static Optional<Owner> ownerOfTombstone(String key) {
        return owner(TOMBSTONE, key);
    }

    private static Optional<Owner> owner(Pattern pattern, String key) {
        Matcher match = pattern.matcher(key);
        return match.matches()
                ? Optional.of(new Owner(match.group(1), UUID.fromString(match.group(2))))
                : Optional.empty();
    }

    /** A block and the tenant whose it is. */
    public record Owner(String tenant, UUID blockId) {}
}
