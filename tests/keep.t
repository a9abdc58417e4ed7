#!/bin/bash
# duto keep: ls, info, verify, export, forget.
. "$(dirname "$0")/lib/tap.sh"
export DUTO_STATE_DIR=$SCRATCH/state

is "no keeps yet" "no keeps in $DUTO_STATE_DIR" "$(duto keep ls)"
mkdir -p state/mill state/energy
duto sim mill --count 1000 --start 2026-01-01T00:00:00Z > samples
duto select --out keep:state/mill/score < samples
duto sim meter --count 60 --start 2026-02-01T00:00:00Z | duto select --out keep:state/energy/meters
duto replay mill/score --cursor report > /dev/null
duto replay mill/score --cursor historian --until 2026-01-01T00:01:00Z > /dev/null
mkdir state/mill/score.checkpoint

is "ls: keeps of all pipelines, by name" \
"KEEP SAMPLES SIZE OLDEST NEWEST
energy/meters 61 2026-02-01 00:00:00 2026-02-01 00:00:59 ended
mill/score 1.02k 2026-01-01 00:00:00 2026-01-01 00:16:39 ended" "$(duto keep ls | sed 's/  */ /g; s/ [0-9.]*[KM] / /')"
ok "in 80 columns and the state" [ "$(duto keep ls | wc -L)" -le 88 ]
is "of one pipeline" "mill/score" "$(duto keep ls mill | sed 1d | cut -d' ' -f1)"
is "one by its name, one by its folder" "mill/score state/energy/meters" \
	"$(duto keep ls mill/score state/energy/meters | sed 1d | cut -d' ' -f1 | xargs)"
is "those in a folder" "state/mill/score" "$(duto keep ls state/mill | sed 1d | cut -d' ' -f1)"
is "--json" '{"name":"mill/score","first":1,"last":1017,"ended":true}' \
	"$(duto keep ls mill --json | jq -c '{name,first,last,ended}')"
exits "a pipeline that has none" 100 duto keep ls plant
like "is named" "plant: no keep is there" "$(cat errors)"

like "info: what is there" "1017, numbers 1 to 1017" "$(duto keep info mill/score)"
like "and how far readers are" "report *1017, 0 behind" "$(duto keep info mill/score)"
is "info --json" '["historian","report"] 0 "2026-01-01T00:16:39Z"' \
	"$(duto keep info mill/score --json | jq -r '"\([.cursors[].name] | sort) \(.cursors[] | select(.name == "report").behind) \(.newest | tojson)"')"
duto window --every 1m --agg mean --in keep:state/mill/score --out "keep:state/mill/minute?segment=1K" 2>/dev/null
is "positions are no times of readings" '"2026-01-01T00:00:00Z"' "$(duto keep info mill/minute --json | jq .oldest)"
exits "a keep that is not there" 100 duto keep info mill/nothing
exits "a folder that is none" 100 duto keep info state
like "is named" "state: not a keep" "$(cat errors)"

exits "verify: all is good" 0 duto keep verify mill/score
is "and it says so" "mill/score: 1017 samples, 0 corrupt blocks" "$(cat output)"
duto select --out keep:damaged < samples
duto sim meter --count 60 --start 2026-02-01T00:00:00Z | duto select --out keep:damaged
log=$(ls damaged/*.log | head -n 1)
/usr/bin/python3 -c 'import sys; f = open(sys.argv[1], "r+b"); f.seek(2000); f.write(b"damage")' "$log"
exits "something is corrupt" 111 duto keep verify damaged
ok "and named by file and byte" grep -qE "${log##*/}: .* byte [0-9]+" errors

duto keep export mill/score > exported
ok "export gives what was given" cmp samples exported
is "of a period" 11 "$(duto keep export mill/score --since 2026-01-01T00:01:00Z --until 2026-01-01T00:01:10Z | duto to-json | wc -l)"

exits "forget" 0 duto keep forget mill/score historian
is "a cursor" '["report"]' "$(duto keep info mill/score --json | jq -c '[.cursors[].name]')"
exits "one that is not there" 100 duto keep forget mill/score historian
like "is named" 'has no cursor "historian"' "$(cat errors)"

exits "no word" 100 duto keep
exits "a word that is not there" 100 duto keep inf
like "is named, with what was meant" "did you mean info" "$(cat errors)"
exits "help" 0 duto keep --help

done_testing
