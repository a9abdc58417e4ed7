#!/bin/bash
# conformance: mill --count 100 --start 2026-01-01T00:00:00Z
# conformance: meter --sources 3 --count 100 --start 2026-01-01T00:00:00Z
# conformance endless: mill --every 10ms
# conformance endless: meter --start 2026-01-01T00:00:00Z
. "$(dirname "$0")/lib/tap.sh"

fixed=(--start 2026-01-01T00:00:00Z)
duto sim mill --seed 7 --count 20000 --every 1s "${fixed[@]}" >mill
duto to-csv <mill >mill.csv

is "the fields of the AI4I file" \
	"time,source,udi,product_id,type,air_temperature,process_temperature,rotational_speed,torque,tool_wear,machine_failure,twf,hdf,pwf,osf,rnf" \
	"$(head -n 1 mill.csv)"
is "with units" "air_temperature [K],rotational_speed [rpm],torque [Nm],tool_wear [min]" \
	"$(duto to-csv --units --fields air_temperature,rotational_speed,torque,tool_wear <mill | head -n 1 | cut -d, -f3-)"
is "as many as asked for, period by period" "20001 2026-01-01T05:33:19Z,plant/mill1,20000" \
	"$(wc -l <mill.csv) $(tail -n 1 mill.csv | cut -d, -f1-3)"
is "the same seed gives the same bytes" "$(cksum <mill)" \
	"$(duto sim mill --seed 7 --count 20000 --every 1s "${fixed[@]}" | cksum)"
is "so does a longer run, as far as it goes" "$(cksum <mill)" \
	"$(duto sim mill --seed 7 --count 30000 --every 1s "${fixed[@]}" | head -c "$(stat -c %s mill)" | cksum)"
ok "another seed gives others" test "$(cksum <mill)" != "$(duto sim mill --seed 8 --count 20000 "${fixed[@]}" | cksum)"

# Means, deviations and failures as the published file has them: in 10,000 rows 339 failures, TWF 46, HDF 115, PWF 95,
# OSF 98. Bounds are wide, as 20,000 rows of slow walks are few.
within() { # COLUMN LOW HIGH, of the mean; all in one pass
	awk -F, -v column="$1" -v low="$2" -v high="$3" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) c = i; next }
		{ sum += $c } END { m = sum / (NR - 1); print "# " column ": " m; exit !(m >= low && m <= high) }' mill.csv
}
ok "air temperature" within air_temperature 299 301
ok "process temperature" within process_temperature 309 311
ok "rotational speed" within rotational_speed 1530 1548
ok "torque" within torque 39.7 40.3
ok "tool wear" within tool_wear 105 115
ok "failures" within machine_failure 0.0250 0.0430
ok "tool wear failures" within twf 0.0035 0.0075
ok "heat dissipation failures" within hdf 0.0025 0.0210
ok "power failures" within pwf 0.0080 0.0130
ok "overstrain failures" within osf 0.0080 0.0150
ok "random failures" within rnf 0.0003 0.0019
ok "the rules hold for the readings" awk -F, 'NR > 1 {
	limit = $5 == "L" ? 11000 : $5 == "M" ? 12000 : 13000
	power = $9 * $8 * 3.14159265358979 / 30
	hdf = $7 * 10 - $6 * 10 < 85.95 && $8 < 1380; pwf = power < 3500 || power > 9000; osf = $9 * $10 > limit + 1e-6
	if (hdf != $13 || pwf != $14 || osf != $15 || $11 != ($12 || hdf || pwf || osf)) { print "# " $0; exit 1 }
}' mill.csv

duto sim meter --seed 1 --count 1344 --every 15m --start 2026-01-05 --sources 3 | duto to-csv >meter.csv
is "several sources, numbered on" "plant/meter1 plant/meter2 plant/meter3" \
	"$(tail -n 3 meter.csv | cut -d, -f2 | paste -sd' ')"
is "a meter's fields" \
	"time,source,voltage_l1_n,voltage_l2_n,voltage_l3_n,voltage_l1_l2,voltage_l2_l3,voltage_l3_l1,current_l1,current_l2,current_l3,active_power,reactive_power,apparent_power,power_factor,frequency,active_energy_import,reactive_energy_import" \
	"$(head -n 1 meter.csv)"
ok "the register never falls and is the integral of the power" awk -F, '$2 == "plant/meter2" {
	if (energy && $17 < energy) exit 1
	if (!energy) first = $17; else sum += $12 / 4
	energy = $17
} END { d = energy - first - sum; exit !(d >= -1 && d <= 1) }' meter.csv
is "--source" "hall/saw7 hall/saw8" \
	"$(duto sim mill --source hall/saw7 --sources 2 --count 1 "${fixed[@]}" | duto to-csv | tail -n 2 | cut -d, -f2 | paste -sd' ')"

# By the clock
duto sim meter --every 20ms --count 5 | duto to-csv >clock.csv
is "by the clock, as many as asked for" 6 "$(wc -l <clock.csv)"
ok "at the period asked for" awk -F'[:Z]' 'NR > 2 { d = $3 - last; if (d < 0) d += 60; if (d < 0.005) exit 1 } NR > 1 { last = $3 }' clock.csv
start "$DUTO" sim mill --every 10ms --out file:endless
ok "endless until told to stop" eventually 5 test -s endless
kill -TERM "$started_pid"
ok "and then ends well" wait "$started_pid"
ok "with whole samples" test "$(duto to-csv <endless | wc -l)" -gt 1

start "$DUTO" sim meter --for plant.csv --every 10ms --out file:none
ok "where real devices are read it stands by" eventually 5 test -e none
kill -TERM "$started_pid"
ok "until told to stop" wait "$started_pid"
is "and gives nothing" 0 "$(stat -c %s none)"

exits "an unknown plant" 100 duto sim lathe
exits "a period of nothing" 100 duto sim mill --every 0
like "--describe knows the fields and units" '"torque".*"Nm"' "$(duto sim mill --describe)"

done_testing
