#!/bin/bash
# A keep on a disk that is full: its writer waits and says so, readers go on; with room again nothing is lost, nothing twice.
. "$(dirname "$0")/../lib/tap.sh"

if ! mkdir small || ! mount -t tmpfs -o size=2m none small 2>/dev/null; then
	echo "1..0 # SKIP a small disk can be mounted by root only: that a keep waits for room is not tested here"
	exit
fi
leave() { umount -l "$SCRATCH/small" 2>/dev/null; tap_exit; }
trap leave EXIT

cat >listen.py <<'END'
import socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("notify")
with open("heard", "w", buffering=1) as heard:
    while True:
        print(s.recv(4096).decode(), file=heard)
END
start /usr/bin/python3 listen.py
eventually 10 test -S notify

says() { grep -q "$1" "$2"; } # REGEX FILE
feeds() { grep -c "WATCHDOG=1" heard; }
has_fed() { [ "$(feeds)" -gt "$1" ]; }
count() { duto keep info small/k --json | jq '.last // 0'; }
told() { [ "$(grep -c "$waiting" errors)" -ge "$1" ]; }
has_read() { [ "$(stat -c %s read)" -ge "$1" ]; }
write() { # in the background, as systemd would
	NOTIFY_SOCKET=notify WATCHDOG_USEC=200000 start "$DUTO" select --in file:all --out keep:small/k 2>>errors
	writer=$started_pid
}
waiting="small/k: No space left on device: waits, nothing is lost"

duto sim meter --sources 3 --count 5000 --start 2026-01-01T00:00:00Z >all
total=$(duto to-json <all | wc -l)

duto select --out keep:small/k </dev/null
duto select --in keep:small/k#reader --out file:read
write
ok "a writer whose disk is full says so" eventually 20 told 1
ok "and it is its status" eventually 10 says "STATUS=$waiting" heard
fed=$(feeds)
ok "the watchdog is fed meanwhile" eventually 10 has_fed $((fed + 3))
ok "it is told of once" [ "$(grep -c "$waiting" errors)" -eq 1 ]
cat /dev/zero >small/filler 2>/dev/null
some=$(count)
ok "what had room is there: $some of $total" [ "$some" -gt 0 -a "$some" -lt "$total" ]

start "$DUTO" select --in keep:small/k#reader --out file:read 2>reader.errors
reader=$started_pid
ok "who reads goes on" eventually 20 has_read "$(duto replay small/k | wc -c)"
ok "with a warning where its place cannot be saved" eventually 20 says "cursor reader: No space left" reader.errors

kill -9 $writer
wait $writer 2>/dev/null
write
ok "killed, and started on the full disk, the writer waits again" eventually 20 told 2
ok "all that was accepted is there" [ "$(count)" -ge "$some" ]
mount -o remount,size=100m small
wait $writer
is "with room it goes on by itself, to its end" 0 $?
like "and says so" "small/k: goes on" "$(cat errors)"
is "its status is clear again" "STATUS=" "$(grep STATUS heard | tail -n 1)"
ok "nothing is lost, nothing twice" cmp <(duto replay small/k) all
wait $reader
is "the reader comes to the end" 0 $?
ok "with all of it" cmp read all
is "and its place is saved" "$total" "$(cat small/k/cursors/reader)"
is "it was warned once" 1 "$(grep -c "cursor reader" reader.errors)"

# A checkpoint on a full disk

umount small
mount -t tmpfs -o size=256k none small
duto select --out keep:from <all
window="window --every 1s --agg mean,min,max,count"
duto $window <all >expected
cat /dev/zero >small/filler 2>/dev/null
exits "a filter that cannot save its state leaves, to be started again" 111 duto $window --in keep:from --out keep:to --checkpoint small/state
like "and says why" "small/state: .*No space left on device" "$(cat errors)"
rm small/filler
exits "with room it goes on" 0 duto $window --in keep:from --out keep:to --checkpoint small/state
ok "nothing is lost, nothing twice" cmp <(duto replay to) expected
done_testing
