# A machine of this system's own programs, with a systemd of its own as PID 1: a container (systemd-nspawn) that sees
# /usr as it is here, read only, and an empty /etc and /var that last until the test ends, across its boots. Source it
# after tap.sh. Needs root and systemd-container.
#
#     boot_missing         prints what keeps it from working here; nothing where it works
#     boot_make            makes the machine's folder, $MACHINE; the build under test is its /opt/duto
#                          (another system is booted as well that is put there: tests/lib/debian.sh)
#     boot                 starts it and waits until it is up; its PID 1 is $machine_init
#     inside COMMAND...    runs a command there
#     boot_off, boot_cut   shuts it down; takes its power away
MACHINE=$SCRATCH/machine
machine_nspawn='' machine_init='' machine_groups=()

boot_missing() {
	[ "$(id -u)" -eq 0 ] || { echo "not root" && return; }
	command -v systemd-nspawn >/dev/null || { echo "no systemd-nspawn" && return; }
	mountpoint -q / || { echo "this is a chroot" && return; }
	unshare --mount true 2>/dev/null || { echo "no mounts of its own are allowed here" && return; }
	[ -d /sys/fs/cgroup ] || echo "no control groups"
}

boot_make() {
	local name
	mkdir "$MACHINE"
	mount -t tmpfs -o mode=755 duto-machine "$MACHINE" || return
	mkdir -p "$MACHINE"/{usr,etc/systemd/system-generators,etc/duto/pipelines,etc/duto/secrets,var,opt/duto,root,run,tmp,proc,sys,dev}
	mount --bind -o ro /usr "$MACHINE/usr" && mount --bind -o ro "$(dirname "$DUTO")" "$MACHINE/opt/duto" || return
	ln -s ../usr/lib/os-release "$MACHINE/etc/os-release"
	chmod 700 "$MACHINE/etc/duto/secrets"
	chmod 1777 "$MACHINE/tmp"
	for name in bin sbin lib lib32 lib64; do
		[ -e "/usr/$name" ] && ln -s "usr/$name" "$MACHINE/$name"
	done
	cp -a /etc/alternatives /etc/ld.so.conf /etc/ld.so.conf.d /etc/ld.so.cache "$MACHINE/etc/" 2>/dev/null
	od -An -N 16 -t x4 /dev/urandom | tr -d ' \n' >"$MACHINE/etc/machine-id" # else it sets itself up as a new one
	echo duto-test >"$MACHINE/etc/hostname"
	echo 'root:x:0:0:root:/root:/bin/sh' >"$MACHINE/etc/passwd"
	printf '%s\n' root:x:0: tty:x:5: dialout:x:20: nogroup:x:65534: duto:x:890: >"$MACHINE/etc/group"
	printf 'passwd: files systemd\ngroup: files systemd\n' >"$MACHINE/etc/nsswitch.conf"
	ln -s /opt/duto/duto-generator "$MACHINE/etc/systemd/system-generators/duto-generator"
}

# A control group of its own in every tree that systemd manages, so that runs do not meet.
machine_enter_groups() {
	local tree
	for tree in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
		[ -e "$tree/cgroup.procs" ] || continue
		mkdir -p "$tree/duto-$$" 2>/dev/null && machine_groups+=("$tree/duto-$$")
	done
}

machine_up() {
	kill -0 "$machine_nspawn" 2>/dev/null || return 0
	machine_init=$(cat "/proc/$machine_nspawn/task/$machine_nspawn/children" 2>/dev/null)
	machine_init=${machine_init%% *}
	[ "$machine_init" ] && [ -S "/proc/$machine_init/root/run/systemd/private" ]
}

boot() {
	machine_groups=()
	machine_enter_groups
	(
		for group in "${machine_groups[@]}"; do echo "$BASHPID" >"$group/cgroup.procs"; done
		export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
		exec systemd-nspawn --quiet --directory="$MACHINE" --machine="duto-$$" --boot --register=no --keep-unit \
			--private-network --link-journal=no --resolv-conf=off --timezone=off --console=pipe \
			"$@" systemd.unit=multi-user.target \
			</dev/null >>"$SCRATCH/console" 2>&1
	) &
	machine_nspawn=$!
	eventually 30 machine_up && [ "$machine_init" ] || { tail -n 20 "$SCRATCH/console" | sed 's/^/# /'; return 1; }
	inside timeout 60 systemctl is-system-running --wait >"$SCRATCH/state" 2>&1
	grep -q 'running\|degraded' "$SCRATCH/state"
}

inside() {
	nsenter --target "$machine_init" --all -- /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
		HOME=/root SYSTEMD_PAGER=cat SYSTEMD_COLORS=0 ASAN_OPTIONS=detect_leaks=0 "$@" </dev/null
}

machine_gone() { ! kill -0 "$machine_nspawn" 2>/dev/null; }

machine_leave_groups() {
	local group
	for group in "${machine_groups[@]}"; do
		find "$group" -depth -type d -exec rmdir {} + 2>/dev/null
	done
}

boot_off() {
	inside systemctl poweroff --no-block 2>/dev/null
	eventually 60 machine_gone || boot_cut
	wait "$machine_nspawn" 2>/dev/null
	machine_nspawn=''
	machine_leave_groups
}

boot_cut() {
	kill -KILL "$machine_init" 2>/dev/null # with it goes all that runs there
	eventually 10 machine_gone || kill -KILL "$machine_nspawn"
	wait "$machine_nspawn" 2>/dev/null
	machine_nspawn=''
	machine_leave_groups
}

boot_exit() {
	local status=$?
	[ "$machine_nspawn" ] && boot_cut
	mountpoint -q "$MACHINE" && umount -R -l "$MACHINE"
	(exit "$status")
	tap_exit
}
trap boot_exit EXIT
