#!/bin/bash
# print: what people see.
. "$(dirname "$0")/lib/tap.sh"

cat > lines <<'LINES'
{"time":"2026-01-01T00:00:00Z","source":"plant/mill1","run":1,"seq":1,"kind":"schema","values":{"torque":{"unit":"Nm","decimals":1},"speed":{"unit":"rpm"}}}
{"time":"2026-01-01T00:00:00Z","source":"plant/mill1","run":1,"seq":1,"values":{"type":"M","speed":1551,"torque":42.84,"p":0.125}}
{"time":"2026-01-01T00:00:01Z","source":"plant/mill1","run":1,"seq":2,"values":{"type":"L","speed":408,"torque":6.0,"p":0.5}}
{"time":"2026-01-01T00:00:02Z","source":"plant/mill1","run":1,"seq":3,"values":{"type":"L","speed":null,"torque":60.0,"p":1e-05},"quality":{"speed":2150694912,"torque":1083179008,"p":"Bad"}}
{"time":"2026-01-01T00:00:03.250Z","source":"plant/mill1","run":1,"seq":1,"kind":"alarm","values":{"message":"high","detail":{"a":[1,2]}}}
LINES
duto from-json < lines > samples

is "times, sources, values under one another, units, qualities, kinds" \
'2026-01-01 00:00:00  plant/mill1  type M  speed 1551 rpm  torque 42.8 Nm  p 0.125
2026-01-01 00:00:01  plant/mill1  type L  speed  408 rpm  torque  6.0 Nm  p 0.500
2026-01-01 00:00:02  plant/mill1  type L  speed    - rpm (bad: no communication)  torque 60.0 Nm (uncertain: last usable value)  p 1e-05 (bad)
2026-01-01 00:00:03.250  plant/mill1  alarm  message high  detail {"a":[1,2]}' "$(duto print < samples)"

is "lines are broken at --width" \
'2026-01-01 00:00:01  plant/mill1  type L  speed  408 rpm
                                  torque  6.0 Nm  p 0.500' "$(duto print --width 70 < samples | sed -n 3,4p)"
is "no line is longer" "" "$(duto print --width 60 < samples | grep -E '^.{61}')"
is "far fields begin again at the left" "    speed 1551 rpm  torque 42.8 Nm  p 0.125" \
	"$(sed 's/plant.mill1/a-source-with-a-rather-long-name/' lines | duto from-json |
		duto print --width 56 | sed -n 2p)"
is "--all shows schemas" "schema" "$(duto print --all < samples | awk 'NR == 1 { print $4 }')"

like "colour when asked for" $'\e\\[31m60|\e\\[33m60' "$(duto print --color always < samples)"
is "none where it is no terminal" "" "$(duto print < samples | grep $'\e')"
ok "colour on a terminal" grep -q $'\e' <(TERM=xterm script -qec "env -u NO_COLOR $DUTO print < $PWD/samples" /dev/null)

printf '{"time":"2026-01-01","source":"a\\u001b[2J","values":{"b\\u0007":"c\\u009b31m\\nd"}}\n' | duto from-json |
	duto print > output
is "nothing steers the terminal" '2026-01-01 00:00:00  a�[2J  b� c�31m�d' "$(cat output)"
is "the same input gives the same output" "$(duto print < samples)" "$(duto print < samples)"
is "nothing in, nothing out" "" "$(duto print < /dev/null)"

done_testing
