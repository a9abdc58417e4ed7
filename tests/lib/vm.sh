# The machine of tests/lib/boot.sh with a kernel of its own, for what a container cannot show where control groups are
# not all its own: a small VM (qemu, software emulation) of Debian's cloud kernel, which sees the machine's folder, read
# only, through virtiofs, and writes to memory. Source it after boot.sh.
#
#     vm_missing         prints what keeps it from working here; nothing where it works
#     vm_run SCRIPT...   boots, runs the words with bash there as root, prints what they print, powers off. They find the
#                        build in /opt/duto, the tests in /opt/tests. Returns their status; 125: it did not boot
#
# ttyS0 is the console, ttyS1 what is printed; ttyS2 and ttyS3 are free, with nothing at their other ends.
vm_kernel=${DUTO_KERNEL:-/var/tmp/duto-kernel}
vm_files_daemon=/usr/lib/qemu/virtiofsd

vm_missing() {
	local program
	for program in qemu-system-x86_64 busybox cpio "$vm_files_daemon"; do
		command -v "$program" >/dev/null || { echo "no $program" && return; }
	done
	boot_missing
}

# The newest that apt knows, not installed but kept here: an installed one would become this machine's own.
vm_fetch_kernel() {
	local package
	package=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends: linux-image-/ { print $2; exit }')
	[ "$package" ] || return
	[ -e "$vm_kernel/$package" ] && return
	rm -rf --one-file-system "$vm_kernel"
	mkdir -p "$vm_kernel"
	(cd "$vm_kernel" && timeout 300 apt-get -qq download "$package" 2>/dev/null && dpkg-deb -x "$package"_*.deb . &&
		rm "$package"_*.deb && touch "$package")
}

# What mounts the machine and hands over to its systemd.
vm_make_initrd() {
	local root=$SCRATCH/initrd modules version
	modules=$(echo "$vm_kernel"/lib/modules/*) version=${modules##*/}
	mkdir -p "$root"/{bin,dev,proc,lower,upper,root} "$root/lib/modules/$version"
	cp /usr/bin/busybox "$root/bin/"
	(cd "$modules" && cp --parents kernel/drivers/virtio/*.ko kernel/fs/fuse/*.ko kernel/fs/overlayfs/*.ko \
		modules.builtin modules.order "$root/lib/modules/$version")
	busybox depmod -b "$root" "$version"
	cat >"$root/init" <<-'END'
		#!/bin/busybox sh
		PATH=/bin
		busybox mount -t proc proc /proc
		busybox --install -s /bin
		modprobe -a virtio_pci virtiofs overlay
		mount -t virtiofs machine /lower
		mount -t tmpfs upper /upper
		mkdir /upper/files /upper/work
		mount -t overlay root -o lowerdir=/lower,upperdir=/upper/files,workdir=/upper/work /root
		umount /proc
		exec switch_root /root /lib/systemd/systemd
	END
	chmod 755 "$root/init"
	(cd "$root" && find . | cpio --quiet --create --format=newc) >"$SCRATCH/initrd.img"
}

vm_make_unit() { # SCRIPT...
	mkdir -p "$MACHINE/opt/tests" "$MACHINE/etc/systemd/system/multi-user.target.wants"
	mount --bind -o ro "$ROOT/tests" "$MACHINE/opt/tests" || return
	cat >"$MACHINE/opt/vm-script" <<-END
		#!/bin/bash
		stty -F /dev/ttyS1 raw
		bash $(printf '%q ' "$@") </dev/null >/dev/ttyS1 2>&1
		echo "# vm: status \$?" >/dev/ttyS1
		systemctl poweroff --force --no-block
	END
	chmod 755 "$MACHINE/opt/vm-script"
	printf '[Unit]\nAfter=basic.target\n[Service]\nType=exec\nExecStart=/opt/vm-script\nEnvironment=DUTO=/opt/duto/duto HOME=/root %s\n' \
		'LANG=C.UTF-8 SYSTEMD_PAGER=cat SYSTEMD_COLORS=0' >"$MACHINE/etc/systemd/system/vm-script.service"
	ln -sf ../vm-script.service "$MACHINE/etc/systemd/system/multi-user.target.wants/"
	ln -sf /dev/null "$MACHINE/etc/systemd/system/serial-getty@ttyS0.service"
}

vm_run() { # SCRIPT...
	vm_fetch_kernel && vm_make_initrd && vm_make_unit "$@" || return 125
	start "$vm_files_daemon" --socket-path="$SCRATCH/files.sock" -o "source=$MACHINE" -o cache=always -f >"$SCRATCH/files.log" 2>&1
	eventually 10 test -S "$SCRATCH/files.sock" || return 125
	timeout "${VM_SECONDS:-600}" qemu-system-x86_64 -accel tcg,thread=multi -cpu max -m 1024 -smp 2 -nodefaults -no-reboot \
		-display none -nic none -object memory-backend-memfd,id=memory,size=1024M,share=on -numa node,memdev=memory \
		-chardev "socket,id=files,path=$SCRATCH/files.sock" -device vhost-user-fs-pci,chardev=files,tag=machine \
		-serial "file:$SCRATCH/console" -serial "file:$SCRATCH/printed" -serial null -serial null \
		-kernel "$vm_kernel"/boot/vmlinuz-* -initrd "$SCRATCH/initrd.img" \
		-append 'console=ttyS0 quiet panic=-1 systemd.show_status=0 systemd.unit=multi-user.target' </dev/null >"$SCRATCH/qemu.log" 2>&1
	grep -v '^# vm: status' "$SCRATCH/printed"
	local status
	status=$(sed -n 's/^# vm: status \([0-9]*\).*/\1/p' "$SCRATCH/printed")
	[ "$status" ] || tail -n 20 "$SCRATCH/console" "$SCRATCH/qemu.log" | sed 's/^/# /'
	return "${status:-125}"
}
