#!/bin/bash
# make install: what is installed runs by itself, filters from elsewhere build against it and are found, the manual and the
# completion say what the tables of options say.
. "$(dirname "$0")/lib/tap.sh"

case $DUTO in */san/*) san=-fsanitize=address,undefined ;; *) san= ;; esac
root=$SCRATCH/root
export DUTO_LIBEXEC=
exits 'it installs' 0 "$ROOT/systemd/install.sh" "$(dirname "$DUTO")" 9.8 /usr "$root"
installed=$root/usr/bin/duto

# The program
is 'the same filters' "$(duto list)" "$("$installed" list)"
ok 'maps are found' "$installed" modbus --check --map mill.csv --device tcp://127.0.0.1:1502 --unit 1
is 'a pipe runs' 3 "$("$installed" sim mill --count 3 --start 2026-01-01T00:00:00Z | "$installed" to-json | grep -c '"torque":[0-9]')"
sed "s#/usr/share#$root/usr/share#" "$root/usr/share/duto/pipelines/predictive-maintenance.yaml" >example.yaml
exits 'the example has no mistake' 0 "$installed" check example.yaml
exits 'and its golden cases hold' 0 "$installed" test example.yaml
is 'nothing in it names the folder it was built in' '' "$(grep -rlI "$ROOT" "$root")"

# A filter from elsewhere
export PKG_CONFIG_PATH=$root/usr/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$root
is 'pkg-config knows the version' 9.8 "$(pkg-config --modversion duto)"
awk '/^```c$/ { on = 1; next } /^```$/ { on = 0 } on' "$ROOT/README.md" >double.c
ok "README's filter builds against what is installed" gcc -std=gnu17 -Wall -Wextra -Werror $san $(pkg-config --cflags duto) \
	-o double double.c $(pkg-config --libs duto)
mkdir mine
cp double mine/double
cp "$root"/usr/libexec/duto/* mine/
is 'duto finds it in the folder that is named' 2 "$(DUTO_LIBEXEC=mine "$installed" sim mill --count 2 --start 2026-01-01T00:00:00Z |
	DUTO_LIBEXEC=mine "$installed" double --field torque | "$installed" to-json | grep -c '"torque":[0-9]')"
if [ "$(id -u)" -eq 0 ] && unshare --mount true 2>/dev/null; then
	cat >elsewhere.sh <<-END
		mkdir -p over/libexec/duto && cp double over/libexec/duto/ && mount --bind over /usr/local &&
		"$installed" list | grep '^double  *double a field' &&
		"$installed" sim mill --count 1 --start 2026-01-01T00:00:00Z | "$installed" double --field torque --out push:ipc://edge &
		"$installed" to-json --in pull:ipc://edge
	END
	like 'and in /usr/local/libexec/duto, with the links of ZeroMQ' 'double a field.*"torque":' \
		"$(timeout 60 unshare --mount bash -c "mount --bind '$root/usr/libexec' /usr/libexec && . ./elsewhere.sh" 2>&1 | tr '\n' ' ')"
else
	echo '# /usr/local/libexec/duto is left out: it takes root, to mount something there'
fi

# The manual
man=$root/usr/share/man
pages=$(cd "$man" && find . -type f | sort)
is 'a page for each filter, duto and the pipeline file' "$(duto list | sed 's#^\([^ ]*\).*#./man1/duto-\1.1#' |
	cat - <(printf '%s\n' ./man1/duto.1 ./man5/duto-pipeline.5) | sort)" "$pages"
for page in $pages; do
	groff -man -Tutf8 -ww -W break -rLL=78n "$man/$page" 2>&1 >/dev/null | sed "s#^#$page: #"
done >warnings
is 'no page has a mistake' '' "$(cat warnings)"
undocumented=$(duto list | while read -r name _; do
	groff -man -Tascii -P-cbou "$man/man1/duto-$name.1" >page 2>/dev/null
	duto "$name" --describe | jq -r '.options[] | select(.positional | not).name' | while read -r option; do
		grep -q -e "^ *--$option\b" page || echo "$name --$option"
	done
done)
is 'every option of every filter is in its page' '' "$undocumented"
like 'an example stays as it is' "  duto map 'power = torque \* rotational_speed \* 2\*pi/60' --unit power=W" \
	"$(groff -man -Tascii -P-cbou "$man/man1/duto-map.1")"

# The completion
. "$root/usr/share/bash-completion/completions/duto"
complete_words() { # WORD...: what bash would put in place of the last
	COMP_WORDS=(duto "$@") COMP_CWORD=$#
	_duto
	printf '%s\n' "${COMPREPLY[@]}"
}
is 'names of filters and commands' $'select' "$(complete_words sel)"
is 'options of a filter' $'--fields' "$(complete_words select --fi)"
is 'choices of a positional' $'mill\nmeter' "$(complete_words sim m)"
is 'choices of an option' $'standard\nmin-max\nrobust' "$(complete_words scale --method '')"
is 'options of a command' $'--duration' "$(complete_words run --du)"
is 'files are left to bash' '' "$(complete_words forest --model '')"

done_testing
