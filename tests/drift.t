#!/bin/bash
# conformance setup: duto sim mill --count 500 --start 2026-01-01T00:00:00Z | duto scale --fit m.yaml > learnt
# conformance: --model m.yaml --count 300
# conformance: --model m.yaml --every 1h --measure ks --fields torque
. "$(dirname "$0")/lib/tap.sh"

# Normal readings a second; from row FROM to row TO those of torque are SHIFT higher.
readings() { # ROWS FROM TO SHIFT [SEED]
	/usr/bin/python3 - "$@" <<-'END'
	import random, sys
	rows, first, last = map(int, sys.argv[1:4])
	shift, seed = float(sys.argv[4]), int((sys.argv + ["1"])[5])
	r = random.Random(seed)
	for i in range(rows):
	    torque = r.gauss(40, 10) + (shift if first <= i < last else 0)
	    print('{"time":"2026-01-01T%02d:%02d:%02dZ","source":"m","run":1,"seq":%d,"values":{"torque":%.2f,"speed":%.1f,"level":%d}}'
	          % (i // 3600, i // 60 % 60, i % 60, i + 1, torque, r.gauss(1500, 100), r.random() < 0.3))
	END
}
readings 2000 0 0 0 | duto from-json >fitted
duto scale --fit m.yaml --fields torque,speed,level <fitted >/dev/null
is "scale --fit writes 19 quantiles a field" "19 19 19" "$(grep quantiles m.yaml | awk '{printf "%s%d", s, NF - 1; s = " "}')"

readings 6000 2000 4000 15 2 | duto from-json >live
drift() { duto drift --model m.yaml "$@" <live; }
events() { duto to-json | jq -r 'select(.kind == "event") | [.time, .values.event, .values.state, .values.field] | join(" ")'; }
exits "compares" 0 drift --count 500
is "one event when a drift raiseds, one when it ends" "2026-01-01T00:41:39Z drift raised torque
2026-01-01T01:14:59Z drift cleared torque" "$(events <output)"
is "samples pass unchanged" "$(cksum <live)" "$(duto select --kind measurement <output | cksum)"
is "windows in time" "2026-01-01T00:40:00Z drift raised torque
2026-01-01T01:20:00Z drift cleared torque" "$(drift --every 10m | events)"
is "Kolmogorov and Smirnov's distance" "2026-01-01T00:41:39Z drift raised torque
2026-01-01T01:14:59Z drift cleared torque" "$(drift --count 500 --measure ks | events)"
is "--fields" "" "$(drift --count 500 --fields speed,level | events)"
is "--threshold" "" "$(drift --count 500 --threshold 50 | events)"
like "the event says how far, how far it may be, and over what" \
	'"event":"drift","state":"raised","field":"torque","measure":"psi","distance":[0-9.]+,"threshold":0.25,"values":500,"window":500.0' \
	"$(drift --count 500 | duto to-json | grep -m1 raised)"
like "torque's distance of a shift by 1.5 deviations is that of theory, about 2" "^(1\.[5-9]|2\.[0-5])" \
	"$(drift --count 500 | duto to-json | grep -m1 raised | jq .values.distance)"
is "too few values: the window goes on" "2026-01-01T00:39:59Z drift raised torque
2026-01-01T01:19:59Z drift cleared torque" "$(drift --count 100 --values 600 | events)"
is "a source of its own each" 2 "$(duto drift --model m.yaml --count 500 < <(cat fitted; readings 2000 0 2000 15 3 | sed 's/"source":"m"/"source":"n"/' | duto from-json; readings 2000 0 2000 15 3 | sed 's/"source":"m"/"source":"o"/' | duto from-json) | events | grep -c raised)"

readings 2000 0 0 0 6 | sed 's/"torque":[0-9.-]*/"torque":null/; s/}}$/},"quality":{"speed":2147483648}}/; s/"speed":[0-9.-]*/"speed":9e9/' |
	duto from-json >bad
is "what is missing or Bad is no value" "" "$(duto drift --model m.yaml --count 500 <bad | events)"

# A drift about the threshold does not begin and end at each window.
readings 12000 0 12000 5.2 4 | duto from-json >near
is "hysteresis" 1 "$(duto drift --model m.yaml --count 500 --threshold 0.28 <near | events | wc -l)"

duto select --out keep:live.keep <live
duto drift --model m.yaml --count 500 --in keep:live.keep --out keep:once.keep
is "to a keep and back: the same events" "$(drift --count 500 | events)" "$(duto replay once.keep --speed max | events)"
readings 3200 2000 4000 15 2 | duto from-json >first
for window in "--count 500" "--every 10m"; do
	rm -rf parts.keep out.keep
	for part in first live; do
		duto select --out keep:parts.keep <$part
		duto drift --model m.yaml $window --in keep:parts.keep --out keep:out.keep
	done
	is "$window, stopped in the middle of a window, and of a drift: as if it had not been" "$(drift $window | events)" \
		"$(duto replay out.keep --speed max | events)"
done

exits "neither --every nor --count" 100 duto drift --model m.yaml <live
exits "both" 100 duto drift --model m.yaml --every 1h --count 5 <live
exits "a field that the model lacks" 100 duto drift --model m.yaml --count 500 --fields torq <live
like "did you mean" "m.yaml has no field torq; did you mean torque" "$(cat errors)"
sed '/quantiles/d; s/,$/}/' m.yaml >plain.yaml
exits "a model without quantiles" 100 duto drift --model plain.yaml --count 500 <live
like "is named" "plain.yaml: torque has no quantiles" "$(cat errors)"
bad() { # TITLE REGEX SED
	sed "$3" m.yaml >bad.yaml
	exits "$1" 100 duto drift --model bad.yaml --count 500 --check
	like "  located" "$2" "$(cat errors)"
}
bad "quantiles that fall" "bad.yaml:4:[0-9]+: expected 19 numbers that do not fall" '0,/quantiles: \[[^,]*/s//quantiles: [1e9/'
bad "too few" "bad.yaml:4:[0-9]+: expected 19 numbers, found 18" '0,/quantiles: \[[^,]*, /s//quantiles: [/'
bad "a text" 'bad.yaml:4:[0-9]+: expected a number, found "abc"' '0,/quantiles: \[[^,]*/s//quantiles: [abc/'
done_testing
