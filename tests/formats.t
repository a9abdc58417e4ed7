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
	duto replay mill >samples
	exits 'a scaling is read' 0 duto scale --model scaler.yaml --in file:samples
	like 'and scales' '"torque":-?[0-9]+[.][0-9]{6}' "$(duto to-json <output | tail -n 1)"
	for name in mill meter; do
		zstd -dcq $name.rest.zst >samples
		exits "$name is written on" 0 duto select --in file:samples --out keep:$name
	done
	cases goes_on
	rm -rf "$DUTO_STATE_DIR" "$DUTO_CONFIG_DIR"
	cd ..
done

# Of a newer version
made=$(ls -d "$ROOT"/tests/formats/[0-9]*/ | sort -V | tail -n 1)
anew() {
	cd "$SCRATCH" && rm -rf work && cp -r "$made" work && cd work || exit
	duto replay meter >samples
}
contents() { # but for who has a keep open, and how often
	find . -type f ! -name lock ! -name head ! -name output ! -name errors -exec sha256sum {} + | sort -k 2
}
refused() { # TITLE FILE COMMAND...: names it, and touches nothing
	local title=$1 file=$2 before
	shift 2
	before=$(contents)
	exits "$title: refused" 100 "$@"
	like 'is named' "$file.*(newer|expected|knows up to|unknown)" "$(cat errors)"
	is 'and not touched' "$before" "$(contents)"
}
newer_block() { /usr/bin/python3 "$ROOT/tests/lib/newer_blocks.py" "$@"; }
first_line() { sed -i "1s/1/2/" "$1"; }

anew
first_line mill/ID
refused 'a keep, to be written' 'keep mill' duto select --in file:samples --out keep:mill
refused 'a keep, to be read' 'keep mill' duto select --in keep:mill --out file:/dev/null
anew
newer_block "$(ls mill/*.log)"
refused 'a block of a keep, to be written' 'keep mill' duto select --in file:samples --out keep:mill
before=$(contents)
exits 'a block, come upon while it is read: a newer program may be there soon' 111 duto select --in keep:mill --out file:/dev/null
like 'is named' 'keep mill: holds blocks of a newer format' "$(cat errors)"
is 'and not touched' "$before" "$(contents)"
anew
newer_block "$(ls mill/*.sealed | tail -n 1)" sealed
exits 'a sealed block' 111 duto select --in keep:mill --out file:/dev/null
like 'is named' 'keep mill: holds blocks of a newer format' "$(cat errors)"

anew
newest() { ls out/window/checkpoint/* | tail -n 1; }
windowed() { # what the cases say of window
	[ "$1" = window ] || return 0
	shift 2
	refused "$title" 'out/window/checkpoint' duto window "$@" --in keep:mill#window --out keep:out/window
}
sed -i '1s/^duto-cp1/duto-cp2/' "$(newest)"
title='a checkpoint' cases windowed
to_the_end() {
	[ "$1" = window ] || return 0
	shift 2
	duto window "$@" --in keep:mill#window --out keep:out/window
}
anew
zstd -dcq mill.rest.zst | duto select --out keep:mill
cases to_the_end # and so has a checkpoint of this build
/usr/bin/python3 - "$(newest)" <<'END'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
assert data[-1] == 0  # the version, behind all that was saved
data[-1] = 1
checksum = 0xCBF29CE484222325
for byte in data[:24] + data[32:]:
    checksum = (checksum ^ byte) * 0x100000001B3 % 2**64
data[24:32] = checksum.to_bytes(8, "big")
open(sys.argv[1], "wb").write(data)
END
title="a filter's state" cases windowed

anew
first_line mill.forest
refused 'a model' mill.forest:1 duto forest --model mill.forest --in file:samples
anew
echo 'version: 2' >>scaler.yaml
refused 'a scaling' scaler.yaml: duto scale --model scaler.yaml --in file:samples
anew
mkdir unpacked
tar --zstd -xf plant.tar.zst -C unpacked
first_line unpacked/duto-backup
tar --zstd -cf plant.tar.zst -C unpacked .
refused 'a backup' plant.tar.zst duto restore plant.tar.zst
done_testing
