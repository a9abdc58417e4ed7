#!/bin/bash
# Runs one fuzz target: tests/fuzz/run.sh TARGET SECONDS. It begins with what the project itself reads; what it learns
# stays in build/fuzz/corpus for the next time, and what it finds wrong in build/fuzz/NAME-*.
set -eu
target=$1 seconds=$2
name=$(basename "$target")
cd "$(dirname "$0")/../.."
corpus=build/fuzz/corpus/$name
mkdir -p "$corpus"

mill() { build/duto sim mill --count "$1" --start 2026-01-01T00:00:00Z; }
case $name in
sample | seal) mill 2 >"$corpus/mill" ;;
json) mill 2 | build/duto to-json >"$corpus/mill" ;;
csv) mill 3 | build/duto to-csv >"$corpus/mill" ;;
yaml | pipeline) cp pipelines/*.yaml "$corpus" ;;
tariff) cp schemas/tariffs/*.yaml "$corpus" ;;
customers) printf 'meter,cycle,contract,history,factor\na,day 1,ponta=1 fora_ponta=2,2026-01=5,10\nb,2026-03-10 2026-04-09 at 10:30,,,\n' >"$corpus/two" ;;
urdb) /usr/bin/python3 tests/fuzz/urdb_seeds.py "$corpus" ;;
devmap) cp schemas/devices/*.csv "$corpus" ;;
profile) cp schemas/power-quality/*.yaml "$corpus" ;;
scaler) cp build/models/mill-scaler.yaml "$corpus" ;;
forest)
	mill 300 | build/duto train --target machine_failure --features torque,tool_wear --trees 2 --out "$corpus/mill" 2>&1
	head -n -1 "$corpus/mill" >"$corpus/lines"
	;;
model)
	mill 300 | build/duto train --target machine_failure --features torque,tool_wear --trees 2 --out "$corpus/mill" 2>&1
	build/duto model convert "$corpus/mill" "$corpus/mill.onnx" 2>&1
	/usr/bin/python3 tests/lib/model_seeds.py "$corpus"
	;;
esac >/dev/null

export ASAN_OPTIONS=allocator_may_return_null=1
if "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -artifact_prefix="build/fuzz/$name-" "$corpus" \
	>"build/fuzz/$name.log" 2>&1; then
	echo "fuzz: $name: $seconds s, nothing found, $(ls "$corpus" | wc -l) inputs kept"
else
	grep -m 1 -A 15 'ERROR\|runtime error' "build/fuzz/$name.log"
	echo "fuzz: $name: found something, see build/fuzz/$name-* and build/fuzz/$name.log"
	exit 1
fi
