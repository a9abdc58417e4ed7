#!/bin/bash
# A newer package over a running plant, in a Debian of its own under its own systemd: each stage runs the new program, one
# after the other, and nothing is lost or comes twice. A backup goes back to where all was wiped. Removing drains.
. "$(dirname "$0")/../lib/tap.sh"
. "$ROOT/tests/lib/boot.sh"
. "$ROOT/tests/lib/debian.sh"
missing=$(boot_missing; debian_missing)
case $DUTO in */san/*) missing='packages are made of builds without sanitizers' ;; esac
if [ "$missing" ]; then
	echo "# left out, all of it: $missing"
	echo "1..0 # SKIP no Debian can be booted here: $missing"
	exit 0
fi

# Stages with keeps and states, one that is joined of several filters, one that only writes text, and two that are scheduled.
debian_deb >/dev/null || exit
reason=$(debian_make "$MACHINE") || { echo "1..0 # SKIP $reason" && exit 0; }
cp deb/duto_*.deb "$MACHINE/root/"
mkdir -p "$MACHINE/etc/duto/pipelines"
cat >"$MACHINE/etc/duto/pipelines/plant.yaml" <<'END_OF_FILE'
name: plant
stages:
  src: {run: sim mill --every 20ms --source plant/mill, keep: 1d}
  edge: {from: src, run: "map 'power_kw = torque * rotational_speed * 0.0001' | select --fields power_kw,torque"}
  last: {from: edge, run: select --source plant, keep: 1d}
  mean: {from: last, run: window --every 1s --agg mean, keep: 1d}
  board: {from: [mean, last], run: print}
  tick: {at: "*:*:0/2", run: replay plant/src --since -2s | to-csv --out file:rows.csv}
  long: {at: "2099-01-01", run: sim mill --every 100ms | to-csv --out file:long.csv}
END_OF_FILE
export DUTO_STATE_DIR=$MACHINE/var/lib/duto
stages=(src edge last mean board)
units=("${stages[@]/#/duto-plant-}")

active() { [ "$(inside systemctl is-active "$@" | sort -u)" = active ]; }
show() { inside systemctl show --property="$1" --value "$2"; }
pids() { inside systemctl show --property=Id,MainPID "${units[@]/%/.service}"; }
environment() { inside cat "/proc/$1/environ" | tr "\0" "\n"; }
samples() { duto replay "$1" 2>/dev/null | duto to-json | jq -r 'select((.kind // "") == "") | "\(.run) \(.seq)"'; }
more() { [ "$(samples "$1" | wc -l)" -gt "$2" ]; }
goes_on() { eventually 20 more "$1" "$(samples "$1" | wc -l)"; }
old_programs() { # the stages that doctor finds to run one
	local pid
	for pid in $(inside duto doctor --json | jq -r '.[] | select(.area == "program" and .wrong).message' | grep -o '^process [0-9]*'); do
		inside grep -o 'duto-[^/]*[.]service' "/proc/$pid/cgroup" 2>/dev/null
	done | sort -u
}
drain() { inside systemctl stop duto-plant.target && inside systemctl stop duto-plant.setup.service; }
same_ends() { # what the source kept, the last stage kept, each sample once
	samples plant/src | sort >src.txt
	samples plant/last | sort >last.txt
	echo "# $(wc -l <src.txt) samples sent, $(wc -l <last.txt) stored, of $(cut -d' ' -f1 src.txt | uniq | wc -l) runs"
	[ -s src.txt ] && cmp src.txt last.txt && [ -z "$(uniq -d last.txt)" ]
}

ok 'the machine boots' boot || { tail -n 20 console | sed 's/^/# /' && done_testing; }
exits 'the package installs' 0 inside sh -c 'dpkg -i /root/duto_*.deb'
exits 'its pipeline is applied' 0 inside duto apply
ok 'all stages run' eventually 20 active "${units[@]}" duto-plant.target
ok 'samples arrive' eventually 20 more plant/last 10
inside systemctl start --no-block duto-plant-long.service
long_runs() { [ "$(show ActiveState duto-plant-long.service)" = activating ]; }
ok 'a scheduled run is under way' eventually 10 long_runs
is 'no program is from before an upgrade' '' "$(old_programs)"

# A newer package, whose generator writes other units.
debian_newer newer
generators=newer/usr/lib/systemd/system-generators
mkdir newer/usr/lib/systemd/real
mv "$generators/duto-generator" newer/usr/lib/systemd/real/
cat >"$generators/duto-generator" <<'END_OF_FILE'
#!/bin/sh
/usr/lib/systemd/real/duto-generator "$@"
sed -i 's/^Type=.*/&\nEnvironment=DUTO_TEST=newer/' "$1"/duto-*.service
END_OF_FILE
chmod 755 "$generators/duto-generator"
dpkg-deb --root-owner-group -b newer "$MACHINE/root/newer.deb" >/dev/null
before=$(pids) long=$(show MainPID duto-plant-long.service) setup=$(show ActiveEnterTimestampMonotonic duto-plant.setup.service)
rows=$DUTO_STATE_DIR/plant/tick.out/rows.csv
ok 'and another has written' eventually 20 test -s "$rows"
rows_of=$(stat -c %Y "$rows")
exits 'a newer package goes over it' 0 inside dpkg -i /root/newer.deb
is 'without a complaint' '' "$(cat errors)"
ok 'all stages run' active "${units[@]}" duto-plant.target
is 'each is another process' "${#stages[@]}" "$(diff <(echo "$before") <(pids) | grep -c '^>')"
for unit in "${units[@]}"; do environment "$(show MainPID "$unit")" | grep DUTO_TEST; done >newer.txt
is 'made of the units of the newer package' "${#stages[@]}" "$(grep -c newer newer.txt)"
for unit in "${units[@]}"; do
	echo "$(show ActiveExitTimestampMonotonic "$unit") $(show ActiveEnterTimestampMonotonic "$unit") ${unit#duto-plant-}"
