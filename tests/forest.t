#!/bin/bash
# conformance setup: duto sim mill --count 2000 --start 2026-01-01T00:00:00Z | duto train --target machine_failure --features torque,tool_wear --trees 5 --out m.forest
# conformance: --model m.forest
. "$(dirname "$0")/lib/tap.sh"

model() { # the lines on standard input, with their digest
	cat >body
	cat body
	echo "sha256 $(sha256sum <body | cut -d' ' -f1)"
}
model >m.forest <<'END'
duto-forest 1
feature torque
feature wear
class 0
class 1
trees 2
tree 3
split 0 40 1 2 left
leaf 1 0
leaf 0.25 0.75
tree 3
split 1 100.5 1 2 left
leaf 0.75 0.25
leaf 0 1
END

rows() {
	duto from-json <<-'END'
	{"time":"2026-01-01T00:00:00Z","source":"m","run":1,"seq":1,"values":{"torque":40,"wear":100}}
	{"time":"2026-01-01T00:00:01Z","source":"m","run":1,"seq":2,"values":{"torque":41.5,"wear":101}}
	{"time":"2026-01-01T00:00:02Z","source":"m","run":1,"seq":3,"values":{"torque":41.5}}
	{"time":"2026-01-01T00:00:03Z","source":"m","run":1,"seq":4,"values":{"torque":41.5,"wear":7},"quality":{"wear":2147483648}}
	{"time":"2026-01-01T00:00:04Z","source":"m","run":1,"seq":5,"values":{"torque":41.5,"wear":7},"quality":{"wear":1073741824}}
	{"time":"2026-01-01T00:00:05Z","source":"other","run":1,"seq":1,"values":{"pressure":1}}
	{"time":"2026-01-01T00:00:06Z","source":"m","run":1,"seq":1,"kind":"event","values":{"torque":50,"wear":200}}
	END
}
rows >rows
duto forest --model m.forest <rows >scored
duto to-json <scored >lines
line() { sed -n "$1p" lines; }
via="m.forest@$(tail -n 1 m.forest | cut -c 8-19)"

like "scores" '"torque":40,"wear":100,"failure_probability":0.125,"failure":0}' "$(line 1)"
like "names the model in via" "\"via\":.\"model\":\"$via\"." "$(line 1)"
like "decides" '"failure_probability":0.875,"failure":1}' "$(line 2)"
like "a missing feature: nil" '"torque":41.5,"failure_probability":null,"failure":null}' "$(line 3)"
like "  and Bad" '"quality":."failure_probability":[^,]*,"failure":[0-9]*.,' "$(line 3)"
like "a Bad feature: nil" '"failure_probability":null,"failure":null}' "$(line 4)"
like "  with its quality" '"quality":."wear":([^,]*),"failure_probability":([^,]*),"failure":([0-9]*).,' "$(line 4)"
is "  the same" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
like "an Uncertain feature: scored" '"failure_probability":0.5,"failure":1}' "$(line 5)"
like "  with its quality" '"quality":."wear":([^,]*),"failure_probability":([^,]*),"failure":([0-9]*).,' "$(line 5)"
is "  the same" "${BASH_REMATCH[1]}" "${BASH_REMATCH[3]}"
is "others pass as they are" "$(duto to-json <rows | tail -n 2)" "$(tail -n 2 lines)"

first() { duto forest --model m.forest "$@" <rows | duto to-json | head -n 1; }
like "--threshold" '"failure":1}' "$(first --threshold 0.125)"
like "--positive" '"failure_probability":0.875,"failure":1}' "$(first --positive 0)"
like "names" '"p":0.125,"late":0}' "$(first --probability-name p --class-name late)"
like "--features takes other fields" '"failure_probability":0.5,"failure":1}' "$(first --features wear,torque)"

cat >s.yaml <<'END'
method: standard
fields:
  torque: {mean: 1, scale: 0.3}
  wear: {mean: 2, scale: 0.7}
