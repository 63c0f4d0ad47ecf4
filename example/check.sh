#!/usr/bin/env bash
# Runs the examples as their READMEs say, as far as this machine can: each must send a trace that is found. What cannot be run here is
# named and left out; what can and fails ends this with exit code 1. Needs the ports of a node, and that no node is running.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly READY_SECONDS_MAX=120
work=$(mktemp -d)
node=
checked=0

cleanup() {
  stop_node
  rm -rf "$work"
}
trap cleanup EXIT

fail() {
  echo "FAILED: example: $1" >&2
  for log in "$work"/*.log; do
    [ ! -f "$log" ] || sed "s|^|  $(basename "$log"): |" "$log" | tail -n 20 >&2
  done
  exit 1
}

ok() {
  checked=$((checked + 1))
  echo "ok: example: $1"
}

left_out() {
  echo "left out: example: $1"
}

has() {
  command -v "$1" >/dev/null
}

await() {
  local seconds=0
  until "$@" >/dev/null 2>&1; do
    [ "$seconds" -lt "$READY_SECONDS_MAX" ] || return 1
    kill -0 "$node" 2>/dev/null || return 1
    sleep 1
    seconds=$((seconds + 1))
  done
}

start_node() {
  ./tools/tempo "$@" >"$work/node.log" 2>&1 &
  node=$!
}

stop_node() {
  [ -n "$node" ] || return 0
  kill -TERM "$node" 2>/dev/null || :
  wait "$node" 2>/dev/null || :
  node=
}

# The trace whose id is the last line of a sender's output has the spans of that sender.
found() {
  local name=$1 id=$2
  ./tools/tempo-cli query trace "$id" --format otlp-json --timeout 20 >"$work/trace.json" 2>"$work/query.log" ||
    fail "the trace of $name is not found"
  grep -q "\"$name\"" "$work/trace.json" || fail "the trace of $name is another one"
  ok "$name"
}

sends() {
  local name=$1
  shift
  "$@" >"$work/$name.log" 2>"$work/$name-errors.log" || fail "$name"
  found "$name" "$(tail -n 1 "$work/$name.log")"
}

# Libraries come from the net: if they do not, that is not the example's fault.
python_sender() {
  has python3 && python3 -m venv "$work/python" >/dev/null 2>&1 ||
    { left_out "python-sender: no python3 with venv"; return; }
  "$work/python/bin/pip" install -q -r example/senders/python/requirements.txt >"$work/pip.log" 2>&1 ||
    { left_out "python-sender: its libraries cannot be had"; return; }
  sends python-sender "$work/python/bin/python" example/senders/python/send_spans.py
}

go_sender() {
  has go || { left_out "go-sender: no go"; return; }
  (cd example/senders/go && go build -o "$work/go-sender" .) >"$work/go.log" 2>&1 ||
    { left_out "go-sender: its libraries cannot be had"; return; }
  sends go-sender "$work/go-sender"
}

javascript_sender() {
  has npm || { left_out "javascript-sender: no npm"; return; }
  cp -r example/senders/javascript "$work/javascript"
  (cd "$work/javascript" && npm install --no-audit --no-fund) >"$work/npm.log" 2>&1 ||
    { left_out "javascript-sender: its libraries cannot be had"; return; }
  sends javascript-sender node "$work/javascript/send_spans.mjs"
}

collector() {
  local otelcol=
  for each in otelcol otelcol-contrib otelcorecol; do
    ! has "$each" || otelcol=$each
  done
  [ -n "$otelcol" ] || { left_out "collector: no otelcol"; return; }
  "$otelcol" --config example/senders/collector/collector.yaml >"$work/collector.log" 2>&1 &
  local pid=$!
  local seconds=0
  until OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:14317 java_sender >"$work/collected.log" 2>/dev/null; do
    [ "$seconds" -lt 30 ] && kill -0 "$pid" || fail "collector"
    sleep 1
    seconds=$((seconds + 1))
  done
  sleep 3
  kill -TERM "$pid"
  wait "$pid" || :
  found java-sender "$(tail -n 1 "$work/collected.log")"
}

java_sender() {
  "${JAVA_HOME:+$JAVA_HOME/bin/}java" -cp "target/app/lib/*" example/senders/java/SendSpans.java
}

shop() {
  "${JAVA_HOME:+$JAVA_HOME/bin/}java" -cp "target/app/lib/*" example/shop/Shop.java 3 >"$work/shop.log" 2>&1 || fail shop
  local id
  id=$(grep -oE 'traceID=[0-9a-f]{32}' "$work/shop.log" | tail -n 1 | cut -d= -f2)
  for service in frontend checkout inventory payment; do
    found "$service" "$id"
  done
}

three_nodes() {
  start_node cluster up 3 --data "$work/cluster"
  await curl -sf http://127.0.0.3:3200/ready || fail "three nodes do not start"
  java_sender >"$work/cluster-sender.log" || fail "the first of three nodes takes no spans"
  ./tools/tempo-cli query trace "$(tail -n 1 "$work/cluster-sender.log")" --server http://127.0.0.3:3200 >"$work/query.log" 2>&1 ||
    fail "the third node does not find what the first one took"
  ./tools/tempo cluster status >"$work/status.log" || fail "the cluster is not well"
  ok "three-nodes"
  stop_node
}

compose() {
  has docker && docker compose version >/dev/null 2>&1 || { left_out "docker-compose: no docker compose"; return; }
  local base=example/docker-compose/docker-compose
  for over in "" s3 gcs; do
    docker compose -f $base.yaml ${over:+-f $base.$over.yaml} config -q || fail "docker-compose ${over:-} is not valid"
  done
  ok "docker-compose"
}

start_node server --data "$work/data"
await curl -sf http://127.0.0.1:3200/ready || fail "no node starts"
sends java-sender java_sender
python_sender
go_sender
javascript_sender
collector
shop
./tools/tempo-vulture --once >"$work/vulture.log" 2>&1 || fail "vulture"
ok "vulture"
stop_node
./tools/tempo-cli --data "$work/data" verify >"$work/verify.log" 2>&1 || fail "tempo-cli finds something wrong in what the node left"
ok "tempo-cli"

three_nodes
"${JAVA_HOME:+$JAVA_HOME/bin/}java" -cp "target/app/lib/*" example/tempodb/Notes.java "$work/notes" >"$work/notes.log" 2>&1 || fail "tempodb"
ok "tempodb"
compose
echo "$checked examples checked"
