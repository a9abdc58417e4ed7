#!/bin/bash
# Whatever reads what others have written takes hostile input: files of the project with random changes, the same each time.
# `make fuzz` looks further.
. "$(dirname "$0")/lib/tap.sh"
build=$(dirname "$DUTO")
export DUTO_LIBEXEC=$build/libexec ASAN_OPTIONS=${ASAN_OPTIONS-}:allocator_may_return_null=1:detect_leaks=1
count=${INPUTS:-5000}

for target in "$build"/hostile/*; do
	name=$(basename "$target")
	"$ROOT/tests/fuzz/seeds.sh" "$name" "seeds/$name" "$build" || { result 1 "$name: seeds" && continue; }
	"$target" "seeds/$name" "$count" >"$name.out" 2>"$name.errors"
	result $? "$name: $(tail -n 1 "$name.out")" || tail -n 15 "$name.errors" | sed 's/^/# /'
done
done_testing
