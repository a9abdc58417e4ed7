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
feeder=$!
started+=("$feeder")
top
is "it prints a table where it is not watched" 0 $?
is "stages stand in the order in which samples flow" "read middle lines" "$(awk 'NR > 2 && !/^ / { print $1 }' table | tr '\n' ' ' | sed 's/ $//')"
ok "within 80 columns" awk '!/^ / && length > 80 { exit 1 }' table
like "samples a second" "^middle +[1-9][0-9.]* +[1-9]" "$(stage middle)"
like "nothing comes into a source" "^read +- +[1-9]" "$(stage read)"
like "lag in seconds" " [0-9.]+s " "$(stage lines)"
is "dropped records" 1 "$(stage read | awk '{ print $7 }')"
like "with the last error below, and its age" "  [0-9.]+[sm] ago, from-json: .*grow.json:51" "$(cat table)"
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

# Readers of keeps: how much is before them.
kill "$feeder"
wait "$feeder" 2>/dev/null
fed=$(wc -l <grow.json) # a keep takes no number twice
export DUTO_STATE_DIR=$SCRATCH/state
cat >plant.yaml <<'END'
name: plant
stages:
  read: {run: from-json --follow --in file:grow.json, keep: 1d}
  copy: {from: read, run: "select | to-json --out file:copy.json"}
END
start "$DUTO" run --restart 10ms plant.yaml
run=$started_pid
behind() { top plant && [ "$(stage copy | awk '{ print $6 }')" "$@" ]; }
ok "a reader that keeps up is behind by nothing" eventually 20 behind = 0
kill -STOP "$(pid_of plant/copy.0)"
for i in {1..20}; do feed; done
ok "one that does not by the samples that are kept and not passed on" eventually 20 behind = 20
is "who reads no keep has none" - "$(stage read | awk '{ print $6 }')"
duto replay plant/read --cursor report >/dev/null
for i in {1..3}; do feed; done
told_elsewhere() { top plant && grep -q '^  read elsewhere: report is 3 samples behind$' table; }
ok "a reader elsewhere is told of below the keep" eventually 20 told_elsewhere
if [ "$(id -u)" -eq 0 ]; then
	chmod 755 .
	chmod -R o+rX run
	chmod 700 state
	setpriv --reuid 65534 --regid 65534 --clear-groups "$DUTO" top plant >table 2>errors
	is "who may not read the keep is told the rest" "0 -" "$? $(stage copy | awk '{ print $6 }')"
	is "without an error" "" "$(cat errors)"
else
	echo "# what another user sees is left out: it takes root"
fi

# Where nothing but the installed file says what the stages are, as under systemd.
mkdir -p etc/pipelines
cp plant.yaml etc/pipelines/other-name.yaml
printf 'name: bad: [' >etc/pipelines/bad.yaml
rm run/plant/lock
DUTO_CONFIG_DIR=$SCRATCH/etc top plant
is "stages are in order by the installed file" "read copy" "$(awk 'NR > 2 && !/^ / { print $1 }' table | xargs)"
like "and what is before them is known" "^copy .* 23 " "$(stage copy)"
top plant
is "without any, stages are found by their counters" "copy read" "$(awk 'NR > 2 && !/^ / { print $1 }' table | xargs)"
kill -CONT "$(pid_of plant/copy.0)"

done_testing
