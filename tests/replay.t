#!/bin/bash
# replay: the samples of keeps as they were.
# conformance setup: duto sim mill --count 300 --start 2026-01-01T00:00:00Z | duto select --out keep:kept
# conformance: kept --since 2026-01-01T00:01:00Z
# conformance endless: kept --follow --speed 1
. "$(dirname "$0")/lib/tap.sh"

keep() { duto select --out "keep:$1"; } # samples to a keep
lines() { duto from-json | keep "$1"; }
times() { duto replay "$@" | duto to-json | jq -r '"\(.source) \(.time[11:19]) \(.kind // "")"'; }
posted() { [ -s "$1/cursors/$2" ]; }
same_as() { cmp -s "$1" "$2"; }

duto sim mill --count 1000 --sources 3 --start 2026-01-01T00:00:00Z > samples
keep plant < samples
duto replay plant > first
ok "a keep gives back what it was given, byte for byte" cmp samples first
duto replay plant > second
ok "and the same again" cmp first second
ok "at any speed" cmp samples <(duto replay plant --speed 1e9)
mkdir -p state/mill
cp -r plant state/mill/score
ok "by the name of a stage" cmp samples <(DUTO_STATE_DIR=state duto replay mill/score)

# Borders, and the schemas that a period begins with: they come every minute.
lines borders <<'LINES'
{"time":"2026-01-01T00:00:00Z","source":"a","run":1,"seq":1,"kind":"schema","values":{"v":{"unit":"V"}}}
{"time":"2026-01-01T00:00:00Z","source":"a","run":1,"seq":1,"values":{"v":1.0}}
{"time":"2026-01-01T00:00:01Z","source":"a","run":1,"seq":2,"kind":"schema","values":{"v":{"unit":"W"}}}
{"time":"2026-01-01T00:00:01Z","source":"b","run":1,"seq":1,"kind":"schema","values":{"v":{"unit":"A"}}}
{"time":"2026-01-01T00:00:02Z","source":"a","run":1,"seq":2,"values":{"v":2.0}}
{"time":"2026-01-01T00:00:03Z","source":"a","run":1,"seq":3,"values":{"v":3.0}}
{"time":"2026-01-01T00:00:01Z","source":"a","run":1,"seq":4,"values":{"v":4.0}}
{"time":"2026-01-01T00:00:04Z","source":"b","run":1,"seq":1,"values":{"v":5.0}}
{"time":"2026-01-01T00:00:05Z","source":"b/c","run":1,"seq":1,"values":{"v":6.0}}
{"time":"2026-01-01T00:00:06Z","source":"bc","run":1,"seq":1,"values":{"v":7.0}}
LINES
at=2026-01-01T00:00:0
is "--since takes what is of that time, behind the last schema of its source" \
"a 00:00:01 schema
a 00:00:02 
a 00:00:03 
b 00:00:01 schema
b 00:00:04 
b/c 00:00:05 
bc 00:00:06 " "$(times borders --since ${at}2Z)"
is "not what is a nanosecond older" "a 00:00:03 " "$(times borders --since ${at}2.000000001Z --source a | grep -v schema)"
is "--until does not take what is of that time" "a 00:00:02 " "$(times borders --since ${at}2Z --until ${at}3Z | grep -v schema)"
is "but what is a nanosecond older" "a 00:00:02 a 00:00:03 " \
	"$(times borders --since ${at}2Z --until ${at}3.000000001Z | grep -v schema | tr '\n' ' ' | sed 's/  */ /g')"
is "late samples of the period are found where they stand" "1 4" \
	"$(duto replay borders --until ${at}2Z | duto to-json | jq -r 'select(.kind | not).values.v' | xargs)"
is "a schema of the period needs none before it" "1" "$(times borders --since ${at}1Z --source a | grep -c schema)"
is "--source goes by whole segments" "b b b/c" "$(times borders --source b | cut -d' ' -f1 | xargs)"
is "several sources" "3" "$(times borders --source bc,b | grep -vc schema)"
is "a source that is not there" "" "$(times borders --source nothing)"
is "a period of nothing" "" "$(times borders --since 2030-01-01T00:00:00Z)"

