# Test Anything Protocol for tests in bash. Source it first: the test then runs in an empty folder of its own,
# gone afterwards; $DUTO is the program under test, $ROOT the project's folder; what start() started is stopped at exit.
set -u
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
DUTO=${DUTO:-$ROOT/build/duto}
SCRATCH=$(mktemp -d "${TMPDIR:-/tmp}/duto-test.XXXXXX")
tap_count=0 tap_failed=0 started=()

tap_exit() {
	local status=$? pid
	for pid in "${started[@]}"; do kill "$pid" 2>/dev/null; done
	for pid in "${started[@]}"; do wait "$pid" 2>/dev/null; done
	cd / && rm -rf "$SCRATCH"
	exit "$status"
}
trap tap_exit EXIT
cd "$SCRATCH" || exit 1

duto() { "$DUTO" "$@"; }

result() { # STATUS TITLE: one line of TAP; status 0 is a pass
	tap_count=$((tap_count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tap_count - $2"
	else
		echo "not ok $tap_count - $2"
		tap_failed=$((tap_failed + 1))
	fi
	return "$1"
}

ok() { # TITLE COMMAND...: passes when the command does
	local title=$1
	shift
	"$@"
	result $? "$title"
}

is() { # TITLE EXPECTED ACTUAL
	[ "$2" == "$3" ]
	result $? "$1" || { diff <(echo "$2") <(echo "$3") | head -n 20 | sed 's/^/# /'; return 1; }
}

like() { # TITLE REGEX TEXT
	[[ "$3" =~ $2 ]]
	result $? "$1" || { echo "# expected to match: $2"; echo "$3" | head -n 20 | sed 's/^/#   got: /'; return 1; }
}

exits() { # TITLE STATUS COMMAND...: standard output and error are left in ./output and ./errors
	local title=$1 expected=$2 status
	shift 2
	"$@" >output 2>errors
	status=$?
	[ "$status" -eq "$expected" ]
	result $? "$title" || { echo "# expected status $expected, got $status"; head -n 5 errors | sed 's/^/# /'; return 1; }
}

start() { # COMMAND...: in the background, stopped at exit; its pid in $started_pid
	"$@" &
	started_pid=$!
	started+=("$started_pid")
}

eventually() { # SECONDS COMMAND...: tries again until the command passes or the time is over
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || { echo "# waited in vain: $*" >&2 && return 1; }
		sleep 0.05
	done
}

free_port() { # prints a TCP port that was free on 127.0.0.1 just now
	/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

done_testing() {
	echo "1..$tap_count"
	[ "$tap_failed" -eq 0 ]
	exit
}
