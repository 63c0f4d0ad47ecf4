package tempo.api.jaeger;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import java.util.List;
import tempo.tenant.Tenancy;

/**
 * Whose traces a request of Jaeger's is about: as {@code X-Scope-OrgID} says, or a header that Jaeger is told to send, or its user's bearer
 * token, which Jaeger hands on. Of several the first counts. Immutable.
 *
 * @param header as Jaeger's setting of the tenant's header has it
 */
record RequestTenant(Tenancy tenancy, String header) {
    private static final String AUTHORIZATION = "authorization";

    /** As Jaeger 1 hands a token on to its storage. */
    private static final String BEARER_TOKEN = "bearer.token";

    private static final String BEARER = "bearer ";

    /** @throws Tenancy.NoTenantException if there is none, or it is not valid */
    String of(HttpRequest request) throws Tenancy.NoTenantException {
        for (String name : List.of(Tenancy.HEADER, header, BEARER_TOKEN, AUTHORIZATION)) {
            String value = request.getHeader(name).map(HttpHeader::value).orElse("");
            String tenant = value.regionMatches(true, 0, BEARER, 0, BEARER.length())
                    ? value.substring(BEARER.length()).strip()
                    : value;
            boolean otherScheme = name.equals(AUTHORIZATION) && tenant.equals(value);
            if (!tenant.isEmpty() && !otherScheme) {
                return tenancy.tenant(tenant);
            }
        }
        return tenancy.tenant(null);
    }
}