done | sort -n >restarts.txt
ok 'one was up again before the next went down' awk '$1 <= up { exit 1 } { up = $2 }' restarts.txt
is 'each after those that read it' 'board mean last edge src' "$(cut -d' ' -f3 restarts.txt | xargs)"
awk 'NR == 1 { from = $1 } { printf "# %s: down at %.0f ms, for %.0f ms\n", $3, ($1 - from) / 1e3, ($2 - $1) / 1e3 }' restarts.txt

is 'the setup unit was not stopped' "$setup" "$(show ActiveEnterTimestampMonotonic duto-plant.setup.service)"
is 'the scheduled run goes on' "$long" "$(show MainPID duto-plant-long.service)"
is 'alone of the older program, as doctor tells' duto-plant-long.service "$(old_programs)"
inside systemctl stop duto-plant-long.timer duto-plant-long.service
is 'and none is, when it has ended' '' "$(old_programs)"
newer_rows() { [ "$(stat -c %Y "$rows")" -gt "$rows_of" ]; }
ok 'timers go on' eventually 20 newer_rows
ok 'samples go on' goes_on plant/last
already=$(samples plant/mean | wc -l)
ok 'means too' eventually 20 more plant/mean "$already"

# One that is broken
dpkg-deb -R "$MACHINE/root/newer.deb" broken
printf '#!/bin/sh\nexit 111\n' >broken/usr/libexec/duto/window
dpkg-deb --root-owner-group -b broken "$MACHINE/root/broken.deb" >/dev/null
before=$(pids)
exits 'a package with a broken filter goes over it' 0 inside dpkg -i /root/broken.deb
like 'the stage that does not come back is told of' 'duto-plant-mean.service did not come back' "$(cat errors)"
is 'those that it reads are not touched' "$(echo "$before" | grep -A 1 'src\|edge\|last')" "$(pids | grep -A 1 'src\|edge\|last')"
exits 'the one before goes over it' 0 inside dpkg -i /root/newer.deb
ok 'all stages come back' eventually 20 active "${units[@]}"
is 'with that program' '' "$(old_programs)"

# One that finds a mistake
before=$(pids)
mv "$MACHINE/etc/duto/pipelines/plant.yaml" plant.yaml
sed 's/window/windoww/' plant.yaml >"$MACHINE/etc/duto/pipelines/plant.yaml"
exits 'a package that finds a mistake in the pipeline' 0 inside dpkg -i /root/newer.deb
like 'says so' 'duto-plant-src.service runs on' "$(cat errors)"
is 'and leaves all as it is' "$before" "$(pids)"
cp plant.yaml "$MACHINE/etc/duto/pipelines/plant.yaml"
exits 'mended, applied' 0 inside duto apply
is 'all run the program of that package' '' "$(old_programs)"

# A backup, and a new disk: in a machine where the group has another number.
exits 'a backup while all runs' 0 inside duto backup /root/plant.tar.zst
drain
ok 'what was sent is stored, once each' same_ends
rm -r "$MACHINE"/var/lib/{duto,duto-state,private/duto-state} "$MACHINE/etc/duto"
inside groupmod -g 4321 duto
inside systemd-tmpfiles --create duto.conf
exits 'the backup is restored' 0 inside duto restore /root/plant.tar.zst
inside systemctl daemon-reload
inside systemctl start duto-plant.target
since=$(date +%s)
restored=$(samples plant/mean | wc -l)
ok 'all stages run' eventually 20 active "${units[@]}"
ok 'what was remembered is there' [ "$restored" -gt 0 ]
ok 'samples go on' goes_on plant/last
ok 'means too' eventually 20 more plant/mean $((restored + 2))
inside journalctl --since "@$since" -o cat --no-pager >journal.txt
is 'no stage complains' '' "$(grep -i 'without memory\|denied\|corrupt\|error' journal.txt | head -n 5)"
is 'nor does doctor' '' "$(inside duto doctor --json | jq -r '.[] | select(.wrong and (.area == "keep" or .area == "program")).message')"

# Taken away
exits 'the package is removed' 0 inside dpkg --remove duto
is 'nothing runs, nor has failed' '' "$(inside systemctl list-units --no-legend --plain 'duto-*')"
ok 'what was sent is stored, once each' same_ends
exits 'it is purged' 0 inside dpkg --purge duto
ok 'nothing is left' [ ! -e "$MACHINE/var/lib/duto" -a ! -e "$MACHINE/var/lib/private/duto-state" -a ! -e "$MACHINE/etc/duto" ]
exits 'with no pipeline it installs' 0 inside sh -c 'dpkg -i /root/duto_*.deb'
exits 'is upgraded' 0 inside dpkg -i /root/newer.deb
is 'without a complaint' '' "$(cat errors)"
exits 'and purged' 0 inside dpkg --purge duto
boot_off
done_testing
