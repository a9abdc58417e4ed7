#!/bin/bash
# conformance: --target machine_failure --features torque,tool_wear --trees 3 --out m.forest
. "$(dirname "$0")/lib/tap.sh"

# A made-up machine: it fails where torque and wear are both high.
machine() { # ROWS
	/usr/bin/python3 - "$1" <<-'END'
	import random, sys
	random.seed(1)
	for i in range(int(sys.argv[1])):
	    torque, wear = random.randrange(600) / 10, random.randrange(200)
	    print('{"time":"2026-01-01T00:00:00Z","source":"m","run":1,"seq":%d,"values":{"torque":%s,"tool_wear":%d,"machine_failure":%d}}'
	          % (i + 1, torque, wear, torque > 45 and wear > 120))
	END
}
machine 2000 | duto from-json >rows
train() { duto train --target machine_failure --features torque,tool_wear --out "$@" <rows; }

exits "learns" 0 train m.forest --trees 20
like "says what it learnt from" "^20 trees from 2000 of 2000 rows and 2 features; skipped 0 rows" "$(cat output)"
like "and how well" "out of bag: accuracy 0.99[0-9]* over 2000 rows" "$(cat output)"
like "names the model by its digest" "wrote m.forest, sha256 $(head -n -1 m.forest | sha256sum | cut -d' ' -f1)" "$(cat output)"
is "which is also the file's last line" "sha256 $(head -n -1 m.forest | sha256sum | cut -d' ' -f1)" "$(tail -n 1 m.forest)"

train again.forest --trees 20 --threads 1 >/dev/null
ok "the same seed, the same model, whatever the threads" cmp m.forest again.forest
train other.forest --trees 20 --seed 2 >/dev/null
ok "another seed, another model" eval '! cmp -s m.forest other.forest'
train shallow.forest --max-depth 1 --trees 3 >/dev/null
is "--max-depth" 3 "$(grep -c '^split' shallow.forest)"
duto scale --fit s.yaml <rows >/dev/null 2>&1
duto scale --model s.yaml <rows | duto train --target machine_failure --features torque,tool_wear --trees 20 --out s.forest >/dev/null
failures() { duto forest "$@" 2>errors | duto to-json | grep -c '"failure":1'; }
is "learnt from scaled values, scored from scaled values" "$(grep -c failure\":1 <(duto to-json <rows))" "$(duto scale --model s.yaml <rows | failures --model s.forest)"
is "without a warning" "" "$(cat errors)"
is "or with the scaler inside" "$(grep -c failure\":1 <(duto to-json <rows))" "$(failures --model s.forest --scaler s.yaml <rows)"
failures --model s.forest <rows >/dev/null
like "readings instead of scaled values: a warning" "tool_wear is [0-9]+, far from all that s.forest compares it with" "$(cat errors)"
exits "--max-rows draws a sample" 0 train few.forest --trees 5 --max-rows 500
like "and says so" "from 500 of 2000 rows" "$(cat output)"
train few2.forest --trees 5 --max-rows 500 >/dev/null
ok "always the same" cmp few.forest few2.forest
exits "--class-weight balanced" 0 train b.forest --trees 5 --class-weight balanced

exits "rows with holes" 0 duto train --target machine_failure --features torque,tool_wear --trees 5 --out h.forest < <(
	cat rows; duto from-json <<-'END'
	{"time":"2026-01-01T00:00:00Z","source":"m","run":2,"seq":1,"values":{"torque":null,"tool_wear":1,"machine_failure":1}}
	{"time":"2026-01-01T00:00:00Z","source":"m","run":2,"seq":2,"values":{"tool_wear":1,"machine_failure":1}}
	{"time":"2026-01-01T00:00:00Z","source":"m","run":2,"seq":3,"values":{"torque":4,"tool_wear":1,"machine_failure":null}}
	{"time":"2026-01-01T00:00:00Z","source":"other","run":2,"seq":3,"values":{"pressure":4}}
	END
)
like "are skipped and counted; other sources are not" "2000 of 2000 rows .* skipped 3 rows" "$(cat output)"

exits "text classes" 0 duto train --target state --features torque --trees 5 --out t.forest < <(
	duto from-json < <(machine 200 | sed 's/"machine_failure":0/"state":"fine"/; s/"machine_failure":1/"state":"broken"/'))
is "in the order of their bytes" "class broken class fine" "$(grep ^class t.forest | paste -sd' ')"

fails() { # TITLE REGEX OPTION...
	exits "$1" 100 duto train --trees 5 --out no.forest "${@:3}" <rows
	like "  $2" "$2" "$(cat errors)"
}
fails "an unknown target" "target: no sample has a field machine_failre; did you mean machine_failure" --target machine_failre --features torque
fails "an unknown feature" "features: no sample has a field torq; did you mean torque" --target machine_failure --features torq
fails "a measure for target" "more than 256 different values|is [0-9.]+: a target" --target torque --features tool_wear
fails "the target among the features" "machine_failure is the target" --target machine_failure --features machine_failure
fails "a feature twice" "torque is there twice" --target machine_failure --features torque,torque
fails "no target" "--target is required" --features torque
exits "one class only" 100 duto train --target machine_failure --features torque --trees 5 --out no.forest < <(machine 20 | sed 's/failure":1/failure":0/' | duto from-json)
like "is named" "--target: it was 0 in all 20 rows" "$(cat errors)"
exits "nothing came in" 100 duto train --target machine_failure --features torque --out no.forest </dev/null
ok "none of these wrote a model" test ! -e no.forest
exits "no room for the model" 111 train /dev/full
exits "no room for the report" 111 eval 'train m.forest >/dev/full'
done_testing
