#!/bin/bash
# What each receiver costs: a node of this project for each protocol, the same spans, in one run; prints a table.
# usage: receivers.sh [spans, default 1000000] [protocols, default all; grpc comes first, what the others are compared with]
#   WARMUP=400000   spans sent before the measured ones       RATE=30000   spans a second for packets, which are lost when they come faster
# Packets have no answer: what the node says it has taken is printed beside what was sent.
set -u
here=$(cd "$(dirname "$0")" && pwd); root=$here/../..
export PEERS=${PEERS:-$HOME/.cache/tempo-peers}
[ -x "$PEERS/bin/loadgen" ] || "$here/setup.sh" || exit 1
N=${1:-1000000}; shift; WHICH=${*:-grpc http http-json jaeger-grpc jaeger-thrift jaeger-udp zipkin-json zipkin-proto opencensus}
WARMUP=${WARMUP:-400000}; RATE=${RATE:-30000}
DATA=$PEERS/data; mkdir -p "$DATA"; OUT=$DATA/receivers-$(date +%H%M%S).jsonl
server() { local c; [ "$(cat "/proc/$1/comm" 2>/dev/null)" = java ] && { echo "$1"; return; }; for c in $(ps -o pid= --ppid "$1"); do server "$c"; done; }
taken() { sleep 6; curl -s http://127.0.0.1:3200/metrics | awk '/^tempo_receiver_spans_accepted_total/ { n += $2 } END { printf "%d", n }'; }
for p in $WHICH; do
  D=$DATA/receivers; rm -rf "$D"
  "$root/tools/tempo" server --data "$D" > "$DATA/receivers.log" 2>&1 & L=$!
  for _ in $(seq 240); do curl -sf http://127.0.0.1:3200/ready > /dev/null && break; kill -0 $L 2>/dev/null || { tail -5 "$DATA/receivers.log"; exit 1; }; sleep 0.5; done
  PID=$(server $L | head -1); r=; [ $p = jaeger-udp ] && r="--rate $RATE"
  "$PEERS/bin/loadgen" ingest --proto $p --spans "$WARMUP" --seed 2 --ids "$DATA/receivers.ids" $r > /dev/null 2>&1
  before=$(taken)
  "$PEERS/bin/loadgen" ingest --proto $p --spans "$N" --label $p --pid "$PID" --ids "$DATA/receivers.ids" --out "$OUT" $r > /dev/null || exit 1
  echo "$p: $(($(taken) - before)) of $N spans taken" >&2
  kill -TERM "$PID"; wait $L 2>/dev/null
done
python3 - "$OUT" <<'EOF'
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
first = rows[0]["server_cpu_us_per_span"]
print(f"{'protocol':14} {'us/span':>8} {'to ' + rows[0]['label']:>8} {'bytes/span':>11} {'spans/s':>9} {'p99 ms':>7} {'RSS MB':>7} {'failed':>6}")
for r in rows:
    us = r["server_cpu_us_per_span"]
    print(f"{r['label']:14} {us:8.2f} {us / first:8.2f} {r['sent_bytes_per_span']:11.0f} {r['spans_per_s']:9.0f} {r.get('p99_ms', 0):7.1f} {r.get('rss_peak_mb', 0):7.0f} {r['failed_requests']:6}")
EOF
