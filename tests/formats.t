#!/bin/bash
# What older builds have written is read, and gone on with; what a newer one has written is refused, and not touched.
#
# The folders of tests/formats, one for each version, were made by the build that was then at hand (tests/formats/make.sh).
# The rule: who changes a form on disk, also a filter's state, raises its version, makes a new folder, and leaves the others
# as they are. A form that is read no more is a break that a release has to announce.
. "$(dirname "$0")/lib/tap.sh"
. "$ROOT/tests/formats/cases.sh"
export DUTO_STATE_DIR=$SCRATCH/state DUTO_CONFIG_DIR=$SCRATCH/etc NO_COLOR=1

goes_on() { # FILTER KEEP OPTION...
	local filter=$1 from=$2
	shift 2
	duto replay "$from" | duto "$filter" "$@" >expected 2>/dev/null
	exits "$filter goes on" 0 duto "$filter" "$@" --in "keep:$from#$filter" --out "keep:out/$filter"
	is "from what it remembered" '' "$(grep memory errors)"
	ok "to the end of one that was not stopped" cmp expected <(duto replay "out/$filter")
}

for version in "$ROOT"/tests/formats/[0-9]*/; do
	rm -rf work && cp -r "$version" work && cd work || exit
	echo "# version $(basename "$version")"
	duto replay mill | duto forest --model mill.forest >scores
	for name in mill meter out/*; do
		echo "$(duto replay "$name" | sha256sum | cut -d' ' -f1)  $name"
	done >sums
	sha256sum scores >>sums
	is 'the samples of each keep, and what the model makes of them' "$(<SHA256SUMS)" "$(<sums)"
	for keep in mill meter out/*; do duto keep verify "$keep"; done >verified 2>&1
	is 'keeps are sound' '' "$(grep -v ' 0 corrupt' verified)"
	exits 'a backup is restored' 0 duto restore plant.tar.zst
	is 'with its keep' "$(grep -w mill SHA256SUMS | cut -d' ' -f1)" "$(duto replay plant/mill | sha256sum | cut -d' ' -f1)"
	exits 'a scaling' 0 bash -c '"$DUTO" replay mill | "$DUTO" scale --model scaler.yaml | "$DUTO" to-json'
	like 'scales' '"torque":-?[0-9]+[.][0-9]{6}' "$(tail -n 1 output)"
	for name in mill meter; do
		exits "$name is written on" 0 bash -c 'zstd -dc '$name'.rest.zst | "$DUTO" select --out keep:'$name
	done
	cases goes_on
	rm -rf "$DUTO_STATE_DIR" "$DUTO_CONFIG_DIR"
	cd ..
done
done_testing
