#!/bin/bash
# tests/install.sh: what it does without rights, and that it does nothing where nothing is missing.
. "$(dirname "$0")/lib/tap.sh"

stub() { # NAME SCRIPT: a command of that name, the first in the path
	printf '#!/bin/bash\n%s\n' "$2" >"bin/$1"
	chmod +x "bin/$1"
}
mkdir bin
installed() { PATH=$PWD/bin:/usr/bin:/bin "$ROOT/tests/install.sh" "$@"; }
stub apt-get "echo \"\$*\" >>$SCRATCH/apt; exit 1"

stub dpkg-query 'for p; do echo "installed $p"; done'
exits "with everything installed it calls nothing" 0 installed build check
ok "no apt-get, no message" [ ! -e apt -a ! -s output -a ! -s errors ]

stub dpkg-query 'for p; do [ "$p" == jq ] || [ "$p" == gcc ] || echo "installed $p"; done'
stub id 'echo 1000'
stub sudo 'exit 1'
exits "without rights it exits 100" 100 installed build check
is "with the line for who has them" \
	"missing packages; as root: apt-get update && apt-get install --no-install-recommends gcc jq" "$(cat errors)"
exits "the groups that are asked for" 100 installed build
like "and no other" "recommends gcc$" "$(cat errors)"
stub sudo "shift; echo \"\$*\" >>$SCRATCH/sudo; [ \"\$1\" == true ]"
exits "with sudo it goes on as root" 1 installed build
like "by itself" "install.sh build" "$(cat sudo)"

is "every package has a group" "" "$(grep -vE '^(#.*|(build|bench|check|deb|fuzz|vm) [a-z0-9.+-]+)$' "$ROOT/tests/packages")"
done_testing
