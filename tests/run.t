#!/bin/bash
# duto run: supervision, restarts, draining; nothing is lost.
. "$(dirname "$0")/lib/tap.sh"

export DUTO_RUNTIME_DIR=$SCRATCH/run NO_COLOR=1

lines() { # COUNT: samples of three sources as JSON lines
	awk -v n="$1" 'BEGIN { for (i = 1; i <= n; i++)
		printf "{\"time\":\"2026-01-01T00:00:00.%06d001Z\",\"source\":\"p/m%d\",\"run\":7,\"seq\":%d,\"values\":{\"a\":%d.5,\"b\":2}}\n", i % 1000000, i % 3, i, i }'
}

page() { echo "$DUTO_RUNTIME_DIR/$1.stat"; }                      # PIPELINE/STAGE.INDEX
pid_of() { od -An -t d4 -j 8 -N 4 "$(page "$1")" 2>/dev/null | tr -d ' '; } # of the process that counts there
sent() { od -An -t u8 -j 96 -N 8 "$(page "$1")" | tr -d ' '; }    # how many samples it gave on
alive() { [ -e "/proc/$1/exe" ]; } # and not just a zombie
gone() { ! alive "$1"; }
runs() { local pid; pid=$(pid_of "$1") && [ -n "$pid" ] && alive "$pid"; }
has_lines() { [ "$(wc -l <"$1")" -ge "$2" ]; } # FILE COUNT
distinct() { jq -r .seq "$1" | sort -n | uniq | wc -l; }
# A reader in no hurry: the pipeline is full all the time, with samples on their way everywhere.
slow_reader() { /usr/bin/python3 -c '
import sys, time
for block in iter(lambda: sys.stdin.buffer.read1(65536), b""):
    sys.stdout.buffer.write(block)
    sys.stdout.flush()
    time.sleep(0.004)'; }
run_slowly() { # ARGUMENT...: duto run, its output in out.json; the process in $run, its reader in $reader
	rm -f out.json pipe
	mkfifo pipe
	slow_reader <pipe >out.json &
	reader=$!
	"$DUTO" run --no-check "$@" >pipe 2>errors &
	run=$!
	started+=($run)
	eventually 10 test -s out.json
}
left_with() { # TITLE STATUS PID
	wait "$3"
	is "$1" "$2" $?
}

lines 100000 >lines.json
cat >chain.yaml <<'END'
name: chain
stages:
  read:
    run: from-json --in file:lines.json
  middle:
    from: read
    run: select
  through:
    from: middle
    run: select --fields a,b | select
  lines:
    from: through
    run: to-json
END

exits "a pipeline of files ends with 0" 0 duto run chain.yaml
is "and everything has arrived, unchanged" "$(md5sum <lines.json)" "$(md5sum <output)"
is "it has nothing to say" "" "$(cat errors)"

for round in 1 2 3; do
	run_slowly chain.yaml
	eventually 10 has_lines out.json $((round * 20000))
	kill -INT $run
	left_with "Ctrl-C ends with 0 ($round)" 0 $run
	wait $reader
	is "and all that the source sent has arrived ($round)" "$(sent chain/read.0)" "$(wc -l <out.json)"
done

kill_and_count() { # STAGE[.INDEX]...: kills each again and again while the samples flow
	local stage pid killed=0
	run_slowly --restart 5ms chain.yaml
	for share in 1 6000 12000; do
		eventually 10 has_lines out.json $share
		for stage in "$@"; do
			[[ $stage == *.* ]] || stage=$stage.0
			eventually 10 runs "chain/$stage"
			pid=$(pid_of "chain/$stage")
			kill -9 "$pid" && killed=$((killed + 1))
			eventually 10 gone "$pid"
		done
	done
	left_with "$*: the run ends with 0 for all $killed kills" 0 $run
	wait $reader
	is "$*: each was told of" "$killed" "$(grep -c 'was killed by signal 9' errors)"
	is "$*: every sample has arrived" 100000 "$(distinct out.json)"
	echo "# $*: $(($(wc -l <out.json) - 100000)) of 100000 came twice"
}
kill_and_count middle
kill_and_count lines
kill_and_count middle lines
kill_and_count through.0 # in the middle of a stage, with samples in its pipe
kill_and_count through.1

cat >file.yaml <<'END'
name: file
stages:
  read:
    run: from-json lines.json lines.json lines.json lines.json lines.json
  lines:
    from: read
    run: to-json --out file:kept.json
END
"$DUTO" run --no-check --restart 5ms file.yaml 2>errors &
run=$!
started+=($run)
for share in 1 100000; do
	eventually 10 test -s kept.json && eventually 10 has_lines kept.json $share
	eventually 10 runs file/lines.0
	pid=$(pid_of file/lines.0)
	kill -9 "$pid"
	eventually 10 gone "$pid"
done
left_with "a file's writer that is killed is started again" 0 $run
is "and what it tore is there whole" 100000 "$(jq -R 'fromjson? | .seq' kept.json | sort -n | uniq | wc -l)"

# What is not in order.

sed 's/select/selekt/' chain.yaml >wrong.yaml
exits "a mistake is found before anything starts" 100 duto run wrong.yaml
like "and its place told" 'wrong.yaml:7:10: there is no filter "selekt"' "$(cat errors)"

cat >absent.yaml <<'END'
name: absent
stages:
  read:
    run: from-json --follow --in file:lines.json
  other:
    run: from-json --in file:nowhere.json
  lines:
    from: [read, other]
    run: to-json
END
exits "a stage that leaves with 100 ends the run with 100" 100 duto run --no-check absent.yaml
like "and names what a person must mend" 'other *\| duto-from-json: error: nowhere.json: No such file' "$(cat errors)"
like "and what duto does about it" 'other left with status 100, which no restart mends' "$(cat errors)"

# A pipeline that goes on until it is stopped.

head -n 100 lines.json >grow.json
echo 'this is no sample' >>grow.json
cat >live.yaml <<'END'
name: live
stages:
  read:
    run: from-json --follow --in file:grow.json
  pass:
    from: read
    run: select | select
  lines:
    from: pass
    run: to-json
  look:
    taps: pass
    run: to-json --out file:look.json
END
"$DUTO" run live.yaml >out.json 2>errors &
run=$!
started+=($run)
eventually 10 has_lines out.json 100
ok "messages of a stage stand behind its name" eventually 10 grep -q '^read  | duto-from-json: warning: ' errors
exits "a second run of the pipeline is refused with 111" 111 duto run live.yaml
like "by naming the first" "runs already \(process $run: .*/live.yaml\)" "$(cat errors)"

mark=$(pid_of live/pass.1)
kill -9 "$(pid_of live/pass.0)"
not_the_same() { runs live/pass.1 && [ "$(pid_of live/pass.1)" != "$mark" ]; }
ok "a filter of a stage that is killed takes the whole stage along, which starts again" eventually 10 not_the_same
sed -n 201,300p lines.json >>grow.json
ok "and goes on where it was" eventually 10 has_lines out.json 200
zombies() { ps -o stat= --ppid $run | grep -c Z; }
is "no zombies are left" 0 "$(zombies)"
ok "each stage has a process group of its own" test "$(ps -o pgid= "$(pid_of live/read.0)")" -ne "$(ps -o pgid= $run)"

children=$(pgrep -P $run)
filters="$children $(for c in $children; do pgrep -P "$c"; done)"
kill -TERM $run
left_with "SIGTERM stops it with 0" 0 $run
for pid in $filters; do gone "$pid" || echo "# $pid is left"; done
ok "a stage that only taps is stopped with what it taps" test -e look.json

"$DUTO" run live.yaml >out.json 2>errors &
run=$!
started+=($run)
eventually 10 has_lines out.json 200
filters="$(pid_of live/read.0) $(pid_of live/pass.0) $(pid_of live/pass.1) $(pid_of live/lines.0)"
kill -9 $run
wait $run 2>/dev/null
for pid in $filters; do ok "with run killed, its children die" eventually 5 gone "$pid"; done

"$DUTO" run live.yaml >out.json 2>errors &
run=$!
started+=($run)
eventually 10 has_lines out.json 200
kill -STOP "$(pid_of live/lines.0)"
tail -n 10 lines.json >>grow.json
kill -INT $run
insist() { kill -INT $run 2>/dev/null; gone $run; }
eventually 10 insist
left_with "a second Ctrl-C does not wait for a stage that hangs" 111 $run

exits "--duration ends a run with 0" 0 duto run --duration 100ms live.yaml
ok "a reader that leaves ends it too" sh -c '"$0" run live.yaml 2>/dev/null | head -n 1 >/dev/null' "$DUTO"

# The run folder.

mkdir -m 777 "$DUTO_RUNTIME_DIR/open"
chmod 777 "$DUTO_RUNTIME_DIR/open"
sed 's/name: live/name: open/' live.yaml >open.yaml
exits "a run folder that others may write to is refused" 111 duto run open.yaml
like "with its name" "run/open: others may write to it" "$(cat errors)"
is "a run folder is its owner's alone" 700 "$(stat -c %a "$DUTO_RUNTIME_DIR/live")"
long=$SCRATCH/$(printf 'x%.0s' {1..70})
exits "sockets whose paths would be too long are refused" 100 env DUTO_RUNTIME_DIR="$long" "$DUTO" run live.yaml
like "with what to do" "a socket's path has at most 102 bytes: set DUTO_RUNTIME_DIR to a shorter folder" "$(cat errors)"

done_testing
