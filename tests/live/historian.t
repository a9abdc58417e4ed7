#!/bin/bash
# duto historian into a real PostgreSQL: rows, repeats, late and revised samples, partitions, refusals, a server that
# goes away and a disk that is full.
source "$(dirname "$0")/../lib/tap.sh"
source "$ROOT/tests/lib/postgres.sh"
postgres_start || { cat initdb.log postgres.log; exit 1; }

store() { duto from-json | duto historian "$PLANT" --password-file password 2>errors; }
values() { sql <<<"SELECT time, nano, source, field, value, integer, text, quality, run, seq, revision FROM duto.measurements WHERE source LIKE '${1:-%}' ORDER BY time, nano, source, field"; }
count() { sql <<<"SELECT count(*), count(DISTINCT (series, run, seq)) FROM duto.identities"; }

# Every type, to the bit.
cat >typed <<'END'
{"time":"2026-01-01T00:00:00Z","source":"typed","run":7,"seq":1,"kind":"schema","values":{"torque":{"unit":"Nm","label":"Torque","low":0.0,"high":80.0,"decimals":1},"ok":{"step":true},"odd":{"unit":7,"low":"x","decimals":1e300}}}
{"time":"2026-01-01T00:00:00.123456789Z","source":"typed","run":7,"seq":2,"values":{"torque":42.8,"count":9223372036854775807,"below":-9223372036854775808,"beyond":18446744073709551615,"ok":true,"name":"a\u0000ç","nothing":null,"bytes":{"$bin":"AQL/"}},"quality":{"count":1073741824,"torque":2147483648}}
END
store <typed
is "the historian ends with its input" 0 $?
is "values of every type, quality, time to the nanosecond, identity" \
	"2026-01-01 00:00:00.123456+00|789|typed|below|-9.223372036854776e+18|-9223372036854775808||Good|7|2|0
2026-01-01 00:00:00.123456+00|789|typed|beyond|||18446744073709551615|Good|7|2|0
2026-01-01 00:00:00.123456+00|789|typed|bytes|||0102ff|Good|7|2|0
2026-01-01 00:00:00.123456+00|789|typed|count|9.223372036854776e+18|9223372036854775807||Uncertain|7|2|0
2026-01-01 00:00:00.123456+00|789|typed|name|||a�ç|Good|7|2|0
2026-01-01 00:00:00.123456+00|789|typed|nothing||||Good|7|2|0
2026-01-01 00:00:00.123456+00|789|typed|ok|1|1||Good|7|2|0
2026-01-01 00:00:00.123456+00|789|typed|torque|42.8|||Bad|7|2|0" "$(values typed)"
is "the status code" 2147483648 "$(sql <<<"SELECT status FROM duto.measurements WHERE field = 'torque'")"
is "the catalogue has what the schema told" "odd|||||f
ok|||||t
torque|Nm|Torque|0|80|f" "$(sql <<<"SELECT field, CASE WHEN unit <> '7' THEN unit END, label, low, high, step FROM duto.series WHERE field IN ('torque', 'ok', 'odd') ORDER BY 1")"
before=$(values typed)
store <typed
is "the same again changes nothing" "$before" "$(values typed)"

# Other kinds.
cat >kinds <<'END'
{"time":"2026-01-02T00:00:00Z","source":"k","run":1,"seq":1,"kind":"alarm","values":{"text":"hot\u0000","at":{"n":[1,2]}},"via":{"rule":"r1"}}
{"time":"2026-01-02T00:00:00Z","source":"k","run":1,"seq":2,"kind":"alarm","values":{"text":"hot again"}}
{"time":"2026-01-02T00:00:00Z","source":"k","run":1,"seq":1,"kind":"bill","values":{"total":"12.30"}}
{"time":"2026-01-02T00:00:00Z","source":"k","run":1,"seq":1,"kind":"score","values":{"s":0.5},"quality":{"s":1073741824}}
{"time":"2026-01-02T00:00:00Z","source":"k","run":1,"seq":1,"kind":"mark","values":{}}
END
store <kinds
kinds() { sql <<<"SELECT time, source, kind, values, quality, via, seq, revision FROM duto.event_log UNION ALL SELECT time, source, kind, values, quality, via, seq, revision FROM duto.bill_log UNION ALL SELECT time, source, kind, values, quality, via, seq, revision FROM duto.insight_log ORDER BY 3, 7"; }
kinds='2026-01-02 00:00:00+00|k|alarm|{"at": {"n": [1, 2]}, "text": "hot�"}||{"rule": "r1"}|1|0
2026-01-02 00:00:00+00|k|alarm|{"text": "hot again"}|||2|0
2026-01-02 00:00:00+00|k|bill|{"total": "12.30"}|||1|0
2026-01-02 00:00:00+00|k|score|{"s": 0.5}|{"s": 1073741824}||1|0'
is "events, bills and insights have tables of their own; alarms of one time stand side by side" "$kinds" "$(kinds)"
store <kinds
is "the same again" "$kinds" "$(kinds)"
echo '{"time":"2026-01-02T00:00:00Z","source":"k","run":1,"seq":2,"kind":"bill","values":{"total":"12.40"},"via":{"revision":1}}' | store
echo '{"time":"2026-01-02T00:00:00Z","source":"k","run":1,"seq":1,"kind":"bill","values":{"total":"12.30"}}' | store
is "a revised bill takes the first one's place, which does not come back" '{"total": "12.40"}|2|1' "$(sql <<<'SELECT values, seq, revision FROM duto.bill_log')"

