package tempo.tenant;

import org.jspecify.annotations.Nullable;

/**
 * Finds the tenant of a request from its {@code X-Scope-OrgID}. The syntax of an id is that of Grafana's databases: 1 to 150 of
 * letters, digits and {@code ! - _ . * ' ( )}, and neither {@code .} nor {@code ..}; so it is a safe path element too.
 *
 * @param multiTenancy false: every request belongs to {@code singleTenant} and the header is ignored
 * @param singleTenant the tenant of everything where multi-tenancy is off
 */
public record Tenancy(boolean multiTenancy, String singleTenant) {
    /** The header, and in lower case the gRPC metadata key, that names the tenant. */
    public static final String HEADER = "X-Scope-OrgID";

    private static final int LENGTH_MAX = 150;

    public Tenancy {
        if (!isValid(singleTenant)) {
            throw new IllegalArgumentException(
                    "single-tenant must be 1 to 150 letters, digits or !-_.*'() but was " + singleTenant);
        }
    }

    /** The header is missing, or is not a tenant's id. */
    public static final class NoTenantException extends Exception {
        private static final long serialVersionUID = 1;

        private final boolean missing;

        NoTenantException(String message, boolean missing) {
            super(message, null, false, false);
            this.missing = missing;
        }

        /** True if there was no header at all: 401 rather than 400. */
        public boolean missing() {
            return missing;
        }
    }

    /**
     * The tenant of a request.
     *
     * @param header the header's value, null if there is none
     * @throws NoTenantException if multi-tenancy is on and the header is missing or no valid id
     */
    public String tenant(@Nullable String header) throws NoTenantException {
        if (!multiTenancy) {
            return singleTenant;
        }
        if (header == null || header.isEmpty()) {
            throw new NoTenantException("no org id", true);
        }
        if (!isValid(header)) {
            throw new NoTenantException("org id is not valid: it must be 1 to 150 letters, digits or !-_.*'()", false);
        }
        return header;
    }

    /** True if {@code id} may be a tenant's id. */
    public static boolean isValid(String id) {
        if (id.isEmpty() || id.length() > LENGTH_MAX || id.equals(".") || id.equals("..")) {
            return false;
        }
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            boolean letterOrDigit = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!letterOrDigit && "!-_.*'()".indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }
}
