#!/bin/bash
# Makes one folder of tests/formats, of everything that the build at hand writes to disk: tests/formats/make.sh FOLDER.
#
#     mill, meter           keeps with raw and sealed segments, cursors, and the first half of a stream that goes on
#     mill.rest.zst, ...    the other half, as samples
#     out/FILTER            what the filter made of the first half: a keep with positions, and its checkpoints
#     mill.forest, scaler.yaml, plant.tar.zst   a model, a scaling, a backup
#     SHA256SUMS            of the samples of each keep, and of the scores
set -eu
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
DUTO=${DUTO:-$ROOT/build/duto}
. "$ROOT/tests/formats/cases.sh"
duto() { "$DUTO" "$@"; }
mkdir "$1" "$1/out"
cd "$1"

until_true() { # COMMAND...
	for ((i = 0; i < 200; i++)); do
		if "$@"; then return; fi
		sleep 0.05
	done
	echo "waited in vain: $*" >&2
	cat "$SCRATCH"/errors >&2
	exit 1
}
info() { "$DUTO" keep info "$1" --json 2>/dev/null | jq "$2"; } # KEEP WORDS
is() { [ "$(info "$1" "$2")" = true ]; }
keep() { # KEEP LINES: its older segments are sealed, and its stream goes on
	local pipe=$SCRATCH/pipe count=0 writer part
	mkfifo "$pipe"
	"$DUTO" select --in "file:$pipe" --out "keep:$1?segment=8K" &
	writer=$!
	exec 3>"$pipe"
	split -l 40 "$2" "$SCRATCH/part."
	for part in "$SCRATCH/part."*; do
		count=$((count + $(wc -l <"$part")))
		duto from-json <"$part" >&3
		until_true is "$1" ".last == $count"
	done
	until_true is "$1" '.sealed == .segments - 1 and .sealed > 0'
	kill -9 $writer
	wait $writer 2>/dev/null || true
	exec 3>&-
	rm "$SCRATCH"/p*
}
halves() { # NAME SAMPLES: a schema of each source stands for all
	duto to-json <"$2" | jq -c 'select(.kind != "schema" or .seq == 1)' >"$SCRATCH/lines"
	local half=$(($(wc -l <"$SCRATCH/lines") / 2))
	head -n "$half" "$SCRATCH/lines" >"$SCRATCH/first"
	tail -n +$((half + 1)) "$SCRATCH/lines" | duto from-json | zstd -q -19 >"$1.rest.zst"
	keep "$1" "$SCRATCH/first"
}
duto sim mill --count 800 --start 2026-01-01T00:00:00Z >"$SCRATCH/mill"
duto sim meter --sources 2 --every 1m --count 80 --start 2026-01-01T00:00:00Z |
	duto select --fields voltage_l1_n,voltage_l2_n,voltage_l3_n,frequency,active_power,active_energy_import >"$SCRATCH/meter"
duto select --fields torque,rotational_speed,tool_wear <"$SCRATCH/mill" | duto to-json | head -n 321 | duto from-json >"$SCRATCH/few"
halves mill "$SCRATCH/few"
halves meter "$SCRATCH/meter"

duto scale --fit scaler.yaml --fields torque,rotational_speed,tool_wear <"$SCRATCH/mill" >/dev/null
duto train --target machine_failure --features torque,tool_wear,rotational_speed --trees 5 --out mill.forest <"$SCRATCH/mill" 2>/dev/null
duto replay mill | duto forest --model mill.forest >scores

has_all() { [ "$(cat "$1/cursors/$2" 2>/dev/null)" = "$(info "$1" .last)" ]; } # KEEP CURSOR
stop_halfway() { # FILTER KEEP OPTION...
	local filter=$1 from=$2
	shift 2
	"$DUTO" "$filter" "$@" --in "keep:$from#$filter" --out "keep:out/$filter" 2>"$SCRATCH/errors" &
	local pid=$!
	until_true has_all "$from" "$filter"
	kill $pid
	wait $pid || { cat "$SCRATCH/errors" >&2; exit 1; }
	ls "out/$filter/checkpoint/"* >/dev/null
}
cases stop_halfway

mkdir -p "$SCRATCH/state/plant" "$SCRATCH/etc/pipelines"
cp -r mill out/window "$SCRATCH/state/plant/"
printf 'name: plant\nstages:\n  mill: {run: sim mill}\n' >"$SCRATCH/etc/pipelines/plant.yaml"
DUTO_STATE_DIR=$SCRATCH/state DUTO_CONFIG_DIR=$SCRATCH/etc duto backup plant.tar.zst >/dev/null

for keep in mill meter out/*; do
	echo "$(duto replay "$keep" | sha256sum | cut -d' ' -f1)  $keep"
done >SHA256SUMS
sha256sum scores >>SHA256SUMS
rm scores
find . -name lock -delete -o -type d -empty -delete