# Late, revised, another type.
line() { # SECOND SEQ VALUES [RUN]
	echo '{"time":"2026-03-01T00:00:'"$1"'Z","source":"late","run":'"${4:-1}"',"seq":'"$2"',"values":'"$3"'}'
}
{ line 05 1 '{"a":1.5}' && line 07 2 '{"a":2.5}'; } | store
{ line 06 3 '{"a":9.5}' && line 05 4 '{"a":"text"}' && line 05 5 '{"b":1}'; } | store
is "late values find their place, a newer one takes the place of an older, of whatever type" \
	"2026-03-01 00:00:05+00|0|late|a|||text|Good|1|4|1
2026-03-01 00:00:05+00|0|late|b|1|1||Good|1|5|0
2026-03-01 00:00:06+00|0|late|a|9.5|||Good|1|3|0
2026-03-01 00:00:07+00|0|late|a|2.5|||Good|1|2|0" "$(values late)"
line 05 1 '{"a":1.5}' | store
like "what is older than what stands there stays out" '05\+00\|0\|late\|a\|\|\|text\|Good\|1\|4\|1' "$(values late)"
{ line 05 1 '{"a":4.5}' 2 && line 05 2 '{"a":5.5}' 2 && line 05 2 '{"a":5.5}' 2 && line 05 1 '{"a":4.5}' 2; } | store
like "another run revises; repeats within a batch count once" '05\+00\|0\|late\|a\|5.5\|\|\|Good\|2\|2\|3' "$(values late)"
{ line 09 9 '{"a":1}' && line 09 10 '{"a":2}' && line 09 11 '{"c":2}'; } | store
like "two of one time in one batch: the newer, with its revision" '09\+00\|0\|late\|a\|2\|2\|\|Good\|1\|10\|1' "$(values late)"

# Months, and times outside reason.
for t in 1999-12-31T23:59:59.999999999 2000-01-01T00:00:00 2026-04-30T23:59:59.999999999 2026-05-01T00:00:00 2190-01-01T00:00:00; do
	echo '{"time":"'$t'Z","source":"month","run":1,"seq":1,"values":{"a":1.5}}'
done | store
is "each month is a partition, times outside reason have one for all" "numbers_2000_01|2000-01-01 00:00:00+00
numbers_2026_04|2026-04-30 23:59:59.999999+00
numbers_2026_05|2026-05-01 00:00:00+00
numbers_default|1999-12-31 23:59:59.999999+00
numbers_default|2190-01-01 00:00:00+00" "$(sql <<<"SELECT n.tableoid::regclass::text COLLATE \"C\", n.time FROM duto.numbers n JOIN duto.series s ON s.id = n.series WHERE source = 'month' ORDER BY 1, 2" | sed 's/^duto\.//')"
like "with a BRIN index on time" 'USING brin \(.?time.?\)' "$(sql <<<"SELECT indexdef FROM pg_indexes WHERE tablename = 'numbers_2026_05'")"
sql <<<"INSERT INTO duto.numbers_default SELECT '2027-01-15', 1, 1, 0, 0, series, 0, 7 FROM duto.numbers LIMIT 1"
echo '{"time":"2027-01-16T00:00:00Z","source":"month","run":1,"seq":2,"values":{"a":1.5}}' | store
is "what lies in the default partition moves when its month is made" 2 "$(sql <<<'SELECT count(*) FROM duto.numbers_2027_01')"

