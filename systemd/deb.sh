#!/bin/bash
# make deb: packages a build for Debian: systemd/deb.sh BUILD VERSION [FOLDER] writes duto_VERSION_ARCH.deb and
# libduto-dev_VERSION_ARCH.deb into the folder, BUILD/deb. Fails where lintian finds a mistake.
set -eu
cd "$(dirname "$0")/.."
build=$(realpath "$1") version=$2
folder=$(mkdir -p "${3:-$build/deb}" && realpath "${3:-$build/deb}")
tree=$folder/tree

rm -rf "$tree" "$folder"/*.deb
mkdir "$tree"
cp -r systemd/debian "$tree/debian"
# A version that the changelog does not have: of a try.
if [ "$(dpkg-parsechangelog -l systemd/debian/changelog -S Version)" != "$version" ]; then
	sed "1s/(.*)/($version)/" systemd/debian/changelog >"$tree/debian/changelog"
fi
[ -x "$build/duto-generator" ] && echo usr/lib/systemd >>"$tree/debian/duto.install"

cd "$tree"
BUILT=$build SOURCE=$OLDPWD DEB_BUILD_OPTIONS=noautodbgsym dpkg-buildpackage -b -us -uc >"$folder/log" 2>&1 ||
	{ tail -n 20 "$folder/log" >&2 && exit 1; }
cd "$folder"
rm -rf "$tree"
lintian --fail-on error,warning --allow-root ./*.changes
ls ./*.deb | sed "s#^\.#$folder#"
