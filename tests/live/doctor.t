#!/bin/bash
# duto doctor where systemd runs: units that failed, that are started again and again, that are not as the files say;
# each is told with what mends it, and no more once that was done.
. "$(dirname "$0")/../lib/tap.sh"
. "$ROOT/tests/lib/boot.sh"
missing=$(boot_missing)
case $DUTO in */san/*) missing="sanitizers need system calls that stages do not have" ;; esac
if [ "$missing" ]; then
	echo "1..0 # SKIP no systemd can be booted here: $missing"
	exit 0
fi
boot_make || { echo "1..0 # SKIP no mounts can be made here" && exit 0; }

files=$MACHINE/etc/duto/pipelines
cat >"$files/p.yaml" <<'END'
name: p
stages:
  src: {run: sim mill --every 100ms --source plant/p}
  sel: {from: src, run: select --source plant}
  show: {from: sel, run: print}
END
printf 'name: rows\nstages:\n  read: {run: from-json rows.json}\n' >"$files/rows.yaml"

findings() { inside /opt/duto/duto doctor --json | jq -r '.[] | select(.area == "unit" and .wrong) | .message + " | " + .mend'; }
well() { [ -z "$(findings)" ]; }
mended() { # TITLE: what is found is done
	inside bash -c "PATH=\$PATH:/opt/duto; $(inside /opt/duto/duto doctor --json |
		jq -r '.[] | select(.area == "unit" and .wrong) | .mend')" >mending 2>&1
	ok "$1" eventually 10 well
}
is_in() { [ "$(inside systemctl show --property=ActiveState --value "$2")" = "$1" ]; }
restarts() { inside systemctl show --property=NRestarts --value duto-p-sel.service; }

ok "the machine boots" boot
ok "a stage that finds what a person must mend fails" eventually 20 is_in failed duto-rows-read.service
like "it is told, with its status" \
	"^duto-rows-read.service failed .exit-code, status 100.: a person must mend what its journal says [|] journalctl .* systemctl restart duto-rows-read.service$" \
	"$(findings)"
echo '{"time":"2026-01-01T00:00:00Z","source":"a","values":{"b":1}}' >"$files/rows.json"
mended "once it is mended, the command starts it"
like "and shows what was wrong" "rows.json" "$(cat mending)"
ok "the others are up" eventually 20 is_in active duto-p-sel.service

sed -i 's/select --source plant/select --source plant\/p/' "$files/p.yaml"
like "a file that was changed and not applied is told of" \
	"^/etc/duto/pipelines/p.yaml, or a file that it names, was changed and not applied: 1 of its units, duto-p-sel.service first, .*[|] duto apply$" "$(findings)"
mended "applied, it is well"
sed -i 's/select --source plant\/p/select --source plant/' "$files/p.yaml"
inside systemctl daemon-reload
is "one that systemd knows of and no process" "duto-p-sel.service runs as it was before its file changed | duto apply" "$(findings)"
mended "too"
printf 'name: new\nstages:\n  src: {run: sim mill --every 1s --source plant/new}\n' >"$files/new.yaml"
like "a new file" "new.yaml, or a file .* not applied" "$(findings)"
mended "too"
rm "$files/new.yaml"
is "one that is gone" "duto-new.target: its file /etc/duto/pipelines/new.yaml is gone | duto apply" "$(findings)"
mended "too"
sed -i 's/name: rows/name: [/' "$files/rows.yaml"
is "one with a mistake is no matter of units" "" "$(findings)"

kill_it() {
	local before
	before=$(restarts)
	inside kill -9 "$(inside systemctl show --property=MainPID --value duto-p-sel.service)"
	eventually 20 came_back "$before"
}
came_back() { [ "$(restarts)" -gt "$1" ] && is_in active duto-p-sel.service; }
kill_it
kill_it
is "a stage that was started again now and then is none either" "" "$(findings)"
kill_it
like "one to which it happens again and again is" \
	"^duto-p-sel.service was started again 3 times, the last time [0-9.]+s ago: .* journalctl .* -u duto-p-sel.service$" "$(findings)"
inside systemctl restart duto-p-sel.service
ok "until it is started by hand" well
inside systemctl stop duto-p.target
is "what was stopped by hand is well" "" "$(findings)"
boot_off
done_testing
