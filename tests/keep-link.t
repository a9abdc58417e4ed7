#!/bin/bash
# keep:DIR as a link: its bounds, what happens at them, and wishes that are none.
. "$(dirname "$0")/lib/tap.sh"

says() { grep -q "$1" "$2"; } # REGEX FILE
last() { duto keep info "$1" --json | jq '.last // 0'; } # KEEP
alive() { [ -e "/proc/$1/exe" ]; }
write() { # WISHES: all of it, in the background
	start "$DUTO" select --in file:all --out "keep:k?$1" 2>said
	writer=$started_pid
}

duto sim meter --sources 3 --count 12000 --start 2026-01-01T00:00:00Z >all
total=$(duto to-json <all | wc -l)
head_of() { duto to-json <all | head -n "$1" | duto from-json; }

# A keep as large as its max, whose reader is away

start_anew() { # CURSOR...: an empty keep with readers who have nothing yet
	rm -rf k
	duto select --out keep:k </dev/null
	for cursor in "$@"; do duto select --in "keep:k#$cursor" --out file:nothing; done
}
full="k: full, as large as its max: waits for its readers"

start_anew slow gone
write max=512K,segment=64K
ok "a keep as large as its max, whose readers are away, waits" eventually 20 says "$full" said
some=$(last k)
ok "with less than all: $some of $total" [ "$some" -gt 0 -a "$some" -lt "$total" ]
ok "within its max, but for a batch" [ "$(du -sb --exclude=cursors k | cut -f1)" -lt $((650 << 10)) ]
is "nothing has left" 1 "$(duto keep info k --json | jq .first)"
start "$DUTO" select --in keep:k#slow --out file:read
reader=$started_pid
has_read() { [ -e read ] && [ "$(stat -c %s read)" -ge "$1" ]; }
eventually 20 has_read 1000000
ok "with one that goes on it still waits for the other" alive $writer
exits "which is forgotten" 0 duto keep forget k gone
wait $writer
is "then it goes on, to the end" 0 $?
like "and says so" "k: goes on" "$(cat said)"
wait $reader
ok "the reader has all of it" cmp read all
ok "what it has read has left" [ "$(duto keep info k --json | jq .first)" -gt 1 ]

start_anew slow
write max=512K,segment=64K,when-full=drop-oldest
wait $writer
is "drop-oldest: the writer waits for nobody" 0 $?
first=$(duto keep info k --json | jq .first)
ok "what readers still need has left" [ "$first" -gt 1 ]
DUTO_STAT=page duto select --in keep:k#slow --out file:rest 2>warnings
is "who reads is warned of the gap" "duto-select: warning: k: $((first - 1)) samples before number $first are gone" "$(cat warnings)"
is "which is counted as lost" $((first - 1)) "$(od -An -t u8 -j 128 -N 8 page | tr -d ' ')"
ok "and has the rest" cmp rest <(duto to-json <all | tail -n +"$first" | duto from-json)
duto select --in keep:k --out file:fresh 2>warnings
is "who begins at the oldest misses nothing" "" "$(cat warnings)"

# for=: by arrival, however old the samples say that they are

start_anew
duto select --in file:all --out "keep:k?for=1h,segment=256K"
is "what has just arrived stays, however old its time" 1 "$(duto keep info k --json | jq .first)"
sleep_free() { [ "$(duto keep info k --json | jq .first)" -gt 1 ]; }
mkfifo more
start "$DUTO" select --in file:more --out "keep:k?for=1s,segment=256K"
exec 3>more
duto sim mill --count 10 --start 2030-01-01T00:00:00Z >&3
ok "what arrived longer ago leaves" eventually 40 sleep_free
exec 3>&-
wait $started_pid
is "but the newest" "2030-01-01T00:00:09Z" "$(duto replay k | duto to-json | tail -n 1 | jq -r .time)"

# What is asked for in vain

for wish in fro=3d for=soon max=-1 max=many when-full=explode segment= commit for,max=1G =; do
	exits "keep:DIR?$wish" 100 duto select --in file:all --out "keep:none?$wish"
	like "names what may be asked for" "\"${wish%%,*}\" is none of for=30d, max=10G, when-full=block" "$(cat errors)"
done
ok "nothing is made" [ ! -e none ]

# A block that is corrupt: named, and passed over

rm -rf k
head_of 2000 >some
duto select --out keep:k <some
head_of 3000 | duto select --out keep:k # a block that is synced stands behind
/usr/bin/python3 -c 'f = open("k/00000000000000000001.log", "r+b"); f.seek(100000); f.write(b"damage")'
exits "a reader of a keep with a corrupt block goes on" 0 timeout 30 "$DUTO" select --in keep:k --out file:sound
like "it is named by file and byte" "k/00000000000000000001.log: .*byte [0-9]+" "$(cat errors)"
like "what is missing for it is told of" "k: [0-9]+ samples before number [0-9]+ are gone" "$(cat errors)"
missing=$(grep -oE "[0-9]+ samples" errors | cut -d' ' -f1)
is "and the rest is there" $((3000 - missing)) "$(duto to-json <sound | wc -l)"

exits "a keep that is not there" 100 duto select --in keep:none
like "is named" "none" "$(cat errors)"
start_anew
exits "a cursor that is no name" 100 duto select --in "keep:k#../x"
like "is named" "x" "$(cat errors)"

sed -i 's/duto keep 1/duto keep 2/' k/ID
listed() { find k -type f -printf '%p %s %T@\n' | sort; }
before=$(listed)
for link in "--in file:all --out keep:k" "--in keep:k"; do
	exits "select $link: a newer format" 100 duto select $link
	like "is told of" "k: .*format 2.*nothing is touched" "$(cat errors)"
done
is "and not touched" "$before" "$(listed)"

# Two writers

rm -r k
mkfifo held
start "$DUTO" select --in file:held --out keep:k
writer=$started_pid
exec 3>held
head_of 100 >&3
eventually 10 test -e k/head
exits "a second writer leaves" 111 duto select --in file:all --out keep:k
like "and says who has the keep" "another writer has it: process $writer\$" "$(cat errors)"
exec 3>&-
wait $writer
is "the first goes on" 0 $?
ok "with what is its own" cmp <(duto replay k) <(head_of 100)

# Told to stop just after its writer has ended

rm -r k
start "$DUTO" sim mill --every 10ms --out keep:k
writer=$started_pid
eventually 10 test -e k/head
start "$DUTO" select --in keep:k#late --out file:drained
reader=$started_pid
eventually 10 test -s drained
caught_up() { [ "$(stat -c %s drained)" -gt "$(($1 + 2000))" ]; }
eventually 10 caught_up "$(stat -c %s drained)"
kill -STOP $reader
cut=$(duto replay k | wc -c)
written() { [ "$(duto replay k | wc -c)" -gt "$cut" ]; }
eventually 10 written
kill $writer
wait $writer
kill -TERM $reader
kill -CONT $reader
wait $reader
ok "a reader passes on what its writer left" cmp drained <(duto replay k)
done_testing