# What cannot be stored.
echo '{"time":"2026-06-01T00:00:00Z","source":"bad","run":1,"seq":1,"kind":"x","values":{"m":{"a":1}}}' | duto from-json |
	python3 -c 'import sys; d = sys.stdin.buffer.read(); sys.stdout.buffer.write(d.replace(b"\xa4kind\xa1x", b"").replace(b"\x86", b"\x85", 1))' |
	duto historian "$PLANT" --password-file password 2>errors
like "a map as a value is told of" 'bad: m .a map, an array or an extension as a value' "$(cat errors)"
echo '{"time":"2026-06-01T00:00:00Z","source":"a\u0000b","run":1,"seq":1,"values":{"m":1}}' | store
like "a source with a NUL is told of" 'a name that is not text' "$(cat errors)"

# What the database itself refuses: the sample is found, told of, and left out.
sql <<<"ALTER TABLE duto.numbers ADD CONSTRAINT reasonable CHECK (value < 1e9)"
{
	for i in $(seq 300); do
		echo '{"time":"2026-06-02T00:00:00Z","source":"refused/'$i'","run":1,"seq":'$i',"values":{"v":'$((i == 77 || i == 300)).5e9'}}'
	done
	echo '{"time":"2026-06-02T00:00:00Z","source":"refused/name","run":1,"seq":1,"values":{"v":1.5,"'$(head -c 30000 /dev/urandom | base64 -w 0)'":1.5}}'
} | store
is "the historian goes on over what the database refuses" "0|298" "$?|$(sql <<<"SELECT count(*) FROM duto.measurements WHERE source LIKE 'refused/%'")"
like "against a constraint or too long: told of once, with why" 'refused/77: .*reasonable.*23514.*the database refuses it; further' "$(cat errors)"
sql <<<"ALTER TABLE duto.numbers DROP CONSTRAINT reasonable"

# Measurements without values.
for i in 1 2 3; do echo '{"time":"2026-06-03T00:00:0'$i'Z","source":"empty","run":1,"seq":'$i',"values":{}}'; done >empty
store <empty && store <empty
is "a measurement without values leaves its identity" "empty||{}|1
empty||{}|2
empty||{}|3" "$(sql <<<"SELECT source, kind, values, seq FROM duto.insight_log WHERE source = 'empty' ORDER BY seq")"

