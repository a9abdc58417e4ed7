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
	    print('{"time":"2026-01-01T%02d:%02d:%02dZ","source":"m","run":1,"seq":%d,"values":{"torque":%s,"tool_wear":%d,"machine_failure":%d}}'
	          % (i // 3600, i // 60 % 60, i % 60, i + 1, torque, wear, torque > 45 and wear > 120))
	END
}
machine 2000 | duto from-json >rows
train() { duto train --target machine_failure --features torque,tool_wear --out "$@" <rows; }

exits "learns" 0 train m.forest --trees 20
like "says what it learnt from" "^20 trees from 2000 of 2000 rows and 2 features; skipped 0 rows" "$(cat output)"
like "and how well" "out of bag: accuracy 0.99[0-9]* over 2000 rows" "$(cat output)"
like "names the model by its digest" "wrote m.forest, sha256 $(head -n -1 m.forest | sha256sum | cut -d' ' -f1)" "$(cat output)"
is "which is also the file's last line" "sha256 $(head -n -1 m.forest | sha256sum | cut -d' ' -f1)" "$(tail -n 1 m.forest)"

for threads in 1 2 5; do
	train again.forest --trees 20 --threads $threads --report again.json >/dev/null
	ok "the same seed, the same model: $threads threads" cmp m.forest again.forest
	sed 's/again/m/' again.json >$threads.json
done
ok "and the same report" cmp 1.json 2.json
ok "of 5 threads too" cmp 1.json 5.json
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

train leaves.forest --trees 1 --min-leaf 100 >/dev/null
ok "--min-leaf: few leaves of 2,000 draws" test "$(grep -c '^leaf' leaves.forest)" -le 20
train one.forest --trees 1 --max-depth 1 >/dev/null
train balanced.forest --trees 1 --max-depth 1 --class-weight balanced >/dev/null
failing() { awk '/^leaf/ && $3 > most { most = $3 } END { print most }' "$1"; }
ok "--class-weight balanced: the rare class weighs more" awk -v a="$(failing one.forest)" -v b="$(failing balanced.forest)" 'BEGIN { exit !(b > a + 0.2) }'
train narrow.forest --trees 20 --split-features 1 >/dev/null
train wide.forest --trees 20 --split-features 2 >/dev/null
ok "--split-features" eval '! cmp -s narrow.forest wide.forest'

exits "--report as JSON on the output" 0 train m.forest --trees 20 --report -
is "which is all there is" "target,task,trees,rows,seen,skipped,metrics,importance,model,sha256" "$(jq -r 'keys_unsorted | join(",")' output)"
is "each row is in the confusion matrix once" 2000 "$(jq '[.metrics.classes[].taken_for[]] | add' output)"
is "and in the calibration table" 2000 "$(jq '[.metrics.calibration[].rows] | add' output)"
is "the digest is the file's" "$(tail -n 1 m.forest | cut -d' ' -f2)" "$(jq -r .sha256 output)"
exits "--report into a file" 0 train m.forest --trees 20 --report report.json
ok "holds the same" cmp -s <(jq . report.json) <(jq . <(train m.forest --trees 20 --report -))
like "the text comes too" "^20 trees from 2000" "$(cat output)"
like "with the confusion matrix" "class +rows precision +recall +F1 +ROC-AUC +PR-AUC  taken for 0  taken for 1" "$(cat output)"
like "the calibration" "probability of 1, and how often it came true" "$(cat output)"
like "and what matters" "importance: accuracy lost .* torque " "$(cat output)"

exits "--split time:0.75" 0 train split.forest --trees 20 --split time:0.75 --report -
is "learns from the earlier rows, reports on the later" "1500 500 held out, the latest" \
	"$(jq -r '"\(.rows) \(.metrics.rows) \(.metrics.of)"' output)"
duto train --target machine_failure --features torque,tool_wear --trees 20 --out first.forest < <(machine 2000 | awk 'NR <= 1500' | duto from-json) >/dev/null
ok "as if only those had come" cmp split.forest first.forest
duto train --target machine_failure --features torque,tool_wear --trees 20 --split time:0.75 --out turned.forest \
	< <(machine 2000 | tac | duto from-json) >/dev/null
ok "by time, in whatever order rows come" cmp split.forest turned.forest
exits "--folds" 0 train m.forest --trees 10 --folds 4 --report -
is "means and deviations over the folds" "4 true" "$(jq -r '"\(.folds.count) \(.folds.F1.mean > 0.9 and .folds.F1.deviation > 0)"' output)"
train m10.forest --trees 10 >/dev/null
ok "the model is learnt from all rows" cmp m.forest m10.forest

exits "a regression" 0 duto train --task regression --target torque --features tool_wear,machine_failure --trees 10 --out r.forest <rows
like "with its errors" "out of bag: RMSE [0-9.]+, MAE [0-9.]+, R2 -?0\.[0-9]+ over" "$(cat output)"
is "is told by the model" "regression torque" "$(grep ^regression r.forest)"
for threads in 1 3; do
	duto train --task regression --target torque --features tool_wear,machine_failure --trees 10 --out r$threads.forest --threads $threads <rows >/dev/null
done
ok "the same whatever the threads" cmp r1.forest r3.forest

terminal() { # COMMAND...: with a terminal for standard error; prints what came there
	/usr/bin/python3 - "$@" <<-'END'
	import os, pty, subprocess, sys
	end, terminal = pty.openpty()
	p = subprocess.Popen(sys.argv[1:], stdin=open("rows"), stdout=subprocess.DEVNULL, stderr=terminal)
	os.close(terminal)
	shown = b""
	try:
	    while data := os.read(end, 4096):
	        shown += data
	except OSError: # the other end is closed
	    pass
	print(shown.decode(), end="")
	sys.exit(p.wait())
	END
}
progress=$(terminal "$DUTO" train --target machine_failure --features torque --trees 30 --threads 1 --out p.forest)
like "progress on a terminal" $'\r30 of 30 trees' "$progress"
like "which is wiped at the end" $'\r\x1b\\[K$' "$progress"
exits "and nowhere else" 0 train m.forest --trees 20
is "nothing on standard error" "" "$(cat errors)"

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
fails "a share of 1" "--split: expected time: and a share between 0 and 1, as time:0.8, found time:1" --target machine_failure --features torque --split time:1
fails "a split by something else" "found torque:0.8" --target machine_failure --features torque --split torque:0.8
fails "words behind the share" "found time:0.8x" --target machine_failure --features torque --split time:0.8x
fails "a share that leaves nothing" "--split: of 2000 rows no part is left to learn from" --target machine_failure --features torque --split time:0.0001
fails "folds and a split" "--split and --folds do not go together" --target machine_failure --features torque --split time:0.8 --folds 5
fails "more folds than rows" "--folds: 50 rows are too few for 60" --target machine_failure --features torque --max-rows 50 --folds 60
fails "weights of classes without classes" "--class-weight goes with classes" --task regression --class-weight balanced --target torque --features tool_wear
exits "one class only" 100 duto train --target machine_failure --features torque --trees 5 --out no.forest < <(machine 20 | sed 's/failure":1/failure":0/' | duto from-json)
like "is named" "--target: it was 0 in all 20 rows" "$(cat errors)"
exits "nothing came in" 100 duto train --target machine_failure --features torque --out no.forest </dev/null
ok "none of these wrote a model" test ! -e no.forest
exits "no room for the model" 111 train /dev/full
exits "no room for the report" 111 eval 'train m.forest >/dev/full'
done_testing
