#!/bin/bash
# What a cluster costs: one node, then three nodes on this machine, with each span in one log and in two; the same spans, sent to the
# first node; prints a table of CPU per span, of all nodes together, from the socket to finished blocks. What a cluster of as many nodes
# takes while it has nothing to do is measured by itself, and taken off for the seconds that the measurement took.
# usage: cluster.sh [spans, default 2000000]      WARMUP=4000000   spans sent before the measured ones      RATE=20000   spans a second
set -u
here=$(cd "$(dirname "$0")" && pwd); root=$here/../..
export PEERS=${PEERS:-$HOME/.cache/tempo-peers}
[ -x "$PEERS/bin/loadgen" ] || "$here/setup.sh" || exit 1
N=${1:-2000000}; WARMUP=${WARMUP:-4000000}; RATE=${RATE:-0}; IDLE=20
DATA=$PEERS/data; mkdir -p "$DATA"; TICKS=$(getconf CLK_TCK)
# Blocks are cut soon, so that what is measured ends with all spans in blocks; merges are another matter.
export TEMPO_INGESTER_TRACE_IDLE=3s TEMPO_INGESTER_HEAD_AGE=10s TEMPO_COMPACTION_ENABLED=false
nodes() { pgrep -f "tempo.Main server --config $DATA/cluster/" ; }
cpu() { local sum=0 p t; for p in $(nodes); do t=$(awk '{ print $14 + $15 }' "/proc/$p/stat"); sum=$((sum + t)); done; echo $((sum * 1000000 / TICKS)); }
rss() { local p; for p in $(nodes); do awk '/VmHWM/ { print $2 }' "/proc/$p/status"; done | sort -n | tail -1; }
unstored() { curl -sSf --max-time 5 http://127.0.0.1:3200/status/cluster | grep -oE '"(liveTraces|headTraces)": ?[0-9]+' | awk -F: '{ sum += $2 } END { print NR ? sum : 1 }'; }
await_stored() { local i; for i in $(seq 120); do [ "$(unstored)" = 0 ] && return; sleep 1; done; echo "spans are in no block after 2 minutes"; exit 1; }
load() { "$PEERS/bin/loadgen" ingest --proto grpc --ids "$DATA/cluster.ids" --rate "$RATE" "$@" > "$DATA/cluster.out" 2>&1 || { cat "$DATA/cluster.out"; exit 1; }; await_stored; }
printf '%-22s %8s %8s %12s %11s\n' cluster us/span to-first idle-ms/s RSS-max-MB
first=
for c in ${CLUSTERS:-1:1 3:1 3:2}; do
  count=${c%:*}; copies=${c#*:}; rm -rf "$DATA/cluster"
  "$root/tools/tempo" cluster up "$count" --copies "$copies" --quiet --data "$DATA/cluster" > "$DATA/cluster.log" 2>&1 & L=$!
  for _ in $(seq 240); do grep -q "is ready, each span" "$DATA/cluster.log" && break; kill -0 $L 2>/dev/null || { tail -5 "$DATA/cluster.log"; exit 1; }; sleep 0.5; done
  load --spans "$WARMUP" --seed 2
  idle=$(cpu); sleep $IDLE; idle=$((($(cpu) - idle) / IDLE))
  begun=$SECONDS; before=$(cpu)
  load --spans "$N"
  used=$(($(cpu) - before - idle * (SECONDS - begun)))
  us=$(awk -v u=$used -v n="$N" 'BEGIN { printf "%.2f", u / n }'); first=${first:-$us}
  printf '%-22s %8s %8s %12s %11s\n' "$count nodes, in $copies logs" "$us" "$(awk -v a="$us" -v b="$first" 'BEGIN { printf "%.2f", a / b }')" $((idle / 1000)) $(($(rss) / 1024))
  kill -TERM "$(pgrep -P $L -f "cluster up" || echo $L)" 2>/dev/null; wait $L 2>/dev/null
  for _ in $(seq 100); do [ -z "$(nodes)" ] && break; sleep 0.5; done
done
