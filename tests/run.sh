#!/bin/bash
# Runs the tests of a build through prove: tests/run.sh BUILD [TEST...], all of them where none is named.
set -u
cd "$(dirname "$0")/.."
build=$1
shift
export DUTO=$PWD/$build/duto MODELS=$PWD/$build/models
# A filter holds its model and its state until it exits: leaks are looked for in the unit tests of what is opened and
# closed again, by their authors, not here.
export ASAN_OPTIONS=detect_leaks=0:${ASAN_OPTIONS-} UBSAN_OPTIONS=print_stacktrace=1:${UBSAN_OPTIONS-}

if [ $# -eq 0 ]; then
	shopt -s nullglob
	set -- tests/crash/*.t tests/live/*.t tests/*.t
	for unit in tests/lib/*.c; do
		set -- "$@" "$build/tests/$(basename "$unit" .c)"
	done
	for crash in tests/crash/*.c; do
		[ "$crash" = tests/crash/disk.c ] || set -- "$@" "$build/crash/$(basename "$crash" .c)"
	done
fi
prove --exec 'timeout -k 5 600' --jobs "$(nproc)" "$@"
status=$?
[ $status -eq 0 ] && verdict=passed || verdict=FAILED
echo "make check: $# test programs on $build: $verdict"
exit $status
