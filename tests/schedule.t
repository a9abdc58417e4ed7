#!/bin/bash
# Scheduled stages: duto run's clock, what was missed, what failed, never two at once, what is known of it.
. "$(dirname "$0")/lib/tap.sh"
export DUTO_RUNTIME_DIR=$SCRATCH/run DUTO_STATE_DIR=$SCRATCH/state

pipeline() { # KEYS COMMAND: a stage that runs all the time, and a scheduled one
	cat >p.yaml <<-END
		name: p
		stages:
		  src: {run: sim mill --every 100ms, keep: 1d}
		  job: {$1, run: "$2"}
	END
}
of() { sed -n "s/^$1 //p" state/p/job.schedule/runs 2>/dev/null; }
ran() { [ "$(of count || echo 0)" -ge "$1" ] 2>/dev/null; }
ended() { ran "$1" && [ "$(of finished)" -ge "$(of started)" ]; }
known() { # SEEN: what an earlier run has left
	mkdir -p state/p/job.schedule
	printf 'seen %s\nstarted 0\nfinished 0\ntook 0\nstatus 0\ncount 0\nfailed 0\n' "$1" >state/p/job.schedule/runs
}
ago() { echo "$(($(date +%s) - $1))000000000"; }

pipeline 'at: "*:*:*"' 'replay src --since -1s | to-csv --out file:rows.csv'
exits "check takes a keep that is not there yet" 0 duto check p.yaml
like "and says so" "p.yaml:4:[0-9]*: note: the keep of src is not there yet" "$(cat errors)"
start "$DUTO" run p.yaml 2>messages
ok "it runs when the calendar says so, and again" eventually 30 ran 2
told() { duto top --once >top.txt 2>&1; grep -qE '^job +next [0-9:]+; last [0-9:]+ took [0-9.]+s; [0-9]+ runs?, 0 failed$' top.txt; }
ok "duto top tells of it" eventually 30 told
ok "it reads a keep of its pipeline by the stage's name" test -s rows.csv
kill "$started_pid"
wait "$started_pid"
is "a stop ends it all" 0 $?

pipeline 'at: daily, missed: run' 'sim mill --count 1 | to-csv'
known "$(ago 2592000)"
duto run p.yaml --duration 3s >rows 2>messages
is "what was missed in a month is made up for by one run" "1 0" "$(of count) $(of failed)"
duto run p.yaml --duration 2s >rows 2>messages
is "which is remembered" 1 "$(of count)"
pipeline 'at: daily, missed: skip' 'sim mill --count 1 | to-csv'
if [ "$(date -u +%H%M)" -gt 0010 ]; then
	known "$(ago 2592000)"
	duto run p.yaml --duration 2s >rows 2>messages
	is "or by none" 0 "$(of count)"
fi
rm -r state/p/job.schedule
pipeline 'at: daily' 'sim mill --count 1 | to-csv'
duto run p.yaml --duration 2s >rows 2>messages
is "a stage that is new has missed nothing" 0 "$(of count)"

known "$(ago 2592000)"
pipeline 'at: daily' 'replay nothing.keep'
mkdir nothing.keep
start "$DUTO" run p.yaml --no-check 2>messages
ok "a run that finds what a person must mend is noted" eventually 20 ended 1
ok "and does not stop the others" kill -0 "$started_pid"
is "with its status" "100 1" "$(of status) $(of failed)"
like "which duto top shows" 'job +next .*; last .* took .*, status 100; 1 run, 1 failed' "$(duto top --once 2>&1)"
kill "$started_pid"
wait "$started_pid"
like "and told of" "job left with status 100: runs again when it is due" "$(cat messages)"

rm -r state/p/job.schedule
pipeline 'every: 6h from 2026-01-01' 'sim mill --every 100ms | to-csv --out file:long.csv'
start "$DUTO" stage p.yaml job
long=$started_pid
ok "duto stage runs it once, due or not" eventually 20 test -s long.csv
exits "a second one leaves at once" 0 duto stage p.yaml job
like "saying why" "job still runs" "$(cat errors)"
kill "$long"
wait "$long"
is "a stop is passed on to it" 0 $?
exits "where it is not due, --if-due leaves at once" 0 duto stage p.yaml job --if-due
is "and is not counted" 1 "$(of count)"

cat >zones.yaml <<'END'
name: zones
timezone: Asia/Tokyo
stages:
  day: {at: "06:00", run: sim mill --count 1 | to-csv}
  term: {every: 15d from 2100-02-01 06:00, run: sim mill --count 1 | to-csv}
END
next_day() { # by the clock of Tokyo
	[ "$(TZ=Asia/Tokyo date +%H%M)" -lt 0600 ] && echo 'next 06:00' || echo 'next tomorrow 06:00'
}
start "$DUTO" run zones.yaml 2>messages
zones_told() { duto top zones --once >top.txt 2>&1; }
ok "a pipeline of nothing but scheduled stages is watched" eventually 20 zones_told
expected=$(next_day)
zones_told
[ "$expected" = "$(next_day)" ] || { expected=$(next_day) && zones_told; }
like "it tells when the next run is, in the pipeline's time zone" "day +$expected; has not run yet" "$(cat top.txt)"
like "with a date where it is far" "term +next 2100-02-01 06:00; has not run yet" "$(cat top.txt)"
kill "$started_pid"
wait "$started_pid"

cat >only.yaml <<'END'
name: only
stages:
  a: {at: daily, run: sim mill --count 1}
  b: {from: a, run: print}
  c: {at: daily, from: b, run: print}
  d: {every: 30s, run: sim mill}
  e: {missed: skip, run: sim mill}
END
exits "what cannot be scheduled is told of" 100 duto check only.yaml
like "a reader of a run" "only.yaml:4:13: stage a is scheduled" "$(cat errors)"
like "a run that reads a stage" "only.yaml:5:18: a scheduled stage has no from" "$(cat errors)"
like "a period of seconds" "only.yaml:6:14: expected whole minutes" "$(cat errors)"
like "missed without a time" "only.yaml:7:7: missed is of scheduled stages" "$(cat errors)"
printf 'name: z\ntimezone: Mars/Base\nstages:\n  a: {at: "06:00", run: sim mill}\n' >zone.yaml
exits "a zone that is none is refused" 100 duto check zone.yaml
like "with its place" "zone.yaml:2:11: expected a time zone" "$(cat errors)"
done_testing
