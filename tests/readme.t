#!/bin/bash
# README.md: what it tells people to type works, and what it shows is what comes.
. "$(dirname "$0")/lib/tap.sh"
page=$ROOT/README.md

block() { # SECTION LANGUAGE [N]: the Nth block of code of a section in that language, `build/duto` being the one under test
	awk -v section="## $1" -v fence="\`\`\`$2" -v wanted="${3-1}" '
		/^## / && !inside { there = $0 == section }
		$0 == "```" && inside { inside = 0; next }
		/^```/ && !inside { inside = 1; show = there && $0 == fence && ++n == wanted; next }
		inside && show' "$page" | sed "s#build/duto#$DUTO#g"
}

is "the first pipe" "$(block 'The first pipe' '')" "$(bash -c "$(block 'The first pipe' sh)" 2>&1)"

exits "learning and scoring" 0 bash -e -c "$(block 'The first pipe' sh 2)"
is "every piece is scored" 10000 "$(grep -c '"failure_probability":[0-9]' scored.jsonl)"

like "a model goes to ONNX and is shown" "form      ONNX" "$(bash -e -c "$(block 'The first pipe' sh 3)" 2>&1)"

is "nothing is lost" "$(block 'Nothing is lost' '')" "$(bash -c "$(block 'Nothing is lost' sh)" 2>&1)"

block 'The first pipeline file' yaml > first.yaml
export DUTO_RUNTIME_DIR=$SCRATCH/run
commands=$(block 'The first pipeline file' '' | sed 's/ *#.*//')
is "three commands for a pipeline" "check graph run" "$(sed "s#^$DUTO ##" <<<"$commands" | cut -d' ' -f1 | xargs)"
exits "the pipeline file has no mistake" 0 bash -c "$(sed -n 1p <<<"$commands")"
like "its picture" "watched" "$(bash -c "$(sed -n 2p <<<"$commands")")"
start "$DUTO" run first.yaml > stream 2>log
run=$started_pid
ok "the pipeline gives lines" eventually 20 grep -q '"torque"' stream

block 'A tap from Python' python | sed "s#/run/duto#$DUTO_RUNTIME_DIR#" > client.py
is "the client has six lines" 6 "$(wc -l < client.py)"
start /usr/bin/python3 -u client.py > tapped 2>client.log
ok "which read a running tap" eventually 20 grep -q "'torque'" tapped
like "duto top shows the pipeline" "watched" "$("$DUTO" top first --once)"
kill -INT "$run"
wait "$run"
is "Ctrl-C drains it" 0 $?

is "the list of filters is that of duto list" "$(duto list)" "$(block 'The filters' '')"

block 'A filter of your own' c > double.c
san=
[[ $DUTO == */san/* ]] && san=-fsanitize=address,undefined
ok "the filter compiles" gcc -std=gnu17 -Wall -Wextra -Werror $san -D_GNU_SOURCE -iquote "$ROOT/lib" -o double double.c \
	"$(dirname "$DUTO")/libduto.a" -lzstd -lm -ldl -pthread
is "and doubles" "$(duto sim mill --count 9 --start 2026-01-01T00:00:00Z | duto to-json | jq -c '.values.torque | numbers * 2')" \
	"$(duto sim mill --count 9 --start 2026-01-01T00:00:00Z | ./double --field torque | duto to-json | jq -c '.values.torque | numbers')"

missing=$(grep -o '](\([^)]*\))' "$page" | sed 's/](\(.*\))/\1/' | while read -r link; do [ -e "$ROOT/$link" ] || echo "$link"; done)
is "what it links to is there" "" "$missing"

done_testing
