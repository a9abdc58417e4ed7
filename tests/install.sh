#!/bin/bash
# Installs what the named groups of tests/packages lack: tests/install.sh build check
#
# With everything there it does nothing and needs neither network nor rights. Else it calls apt-get, by sudo when it is
# not root; where that cannot be, it prints the line for whoever can and exits 100. Nothing that is installed here is
# started, and nothing that runs is restarted.
set -eu
cd "$(dirname "$0")"

wanted=$(awk -v groups=" $* " '!/^#/ && index(groups, " " $1 " ") { print $2 }' packages)
there=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null | sed -n 's/^installed //p') || :
missing=$(comm -23 <(sort -u <<<"$wanted") <(sort -u <<<"$there") | paste -sd ' ')

# invoke-rc.d(8) asks this program before any service is started, restarted or stopped: 101 forbids it. What was there
# is moved aside and back; should this be killed on the way, the next call finds the mark and puts things right.
policy=/usr/sbin/policy-rc.d aside=/usr/sbin/policy-rc.d.before-duto mark='# duto: while its packages are installed'
left_behind() { grep -qsxF "$mark" "$policy" || { [ ! -e "$policy" ] && [ -e "$aside" ]; }; }
[ "$missing" ] || left_behind || exit 0

refuse() {
	[ "$missing" ] || exit 0
	echo "missing packages; as root: apt-get update && apt-get install --no-install-recommends $missing" >&2
	exit 100
}
if [ "$(id -u)" -ne 0 ]; then
	[ -t 0 ] && ask= || ask=-n
	command -v sudo >/dev/null && sudo $ask true 2>/dev/null || refuse
	exec sudo $ask "$PWD/install.sh" "$@"
fi

restore() {
	if grep -qsxF "$mark" "$policy"; then rm -f "$policy"; fi
	if [ ! -e "$policy" ] && { [ -e "$aside" ] || [ -L "$aside" ]; }; then mv "$aside" "$policy"; fi
}
restore
[ "$missing" ] || exit 0
trap restore EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
if [ -e "$policy" ] || [ -L "$policy" ]; then mv "$policy" "$aside"; fi
printf '#!/bin/sh\n%s\nexit 101\n' "$mark" >"$policy"
chmod 755 "$policy"

export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
apt-get -q update || echo 'apt-get update failed: trying with the lists that are there' >&2
apt-get -q install -y --no-install-recommends --no-upgrade $missing