END
duto scale --model s.yaml <rows | duto forest --model m.forest | duto to-json | grep -o '"failure_.*"failure":[^},]*' >apart
duto forest --model m.forest --scaler s.yaml <rows | duto to-json >inside
is "--scaler scores as the scale filter before it" "$(cat apart)" "$(grep -o '"failure_.*"failure":[^},]*' inside)"
like "  and leaves the readings" '"torque":40,"wear":100' "$(head -n 1 inside)"

fails() { # TITLE REGEX OPTION...
	exits "$1" 100 duto forest "${@:3}" <rows
	like "  $2" "$2" "$(cat errors)"
}
fails "no model" "--model is required"
fails "a model that is not there" "none.forest" --model none.forest
sed '8s/split/splt/' m.forest >bad.forest
fails "a model with a mistake" 'bad.forest:8: expected "split FEATURE THRESHOLD LEFT RIGHT left.right" or "leaf ...", found "splt' --model bad.forest --check
sed '9s/1 0/0 1/' m.forest >changed.forest
fails "a model that was changed" "changed.forest:15: the lines above have another sha256" --model changed.forest
head -c 150 m.forest >cut.forest
fails "a model cut short" "cut.forest:11: .* cut short" --model cut.forest
fails "an unknown class" "m.forest has no class 2" --model m.forest --positive 2
fails "too few features" "1 names for the 2 features of m.forest" --model m.forest --features torque
sed 's/wear/tear/' s.yaml >t.yaml
fails "a scaler that lacks a feature" "t.yaml has no field wear, a feature of m.forest" --model m.forest --scaler t.yaml
sed '/^sha/d; /^class 1/a class 2' m.forest | sed 's/^leaf.*/leaf 1 0 0/' | model >three.forest
fails "three classes" "three.forest has 3 classes: --positive says which" --model three.forest

# Other kinds of model.
tree() { # HEADER LINES: one split of torque at 40
	printf 'duto-forest 1\nfeature torque\n%b\ntrees 2\ntree 3\nsplit 0 40 1 2 left 0.75\n%b\ntree 1\n%b\n' "$@" | model
}
tree 'regression load' 'leaf 10\nleaf 30' 'leaf 2' >regression.forest
like "a regression: predicted_ and its target" '"wear":100,"predicted_load":6.0}' \
	"$(duto forest --model regression.forest <rows | duto to-json | head -n 1)"
like "--value-name" '"wear":100,"kw":6.0}' \
	"$(duto forest --model regression.forest --value-name kw <rows | duto to-json | head -n 1)"
fails "a regression has no class" "--positive: regression.forest is a regression" --model regression.forest --positive 1
tree 'class no\nclass yes\nsum\nlink logistic\nbase -1' 'leaf 1\nleaf 3' 'leaf 0' >boosted.forest
like "boosted sums" '"failure_probability":0.5,"failure":1}' \
	"$(duto forest --model boosted.forest <rows | duto to-json | head -n 1)"
tree 'regression load\nsum' 'leaf 1e308\nleaf 1' 'leaf 1e308' >huge.forest
like "no number comes out: nil" '"predicted_load":null}.*"quality":."predicted_load":2151415808' \
	"$(duto forest --model huge.forest <rows | duto to-json | head -n 1)"

sed '/^sha/d; s/^trees/missing\ntrees/' m.forest | model >missing.forest
duto forest --model missing.forest <rows | duto to-json >lines
like "a model that takes missing values scores" '"failure_probability":0.5,"failure":1}' "$(line 3)"
like "  and is Uncertain" '"failure_probability":1084489728' "$(line 3)"
like "  of a Bad one too" '"failure_probability":0.5,"failure":1}' "$(line 4)"

# By hand: the roots are worth 0.25 x 0.75 and 0.9 x 0.25 + 0.1 x 1; row 2 goes right and right.
sed '/^sha/d; s/^\(split 0.*\)/\1 0.75/; s/^\(split 1.*\)/\1 0.9/' m.forest | model >shares.forest
why() { duto forest --model shares.forest "$@" <rows | duto to-json | sed -n 2p; }
like "--explain" '"explain":"wear [+]0.338, torque [+]0.281"' "$(why --explain 2)"
like "  the first" '"explain":"wear [+]0.338",' "$(why --explain 1)"
like "  for the other class" '"explain":"wear -0.338",' "$(why --explain 1 --positive 0)"

