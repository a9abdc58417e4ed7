#!/bin/bash
# What a fuzz target begins with, of what the project itself reads: tests/fuzz/seeds.sh NAME FOLDER BUILD
set -eu
name=$1 build=$3
folder=$(mkdir -p "$2" && realpath "$2")
cd "$(dirname "$0")/../.."

mill() { "$build/duto" sim mill --count "$1" --start 2026-01-01T00:00:00Z; }
case $name in
sample | seal) mill 2 >"$folder/mill" ;;
json) mill 2 | "$build/duto" to-json >"$folder/mill" ;;
csv) mill 3 | "$build/duto" to-csv >"$folder/mill" ;;
keep) rm -rf "$folder/keep" && mill 20 | "$build/duto" select --out "keep:$folder/keep" && mv "$folder"/keep/*.log "$folder/log" && rm -r "$folder/keep" ;;
yaml | pipeline) cp pipelines/*.yaml "$folder" ;;
tariff) cp schemas/tariffs/*.yaml "$folder" ;;
customers) printf 'meter,cycle,contract,history,factor\na,day 1,ponta=1 fora_ponta=2,2026-01=5,10\nb,2026-03-10 2026-04-09 at 10:30,,,\n' >"$folder/two" ;;
units)
	cp pipelines/*.yaml "$folder"
	sed -n '/^cat >pipelines\/plant.yaml/,/^END/p' tests/units.t | sed '1d;$d' >"$folder/plant"
	;;
urdb) /usr/bin/python3 tests/fuzz/urdb_seeds.py "$folder" ;;
devmap) cp schemas/devices/*.csv "$folder" ;;
profile) cp schemas/power-quality/*.yaml "$folder" ;;
scaler) cp "$build/models/mill-scaler.yaml" "$folder" ;;
forest)
	mill 300 | "$build/duto" train --target machine_failure --features torque,tool_wear --trees 2 --out "$folder/mill"
	head -n -1 "$folder/mill" >"$folder/lines"
	;;
model)
	mill 300 | "$build/duto" train --target machine_failure --features torque,tool_wear --trees 2 --out "$folder/mill"
	"$build/duto" model convert "$folder/mill" "$folder/mill.onnx"
	/usr/bin/python3 tests/lib/model_seeds.py "$folder"
	;;
*) echo "tests/fuzz/seeds.sh has nothing for $name" >&2 && exit 1 ;;
esac >/dev/null 2>&1
