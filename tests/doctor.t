#!/bin/bash
# duto doctor: each thing that is wrong is found, told with what mends it, and found no more once that was done.
. "$(dirname "$0")/lib/tap.sh"

export DUTO_CONFIG_DIR=$SCRATCH/etc DUTO_STATE_DIR=$SCRATCH/state DUTO_RUNTIME_DIR=$SCRATCH/run
mkdir -p etc/pipelines devices state run
chmod 700 run
doctor() { "$DUTO" doctor --devices devices --room 0 --json "$@"; }
about() { # AREA: its findings that are wrong, as MESSAGE | MEND
	doctor | jq -r --arg area "$1" '.[] | select(.area == $area and .wrong) | .message + " | " + .mend'
}
mended() { # AREA: what its findings say was done; nothing is wrong then
	bash -c "$(doctor | jq -r --arg area "$1" '.[] | select(.area == $area and .wrong) | .mend')"
	is "$1: done as it says, it is well" '' "$(about "$1")"
}

# The clock: as the kernel has it
in_step=$(/usr/bin/python3 -c '
import ctypes
timex = (ctypes.c_long * 64)()
print(ctypes.CDLL(None).adjtimex(timex) >= 0 and not ctypes.cast(ctypes.addressof(timex) + 40, ctypes.POINTER(ctypes.c_int))[0] & 64)')
is 'the clock' "$in_step" "$(doctor | jq -r '.[] | select(.area == "clock") | if .message | test("in step, within") then "True" else "False" end')"

# The disk
is 'enough room on the disk' '' "$(about disk)"
like 'not enough' 'state: [0-9.]+[KMGT]?B are free, [0-9]+%.* [|] duto keep ls' \
	"$(duto doctor --devices none --room 1 --json | jq -r '.[] | select(.area == "disk") | .message + " | " + .mend')"

# Secrets
mkdir -m 755 etc/secrets
echo pw >etc/secrets/mqtt
chmod 644 etc/secrets/mqtt
like 'a secret that others can read' "secrets/mqtt: others than its owner may get at it .mode 0644. [|] chmod 600 $SCRATCH/etc/secrets/mqtt" \
	"$(about secret)"
like 'a folder that others can look into' 'chmod 700' "$(about secret)"
mended secret

# Pipelines
printf 'name: p\nstages:\n  a:\n    run: simm mill\n' >etc/pipelines/p.yaml
like 'a mistake in a pipeline' "p.yaml:4:10: .*simm.* [|] duto check $SCRATCH/etc/pipelines/p.yaml" "$(about pipeline)"
sed -i s/simm/sim/ etc/pipelines/p.yaml
is 'mended' '' "$(about pipeline)"

# Sockets
mkdir -m 700 run/p
/usr/bin/python3 -c 'import socket; s = socket.socket(socket.AF_UNIX); s.bind("run/p/a.tap")'
like 'a socket that nobody serves' "a.tap: nobody serves it [|] rm $SCRATCH/run/p/a.tap" "$(about socket)"
mended socket
ok 'it is gone' [ ! -e run/p/a.tap ]
start "$DUTO" sim mill --every 1s --out pub:ipc://run/p/a.tap
ok 'one that is served' eventually 10 [ -S run/p/a.tap ]
like 'is left alone' 'a.tap is served' "$(doctor | jq -r '.[] | select(.area == "socket").message')"
kill "$started_pid"

# Keeps
duto sim mill --count 10 --start 2026-01-01T00:00:00Z | duto select --out keep:state/p/a
is 'a keep that is well' '' "$(about keep)"
sed -i 1s/1/9/ state/p/a/ID
like 'one of a newer version' 'keep .* [|] apt-get install --only-upgrade duto' "$(about keep)"
sed -i 1s/9/1/ state/p/a/ID
echo x >state/p/a/aside/00000000000000000001.log.0.torn
like 'damage that was set aside' 'damage was set aside.*duto keep verify' "$(about keep)"
rm state/p/a/aside/*

# Programs from before an upgrade
cp -r "${DUTO_LIBEXEC:-$(dirname "$DUTO")/libexec}" libexec
export DUTO_LIBEXEC=$SCRATCH/libexec
start libexec/sim mill --every 1s --out file:stream
old=$started_pid
ok 'a filter runs' eventually 10 [ -s stream ]
is 'of this version' '' "$(about program)"
rm libexec/sim
like 'of the one before' "process $old runs $SCRATCH/libexec/sim from before an upgrade.* [|] kill $old" "$(about program)"
bash -c "$(about program | sed 's/.* | //')"
wait "$old"
is 'gone' '' "$(about program)"

# Serial ports
touch devices/ttyUSB0 devices/ttyACM0 devices/tty1
chmod 666 devices/ttyACM0
if [ "$(id -u)" -eq 0 ]; then
	chmod 755 . devices
	chgrp dialout devices/ttyUSB0
	chmod 660 devices/ttyUSB0
	ports() { DUTO_STATE_DIR=$SCRATCH/none setpriv --reuid 65534 --regid 65534 "$@" "$DUTO" doctor --devices devices --json |
		jq -r '.[] | select(.area == "serial") | "\(.wrong) \(.message) | \(.mend)"'; }
	like 'a port that this user may not open' 'true devices/ttyUSB0: Permission denied; its group dialout may.*[|] usermod -aG dialout nobody' \
		"$(ports --clear-groups)"
	like 'one that it may' 'false devices/ttyACM0 may' "$(ports --clear-groups)"
	is 'no other' '' "$(ports --clear-groups | grep tty1)"
	like 'in the group it may' 'false devices/ttyUSB0 may' "$(ports --groups dialout)"
else
	like 'a port that this user may open' 'devices/ttyACM0 may' "$(doctor | jq -r '.[] | select(.area == "serial").message')"
	echo '# rights of another user are left out: it takes root'
fi

# What people see
rm -rf etc/secrets
mkdir -m 700 etc/secrets
echo pw >etc/secrets/open
exits 'something is wrong: 1' 1 "$DUTO" doctor --devices none --room 0
like 'with the command on a line of its own' "open: others.*0644.
              chmod 600 $SCRATCH/etc/secrets/open" "$(cat output)"
chmod 600 etc/secrets/open
[ "$in_step" == True ] && expected=0 || expected=1
exits 'nothing else is' $expected "$DUTO" doctor --devices none --room 0
like 'with --all what is right too' 'libzmq can be loaded' "$(duto doctor --devices none --all)"
exits 'a wrong option' 100 "$DUTO" doctor --nonsense
done_testing
