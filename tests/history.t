#!/bin/bash
# conformance setup: duto sim mill --count 300 --sources 2 --start 2026-01-01T00:00:00Z | duto select --out keep:kept
# conformance: kept
# conformance: kept --field torque,tool_wear --every 1m --agg mean,max
. "$(dirname "$0")/lib/tap.sh"

# Two sources, a sample a second from 00:00:30 on; a schema comes every minute.
duto sim mill --count 3000 --sources 2 --start 2026-01-01T00:00:30Z >plant
duto select --out keep:kept <plant
between() { # SINCE UNTIL: the measurements of the plant, as JSON
	duto to-json <plant | jq -c --arg since "$1" --arg until "$2" 'select(.kind == null and .time >= $since and .time < $until)'
}
since=2026-01-01T00:10:00Z until=2026-01-01T00:40:00Z

exits "all of it" 0 duto history kept
ok "as it was, byte for byte" cmp plant output
is "a period" "$(between $since $until)" "$(duto history kept --since $since --until $until | duto to-json | jq -c 'select(.kind == null)')"
is "and what lies under a source" "$(between $since $until | jq -c 'select(.source == "plant/mill2")')" \
	"$(duto history kept --since $since --until $until --source plant/mill2,plant/mill | duto to-json | jq -c 'select(.kind == null)')"
is "of all sources with that path" "$(between $since $until | wc -l)" \
	"$(duto history kept --since $since --until $until --source plant/ | duto to-json | jq -c 'select(.kind == null)' | wc -l)"
is "fields" "$(between $since $until | jq -c '.values |= {torque, tool_wear}')" \
	"$(duto history kept --since $since --until $until --field torque,tool_wear | duto to-json | jq -c 'select(.kind == null)')"
is "units are known, though they were announced before" "schema null schema null" \
	"$(duto history kept --since 2026-01-01T00:10:05Z | duto to-json | head -n 4 | jq -c '.kind' | tr -d '"' | xargs)"
is "a source without the field does not come" "" "$(duto history kept --field voltage | duto to-json)"

# Aggregates beside those of jq. By source and quarter of an hour, which starts at 00:00, 00:15, ...
quarters() { # JQ-EXPRESSION of an array of numbers
	between $since $until | jq -r -s 'map({source, quarter: (.time | fromdate | . - . % 900 | todate), torque: .values.torque})
		| group_by([.quarter, .source])[] | [.[0].quarter, .[0].source, ([.[].torque] | '"$1"')] | @csv' | tr -d '"' | sort
}
rows() { duto history kept --since $since --until $until --field torque --every 15m "$@" | duto to-csv --no-header | sort; }
near() { # six rows of time, source and number, twice
	paste -d, "$1" "$2" | awk -F, '{ d = $3 - $6; if ($1 != $4 || $2 != $5 || d > 1e-9 || d < -1e-9) exit 1 } END { if (NR != 6) exit 1 }'
}
for agg in min max last:'.[-1]' first:'.[0]' count:length mean:'add / length'; do
	quarters "${agg#*:}" >expected
	rows --agg "${agg%%:*}" >rows
	ok "--agg ${agg%%:*}" near expected rows
done
ok "which is the mean, where nothing is said" near expected <(rows)
is "as CSV with units" "time,source,torque [Nm]" \
	"$(duto history kept --since $since --field torque --every 15m --agg mean | duto to-csv --units | head -n 1)"
is "and a row a value" "time,source,field,value,quality 2026-01-01T00:00:00Z,plant/mill1,torque_max," \
	"$(duto history kept --since $since --field torque --every 15m --agg max,min | duto to-csv --long | head -n 3 | sed 's/\(max,\).*/\1/' | sed -n '1p;3p' | xargs)"
ok "the same again" cmp <(rows --agg mean,stddev) <(rows --agg mean,stddev)
is "the same as window makes of it" "$(duto window --every 15m --agg sum <plant | duto to-csv | cksum)" \
	"$(duto history kept --every 15m --agg sum --late 0 | duto to-csv | cksum)"

# Late ones: a gateway sends half an hour afterwards.
line='{"time":"2026-01-01T%s:00Z","source":"p","run":1,"seq":%d,"values":{"x":%d}}\n'
# shellcheck disable=SC2059
late() { printf "$line" 00:10 1 1 01:00 2 5 00:20 3 2 02:00 4 7; }
late | duto from-json | duto select --out keep:late
is "a late sample counts in its stretch" "3 5 7" "$(duto history late --every 1h --agg sum | duto to-csv --no-header | cut -d, -f3 | xargs)"
exits "unless it is too late" 0 duto history late --every 30m --agg sum --late 10m
like "which is told of" "late" "$(cat errors)"

exits "no keep" 100 duto history absent
like "is named" "absent" "$(cat errors)"
exits "an aggregate that is not there" 100 duto history kept --every 1m --agg meen
like "did you mean" "did you mean mean" "$(cat errors)"
exits "--agg without --every" 100 duto history kept --agg mean
exits "the end before the beginning" 100 duto history kept --since $until --until $since
is "the fields that it makes" "torque_min torque_max" \
	"$(duto history kept --field torque --every 1m --agg min,max --describe | jq -r '.makes[].name' | xargs)"
exits "of a database nothing is asked by --check" 0 duto history postgresql://127.0.0.1:1/none --check
done_testing
