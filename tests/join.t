#!/bin/bash
# conformance new: measurements
# conformance: --sources plant/mill1,other/source --as plant/all --tolerance 2s --every 1s
# conformance: --sources plant/mill1 --as plant/all --tolerance 2s --on plant/mill1 --bare --late 1s --interpolate
. "$(dirname "$0")/lib/tap.sh"

seq=0
row() { # SOURCE SECOND VALUES [QUALITY [KIND]]
	seq=$((seq + 1))
	jq -nc --arg s "$1" --arg t "2026-01-01T00:00:0${2}Z" --argjson n $seq --argjson v "$3" --argjson q "${4:-null}" --arg k "${5-}" \
		'{time: $t, source: $s, run: 1, seq: $n, values: $v} + (if $k != "" then {kind: $k} else {} end) + (if $q then {quality: $q} else {} end)'
}
joined() { duto from-json | duto join --as p/line "$@" 2>errors | duto to-json | jq -c 'select(.source == "p/line" and .kind == null) | [.time[17:-1], .values, .quality]'; }
both=(--sources p/a,p/b --tolerance 1s)
no_data=2157641728 bad=2147483648

{
	row p/a 0 '{"x":1,"t":10}'
	row p/b 0.5 '{"y":5,"t":20}'
	row p/a 1 '{"x":2,"t":11}'
	row p/b 1.5 '{"y":6,"t":21}' "{\"y\":$bad}"
	row p/a 2 '{"x":3,"t":12}'
	row p/b 5 '{"y":7,"t":22}'
} >rows
is "each time has the last values, by the names of their sources" \
'["00",{"a.x":1,"a.t":10},null]
["01",{"a.x":2,"a.t":11,"b.y":5,"b.t":20},null]
["02",{"a.x":3,"a.t":12,"b.y":6,"b.t":21},{"b.y":2147483648}]
["03",{"a.x":3,"a.t":12,"b.y":null,"b.t":null},{"b.y":2157641728,"b.t":2157641728}]
["05",{"a.x":null,"a.t":null,"b.y":7,"b.t":22},{"a.x":2157641728,"a.t":2157641728}]' "$(joined "${both[@]}" --every 1s --wait 9s <rows)"
is "--bare: fields keep their names, of two the first source's counts" '{"x":2,"t":11,"y":5}' "$(joined "${both[@]}" --every 1s --wait 9s --bare <rows | sed -n 2p | jq -c '.[1]')"
is "--on: at the times of one" "00.500 01.500 05" "$(joined "${both[@]}" --on p/b <rows | jq -r '.[0]' | xargs)"
is "--fields" '{"b.y":5}' "$(joined "${both[@]}" --every 1s --wait 9s --fields y,a.z <rows | sed -n 2p | jq -c '.[1]')"
is "--interpolate: on the line" '[2,5.5]' "$({ row p/b 0.5 '{"y":5}'; row p/b 1.5 '{"y":6}'; row p/a 1 '{"x":2}'; } | joined "${both[@]}" --on p/a --interpolate --wait 9s | jq -c '[.[1]["a.x"], .[1]["b.y"]]')"
is "  not from a Bad value" "[6,$bad]" "$({ row p/b 0.5 '{"y":6}' "{\"y\":$bad}"; row p/b 1.5 '{"y":7}'; row p/a 1 '{"x":2}'; } | joined "${both[@]}" --on p/a --interpolate --wait 9s | jq -c '[.[1]["b.y"], .[2]["b.y"]]')"
is "  nor where it holds in steps" "5" "$({ row p/b 0 '{"y":{"step":true}}' '' schema; row p/b 0.5 '{"y":5}'; row p/b 1.5 '{"y":7}'; row p/a 1 '{"x":2}'; } | joined "${both[@]}" --on p/a --interpolate --wait 9s | jq '.[1]["b.y"]')"
is "a source that comes later than --wait is not waited for" '["00","01","02","03"] 1' \
	"$({ for i in 0 1 2 3 4; do row p/a $i '{"x":1}'; done; row p/b 0 '{"y":1}'; row p/a 5 '{"x":1}'; } >in
	duto from-json <in | duto join --as p/line "${both[@]}" --every 1s --wait 500ms 2>errors | duto to-json | jq -c 'select(.kind == null) | .time[17:-1]' | head -n 4 | jq -sc . | tr -d '\n'; echo " $(grep -c 'older than times' errors)")"
