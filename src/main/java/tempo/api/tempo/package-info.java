/** Grafana Tempo's HTTP API: what its clients ask and the answers they expect. */
@NullMarked
package tempo.api.tempo;

import org.jspecify.annotations.NullMarked;
