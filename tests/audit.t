#!/bin/bash
# audit: every sample that was sent is stored, or was dropped for a reason.
# conformance input: duto sim mill --count 300 --start 2026-01-01T00:00:00Z
. "$(dirname "$0")/lib/tap.sh"

samples() { # SOURCE RUN FIRST LAST [KIND]: a sample a second, from 2026-01-01 on
	local i
	for ((i = $3; i <= $4; i++)); do
		printf '{"time":"2026-01-01T00:%02d:%02dZ","source":"%s","run":%d,"seq":%d,%s"values":{"v":1.0}}\n' \
			$((i / 60)) $((i % 60)) "$1" "$2" "$i" "${5:+\"kind\":\"$5\",}"
	done
}
gap() { # SOURCE SEQ STAGE REASON RUN FIRST LAST COUNT [KIND]
	printf '{"time":"2026-01-01T00:00:10Z","source":"%s","run":99,"seq":%d,"kind":"gap","values":{%s}}\n' "$1" "$2" \
		"\"stage\":\"$3\",\"reason\":\"$4\",\"run\":$5,\"first\":$6,\"last\":$7,\"count\":$8${9:+,\"kind\":\"$9\"}"
}
audited() { duto from-json | duto audit "$@" 2>warnings; }
accounts() { audited --json "$@" | jq -r '"\(.source) \(.kind) \(.run) \(.first)-\(.last) \(.sent)=\(.stored)+\(.dropped)+\(.missing) \(.repeated)"'; }

samples m 1 1 20 > whole
is "all of a run" "m measurement 1 1-20 20=20+0+0 0" "$(accounts < whole)"
exits "exits with 0" 0 audited < whole
is "in any order" "m measurement 1 1-20 20=20+0+0 0" "$(shuf --random-source=whole whole | accounts)"
is "what came again counts once" "m measurement 1 1-20 20=20+0+0 20" "$(cat whole whole | accounts)"
is "sources, kinds and runs have accounts of their own, by source" \
"a measurement 2 3-4 2=2+0+0 0
b measurement 7 1-2 2=2+0+0 0
b measurement 3 1-1 1=1+0+0 0
b event 7 5-6 2=2+0+0 0" \
	"$({ samples b 7 1 2; samples b 3 1 1; samples b 7 5 6 event; samples a 2 3 4; } | accounts)"

sed '5d;12,14d' whole > holed
is "samples that are missing" "m measurement 1 1-20 20=16+0+4 0" "$(accounts < holed)"
exits "exit with 1" 1 audited < holed
is "are named" "[[5,5],[12,14]]" "$(audited --json < holed | jq -c .absent)"
like "also in the table" "4 missing: seq 5, 12 to 14" "$(audited < holed)"
ok "and told of" grep -q "4 samples are missing" warnings

{ cat holed; gap m 1 scale "no such field" 1 12 14 3; } > dropped
is "samples that were dropped" "m measurement 1 1-20 20=16+3+1 0" "$(accounts < dropped | grep -v ' gap ')"
like "where and why" "3 dropped by scale: no such field; seq 12 to 14" "$(audited < dropped)"
{ cat dropped; gap m 2 scale "late" 1 1 9 1; } > all_dropped
is "of which some between two were" "m measurement 1 1-20 20=16+4+0 0" "$(accounts < all_dropped | grep -v ' gap ')"
exits "are accounted for" 0 audited < all_dropped
is "the gaps themselves have an account" "m gap 99 1-2 2=2+0+0 0" "$(accounts < all_dropped | grep ' gap ')"
is "the first and the last of a run may have been dropped" "m measurement 1 1-7 7=3+4+0 0" \
	"$({ samples m 1 3 5; gap m 1 s r 1 1 2 2; gap m 2 s r 1 6 7 2; } | accounts | grep -v ' gap ')"
is "what was dropped there and stored all the same is stored" "m measurement 1 1-20 20=20+0+0 0" \
	"$({ cat whole; gap m 1 s r 1 3 4 2; } | accounts | grep -v ' gap ')"
is "the same gap again is one" "m measurement 1 1-20 20=16+1+3 0" \
	"$({ cat holed; gap m 1 s r 1 12 14 1; gap m 1 s r 1 12 14 1; } | accounts | grep -v ' gap ')"
is "a gap of another kind" "m event 4 1-2 2=0+2+0 0" \
	"$(gap m 1 s r 4 1 2 2 event | accounts | grep event)"
exits "a gap that says nothing" 0 audited < <(gap m 1 s r 1 5 4 2)
ok "is told of" grep -q "does not say what is gone" warnings

period="--since 2026-01-01T00:00:05Z --until 2026-01-01T00:00:15Z"
is "a period" "m measurement 1 5-14 10=10+0+0 0" "$(accounts $period < whole)"
is "holes inside it and at its borders" "m measurement 1 5-14 10=6+0+4 0" "$(accounts $period < holed)"
is "a hole between two periods counts in both" "m measurement 1 12-20 9=6+0+3 0" "$(accounts --since 2026-01-01T00:00:15Z < holed)"
is "holes beyond" "m measurement 1 7-9 3=3+0+0 0" \
	"$(accounts --since 2026-01-01T00:00:07Z --until 2026-01-01T00:00:10Z < holed)"
is "a sample with a time outside is not missing" "m measurement 1 5-14 10=10+0+0 0" \
	"$(sed '8s/00:00:08/00:00:02/' whole | accounts $period)"
is "a run outside it has no account" "" "$(accounts --since 2026-01-02T00:00:00Z < whole)"
is "--whole expects the first" "m measurement 1 1-20 20=18+0+2 0" "$(sed 1,2d whole | accounts --whole)"
is "without it a run begins where it is first seen" "m measurement 1 3-20 18=18+0+0 0" "$(sed 1,2d whole | accounts)"

{ cat dropped; samples other/x 1 1 3; } | duto from-json | duto select --out keep:kept
duto from-json <whole >other
stored() { duto audit "$@" --json 2>warnings | jq -r '"\(.source) \(.kind) \(.sent)=\(.stored)+\(.dropped)+\(.missing)"'; }
is "a keep is read by its name" "$(duto replay kept | duto audit 2>warnings)" "$(duto audit kept 2>warnings)"
exits "as well when standard input has samples" 1 duto audit kept <other
is "its sources can be named" "other/x measurement 3=3+0+0" "$(stored kept --source other/)"
is "and a period, with what stands beside it" "m measurement 10=6+3+1" "$(stored kept --source m $period | grep measurement)"
exits "an address that is not there" 100 duto audit nowhere
exits "--source without an address" 100 duto audit --source m <other
exits "--password-file of a keep" 100 duto audit kept --password-file whole
exits "a database that is not there" 111 duto audit postgresql://nobody@127.0.0.1:1/none

exits "samples without an identity" 0 audited < <(echo '{"time":"2026-01-01T00:00:00Z","source":"m","run":0,"seq":0,"values":{}}')
ok "are told of" grep -q "cannot be accounted for" warnings
is "nothing at all" "SOURCE  KIND      SENT    STORED   DROPPED   MISSING  REPEATED  RUN, SEQ" "$(audited < /dev/null)"

done_testing
