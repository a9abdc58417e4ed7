#!/bin/bash
# duto top: running pipelines, stage by stage.
. "$(dirname "$0")/lib/tap.sh"

export DUTO_RUNTIME_DIR=$SCRATCH/run

line='{"time":"%s","source":"p/m","run":7,"seq":%d,"values":{"a":1.5}}\n'
fed=0
feed() {
	fed=$((fed + 1))
	# shellcheck disable=SC2059
	printf "$line" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" $fed >>grow.json
}
top() { duto top "$@" >table 2>errors; }
stage() { grep "^$1 " table; } # its row
page() { echo "$DUTO_RUNTIME_DIR/$1.stat"; }
pid_of() { od -An -t d4 -j 8 -N 4 "$(page "$1")" 2>/dev/null | tr -d ' '; }

exits "no pipeline runs" 111 duto top
like "as is said" "no pipeline is running" "$(cat errors)"
exits "one that does not run" 111 duto top mill
like "is named" "pipeline mill is not running" "$(cat errors)"

for i in {1..50}; do feed; done
echo "not a sample" >>grow.json
cat >mill.yaml <<'END'
name: mill
stages:
  lines:
    from: middle
    run: to-json --out file:out.json
  middle:
    from: read
    run: select | select
  read:
    run: from-json --follow --in file:grow.json
END
start "$DUTO" run --restart 10ms mill.yaml
run=$started_pid
has_lines() { [ -e out.json ] && [ "$(wc -l <out.json)" -ge "$1" ]; }
eventually 10 has_lines 50

(while :; do feed; sleep 0.02; done) &
started+=($!)
top
is "it prints a table where it is not watched" 0 $?
is "stages stand in the order in which samples flow" "read middle lines" "$(awk 'NR > 2 && !/^ / { print $1 }' table | tr '\n' ' ' | sed 's/ $//')"
ok "within 80 columns" awk '!/^ / && length > 80 { exit 1 }' table
like "samples a second" "^middle +[1-9][0-9.]* +[1-9]" "$(stage middle)"
like "nothing comes into a source" "^read +- +[1-9]" "$(stage read)"
like "lag in seconds" " [0-9.]+s " "$(stage lines)"
is "dropped records" 1 "$(stage read | awk '{ print $6 }')"
like "with the last error below" "from-json: .*grow.json:51" "$(cat table)"
like "memory" " [0-9.]+M " "$(stage lines)"

before=$(pid_of mill/lines.0)
kill -9 "$before"
started_again() { [ "$(pid_of mill/lines.0)" != "$before" ] && kill -0 "$(pid_of mill/lines.0)"; }
eventually 10 started_again
top mill --once
is "starts are counted" 2 "$(stage lines | awk '{ print $NF }')"

# On a terminal it goes on until it is stopped, and leaves the terminal as it was.
script -qec "timeout -s INT 1.5 '$DUTO' top" /dev/null >screen </dev/null
ok "on a terminal it has a screen of its own" grep -q $'^\e\[?1049h' screen
ok "which it draws again" test "$(grep -c "STAGE" screen)" -ge 2
ok "and gives back" grep -q $'\e\[?1049l' screen

kill -TERM "$run"
wait "$run"
exits "a pipeline that was stopped runs no more" 111 duto top

done_testing
