# A minimal Debian in a folder, with what the package depends on and nothing else. Source it after tap.sh. Needs root, and
# once a network and two minutes.
#
#     debian_deb             makes the packages of the build under test in ./deb; their version is $version
#     debian_newer FOLDER    unpacks the package duto, as one of a newer version; dpkg-deb -b packs it again
#     debian_missing         prints what keeps the rest from working here; nothing where it works
#     debian_make FOLDER     makes the Debian there, without the package; fails with a reason on standard output
debian_deb() {
	version=$(duto --version | cut -d' ' -f2)
	(unset DUTO_LIBEXEC DUTO_SCHEMAS && "$ROOT/systemd/deb.sh" "$(dirname "$DUTO")" "$version" "$SCRATCH/deb")
}

debian_newer() {
	dpkg-deb -R deb/duto_*.deb "$1" && sed -i "s/^Version: .*/Version: $version+newer/" "$1/DEBIAN/control"
}

debian_missing() {
	[ "$(id -u)" -eq 0 ] || { echo 'not root' && return; }
	command -v debootstrap >/dev/null || { echo 'no debootstrap' && return; }
	unshare --mount --pid --fork true 2>/dev/null || echo 'no mounts of its own are allowed here'
}

# Made once, and copied from then on.
debian_cache() { # FOLDER
	local depends mirror
	depends=$(dpkg-deb -f deb/duto_*.deb Depends | sed 's/([^)]*)//g; s/[ \n]//g; s/|[^,]*//g')
	[ "$(cat "$1/made-of" 2>/dev/null)" != "$depends" ] || return 0
	mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' |
		awk '$2 == "bookworm" && $3 == "main" { print $1; exit }')
	rm -rf --one-file-system "$1"
	mkdir -p "$1.debs"
	timeout 200 debootstrap --variant=minbase "--cache-dir=$1.debs" "--include=$depends" bookworm "$1" "$mirror" >debootstrap.log 2>&1 || return
	rm -rf "$1"/var/cache/apt/archives/*.deb "$1"/var/lib/apt/lists/*
	echo "$depends" >"$1/made-of"
}

debian_make() {
	local cache=${DUTO_DEBIAN:-/var/tmp/duto-debian}
	(
		flock 9
		debian_cache "$cache" || { echo "debootstrap failed: $(tail -n 3 debootstrap.log)" && exit 1; }
		cp -a "$cache" "$1"
	) 9>"$cache.lock" || return
	rm "$1/made-of"
}
