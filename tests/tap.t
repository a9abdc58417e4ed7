#!/bin/bash
# duto tap: a look at a running stage, which never slows it.
. "$(dirname "$0")/lib/tap.sh"

export DUTO_RUNTIME_DIR=$SCRATCH/run

lines() { # FIRST LAST: samples of three sources
	awk -v i="$1" -v n="$2" 'BEGIN { for (; i <= n; i++)
		printf "{\"time\":\"2026-01-01T00:00:00.%06d001Z\",\"source\":\"p/m%d\",\"run\":7,\"seq\":%d,\"values\":{\"a\":%d.5,\"b\":2}}\n", i % 1000000, i % 3, i, i }'
}
has_lines() { [ -e "$1" ] && [ "$(wc -l <"$1")" -ge "$2" ]; } # FILE COUNT
fed=0
feeding() { # COMMAND...: a few samples more, then the command
	lines $((fed + 1)) $((fed + 30)) >>grow.json
	fed=$((fed + 30))
	"$@"
}

: >grow.json
cat >tapped.yaml <<'END'
name: tapped
stages:
  read:
    run: from-json --follow --in file:grow.json
  pass:
    from: read
    run: select
  lines:
    from: pass
    run: to-json --out file:out.json
END

exits "a pipeline that does not run has no tap" 111 duto tap tapped/pass
like "as is said" "pipeline tapped is not running" "$(cat errors)"
exits "a stage has to be named" 100 duto tap tapped

start "$DUTO" run tapped.yaml
run=$started_pid
eventually 10 feeding has_lines out.json 30

exits "a stage that is not there" 100 duto tap tapped/nowhere
like "is named" 'pipeline tapped has no stage "nowhere"' "$(cat errors)"
exits "a stage that gives no samples on has no tap" 111 duto tap tapped/lines

start "$DUTO" tap tapped/pass --json >all.json
start "$DUTO" tap tapped/pass#p/m1 --json >one.json
start "$DUTO" tap tapped/pass '#p/m2' >print.txt
cat >client.py <<'END'
import sys, zmq, msgpack
tap = zmq.Context().socket(zmq.SUB); tap.connect("ipc://" + sys.argv[1]); tap.subscribe("p/m1")
while True:
    topic, samples, count = tap.recv_multipart()
    unpacker = msgpack.Unpacker(timestamp=3); unpacker.feed(samples)
    for s in unpacker: print(s["time"].isoformat(), s["source"], s["seq"], s["values"]["a"], flush=True)
END
start /usr/bin/python3 client.py "$DUTO_RUNTIME_DIR/tapped/pass.tap" >python.txt

ok "a tap shows samples as JSON" eventually 10 feeding has_lines all.json 60
ok "a path takes only what is under it" eventually 10 feeding has_lines one.json 20
is "and nothing else" "p/m1" "$(jq -r .source one.json | sort -u)"
ok "without --json it is for people" eventually 10 feeding has_lines print.txt 20
like "as print shows it" "p/m2  a [0-9.]*\.5" "$(cat print.txt)"
ok "six lines of Python read a tap" eventually 10 feeding has_lines python.txt 20
head -n 20 python.txt >seen.txt
given() { # what the stage behind has written, as Python prints it
	jq -r 'select(.source == "p/m1") | "\(.time[:26] | sub("T00:00:00Z"; "T00:00:00"))+00:00 \(.source) \(.seq) \(.values.a)"' out.json
}
all_were_given() { given >given.txt 2>/dev/null && [ -z "$(grep -vxF -f given.txt seen.txt)" ]; }
ok "times and values are right" eventually 10 all_were_given

# Taps that are stopped, killed, slow.

lost() { od -An -t u8 -j 128 -N 8 hung.stat | tr -d ' '; }
has_lost() { [ "$(lost)" -gt 0 ]; }
rm -f hung.json
DUTO_STAT=$SCRATCH/hung.stat start "$DUTO" tap tapped/pass --json >hung.json
hung=$started_pid
ok "a tap is there" eventually 10 feeding has_lines hung.json 30
kill -STOP "$hung"
start "$DUTO" tap tapped/pass --json >killed.json
eventually 10 feeding has_lines killed.json 30
kill -9 "$started_pid"
many=200000
lines $((fed + 1)) $((fed + many)) >>grow.json
fed=$((fed + many))
ok "the stage goes on beside a tap that hangs and one that was killed" eventually 20 has_lines out.json $fed
is "and loses nothing on its edge" "$fed" "$(jq -r .seq out.json | sort -n | uniq | wc -l)"
kill -CONT "$hung"
ok "the tap counts what it lost" eventually 10 feeding has_lost
echo "# the tap that hung lost $(lost) messages, and had $(wc -l <hung.json) of $fed samples"

kill -INT "$hung"
wait "$hung"
is "a tap ends on Ctrl-C with 0" 0 $?
kill -TERM "$run"
wait "$run"
is "and the pipeline with its taps still there" 0 $?

done_testing
