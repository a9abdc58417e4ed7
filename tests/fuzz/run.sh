#!/bin/bash
# Runs one fuzz target: tests/fuzz/run.sh TARGET SECONDS. It begins with what the project itself reads; what it learns
# stays in build/fuzz/corpus for the next time, and what it finds wrong in build/fuzz/NAME-*.
set -eu
target=$1 seconds=$2
name=$(basename "$target")
cd "$(dirname "$0")/../.."
corpus=build/fuzz/corpus/$name
mkdir -p "$corpus"
tests/fuzz/seeds.sh "$name" "$corpus" build
export DUTO_LIBEXEC=build/libexec
export ASAN_OPTIONS=allocator_may_return_null=1
if "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -artifact_prefix="build/fuzz/$name-" "$corpus" \
	>"build/fuzz/$name.log" 2>&1; then
	echo "fuzz: $name: $seconds s, nothing found, $(ls "$corpus" | wc -l) inputs kept"
else
	grep -m 1 -A 15 'ERROR\|runtime error' "build/fuzz/$name.log"
	echo "fuzz: $name: found something, see build/fuzz/$name-* and build/fuzz/$name.log"
	exit 1
fi
