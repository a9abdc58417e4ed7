#!/bin/bash
# pipelines/energy.yaml from end to end: simulated meters over Modbus TCP, then a plant's own, by one variable.
. "$(dirname "$0")/lib/tap.sh"
export DUTO_RUNTIME_DIR=$SCRATCH/run DUTO_STATE_DIR=$SCRATCH/state NO_COLOR=1 DUTO_SCHEMAS=$SCRATCH/schemas
port=$(free_port)
cp -r "$ROOT/schemas" schemas
mkdir pipelines
sed -i "s/:1503/:$port/" schemas/meters/sim.csv
sed "s/:1503/:$port/" "$ROOT/pipelines/energy.yaml" > pipelines/energy.yaml

exits "it has no mistake" 0 duto check pipelines/energy.yaml
duto test pipelines/energy.yaml > cases
is "its own cases hold" 0 $?

run() { # VARIABLE=VALUE...: the pipeline; its pid in $run
	start env CONTRACT=10 BLOCK=2s "$@" "$DUTO" run pipelines/energy.yaml > stream 2> log
	run=$started_pid
}

stop() { kill -INT "$run" && wait "$run"; }

stage() { duto replay "energy/$1" | duto to-json; } # the samples that a stage has kept

has() { stage "$1" 2> /dev/null | grep -q "$2"; }

run
ok "two simulated meters are read" eventually 30 has meters '"source":"plant/meter2".*"active_power":[1-9]'
ok "their total comes out" eventually 20 has total '"source":"plant/total".*"active_power":[1-9].*"voltage_line":3[0-9]'
ok "its demand" eventually 20 has demand '"source":"plant/total/demand".*"demand":[1-9]'
ok "an alarm before a block ends" eventually 20 has demand '"event":"demand_projected","level":"alarm"'
ok "a running bill" eventually 20 has bill '"kind":"bill".*"state":"provisional".*"code":"demanda"'
ok "events and bills as lines" eventually 20 grep -q '"event":"demand_exceeded"' stream
ok "a tap shows the total" eventually 20 grep -q 'plant/total .*power_factor' stream
ok "Ctrl-C drains it" stop
is "no stage has failed" "" "$(grep -i 'error\|failed' log)"

cat > sums.py <<-'END' # totals that are not the sum of the last power of each meter within the second before
	import json, sys
	read, wrong, seen = {}, 0, 0
	for s in sorted(map(json.loads, sys.stdin), key=lambda s: (s["time"][:-1], s["source"] == "plant/total")):
	    power = None if "kind" in s else s["values"].get("active_power")
	    if s["source"] != "plant/total":
	        read[s["source"]] = power
	    elif power is not None:
	        seen, wrong = seen + 1, wrong + (power != sum(read.values()))
	print(seen > 2, wrong)
END
is "each total is the sum of its meters" "True 0" "$({ stage meters; stage total; } | /usr/bin/python3 sums.py)"
watts=$(stage total | jq -s '[.[] | select(.kind == null) | .values.active_energy_import // empty | floor] | sort | .[-1] - .[0]')
ok "the register of the total counts up" test "$watts" -gt 0

rm -r state
cat > values <<-'END'
	{"time":"2026-01-01T00:00:00Z","source":"a","values":{"active_power":100000.0,"apparent_power":110000.0,"active_energy_import":5000000.0,"voltage_l1_n":221.0}}
	{"time":"2026-01-01T00:00:00Z","source":"b","values":{"active_power":60500.0,"apparent_power":104000.0,"active_energy_import":7000000.0,"voltage_l1_n":223.0}}
END
plant=$(free_port)
start "$DUTO" from-json --in file:values --out push:ipc://values.sock
start "$DUTO" serve-modbus --in pull:ipc://values.sock --map kron-mult-k.csv --listen "127.0.0.1:$plant" --linger 1h 2> served
cat > pipelines/plant.csv <<-END
	source,address,unit,map
	plant/meter1,tcp://127.0.0.1:$plant,1,kron-mult-k.csv
	plant/meter2,tcp://127.0.0.1:$plant,2,kron-mult-k.csv
END
run METERS=plant.csv
ok "real meters in the place of the simulated ones" eventually 30 has total '"active_power":160500.0.*"power_factor":0.75'
ok "the same demand" eventually 20 has demand '"demand":160.5'
ok "the same bill" eventually 20 has bill '"kind":"bill"'
ok "Ctrl-C drains it too" stop
is "nothing was simulated" "" "$(stage meters | jq -c 'select(.kind == null and .values.active_power != null and
	(.values.active_power | IN(100000, 60500) | not)) | .values.active_power')"

done_testing