# Older than all that is stored, and between: straight in; late ones among them are compared.
piece() { duto sim mill --count 2000 --start "$1" | duto to-json | jq -c 'select(.kind == null) | .source = "back"'; }
stretches() { sql <<<"SELECT stretches FROM duto.sources WHERE source = 'back' AND kind = ''"; }
piece 2026-03-01T00:00:00Z >newest
piece 2025-03-01T00:00:00Z >oldest
piece 2025-09-01T00:00:00Z >between
store <newest
python3 - <<'END' >mixed
import json
old, new = open("oldest").readlines(), open("newest").readlines()
for i, line in enumerate(old):
    print(line, end="")
    if i % 3 == 0:
        print(new[i], end="")            # as it is stored
    if i % 5 == 0:
        s = json.loads(new[i]); s["seq"] += 100000; s["values"]["torque"] = 1e6
        print(json.dumps(s))             # revised
    if i % 7 == 0 and i:
        print(old[i // 2], end="")       # again, from a moment ago
END
duto from-json <mixed | duto historian "$PLANT" --password-file password 2>errors
duto from-json <between | duto historian "$PLANT" --password-file password 2>errors
is "a backfill behind newer data, with late, repeated and revised samples among it, and one between" \
	"$(jq -s 'map(.values | length) | add | "\(.)|\(.)"' -r oldest between newest)|400|400" \
	"$(sql <<<"SELECT count(*), count(DISTINCT (s.field, m.time, m.nano)), count(*) FILTER (WHERE value = 1e6), count(*) FILTER (WHERE value = 1e6 AND revision = 1) FROM duto.measurements m JOIN duto.series s ON s.id = m.series WHERE m.source = 'back'" | head -1)"
is "three stretches" 6 "$(stretches | tr ',' '\n' | wc -l)"
before=$(values back | sha256sum)
revisions=$(sql <<<"SELECT count(*) FROM duto.measurements WHERE source = 'back' AND revision > 0")
places() { sql <<<"SELECT md5(string_agg(ctid::text, ' ' ORDER BY time, series)) FROM duto.numbers"; }
rows_before=$(places)
cat oldest between | duto from-json | duto historian "$PLANT" --password-file password 2>errors
is "fed again nothing changes" "$before|$revisions" "$(values back | sha256sum)|$(sql <<<"SELECT count(*) FROM duto.measurements WHERE source = 'back' AND revision > 0")"
is "nor is written" "$rows_before" "$(places)"
sql <<<"ALTER TABLE duto.sources DROP COLUMN stretches; DELETE FROM duto.version WHERE version = 2"
cat oldest between | duto from-json | duto historian "$PLANT" --password-file password 2>errors
is "a schema of the version before is migrated: what is stored there is compared too" "$before" "$(values back | sha256sum)"

# What is stored is accounted for, each sample once.
audited() { duto audit "$PLANT" --password-file password --json "$@" 2>errors | jq -r '"\(.source) \(.kind) \(.run) \(.first)-\(.last) \(.sent)=\(.stored)+\(.dropped)+\(.missing) \(.repeated)"'; }
{
	for i in 1 2 3 7; do echo '{"time":"2026-06-04T00:00:0'$i'Z","source":"sent/a","run":5,"seq":'$i',"values":{"v":1,"w":true,"x":"text"}}'; done
	echo '{"time":"2026-06-04T00:00:08Z","source":"sent/a","run":5,"seq":8,"values":{}}'
	echo '{"time":"2026-06-04T00:00:08Z","source":"sent/a","run":5,"seq":1,"kind":"alarm","values":{"text":"hot"}}'
	echo '{"time":"2026-06-04T00:00:08Z","source":"sent/a","run":6,"seq":1,"kind":"gap","values":{"stage":"scale","reason":"late","run":5,"first":4,"last":5,"count":2}}'
} | store
is "audit of the database: stored, dropped, missing" "sent/a measurement 5 1-8 8=5+2+1 0
sent/a alarm 5 1-1 1=1+0+0 0
sent/a gap 6 1-1 1=1+0+0 0" "$(audited --source sent/ | sort -k 1,1 -k 3,3n -k 2,2r)"
like "and where" '2 dropped by scale: late; seq 4 to 5' "$(duto audit "$PLANT" --password-file password --source sent/a 2>errors)"
is "of a period, with the hole at its border" "sent/a measurement 5 2-6 5=2+2+1 0" "$(audited --source sent/ --since 2026-06-04T00:00:02Z --until 2026-06-04T00:00:04Z)"
is "measurements without values count" "empty measurement 1 1-3 3=3+0+0 0" "$(audited --source empty)"
is "every sample of a stream that came in pieces" "back measurement 2000=2000+0+0" "$(audited --source back --until 2026-01-01T00:00:00Z | sed -E 's/(back measurement) [0-9]+ [0-9-]+ (.*) 0/\1 \2/' | sort -u)"
exits "what is missing is told of" 1 duto audit "$PLANT" --password-file password --source sent/a
exits "a wrong password" 111 duto audit "$PLANT" --password-file pgpass

# Logins and rights: told once, tried again until it works.
tells() { [[ $(cat errors) =~ $1 ]]; }
echo wrong >wrong && duto sim mill --start 2026-01-01T00:00:00Z --count 5 >five
start "$DUTO" historian "$PLANT" --password-file wrong --in file:five 2>errors
ok "a wrong password is told of, with the role" eventually 20 tells 'role duto.*password of the role'
cp password wrong
ok "and the right one taken once it is there" eventually 20 tells 'stores again'
wait "$started_pid"
is "then all is stored" 0 $?
is "it was told once" 1 "$(grep -c 'cannot store' errors)"
sql postgres <<<"CREATE ROLE poor LOGIN PASSWORD 'secret of duto'"
start "$DUTO" historian "${PLANT/duto/poor}" --password-file password --in file:five --stop 1s 2>errors
ok "a right that lacks is told of" eventually 20 tells '42501 .role poor.*lacks a right'
kill "$started_pid" && wait "$started_pid"
is "it stops when it is told to, in the middle of an attempt or not" 0 $?

# Two that begin at once: both find no schema, and wait for the lock under which one makes it.
sql <<<'DROP SCHEMA duto CASCADE'
mkfifo hold
sql <hold &
holder=$!
exec 3>hold
echo 'BEGIN; SELECT pg_advisory_xact_lock(1685420143);' >&3
waiting() { [ "$(sql <<<"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted = $1")" -eq "$2" ]; }
ok "somebody has the lock" eventually 20 waiting true 1
for i in 1 2; do
	start "$DUTO" historian "$PLANT" --password-file password --in file:five 2>"errors$i"
	beginners[i]=$started_pid
done
ok "two historians wait for it" eventually 20 waiting false 2
echo 'COMMIT; \q' >&3
exec 3>&-
wait "$holder" "${beginners[@]}"
is "the one makes the schema, the other finds it made" "" "$(cat errors1 errors2)"

# The server goes away in the middle, and its connections are cut.
duto sim mill --start 2026-01-01T00:00:00Z --count 40000 >many
sent=$(duto to-json --in file:many | jq -s 'map(select(.kind == null) | .values | length) | add')
feed() { python3 -c '
import sys, time
data = open("many", "rb").read()
step = len(data) // 40
for at in range(0, len(data), step):
    sys.stdout.buffer.write(data[at:at + step]); sys.stdout.buffer.flush(); time.sleep(0.05)'; }
sql <<<'DROP SCHEMA duto CASCADE'
(feed | duto historian "$PLANT" --password-file password) 2>errors &
started+=($!) feeding=$!
has_rows() { [ "$(sql <<<'SELECT count(*) FROM duto.numbers' 2>/dev/null || echo 0)" -gt "$1" ]; }
ok "rows come" eventually 20 has_rows 0
sql postgres <<<"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'duto'" >/dev/null
postgres_stop immediate
ok "a server that is gone is told of" eventually 20 tells 'cannot store'
postgres_start
wait $feeding
is "once it is back, all goes on to the end" 0 $?
is "nothing lost, nothing twice" "$sent|$sent" "$(count)"
like "it is said that it works again" 'stores again' "$(cat errors)"

# The server is killed, every process of it, and does flush to the disk.
postgres_stop
postgres_start fsync=on
sql <<<'DROP SCHEMA duto CASCADE'
(feed | duto historian "$PLANT" --password-file password) 2>errors &
started+=($!) feeding=$!
for _ in 1 2 3; do
	already=$(sql <<<'SELECT count(*) FROM duto.numbers' 2>/dev/null || echo 0)
	ok "rows come to a server that will be killed" eventually 20 has_rows "$already"
	postgres_kill
	postgres_start fsync=on
done
wait $feeding
is "after three kills of the server all goes on to the end" 0 $?
is "nothing lost, nothing twice after kill -9 of the server" "$sent|$sent" "$(count)"
postgres_stop
postgres_start

# The answer to a COMMIT is lost: whether it was done, the database knows.
sql <<<'DROP SCHEMA duto CASCADE'
relay_port=$(free_port)
start python3 "$ROOT/tests/live/lost_answer.py" "$relay_port" "$PGPORT" >relay
eventually 10 grep -q ready relay
duto historian "postgresql://duto@127.0.0.1:$relay_port/plant" --password-file password --in file:many 2>errors
is "with every eighth answer to a COMMIT lost, the historian comes to the end" 0 $?
ok "answers were lost" grep -q cut relay
is "nothing lost, nothing twice after lost answers" "$sent|$sent" "$(count)"
kill "$started_pid"

# Killed at random moments, with a keep as its input.
sql <<<'DROP SCHEMA duto CASCADE'
duto select --in file:many --out keep:k
historian() { DUTO_STAGE=history exec "$(dirname "$DUTO")/libexec/historian" "$PLANT" --password-file password --in keep:k 2>errors; }
kills=0
for _ in $(seq "${KILLS:-20}"); do
	historian &
	sleep 0.$(printf '%03d' $((RANDOM % 200 + 20))) # not a condition: the moment is what is tried
	kill -9 $! 2>/dev/null && kills=$((kills + 1))
	wait $! 2>/dev/null
done
(historian)
is "after $kills kills the historian comes to the end" 0 $?
is "nothing lost, nothing twice, nothing taken for a revision" "$sent|$sent|0" "$(count)|$(sql <<<'SELECT count(*) FROM duto.identities WHERE revision > 0')"
(historian)
is "and once more there is nothing to do" "0 $sent|$sent" "$? $(count)"

# What was stored comes back.
{ duto from-json <typed && cat many; } | duto select --out keep:both
sql <<<'DROP SCHEMA duto CASCADE'
duto historian "$PLANT" --password-file password --in keep:both 2>errors
mkdir credentials && cp password credentials/postgresql-password
past() { CREDENTIALS_DIRECTORY=$PWD/credentials duto history "$@" | duto to-json; }
is "history gives the same from PostgreSQL as from the keep" "$(past both | jq -S -c 'select(.kind == null)' | grep -v beyond | sha256sum)" \
	"$(past "$PLANT" | jq -S -c 'select(.kind == null)' | grep -v beyond | sha256sum)"
is "units and labels too" '{"label":"Torque","unit":"Nm"}' "$(past "$PLANT" --source plant/ | jq -S -c 'select(.kind == "schema").values.torque | {unit, "label": .label}')"
exits "with --password-file too" 0 duto history "$PLANT" --password-file password --source typed
is "the same" "$(past "$PLANT" --source typed)" "$(duto to-json <output)"
exits "which a keep does not have" 100 duto history both --password-file password
asked=(--since 2026-01-01T01:00:00Z --until 2026-01-01T03:00:00Z --source plant/ --field torque --every 15m --agg mean,max)
is "aggregates over a part of it" "$(past both "${asked[@]}" | jq -S -c 'select(.kind == null) | del(.run)')" "$(past "$PLANT" "${asked[@]}" | jq -S -c 'select(.kind == null) | del(.run)')"
is "eight of them" 8 "$(past "$PLANT" "${asked[@]}" | jq -c 'select(.kind == null)' | wc -l)"

# A disk that is full: a small one of its own, for which one has to be root.
disk_full() {
mkdir small && mount -t tmpfs -o size=6m,mode=700,uid="$(id -u postgres)" tmpfs small
sql <<<"DROP SCHEMA duto CASCADE"
sql postgres <<<"CREATE TABLESPACE small LOCATION '$SCRATCH/small'"
sql postgres <<<"GRANT CREATE ON TABLESPACE small TO duto; ALTER ROLE duto SET default_tablespace = small"
as_postgres head -c 4M /dev/zero >small/filler
start "$DUTO" historian "$PLANT" --password-file password --in file:many 2>errors
ok "a full disk is told of" eventually 20 tells '53100 .role duto.*make room'
rm small/filler && mount -o remount,size=100m small
wait "$started_pid"
is "once there is room it goes on" 0 $?
is "nothing lost, nothing twice after the full disk" "$sent|$sent" "$(count)"
sql <<<'DROP SCHEMA duto CASCADE' && sql postgres <<<'ALTER ROLE duto RESET default_tablespace; REVOKE CREATE ON TABLESPACE small FROM duto; DROP TABLESPACE small'
umount small
}
if [ "$(id -u)" -eq 0 ]; then
	disk_full
else
	ok "the disk-full part: left out, as it mounts a small disk and this is not root # SKIP needs root" true
fi

# Roles by historian-setup.
owner() { PGPASSFILE=$SCRATCH/pgpass "$@"; }
ADMIN="postgresql://owner@127.0.0.1:$PGPORT/hall"
echo "it's a word" >word
reader="postgresql://looker@127.0.0.1:$PGPORT/hall"
look() { PGPASSWORD="it's a word" psql -X -q -A -t "$reader" -c "$1" 2>&1; }
exits "historian-setup prints SQL" 0 duto historian-setup "$ADMIN" --role store --reader looker --password-file word --reader-password-file word
printed=$(<output)
is "without the password" 0 "$(grep -c "a word" output)"
ok "which runs" owner psql -X -q -v ON_ERROR_STOP=1 -h "$pg" -p "$PGPORT" -U owner -d postgres -f output
owner exits "and runs again by --run" 0 duto historian-setup "$ADMIN" --role store --reader looker --password-file word --reader-password-file word --run
is "which does not tell the password either" 0 "$(grep -c "a word\|SCRAM" output)"
duto historian "postgresql://store@127.0.0.1:$PGPORT/hall" --password-file word --in file:five 2>errors
is "the role can store" 0 $?
is "the reader reads the views" 5 "$(look "SELECT count(*) FROM duto.measurements WHERE field = 'torque'")"
for statement in "DELETE FROM duto.numbers" "SET default_transaction_read_only = off; DELETE FROM duto.numbers" \
	"SET default_transaction_read_only = off; CREATE TABLE duto.x ()" "SET default_transaction_read_only = off; UPDATE duto.series SET unit = 'x'"; do
	like "and nothing else: ${statement##*; }" 'permission denied|read-only' "$(look "$statement")"
done
sql hall <<<'INSERT INTO duto.version (version) VALUES (99)'
start "$DUTO" historian "postgresql://store@127.0.0.1:$PGPORT/hall" --password-file word --in file:five --stop 1s 2>errors
ok "a newer schema is told of" eventually 20 tells 'version 99, made by a newer duto'
kill "$started_pid" && wait "$started_pid"

postgres_stop
done_testing
