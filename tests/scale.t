#!/bin/bash
# conformance setup: duto sim mill --count 200 --start 2026-01-01T00:00:00Z | duto scale --fit m.yaml > learnt
# conformance: --model m.yaml
# conformance: --model m.yaml --as scaled_{field}
# conformance: --fit new.yaml
. "$(dirname "$0")/lib/tap.sh"

rows() {
	cat <<-'END'
	{"time":"2026-01-01T00:00:00Z","source":"m","run":1,"seq":1,"values":{"speed":1,"load":10.5,"flag":0,"on":true,"name":"a"}}
	{"time":"2026-01-01T00:00:01Z","source":"m","run":1,"seq":2,"values":{"speed":2,"load":11.5,"flag":1,"on":false,"name":"b"}}
	{"time":"2026-01-01T00:00:02Z","source":"m","run":1,"seq":3,"values":{"speed":3,"load":12.5,"flag":0,"on":true,"name":"c"}}
	{"time":"2026-01-01T00:00:03Z","source":"m","run":1,"seq":4,"values":{"speed":999,"load":null,"flag":0},"quality":{"speed":"Bad"}}
	END
}
rows | sed 's/"Bad"/2147483648/' | duto from-json >rows

exits "learns" 0 duto scale --fit s.yaml <rows
ok "and passes on unchanged" cmp rows output
like "flags are left out, and it says so" "left out as flags, only ever 0 and 1: flag" "$(cat errors)"
is "the model: Bad values and booleans are not learnt from" "method: standard
fields:
  speed: {mean: 2, scale: 0.816496580927726}
  load: {mean: 11.5, scale: 0.816496580927726}" "$(cat s.yaml)"
is "no file is left aside" "errors output rows s.yaml" "$(echo *)"

duto scale --fit m.yaml --method min-max --fields load,flag <rows >/dev/null
is "min-max, named fields, flags too" "method: min-max
fields:
  load: {min: 10.5, max: 12.5}
  flag: {min: 0, max: 1}" "$(cat m.yaml)"
duto scale --fit r.yaml --method robust --fields speed <rows >/dev/null
is "robust" "method: robust
fields:
  speed: {center: 2, scale: 1}" "$(cat r.yaml)"

scaled() { duto scale "$@" <rows | duto to-json | sed 's/.*"values"://'; }
is "replaces values; what is Bad becomes nil and stays Bad" \
'{"speed":-1.224744871391589,"load":-1.224744871391589,"flag":0,"on":true,"name":"a"}}
{"speed":0,"load":0,"flag":1,"on":false,"name":"b"}}
{"speed":1.224744871391589,"load":1.224744871391589,"flag":0,"on":true,"name":"c"}}
{"speed":null,"load":null,"flag":0},"quality":{"speed":2147483648}}' "$(scaled --model s.yaml | sed 's/0\.0,/0,/g; s/,"load":2[0-9]*}/}/; s/"0x80000000"/2147483648/g; s/"speed":2147483648,"load":[0-9]*/"speed":2147483648/')"
is "--as writes beside" '{"speed":1,"load":10.5,"flag":0,"on":true,"name":"a","scaled_load":0}}' \
	"$(scaled --model m.yaml --fields load --as 'scaled_{field}' | head -n 1 | sed 's/:0\.0/:0/')"
is "--inverse gives back what was scaled" "$(duto select --fields speed,load <rows | duto to-json | head -n 3 | sed 's/\("speed":[0-9]*\),/\1.0,/')" \
	"$(duto select --fields speed,load <rows | duto scale --model s.yaml | duto scale --model s.yaml --inverse | duto to-json | head -n 3 | sed 's/\("speed":[0-9]*\),/\1.0,/')"

wide() { # 60 fields, more than samples index
	printf '{"time":"2026-01-01T00:00:00Z","source":"m","run":1,"seq":1,"values":{'
	for i in {1..59}; do printf '"f%d":%s,' "$i" "$i.5"; done
	printf '"f60":60.5}}\n'
}
printf 'method: standard\nfields:\n  f2: {mean: 0.5, scale: 2}\n  f60: {mean: 0.5, scale: 3}\n' >wide.yaml
is "fields far behind are found" '"f58":58.5,"f59":59.5,"f60":60.5,"f2_s":1,"f60_s":20}}' \
	"$(wide | duto from-json | duto scale --model wide.yaml --as '{field}_s' | duto to-json | sed 's/.*\("f58\)/\1/; s/\.0\([,}]\)/\1/g')"
is "and replaced" '"f58":58.5,"f59":59.5,"f60":20}}' \
	"$(wide | duto from-json | duto scale --model wide.yaml | duto to-json | sed 's/.*\("f58\)/\1/; s/\.0\([,}]\)/\1/g')"

exits "neither --fit nor --model" 100 duto scale <rows
exits "both" 100 duto scale --fit a.yaml --model s.yaml <rows
exits "--method with --model" 100 duto scale --model s.yaml --method robust <rows
exits "--as without its hole" 100 duto scale --model s.yaml --as scaled <rows
exits "a model that is not there" 100 duto scale --model none.yaml <rows
like "is named" "none.yaml" "$(cat errors)"
exits "a field that the model lacks" 100 duto scale --model s.yaml --fields sped <rows
like "did you mean" "s.yaml has no field sped; did you mean speed" "$(cat errors)"
exits "a field that the stream lacks" 100 duto scale --fit n.yaml --fields sped <rows
ok "writes no model" test ! -e n.yaml
sed 's/mean: 2/mean: abc/' s.yaml >bad.yaml
exits "a model with a mistake" 100 duto scale --model bad.yaml --check
like "is located" 'error: bad.yaml:3:17: expected a number, found "abc"' "$(cat errors)"
exits "nothing came in" 100 duto scale --fit n.yaml </dev/null
exits "no room for the model" 111 duto scale --fit /dev/full <rows
like "needs and makes" '"speed"' "$(duto scale --model s.yaml --describe)"
done_testing
