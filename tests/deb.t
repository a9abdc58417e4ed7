#!/bin/bash
# make deb: lintian finds nothing; on a minimal Debian 12 the package installs, does what README says of it, upgrades with
# what was kept, and a purge leaves nothing but what it was told to keep.
. "$(dirname "$0")/lib/tap.sh"

if [[ $DUTO == */san/* ]]; then
	echo '1..0 # SKIP packages are made of builds without sanitizers'
	exit 0
fi
. "$ROOT/tests/lib/debian.sh"
exits 'lintian finds nothing' 0 debian_deb
is 'two packages' 'duto libduto-dev' "$(basename -a deb/*.deb | cut -d_ -f1 | xargs)"

leave_out() { # REASON
	echo "# left out: installing, upgrading and purging in a Debian of its own: $1"
	done_testing
}
missing=$(debian_missing)
[ ! "$missing" ] || leave_out "$missing"
reason=$(debian_make debian) || leave_out "$reason"

inside() { # COMMAND...: as root of that Debian, seeing no process but its own
	timeout 120 unshare --mount --pid --fork --mount-proc="$SCRATCH/debian/proc" chroot "$SCRATCH/debian" \
		/usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root MODBUS_PORT="$port" "$@"
}
files() { (cd debian && find . -xdev ! -path './var/lib/dpkg/*' ! -path './var/log/*' ! -path './proc/*' ! -path './tmp/*' \
	! -name '*-' ! -path './var/cache/*' | sort); }
port=$(free_port)
files >before
cp deb/duto_*.deb debian/tmp/

# Installing
exits 'it installs' 0 inside sh -c 'dpkg -i /tmp/duto_*.deb'
is 'the version' "duto $version" "$(inside duto --version)"
like 'the group of stages' '^duto:' "$(inside getent group duto)"
is 'the folders, with their modes' '700 root /etc/duto/secrets 750 duto /var/lib/duto' \
	"$(inside stat -c '%a %G %n' /etc/duto/secrets /var/lib/duto | xargs)"

# The words of README
awk '/^## On a plant server/ { on = 1 } on && /^```sh$/ { code = 1; next } /^```$/ { code = 0; if (on == 2) exit } code { on = 2; print }' \
	"$ROOT/README.md" >debian/tmp/readme.sh
ok 'README has words for it' grep -q 'duto run' debian/tmp/readme.sh
exits 'they work as they stand' 0 inside bash -e -c 'cd && . /tmp/readme.sh'
like 'the example scores pieces' '"failure_probability":[0-9]' "$(cat output)"

# Upgrading
inside sh -c 'duto sim mill --count 1000 --start 2026-01-01T00:00:00Z | duto select --out keep:/var/lib/duto/old/mill'
debian_newer newer
dpkg-deb --root-owner-group -b newer debian/tmp/newer.deb >/dev/null
exits 'a newer one goes over it' 0 inside dpkg -i /tmp/newer.deb
is 'dpkg has the newer one' "$version+newer" "$(inside dpkg-query -W -f '${Version}' duto)"
like 'what was kept is read' '^old/mill: 1017 samples, 0 corrupt' "$(inside duto keep verify old/mill)"

# Purging
inside touch /var/lib/duto/KEEP
exits 'purged, with the data to keep' 0 inside dpkg --purge duto
ok 'the data stay' [ -s debian/var/lib/duto/old/mill/ID ]
ok 'the program does not' [ ! -e debian/usr/bin/duto ]
exits 'it installs over them again' 0 inside dpkg -i /tmp/newer.deb
like 'and reads them' '1017 samples, 0 corrupt' "$(inside duto keep verify old/mill)"
rm debian/var/lib/duto/KEEP
exits 'purged' 0 inside dpkg --purge duto
rm -rf debian/root/plant
is 'nothing is left' '' "$(files | comm -13 before - )"
done_testing
