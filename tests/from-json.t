#!/bin/bash
# from-json: JSON lines to samples; to-json shows what came of them.
# conformance input: printf '{"time":"2026-01-01T00:00:0%dZ","source":"m","values":{"a":%d,"b":[1.5,{}]}}\n' {1..8}
. "$(dirname "$0")/lib/tap.sh"

line='{"time":"2026-01-01T00:00:00Z","source":"m1","run":1,"seq":1,"values":{"a":1}}'
read_back() { duto from-json "$@" 2>errors | duto to-json; }

is "keys in any order, with spaces" "$line" \
	"$(echo ' { "values":{"a": 1}, "seq":1 ,"run":1,"source" : "m1","time":"2026-01-01T00:00:00Z"} ' | read_back)"
is "a last line without newline counts" "$line" "$(printf '%s' "$line" | read_back)"
is "blank lines and carriage returns do not" "$line" "$(printf '\n  \r\n%s\r\n\n' "$line" | read_back)"
is "other offsets become UTC" "$line" "$(echo "${line/00:00:00Z/03:00:00+03:00}" | read_back)"
is "qualities by name" "${line%\}},\"quality\":{\"a\":2147483648}}" \
	"$(echo "${line%\}},\"quality\":{\"a\":\"Bad\",\"b\":\"Good\"}}" | read_back)"

# Run and seq.
cat > bare <<'LINES'
{"time":"2026-01-01T00:00:00Z","source":"m1","values":{"a":1}}
{"time":"2026-01-01T00:00:01Z","source":"m2","values":{"a":2}}
{"time":"2026-01-01T00:00:02Z","source":"m1","values":{"a":3}}
LINES
is "missing seqs are counted by source" "1 1 2" "$(read_back < bare | jq -r .seq | xargs)"
is "missing runs are the same each time" "$(read_back < bare)" "$(read_back < bare)"
like "and not zero" '^[1-9]' "$(read_back < bare | jq -r .run | head -n 1)"
is "--run gives them" "7 7 7" "$(read_back --run 7 < bare | jq -r .run | xargs)"

# Source and time.
is "--source, --start and --step" '{"time":"2026-01-01T00:00:00Z","source":"m","run":5,"seq":1,"values":{"a":1}}
{"time":"2026-01-01T00:00:00.500Z","source":"m","run":5,"seq":2,"values":{"a":2}}' \
	"$(printf '{"values":{"a":1}}\n{"values":{"a":2}}\n' |
		read_back --run 5 --source m --start 2026-01-01T00:00:00Z --step 500ms)"
echo '{"values":{}}' | read_back > /dev/null
like "without --source it is a bad line" 'standard input:1:13: no source' "$(cat errors)"
echo '{"source":"m","values":{}}' | read_back > /dev/null
like "without --start too" ':1:26: no time in this line: give --start' "$(cat errors)"
exits "--start needs --step" 100 duto from-json --start 2026-01-01 < /dev/null

# Bad lines.
cat > bad <<LINES
$line
{"time":"yesterday","source":"m1","values":{}}
not json

$line
LINES
is "bad lines are left out, the rest goes on" "$line"$'\n'"$line" "$(read_back --in file:bad)"
like "the first is told of with its place" 'warning: bad:2:9: expected a time' "$(cat errors)"
is "once" 1 "$(grep -c 'bad line' errors)"
exits "--strict: status 100" 100 duto from-json --strict --in file:bad
like "with its place" 'error: bad:2:9: expected a time' "$(cat errors)"
exits "the line is counted from each file's beginning" 100 duto from-json --strict --in file:bare --in file:bad
like "and named with its file" 'bad:2:9' "$(cat errors)"
is "files are read one after another" "3 5" "$(duto from-json bare 2>errors | duto to-json | wc -l) $(
	duto from-json bare bad 2>errors | duto to-json | wc -l)"
exits "a file that is not there" 100 duto from-json --in file:nowhere
like "is named" 'nowhere' "$(cat errors)"

# Hostile input.
bad_lines() { # TITLE EXPECTED: standard input holds a bad line
	read_back > output
	like "$1" "$2" "$(cat errors)"
	is "$1: nothing comes out" "" "$(cat output)"
}
bad_lines "invalid UTF-8" ':1:17: expected text in UTF-8, found byte 0xff' < <(printf '{"values":{"a":"\xff"}}\n')
bad_lines "a lone surrogate" 'surrogate' < <(printf '{"values":{"a":"\\ud800"}}\n')
bad_lines "a key twice" ':1:18: this key stands twice' < <(echo '{"values":{"a":1,"a":2}}')
bad_lines "a key no sample has" ':1:2: expected time, source' < <(echo '{"value":{"a":1}}')
bad_lines "a number too large" ':1:16: a number too large' < <(echo '{"values":{"a":1e999}}')
bad_lines "an integer too large" ':1:16: an integer' < <(echo '{"values":{"a":99999999999999999999}}')
bad_lines "a map in a measurement" ":1:16: a measurement's value" < <(echo '{"values":{"a":{"b":1}}}')
bad_lines "brackets without end" "expected '\{'" < <(printf '[%.0s' $(seq 100000))
bad_lines "a deep nest" 'nested too deeply' < <(printf '{"kind":"raw","values":{"a":'; printf '[%.0s' $(seq 100000))
exits "bytes that are no text do not stop it" 0 duto from-json < /bin/bash

# Records of others.
is "--flat" '{"time":"2026-01-01T00:00:00.125Z","source":"m1","run":3,"seq":1,"values":{"kw":12.5,"on":true}}' \
	"$(echo '{"meter":"m1","t":1767225600.125,"kw":12.5,"on":true}' |
		read_back --run 3 --flat --time-field t --source-field meter)"
is "--flat with milliseconds" '2026-01-01T00:00:00.125Z' \
	"$(echo '{"time":1767225600125,"source":"m1"}' | read_back --flat --time-unit ms | jq -r .time)"
is "--flat with texts for times" '2026-01-01T00:00:00Z' \
	"$(echo '{"time":"2026-01-01 00:00:00","source":"m1"}' | read_back --flat | jq -r .time)"
exits "--time-field needs --flat" 100 duto from-json --time-field t < /dev/null

done_testing
