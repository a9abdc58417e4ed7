#!/bin/bash
# make bench, the historian's part: rows a second and client CPU of duto historian beside a bare COPY loop of the same
# rows, into tables with the same index, interleaved: historian.sh BUILD [ROUNDS]
build=$(realpath "$1")
rounds=${2:-5}
source "$(dirname "$0")/../lib/tap.sh"
source "$ROOT/tests/lib/postgres.sh"
samples=100000 batch=10000
rows=$((samples * 20))

postgres_start fsync=on shared_buffers=128MB max_wal_size=4GB
/usr/bin/python3 "$ROOT/tests/bench/stream.py" $samples >stream

fresh() {
	sql <<-'END' >/dev/null
		DROP SCHEMA IF EXISTS duto CASCADE;
		DROP TABLE IF EXISTS bare;
		CREATE TABLE bare (time timestamptz NOT NULL, run bigint NOT NULL, seq bigint NOT NULL, nano smallint NOT NULL,
			revision smallint NOT NULL, series integer NOT NULL, quality integer NOT NULL, value double precision);
		CREATE INDEX ON bare USING brin (time);
		ALTER TABLE bare OWNER TO duto;
		CHECKPOINT;
	END
}

measure() { # NAME COMMAND...: one line: name, wall seconds, CPU seconds
	local TIMEFORMAT='%R %U %S' name=$1
	shift
	{ time "$@" >/dev/null 2>>errors; } 2>&1 | awk -v name="$name" '{ print name, $1, $2 + $3 }'
}

for _ in $(seq "$rounds"); do
	fresh
	PGPASSWORD=$(<password) measure bare "$build/bench/historian" "$PLANT" bare $rows $batch
	measure historian "$build/libexec/historian" "$PLANT" --password-file password --in file:stream
	[ "$(sql <<<'SELECT count(*) FROM duto.numbers') $(sql <<<'SELECT count(*) FROM bare')" == "$rows $rows" ] || { cat errors >&2; exit 1; }
done >measured

/usr/bin/python3 - $rows <<'END'
import statistics, sys
rows, found = int(sys.argv[1]), {"bare": [], "historian": []}
for line in open("measured"):
    name, wall, cpu = line.split()
    found[name].append((float(wall), float(cpu)))
def line(what, values, form, wanted):
    values = sorted(values)
    print("%-62s %8s (%s)   wanted %s" % (what, form % statistics.median(values), (form + ".." + form) % (values[0], values[-1]), wanted))
for name, runs in found.items():
    line("k rows/s: " + name, [rows / w / 1e3 for w, _ in runs], "%.0f", "-")
line("rate: historian / bare COPY loop", [b[0] / h[0] for b, h in zip(found["bare"], found["historian"])], "%.2f", ">= 0.80")
line("client CPU of the historian / wall", [c / w for w, c in found["historian"]], "%.2f", "< 0.15")
line("client CPU of the bare loop / wall", [c / w for w, c in found["bare"]], "%.2f", "-")
END
