#!/bin/bash
# Pipelines with keeps: whatever is killed, every sample counts once; and what was kept, evaluated again, is the same.
. "$(dirname "$0")/lib/tap.sh"

export DUTO_RUNTIME_DIR=$SCRATCH/run DUTO_STATE_DIR=$SCRATCH/state NO_COLOR=1

page() { echo "$DUTO_RUNTIME_DIR/$1.stat"; }                      # PIPELINE/STAGE.INDEX
pid_of() { od -An -t d4 -j 8 -N 4 "$(page "$1")" 2>/dev/null | tr -d ' '; } # of the process that counts there
alive() { [ -e "/proc/$1/exe" ]; } # and not just a zombie
gone() { ! alive "$1"; }
runs() { local pid; pid=$(pid_of "$1") && [ -n "$pid" ] && alive "$pid"; }
lines() { # FROM TO: samples of three sources, a tenth of a second apart
	awk -v from="$1" -v to="$2" 'BEGIN { for (i = from; i <= to; i++)
		printf "{\"time\":\"2026-01-01T%02d:%02d:%02d.%d00Z\",\"source\":\"p/m%d\",\"run\":7,\"seq\":%d,\"values\":{\"a\":%d.5,\"b\":2}}\n",
			i / 36000, i / 600 % 60, i / 10 % 60, i % 10, i % 3, i, i }'
}
kept() { duto replay "durable/$1" 2>/dev/null; }
kept_lines() { kept "$1" | duto to-json; }
has_kept() { [ "$(kept_lines "$1" | wc -l)" -ge "$2" ]; } # STAGE COUNT
kill_stage() { # STAGE.INDEX: kill -9, when it runs, and waits until it is gone
	local pid
	eventually 10 runs "durable/$1" || return 1
	pid=$(pid_of "durable/$1")
	kill -9 "$pid"
	eventually 10 gone "$pid"
}
start_run() {
	"$DUTO" run --no-check --restart 5ms durable.yaml >>out.json 2>>errors &
	run=$!
	started+=($run)
}
stop_run() { # TITLE
	eventually 20 runs durable/lines.0 # before that it does not hear
	kill -INT $run
	wait $run
	is "$1" 0 $? || sed 's/^/# /' errors
}

cat >durable.yaml <<'END'
name: durable
stages:
  read:
    run: from-json --follow --in file:grow.json
    keep: 1d
  total:
    from: read
    run: select --fields a | window --every 10s --agg mean,max
  lines:
    from: total
    run: to-json
END
all=30000
lines 1 $all >all.json
expected() { # what the pipeline gives, by a pipe
	duto from-json all.json | DUTO_STAGE=total duto select --fields a | DUTO_STAGE=total duto window --every 10s --agg mean,max
}
expected >expected.samples
duto to-json <expected.samples >expected.json
head -n -3 expected.json >closed.json # a run that is stopped holds its open windows, one a source, for the next

: >grow.json
start_run
cat all.json >>grow.json
ok "a stage's samples are kept" eventually 20 has_kept total "$(wc -l <closed.json)"
stop_run "Ctrl-C ends it"
ok "in the order in which they came" cmp <(kept read) <(duto from-json all.json)
is "the stage with state behind it keeps what a pipe gives" "$(cat closed.json)" "$(kept_lines total)"
is "and who reads that has it" "$(cat closed.json)" "$(cat out.json)"

rm -r state
: >grow.json >out.json
start_run
step=5000 killed=0
for ((have = 0; have < all; have += step)); do
	lines $((have + 1)) $((have + step)) >>grow.json
	eventually 20 has_kept read $((have + 1))
	for stage in read.0 total.$((killed % 2)) lines.0; do
		kill_stage $stage && killed=$((killed + 1))
	done
done
eventually 20 has_kept total "$(wc -l <closed.json)"
stop_run "it ends well after 18 kills"
ok "those that were not on their way out already were told of" test "$(grep -c "was killed by signal 9" errors)" -ge 15
ok "every sample is kept once" cmp <(kept read) <(duto from-json all.json)
is "and was counted once" "$(cat closed.json)" "$(kept_lines total)"
is "none is missing behind it" "$(cat closed.json)" "$(awk '!seen[$0]++' out.json)"

rm -r state
: >grow.json >out.json >errors
for ((have = 0; have < all; have += 10000)); do
	start_run
	lines $((have + 1)) $((have + 10000)) >>grow.json
	eventually 20 has_kept read $((have + 5000))
	kill -9 $run
	wait $run 2>/dev/null
done
start_run
eventually 20 has_kept total "$(wc -l <closed.json)"
stop_run "a run that was killed as a whole goes on with the next"
ok "every sample is kept once" cmp <(kept read) <(duto from-json all.json)
is "and was counted once" "$(cat closed.json)" "$(kept_lines total)"

# What was kept, evaluated again

exits "the keep in the place of its stage" 0 duto run durable.yaml --replay read=durable/read --out tried
ok "gives what a pipe gives" cmp tried/total.samples expected.samples
ok "and its text" cmp tried/lines.txt expected.json
ok "the keep is as it was" cmp <(kept read) <(duto from-json all.json)
exits "a stretch of time of it" 0 duto run durable.yaml --replay read=durable/read --since 2026-01-01T00:10:00Z \
	--until 2026-01-01T00:20:00Z --out stretch
ok "is that of the keep" cmp stretch/read.samples \
	<(duto replay durable/read --since 2026-01-01T00:10:00Z --until 2026-01-01T00:20:00Z)

# A run that ends by itself: readers find the end in the keep.

sed 's/name: durable/name: ends/; s/--follow --in file:grow.json/all.json/' durable.yaml >ends.yaml
exits "a pipeline of files ends by itself" 0 timeout 60 "$DUTO" run --no-check ends.yaml
ok "with all in it" cmp <(duto replay ends/total) expected.samples
exits "its keep in the place of its stage" 0 duto run --no-check ends.yaml --replay read=ends/read --out again
ok "gives what was given live" cmp again/total.samples <(duto replay ends/total)
exits "once more" 0 timeout 60 "$DUTO" run --no-check ends.yaml
ok "takes nothing twice" cmp <(duto replay ends/total) expected.samples

# A keep that cannot be opened

echo 'of another kind' >state/durable/read/ID
exits "a keep that cannot be opened stops the run" 111 duto run --no-check durable.yaml
like "and is named" "$SCRATCH/state/durable/read" "$(cat errors)"

done_testing
