#!/bin/bash
# Merges 10 blocks of 1 M spans of the standard load: Tempo 3.0.3's backend worker and this project, on the same spans.
# usage: compact.sh [tempo ours | ours | tempo]
# Tempo is run where there is a binary at $PEERS/bin/tempo (README.md). Blocks are made once and kept in $PEERS/data.
set -u
here=$(cd "$(dirname "$0")" && pwd)
export PEERS=${PEERS:-$HOME/.cache/tempo-peers}
[ -x "$PEERS/bin/loadgen" ] || "$here/setup.sh" || exit 1
WHO=${*:-tempo ours}
[ -x "$PEERS/bin/tempo" ] || { WHO=${WHO/tempo/}; echo "no Tempo at \$PEERS/bin/tempo: measuring this project alone"; }
DATA=$PEERS/data/compact; mkdir -p "$DATA"
READY=http://127.0.0.1:3200/ready
await() { until curl -sf $READY > /dev/null; do kill -0 "$1" 2> /dev/null || { tail -5 "$2"; exit 1; }; sleep 0.5; done; }
load() { "$PEERS/bin/loadgen" ingest --label "$1" --spans 10500000 --seed 5 --conns 4 --inflight 2 --target 127.0.0.1:4317 --pid "$2" --ids "$DATA/ids" | grep -v '^{'; }
stop() { kill -TERM "$1"; wait "$1"; }
cpu() { awk '{print $14+$15}' "/proc/$1/stat"; }

tempo_blocks() { # what the last block has is not 1 M spans, and stays in the live store
  echo "== making blocks of Tempo"; rm -rf "$DATA/tempo"
  TEMPO_BLOCK_DURATION=1h TEMPO_BLOCK_BYTES=162000000 TEMPO_INPUT_BLOCKS=1000 "$here/tempo.sh" "$DATA/tempo" > "$DATA/tempo.log" 2>&1 & local p=$!
  await $p "$DATA/tempo.log"; load tempo-blocks $p
  local before now=0 still=0; while [ $still -lt 15 ]; do before=$now; sleep 2; now=$(du -sb "$DATA/tempo/blocks" | cut -f1); [ "$before" = "$now" ] && still=$((still + 1)) || still=0; done
  stop $p
}
tempo_compact() { # the scheduler and the worker are processes of their own, so that the worker's CPU is that of the compaction
  [ -d "$DATA/tempo/blocks" ] || tempo_blocks
  export TEMPO_DIR=$DATA/tempo-merged; rm -rf "$TEMPO_DIR"; mkdir -p "$TEMPO_DIR/work" "$TEMPO_DIR/wal"; cp -r "$DATA/tempo/blocks" "$TEMPO_DIR/blocks"
  local tenant=$TEMPO_DIR/blocks/single-tenant inputs
  inputs=$(ls -d "$tenant"/*-*-*-*-*/ | wc -l)
  TEMPO_TARGET=backend-scheduler TEMPO_HTTP=13200 TEMPO_GRPC=19095 TEMPO_GOSSIP=17946 \
    "$PEERS/bin/tempo" -config.file="$here/tempo-compact.yaml" -config.expand-env=true > "$DATA/scheduler.log" 2>&1 & local s=$!
  sleep 5
  TEMPO_TARGET=backend-worker TEMPO_HTTP=13201 TEMPO_GRPC=19096 TEMPO_GOSSIP=17947 \
    "$PEERS/bin/tempo" -config.file="$here/tempo-compact.yaml" -config.expand-env=true > "$DATA/worker.log" 2>&1 & local w=$!
  for _ in $(seq 1200); do
    sleep 1; kill -0 $w 2> /dev/null || { tail -3 "$DATA/worker.log"; kill $s; exit 1; }
    [ "$(ls "$tenant"/*/meta.compacted.json 2> /dev/null | wc -l)" -ge "$inputs" ] && break
  done
  sleep 2
  echo "== tempo: $inputs blocks; CPU of the worker $(cpu $w)0 ms; largest RSS $(grep VmHWM /proc/$w/status | tr -s ' \t' ' ')"
  grep -E 'rchar|wchar|syscr' /proc/$w/io
  curl -s http://127.0.0.1:13201/metrics | grep -E '^tempodb_compaction_(objects|bytes|blocks)'
  stop $w; stop $s
  grep -ho '"totalObjects":[0-9]*\|"size":[0-9]*' "$tenant"/*/meta.json
}

ours_blocks() {
  echo "== making blocks of this project"; rm -rf "$DATA/ours"
  TEMPO_COMPACTION_ENABLED=false TEMPO_INGESTER_HEAD_BYTES_MAX=408000000 TEMPO_INGESTER_HEAD_AGE=1h TEMPO_COMPACTION_CLOSED_AFTER=2h \
    "$here/../tempo" server --data "$DATA/ours" > "$DATA/ours.log" 2>&1 & local p=$!
  await $p "$DATA/ours.log"; load ours-blocks "$(ps -o pid= --ppid $p | head -1 | grep . || echo $p)"
  stop $p
  find "$DATA/ours/blocks" -name '*.tp' -size -10M | while read -r small; do rm "$small" "${small%.tp}.meta"; done
  report split "$DATA/ours/blocks" "$DATA/split" 10
}
report() { java -Xmx512m -cp "$here/../../target/test-classes:$here/../../target/classes:$(cat "$here/../../target/test.classpath")" tempo.bench.CompactionReport "$@"; }
ours_compact() {
  (cd "$here/../.." && ./mvnw -q -Dquick test-compile -Dmaven.test.skip=false dependency:build-classpath -Dmdep.includeScope=test -Dmdep.outputFile=target/test.classpath) || exit 1
  [ -d "$DATA/split" ] || { rm -rf "$DATA/split"; ours_blocks; }
  local of workers
  for of in "ours/blocks 1" "ours/blocks 2" "split 1"; do
    workers=${of##* }
    echo "== this project: ${of% *}, $workers at the same time"
    rm -rf "$DATA/merged"; cp -r "$DATA/${of% *}" "$DATA/merged"
    report merge "$DATA/merged" "$workers"
  done
}
for who in $WHO; do ${who}_compact; done
