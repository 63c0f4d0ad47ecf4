#!/bin/bash
# What a cluster costs: one node, then three nodes on this machine, with each span in one log and in two; the same spans, sent to the
# first node; prints a table of CPU per span, of all nodes together.
# usage: cluster.sh [spans, default 1000000]      WARMUP=400000   spans sent before the measured ones      RATE=20000   spans a second
set -u
here=$(cd "$(dirname "$0")" && pwd); root=$here/../..
export PEERS=${PEERS:-$HOME/.cache/tempo-peers}
[ -x "$PEERS/bin/loadgen" ] || "$here/setup.sh" || exit 1
N=${1:-1000000}; WARMUP=${WARMUP:-400000}; RATE=${RATE:-20000}
DATA=$PEERS/data; mkdir -p "$DATA"; TICKS=$(getconf CLK_TCK)
nodes() { pgrep -f "tempo.Main server --config $DATA/cluster/" ; }
cpu() { local sum=0 p t; for p in $(nodes); do t=$(awk '{ print $14 + $15 }' "/proc/$p/stat"); sum=$((sum + t)); done; echo $((sum * 1000000 / TICKS)); }
rss() { local p; for p in $(nodes); do awk '/VmHWM/ { print $2 }' "/proc/$p/status"; done | sort -n | tail -1; }
printf '%-24s %8s %8s %10s\n' cluster us/span to-first RSS-max-MB
first=
for c in "1 1" "3 1" "3 2"; do
  set -- $c; rm -rf "$DATA/cluster"
  "$root/tools/tempo" cluster up "$1" --copies "$2" --quiet --data "$DATA/cluster" > "$DATA/cluster.log" 2>&1 & L=$!
  for _ in $(seq 240); do grep -q "is ready, each span" "$DATA/cluster.log" && break; kill -0 $L 2>/dev/null || { tail -5 "$DATA/cluster.log"; exit 1; }; sleep 0.5; done
  sleep 15
  "$PEERS/bin/loadgen" ingest --proto grpc --spans "$WARMUP" --seed 2 --ids "$DATA/cluster.ids" --rate "$RATE" > /dev/null 2>&1
  before=$(cpu)
  "$PEERS/bin/loadgen" ingest --proto grpc --spans "$N" --ids "$DATA/cluster.ids" --rate "$RATE" > "$DATA/cluster.out" 2>&1 || { cat "$DATA/cluster.out"; exit 1; }
  sleep 5
  used=$(($(cpu) - before)); us=$(awk -v u=$used -v n=$N 'BEGIN { printf "%.2f", u / n }'); first=${first:-$us}
  printf '%-24s %8s %8s %10s\n' "$1 nodes, in $2 logs" "$us" "$(awk -v a=$us -v b=$first 'BEGIN { printf "%.2f", a / b }')" $(($(rss) / 1024))
  "$root/tools/tempo" cluster status > "$DATA/cluster.status" 2>&1; kill -TERM $(pgrep -P $L -f "cluster up" || echo $L) 2>/dev/null; wait $L 2>/dev/null
  for _ in $(seq 100); do [ -z "$(nodes)" ] && break; sleep 0.5; done
done
