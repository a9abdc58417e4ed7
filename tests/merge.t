#!/bin/bash
# --merge: the samples of several inputs in the order of time, source, run and seq.
. "$(dirname "$0")/lib/tap.sh"

line() { # SECOND SOURCE RUN SEQ
	printf '{"time":"2026-01-01T00:%02d:%02dZ","source":"%s","run":%d,"seq":%d,"values":{"a":%d.5}}\n' $(($1 / 60)) $(($1 % 60)) "$2" "$3" "$4" "$1"
}
merge() { # INPUT...: their order, by time, source, run and seq
	local ins=()
	for input; do ins+=(--in "$input"); done
	duto select --merge "${ins[@]}" | duto to-json
}
in_order() { jq -r '[.time, .source, .run, .seq] | @tsv' | sort -c -t $'\t' -k1,1 -k2,2 -k3,3n -k4,4n; }
{ for i in {0..499}; do line $i p/a 7 $((i + 1)); done; } >a.json
{ for i in {0..99}; do line $((i * 2)) p/a 3 $((i + 1)); line $((i * 2)) p/b 7 $((2 * i + 1)); line $((i * 2)) p/b 7 $((2 * i + 2)); done; } >b.json
line 30 p/0 1 1 >c.json
for input in a b c; do duto from-json $input.json >$input; done
: >empty

merge file:a file:b file:c >merged
ok "inputs of unequal length: nothing is lost" cmp <(sort merged) <(cat a.json b.json c.json | duto from-json | duto to-json | sort)
ok "in the order of time, source, run and seq" in_order <merged
ok "whatever the order of the inputs" cmp <(merge file:c file:b file:a) merged
ok "with empty ones between" cmp <(merge file:empty file:a file:b file:empty file:c) merged
is "empty ones alone" "" "$(merge file:empty file:empty)"
ok "a pipe among them" cmp <(duto select --merge --in file:a --in - --in file:c <b | duto to-json) merged
mkfifo late
start "$DUTO" select --merge --in file:a --in file:late --in file:c --out file:waited
exec 3>late
has_read_a() {
	local fd
	for fd in /proc/$started_pid/fd/*; do
		[ "$fd" -ef a ] && grep -q '^pos:.[1-9]' "/proc/$started_pid/fdinfo/${fd##*/}" && return
	done
}
eventually 10 has_read_a
cat b >&3
exec 3>&-
wait $started_pid
ok "one that comes late is waited for" cmp <(duto to-json <waited) merged

/usr/bin/python3 - <<'END'
import msgpack
a = open("a", "rb").read()
u = msgpack.Unpacker(timestamp=0); u.feed(a); u.skip(); at = u.tell()
open("shaped", "wb").write(a[:at] + msgpack.packb({"x": 1}) + a[at:])
open("torn", "wb").write(a[:-3])
open("other", "wb").write(a[:at] + b"\x01" + a[at:])
open("at", "w").write(str(at))
END
at=$(cat at)
merge file:b file:shaped file:c >passed 2>errors
ok "a map that is no sample is passed over" cmp passed merged
like "and told of" "shaped: offset $at: a map that is not a sample" "$(cat errors)"
exits "other bytes" 111 duto select --merge --in file:b --in file:other --in file:c
like "name their input and offset" "error: other: offset $at: expected a sample" "$(cat errors)"
exits "a last sample that is cut off" 111 duto select --merge --in file:b --in file:torn --in file:c
like "as such" "torn: offset [0-9]+: the last sample is cut off" "$(cat errors)"

# Two keeps: where a stage is killed in the midst of a block, it goes on there

window="window --every 7s --agg mean,count,last"
duto select --out keep:ka <a
mkfifo feed
start "$DUTO" from-json --in file:feed --out keep:kb
writer=$started_pid
exec 3>feed
head -n 150 b.json >&3
kept() { [ "$(duto keep info "$1" --json | jq -n '[inputs.last][0] // 0')" -ge "$2" ]; } # KEEP COUNT
eventually 20 kept kb 150
duto select --merge --in file:a --in file:b | duto $window >expected
go_on() { "$DUTO" $window --merge --in keep:ka --in keep:kb --out keep:out; }
saved() { ls out/checkpoint 2>/dev/null | grep -qv "$1\$"; } # another number than that
start "$DUTO" $window --merge --in keep:ka --in keep:kb --out keep:out
ok "it waits for the keep that has no more" eventually 20 saved 0001
{ kill -9 $started_pid && wait $started_pid; } 2>/dev/null
tail -n +151 b.json >&3
exec 3>&-
wait $writer
exits "killed, it goes on" 0 go_on
ok "each sample counts once" cmp <(duto replay out) expected
done_testing