# A new model while it runs.
cp m.forest live.forest
mkfifo in
start bash -c 'exec "$DUTO" forest --model live.forest <in >live.out 2>live.err'
live=$started_pid
exec 3>in
has() { [ "$(duto to-json <live.out | wc -l)" -ge "$1" ]; }
duto to-json <rows | sed -n 2p | duto from-json >row
cat row >&3
ok "scores while it runs" eventually 10 has 1
sed '/^sha/d; s/^leaf 0 1/leaf 0.5 0.5/' m.forest | model >next.forest
cp next.forest live.forest
kill -HUP "$live"
ok "SIGHUP takes up a new model" eventually 10 grep -q " in place of $(sed 's/m.forest/live.forest/' <<<"$via")" live.err
cat row >&3
ok "  that scores" eventually 10 has 2
echo broken >live.forest
kill -HUP "$live"
ok "a broken one is warned of" eventually 10 grep -q 'warning: live.forest:1: expected "duto-forest 1".* goes on' live.err
cat row >&3
exec 3>&-
wait "$live"
is "  and it ends well" 0 $?
is "all samples came out, by the model of their time" "0.875 0.625 0.625" \
	"$(duto to-json <live.out | grep -o '"failure_probability":[0-9.]*' | cut -d: -f2 | xargs)"
is "  and via tells which" 2 "$(duto to-json <live.out | grep -o 'live.forest@[0-9a-f]*' | sort -u | wc -l)"

# While samples come in as fast as they can.
duto sim mill --count 5000 --start 2026-01-01T00:00:00Z | duto select --kind measurement >many
mkfifo many.in
cp m.forest live.forest
start bash -c 'exec "$DUTO" forest --model live.forest --features torque,tool_wear <many.in >many.out 2>many.err'
live=$started_pid
exec 3>many.in
cat many >&3
told() { [ "$(grep -cE 'in place of|goes on' many.err)" -ge "$1" ]; }
ok "a stream is scored" eventually 10 test -s many.out
for i in 1 2 3 4 5 6; do
	cat many >&3 &
	writer=$!
	[ $((i % 3)) = 0 ] && echo broken >live.forest || cp next.forest live.forest
	kill -HUP "$live"
	ok "  SIGHUP in its midst, no. $i" eventually 10 told "$i"
	wait "$writer"
done
exec 3>&-
wait "$live"
is "  and nothing is lost or out of order" "$(for i in 0 1 2 3 4 5 6; do cat many; done | duto select --fields torque | sha256sum)" \
	"$(duto select --fields torque <many.out | duto to-json | sed 's/,"via":{[^}]*}//' | duto from-json | sha256sum)"

# In a pipeline the others go on.
cp m.forest live.forest
mkfifo feed
cat >p.yaml <<'END'
name: p
stages:
  score:
    run: from-json feed | forest --model live.forest | to-json --out file:scores
END
for way in "stage p.yaml score" "run p.yaml"; do
	rm -f scores
	cp m.forest live.forest
	start bash -c "exec \"\$DUTO\" $way 2>stage.err"
	stage=$started_pid
	exec 3>feed
	duto to-json <row >&3
	ok "duto ${way%% *}: scores" eventually 10 grep -q '"failure_probability":0.875' scores
	cp next.forest live.forest
	kill -HUP "$stage"
	ok "  SIGHUP reaches the filter" eventually 10 grep -q "in place of" stage.err
	duto to-json <row >&3
	exec 3>&-
	wait "$stage"
	is "  and stops nothing" 0 $?
	ok "  all came out" grep -q '"failure_probability":0.625' scores
done

like "needs and makes" '"torque".*"failure_probability"' "$(duto forest --model m.forest --describe)"
done_testing
