#!/bin/bash
# schemas/sample.md: its bytes are the sample's, its Python reads them.
. "$(dirname "$0")/lib/tap.sh"
page=$ROOT/schemas/sample.md

example=$(grep -m 1 '^    {"time"' "$page" | sed 's/^    //')
sed -n 's/^    \(\([0-9a-f][0-9a-f] \)\+\) .*/\1/p' "$page" |
	/usr/bin/python3 -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(sys.stdin.read()))' > bytes
is "the bytes on the page read as the line on the page" "$example" "$(duto to-json < bytes)"
echo "$example" | duto from-json > written
ok "and the line is written as these bytes" cmp bytes written

cat > client.py <<PYTHON
import msgpack, sys
payload = sys.stdin.buffer.read()
$(sed -n '/^    u = msgpack/,/^$/s/^    //p' "$page")
PYTHON
is "the Python on the page reads them" "2026-01-01 00:00:00.500000+00:00 plant/mill1 {'torque': 42.8, 'count': 3}" \
	"$(/usr/bin/python3 client.py < bytes)"

codes=$(sed -n 's/^| `0x\([0-9a-f]*\)`.*/\1/p' "$page" | sort)
is "the statuses are those of lib/status.h" \
	"$(sed -n 's/.*STATUS_.*\(0x\)\([0-9A-Fa-f]\{8\}\).*/\2/p' "$ROOT/lib/status.h" | tr A-F a-f | sort)" "$codes"

done_testing