is "what is still within the tolerance counts" 4 "$({ row p/a 0 '{"x":1}'; row p/a 1 '{"x":1}'; row p/a 2 '{"x":1}'; row p/b 0.5 '{"y":4}'; row p/a 3 '{"x":1}'; } |
	joined --sources p/a,p/b --tolerance 2s --every 1s --wait 0s | jq '.[1]["b.y"] | numbers' | xargs)"
{ row p/a 1 '{"x":1}'; row p/b 3 '{}' '' mark; row p/a 2 '{}' '' mark; row p/a 9 '{}' '' event; row q 1 '{"z":1}'; row p/a 3 '{"x":{"unit":"W"}}' '' schema; } >in
is "marks close, and go on as far as all have come" '["p/line","",1] ["p/line","mark",1] ["p/line","",2] ["p/line","mark",2] ["p/a","event",9] ["q","",1] ["p/line","schema",3]' \
	"$(duto from-json <in | duto join --as p/line "${both[@]}" --every 1s --wait 9s | duto to-json | jq -c '[.source, .kind // "", (.time[17:-1] | tonumber)]' | xargs -d '\n')"
is "schemas are joined" '{"unit":"W"}' "$(duto from-json <in | duto join --as p/line "${both[@]}" --every 1s | duto to-json | jq -c 'select(.kind == "schema") | .values["a.x"]')"
is "far apart" "2" "$({ row p/a 0 '{"x":1}'; echo '{"time":"2126-01-01T00:00:00Z","source":"p/a","run":1,"seq":9,"values":{"x":2}}'; } | timeout 10 "$DUTO" join --sources p/a,p/b --as p/line --tolerance 0s --every 1ms < <(duto from-json) | duto to-json | grep -c p/line)"

# However the sources are interleaved, and mixed up by less than --late, the same comes out.
duto sim meter --sources 3 --count 60 --start 2026-01-01T00:00:00Z | duto select --fields active_power,voltage_l1_n --kind measurement | duto to-json >plain.json
three=(join --sources plant/meter3,plant/meter1,plant/meter2 --as p/line --tolerance 2s --wait 1h --every 500ms)
values() { duto from-json | duto "${three[@]}" "$@" | duto to-json | jq -c '[.time, .values, .quality]'; }
for order in 'sort_by(.source)' 'sort_by(.source) | reverse | sort_by(.source) | reverse' 'sort_by(.time, .source)' \
	'sort_by(.source == "plant/meter2", .time)' 'group_by(.source) | map([range(length) as $i | .[$i + (if $i % 2 == 0 and $i + 1 < length then 1 elif $i % 2 == 1 then -1 else 0 end)]]) | add'; do
	# Reversed by groups only: each source keeps its order, but for the last, where neighbours change places.
	jq -sc "$order | .[]" plain.json >mixed.json
	for how in "" --interpolate; do
		values --late 1s $how <mixed.json >"out$how"
		[ -e "first$how" ] || cp "out$how" "first$how"
		ok "in the order of ${order:0:30}$how" cmp "first$how" "out$how"
	done
done
is "  of times" 119 "$(wc -l <first)"
ok "  on lines other than in steps" test "$(diff first first--interpolate | grep -c '^>')" -gt 50
is "--on: what comes when its time has gone by is dropped" '["01","03"] 1' \
	"$({ row p/a 1 '{"x":1}'; row p/a 3 '{"x":1}'; row p/a 2 '{"x":1}'; } | duto from-json | duto join --sources p/a --as p/line --tolerance 5s --on p/a 2>errors | duto to-json | jq -c 'select(.kind == null) | .time[17:-1]' | jq -sc . | tr -d '\n'; echo " $(grep -c 'older than times' errors)")"
is "  unless --late waits for it" '01 02 03' \
	"$({ row p/a 1 '{"x":1}'; row p/a 3 '{"x":1}'; row p/a 2 '{"x":1}'; } | joined --sources p/a --tolerance 5s --on p/a --late 1s | jq -r '.[0]' | xargs)"

exits "neither --every nor --on" 100 duto join "${both[@]}" --as p/line
exits "both" 100 duto join "${both[@]}" --as p/line --every 1s --on p/a
exits "--on another" 100 duto join "${both[@]}" --as p/line --on p/c
exits "--as one of them" 100 duto join "${both[@]}" --as p/a --on p/a
exits "sources that end the same" 100 duto join --sources p/a,q/a --tolerance 1s --as p/line --on p/a
like "are named" "p/a and q/a end the same" "$(cat errors)"

# Killed behind a checkpoint, it goes on as if it had not stopped.
duto sim meter --sources 3 --count 1500 --start 2026-01-01T00:00:00Z >in
args=(join --sources "$(duto to-json <in | jq -r .source | sort -u | head -n 2 | paste -sd ,)" --as plant/both --tolerance 3s --every 2s --late 1s --interpolate)
duto "${args[@]}" <in >plain
exits "killed behind a checkpoint, four times" 0 /usr/bin/python3 "$ROOT/tests/lib/kills.py" in 4 "${args[@]}"
ok "the same bytes as of one run" cmp plain output
ok "of which there are some" test "$(stat -c %s plain)" -gt 100000
done_testing
