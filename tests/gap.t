#!/bin/bash
# Gaps: what a filter drops leaves a sample of kind gap where it would have stood, so that audit can account for it.
. "$(dirname "$0")/lib/tap.sh"

line() { # SECOND SEQ
	printf '{"time":"2026-01-01T00:%02d:%02dZ","source":"p/a","run":7,"seq":%d,"values":{"a":1.5}}\n' $(($1 / 60)) $(($1 % 60)) "$2"
}
# With windows of 10 s, 3 to 5 and 8 come too late.
{ line 0 1; line 20 2; line 1 3; line 2 4; line 3 5; line 25 6; line 41 7; line 22 8; line 55 9; } >in.json
window="window --every 10s --agg count"
duto from-json in.json | duto $window 2>errors >out
gaps() { duto to-json | jq -c 'select(.kind == "gap") | .values'; }
reason=$(duto to-json <out | jq -r 'select(.kind == "gap") | .values.reason' | head -n 1)
is "dropped samples that follow one another share a gap" \
	"{\"stage\":\"window\",\"reason\":\"$reason\",\"kind\":\"\",\"run\":7,\"first\":3,\"last\":5,\"count\":3}
{\"stage\":\"window\",\"reason\":\"$reason\",\"kind\":\"\",\"run\":7,\"first\":8,\"last\":8,\"count\":1}" \
	"$(gaps <out)"
like "for the reason that it is told by" "$reason" "$(cat errors)"
is "each with an identity of its own" 2 "$(duto to-json <out | jq -c 'select(.kind == "gap") | [.source, .run, .seq]' | sort -u | wc -l)"
{ grep -v '"seq":[3458],' in.json | duto from-json; duto select --kind gap <out; } | duto audit >audited
is "audit accounts for them" "p/a measurement 9 5 4 0 0" "$(grep measurement audited | awk '{ print $1, $2, $3, $4, $5, $6, $7 }')"

# A gap that is open where the stage is killed

mkfifo feed
start "$DUTO" from-json --in file:feed --out keep:in
writer=$started_pid
exec 3>feed
head -n 4 in.json >&3
start "$DUTO" $window --in keep:in --out keep:out.keep 2>>errors
ok "the open gap is in a checkpoint" eventually 20 grep -rqsF "$reason" out.keep/checkpoint
{ kill -9 $started_pid && wait $started_pid; } 2>/dev/null
tail -n +5 in.json >&3
exec 3>&-
wait $writer
exits "killed in the midst of a gap, it goes on" 0 duto $window --in keep:in --out keep:out.keep
ok "and the gap is the same" cmp <(duto replay out.keep) out

# What has no identity cannot be accounted for

duto from-json <in.json >samples
/usr/bin/python3 -c 'import msgpack, sys; sys.stdout.buffer.write(msgpack.packb({"x": 1}))' >>samples
exits "a map that is no sample is dropped" 0 duto select --in file:samples --out file:passed
is "and leaves none" 9 "$(duto to-json <passed | wc -l)"
done_testing
