#!/bin/bash
# The inside of limits.t: runs in the VM as root.
. "$(dirname "$0")/../lib/tap.sh"

show() { systemctl show --property="$2" --value "duto-$1.service"; }
active() { [ "$(systemctl is-active "duto-$1.service")" = active ]; }
group_of() { echo "/sys/fs/cgroup$(show "$1" ControlGroup)"; }
status_of() { sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status"; } # PID KEY
as_stage() { # STAGE COMMAND...: what the stage's own processes could do
	local stage=$1 pid
	shift
	pid=$(show "$stage" MainPID)
	(
		echo "$BASHPID" >"$(group_of "$stage")/cgroup.procs"
		exec nsenter --target "$pid" --mount --net -- setpriv --reuid "$(status_of "$pid" Uid | cut -f1)" \
			--regid "$(status_of "$pid" Gid | cut -f1)" --groups "$(status_of "$pid" Groups | xargs | tr ' ' ,)" \
			--no-new-privs "$@"
	) 2>&1
}
opens() { # STAGE DEVICE: prints what comes of it
	as_stage "$1" /usr/bin/python3 -c '
import os, sys
try:
    os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    print("opened")
except OSError as error:
    print(error.strerror)' "$2"
}

for stage in p-calm p-served p-port p-adapter p-by_id; do
	ok "$stage is up" eventually 120 active $stage
done

# Memory
killed() { [ "$(show p-hungry NRestarts)" -ge 1 ] && journalctl -b -u duto-p-hungry --no-pager | grep -q "result 'oom-kill'"; }
ok "a stage that takes more memory than it may is killed, and started again" eventually 120 killed ||
	journalctl -b -u duto-p-hungry --no-pager -n 20 | sed 's/^/# /'
systemctl stop duto-p-hungry.service

# The processor
systemctl start duto-busy.target
ok "two that do all they can are up" eventually 60 active busy-bounded
eventually 60 active busy-unbounded
used() { awk '$1 == "usage_usec" { print $2 }' "$1/cpu.stat"; }
share() { # STAGE: percent of one processor that it takes while we look
	local group before began
	group=$(group_of "$1")
	began=$(date +%s%N) before=$(used "$group")
	sleep 5
	echo $((($(used "$group") - before) * 100000 / ($(date +%s%N) - began)))
}
bounded=$(share busy-bounded) free=$(share busy-unbounded)
echo "# of a processor: bounded $bounded %, unbounded $free %"
ok "a stage takes no more of a processor than it may" test "$bounded" -le 15
ok "one without a limit takes what there is" test "$free" -ge 30
systemctl stop duto-busy.target duto-busy.setup.service

# The network
start /usr/bin/python3 -m http.server --bind 0.0.0.0 8000 >/dev/null 2>&1
reaches() { # STAGE: prints what comes of it
	as_stage "$1" /usr/bin/python3 -c '
import socket, sys
try:
    socket.create_connection((sys.argv[1], 8000), 3)
    print("reached")
except OSError as error:
    print(error.strerror or error)' "$2"
}
up() { (exec 3<>/dev/tcp/127.0.0.1/8000) 2>/dev/null; }
ok "there is something to reach" eventually 20 up
like "a filter does not reach even this machine" "timed out|refused|not permitted" "$(reaches p-calm 127.0.0.1)"
is "one that serves this machine does" reached "$(reaches p-served 127.0.0.1)"
ip address add 192.0.2.1/32 dev lo
ok "there is another address" bash -c 'exec 3<>/dev/tcp/192.0.2.1/8000'
like "and it goes to no other" "timed out|not permitted" "$(reaches p-served 192.0.2.1)"

# Devices
chgrp dialout /dev/ttyS[23]
chmod 660 /dev/ttyS[23]
is "a serial stage opens its port" opened "$(opens p-port /dev/ttyS2)"
is "and not the one beside it" "Operation not permitted" "$(opens p-port /dev/ttyS3)"
like "a filter sees none" "No such file|Permission denied|not permitted" "$(opens p-calm /dev/ttyS2)"

# A USB adapter that is plugged in later. No driver is there: that the kernel looks for one is what is asked.
plug() { mknod --mode=660 "/dev/$1" c "$2" "$3" && chgrp dialout "/dev/$1"; }
is "an adapter that is not there" "No such file or directory" "$(opens p-adapter /dev/ttyUSB0)"
plug ttyUSB0 188 0
plug ttyUSB1 188 1
plug ttyACM0 166 0
is "may be opened when it is plugged in, the stage going on" "No such device or address" "$(opens p-adapter /dev/ttyUSB0)"
is "and the one beside it not" "Operation not permitted" "$(opens p-adapter /dev/ttyUSB1)"
is "nor any of another sort" "Operation not permitted" "$(opens p-adapter /dev/ttyACM0)"
is "a port that has its adapter's name may be any adapter" "No such device or address" "$(opens p-by_id /dev/ttyUSB1)"
is "of either sort" "No such device or address" "$(opens p-by_id /dev/ttyACM0)"
is "and no other port" "Operation not permitted" "$(opens p-by_id /dev/ttyS3)"
done_testing
