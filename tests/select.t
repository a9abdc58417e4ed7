#!/bin/bash
# select: fields, sources and kinds.
. "$(dirname "$0")/lib/tap.sh"

cat > lines <<'LINES'
{"time":"2026-01-01T00:00:00Z","source":"plant/line1/m1","run":1,"seq":1,"kind":"schema","values":{"a":{"unit":"V"},"b":{"unit":"A"}}}
{"time":"2026-01-01T00:00:00Z","source":"plant/line1/m1","run":1,"seq":1,"values":{"a":1.0,"b":2.0,"c":"x"},"quality":{"b":2147483648},"via":{"stage":"s"}}
{"time":"2026-01-01T00:00:01Z","source":"plant/line10/m1","run":1,"seq":1,"values":{"b":3.0}}
{"time":"2026-01-01T00:00:02Z","source":"plant/line1","run":1,"seq":1,"kind":"event","values":{"what":{"deep":[1,2]}}}
LINES
duto from-json < lines > samples
selected() { duto select "$@" < samples | duto to-json; }

duto select < samples > passed
ok "without options all pass, byte for byte" cmp samples passed

is "--fields: values, qualities, schema; events pass whole" \
'{"time":"2026-01-01T00:00:00Z","source":"plant/line1/m1","run":1,"seq":1,"kind":"schema","values":{"a":{"unit":"V"}}}
{"time":"2026-01-01T00:00:00Z","source":"plant/line1/m1","run":1,"seq":1,"values":{"a":1.0},"via":{"stage":"s"}}
{"time":"2026-01-01T00:00:02Z","source":"plant/line1","run":1,"seq":1,"kind":"event","values":{"what":{"deep":[1,2]}}}' \
	"$(selected --fields a)"
is "--fields keeps the quality of what stays" '{"b":2147483648}' "$(selected --fields b,c | jq -c 'select(.quality).quality')"
is "--except" '{"a":1.0}' "$(selected --except b,c --kind measurement --source plant/line1 | sed 's/.*"values":\({[^}]*}\).*/\1/')"
is "--fields and --except together" "1" "$(selected --fields a,b --except b --kind measurement | wc -l)"
is "a field that is nowhere leaves only other kinds" "event" "$(selected --fields nothing | jq -r .kind)"

is "--source goes by whole segments" "plant/line1/m1 plant/line1/m1 plant/line1" \
	"$(selected --source plant/line1 | jq -r .source | xargs)"
is "--source with a slash at the end" "3" "$(selected --source plant/line1/ | wc -l)"
is "several sources" "2" "$(selected --source plant/line1/m1,plant/line10 --kind measurement | wc -l)"
is "a source that is only begun" "" "$(selected --source plant/line)"
is "--kind" "event schema" "$(selected --kind event,schema | jq -r .kind | sort | xargs)"
is "--kind measurement" "2" "$(selected --kind measurement | wc -l)"

exits "an unknown option" 100 duto select --field a
like "is named, with what was meant" 'did you mean.*--fields' "$(cat errors)"
exits "--describe" 0 duto select --fields a,b --describe
ok "says which fields go on" grep -q '"a"' output

done_testing
