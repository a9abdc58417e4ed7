#!/bin/bash
# to-json: samples as JSON lines, and from-json reading them back.
. "$(dirname "$0")/lib/tap.sh"

head='{"time":"2026-01-01T00:00:00Z","source":"plant/mill1","run":1,"seq":1'

both_ways() { # TITLE LINE
	is "$1" "$2" "$(echo "$2" | duto from-json | duto to-json)"
}

both_ways "a measurement" "$head,\"values\":{\"torque\":42.8,\"speed\":1551}}"
both_ways "3.0 stays a float, 3 an integer" "$head,\"values\":{\"a\":3.0,\"b\":3,\"c\":-0.0}}"
both_ways "the greatest integers" "$head,\"values\":{\"a\":18446744073709551615,\"b\":-9223372036854775808}}"
both_ways "seventeen digits" "$head,\"values\":{\"a\":0.30000000000000004,\"b\":1.7976931348623157e+308,\"c\":5e-324}}"
both_ways "text, bool and null" "$head,\"values\":{\"a\":\"é \\\"q\\\" \\n\",\"b\":true,\"c\":false,\"d\":null}}"
both_ways "bytes and extensions" "$head,\"kind\":\"raw\",\"values\":{\"a\":{\"\$bin\":\"AAEC/w==\"},\"b\":{\"\$ext\":[7,\"AA==\"]}}}"
both_ways "kind, quality and via" "$head,\"kind\":\"event\",\"values\":{\"a\":{\"b\":[1,2.5,{}]}},\"quality\":{\"a\":2147483648},\"via\":{\"model\":\"m1\"}}"
both_ways "nanoseconds" '{"time":"2026-01-01T00:00:00.000000001Z","source":"s","run":9007199254740991,"seq":0,"values":{}}'

# What other writers send: packed by Python, numbers in other forms, what JSON has not.
/usr/bin/python3 - > foreign.mp <<'PYTHON'
import msgpack, sys
time = msgpack.Timestamp(1767225600, 250000000)
pack = lambda **more: sys.stdout.buffer.write(
    msgpack.packb({"time": time, "source": "s", "run": 1, "seq": 2, **more}))
pack(values={"nan": float("nan"), "inf": float("inf"), "n": -1})
pack(kind="raw", values={"m": {1: "one", "two": 2}, "bad": b"\x00"})
PYTHON
is "what JSON has not" '{"time":"2026-01-01T00:00:00.250Z","source":"s","run":1,"seq":2,"values":{"nan":null,"inf":null,"n":-1}}
{"time":"2026-01-01T00:00:00.250Z","source":"s","run":1,"seq":2,"kind":"raw","values":{"m":{"1":"one","two":2},"bad":{"$bin":"AA=="}}}' "$(duto to-json < foreign.mp)"

duto to-json < foreign.mp > foreign.json
ok "each line is JSON to jq" jq empty foreign.json
is "no samples, no lines" "" "$(duto to-json < /dev/null)"
echo "$head,\"values\":{\"a\":1}}" | duto from-json > one.mp
exits "a sample that is cut off" 111 duto to-json < <(head -c 40 one.mp)
exits "bytes that are no samples" 111 duto to-json --in file:/bin/true
exits "writes to a file" 0 duto to-json --in file:one.mp --out file:one.json
is "which holds the line" "$head,\"values\":{\"a\":1}}" "$(cat one.json)"

done_testing
