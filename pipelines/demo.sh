#!/bin/bash
# make demo: trains on a simulated milling machine, then runs predictive-maintenance.yaml and shows its stream and the
# figures of `duto top`, until Ctrl-C or for DURATION: pipelines/demo.sh BUILD [DURATION]
#
# Exit 0 when samples were scored. Nothing is left running; the models stay in BUILD/models.
set -u
cd "$(dirname "$0")/.."
build=$1 duration=${2-}
duto=$build/duto
pipeline=pipelines/predictive-maintenance.yaml
DUTO_RUNTIME_DIR=$(mktemp -d "${TMPDIR:-/tmp}/duto-demo.XXXXXX")
export DUTO_RUNTIME_DIR MODELS=$PWD/$build/models MODBUS_PORT=1502
stream=$DUTO_RUNTIME_DIR/stream
runner= figures=

finish() {
	[ "$figures" ] && kill "$figures" 2>/dev/null
	[ "$runner" ] && kill "$runner" 2>/dev/null && wait "$runner"
	rm -rf "$DUTO_RUNTIME_DIR"
}
trap finish EXIT

is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

show_figures() {
	while sleep 5; do
		echo && "$duto" top --once && echo
	done 2>/dev/null
}

echo "Training a forest on 20,000 pieces of a simulated milling machine:"
pipelines/train-mill.sh "$duto" "$MODELS" || exit
while is_taken "$MODBUS_PORT"; do MODBUS_PORT=$((MODBUS_PORT + 1)); done
echo
echo "Running $pipeline; its mill is a Modbus TCP slave at 127.0.0.1:$MODBUS_PORT. Ctrl-C ends it."
"$duto" graph "$pipeline"

"$duto" run "$pipeline" ${duration:+--duration "$duration"} > >(tee -i "$stream") &
runner=$!
trap : INT # the terminal has told duto run too, and a second word would kill it
trap 'kill "$runner"' TERM
show_figures &
figures=$!
wait "$runner"
status=$?
while kill -0 "$runner" 2>/dev/null; do
	wait "$runner"
	status=$?
done
runner=
scored=$(grep -c '"failure_probability":[0-9]' "$stream")
echo "$scored samples were scored."
[ "$status" -eq 0 ] && [ "$scored" -gt 0 ]