# Several keeps.
duto select --source plant/mill1 < samples | keep one
duto select --source plant/mill3 < samples | keep three
duto select --source plant/mill2 < samples | keep two
merged() { duto replay "$@" --until 2026-01-01T00:00:59Z | duto to-json | jq -r 'select(.kind | not) | "\(.time) \(.source)"'; }
merged three one two > order
is "keeps are merged" 177 "$(wc -l < order)"
ok "by time and source" env LC_ALL=C sort -c order
ok "whatever order they are named in" cmp order <(merged one two three)
ok "the same bytes each time" cmp <(duto replay one two three) <(duto replay two three one)

# By the clock: not faster than asked for.
before=$(date +%s%N)
is "--speed 5" 6 "$(duto replay plant --source plant/mill1 --until ${at}5Z --speed 5 | duto to-json | grep -c '"seq":[1-5]')"
ok "takes its time" [ $(($(date +%s%N) - before)) -ge 800000000 ]

# Following.
duto sim mill --count 50 --start 2026-01-01T00:00:00Z > piece1
duto sim mill --count 50 --seed 2 --source plant/mill9 --start 2026-01-02T00:00:00Z > piece2
cat piece1 piece2 > both
mkfifo pipe
keep_pipe() { start sh -c 'exec "$0" select --out keep:grown < pipe' "$DUTO"; }
keep_pipe
writer=$started_pid
exec 8> pipe
cat piece1 >&8
ok "a keep is begun" eventually 10 test -s grown/ID
start "$DUTO" replay grown --follow > followed 8>&-
follower=$started_pid
ok "--follow gives what is there" eventually 10 same_as piece1 followed
cat piece2 >&8
ok "and what comes" eventually 10 same_as both followed
exec 8>&-
wait "$writer"
wait "$follower"
is "and ends with the stream" 0 $?
keep_pipe
exec 8> pipe
is_written() { [ "$(duto keep info "$1" --json | jq .writing)" == true ]; }
ok "a keep that is written again" eventually 10 is_written grown
start "$DUTO" replay grown --follow > followed 8>&-
ok "is followed" eventually 10 same_as both followed
kill -TERM "$started_pid"
wait "$started_pid"
is "it ends when it is told to" 0 $?
exec 8>&-

# Cursors.
keep cursed < samples
start "$DUTO" replay cursed --cursor reader --speed 20 > part1
ok "a cursor is posted" eventually 20 posted cursed reader
kill -KILL "$started_pid"
wait "$started_pid" 2>/dev/null
duto replay cursed --cursor reader > part2
numbers() { cat "$@" | duto to-json 2>/dev/null | jq -r 'select(.kind | not) | "\(.source) \(.seq)"'; }
is "after a kill it goes on" 3000 "$(numbers part1 part2 | sort -u | wc -l)"
ok "behind what was passed on" [ "$(numbers part2 | wc -l)" -lt 3000 ]
is "then there is nothing more" "" "$(duto replay cursed --cursor reader | duto to-json | jq -r 'select(.kind | not)')"
ok "another name begins at the beginning" cmp samples <(duto replay cursed --cursor other)
duto replay cursed --source plant/mill1 --cursor filtered > /dev/null
is "what is not asked for counts as passed on" "$(cat cursed/cursors/other)" "$(cat cursed/cursors/filtered)"
exits "a bad name" 100 duto replay cursed --cursor a/b
ok "is named" grep -q "a/b is not a name" errors

# Damage.
keep damaged < piece1
keep damaged < samples
log=$(ls damaged/*.log | head -n 1)
/usr/bin/python3 -c 'import sys; f = open(sys.argv[1], "r+b"); at = 2000; f.seek(at); b = f.read(1)[0]; f.seek(at); f.write(bytes([b ^ 255]))' "$log"
exits "a corrupt block is passed over" 0 duto replay damaged
ok "named by file and byte" grep -qE "${log##*/}: .*[0-9]+ bytes from byte [0-9]+ on are corrupt" errors
ok "and what is missing is counted" grep -qE "[0-9]+ samples before number [0-9]+ are missing" errors
ok "the others come" cmp samples <(tail -c "$(stat -c %s samples)" output)

exits "a keep that is not there" 100 duto replay nowhere
like "is named" "nowhere: there is no such folder" "$(cat errors)"
exits "a folder that is no keep" 100 duto replay state
like "is named" "state: not a keep" "$(cat errors)"
cp -r borders newer
sed -i 's/[0-9]/9/' newer/ID
exits "a newer format" 100 duto replay newer
exits "a speed that is none" 100 duto replay plant --speed fast
exits "--speed 0" 100 duto replay plant --speed 0

done_testing
