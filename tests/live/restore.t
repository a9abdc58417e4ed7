#!/bin/bash
# A backup that is older than the database: in the keeps that go on from it, numbers come again that the database has
# counted already, of other samples. Nothing is lost, nothing is stored twice.
source "$(dirname "$0")/../lib/tap.sh"
source "$ROOT/tests/lib/postgres.sh"
postgres_start || { cat initdb.log postgres.log; exit 1; }

export DUTO_STATE_DIR=$SCRATCH/state DUTO_RUNTIME_DIR=$SCRATCH/run DUTO_CONFIG_DIR=$SCRATCH/etc
mkdir -m 700 run
cat >plant.yaml <<END
name: plant
stages:
  mill: {run: sim mill --every 5ms --source p/mill, keep: 1d}
  rows: {run: from-json --follow --in file:rows.json, keep: 1d}
  mean: {from: rows, run: "window --every 10s --agg min,max", keep: 1d}
  store: {from: [mill, rows, mean], run: historian $PLANT --password-file password}
END
start_run() {
	"$DUTO" run --no-check --restart 50ms plant.yaml >>out 2>>errors.run &
	run=$!
	started+=("$run")
}
stop_run() {
	kill -INT "$run"
	wait "$run"
}
written=0
more_rows() { # COUNT: of three sources, a second apart
	awk -v from=$written -v to=$((written += $1)) 'BEGIN { for (i = from; i < to; i++)
		printf "{\"time\":\"2026-01-01T%02d:%02d:%02dZ\",\"source\":\"p/row%d\",\"run\":7,\"seq\":%d,\"values\":{\"b\":%d}}\n",
			i / 3600, i / 60 % 60, i % 60, i % 3, i / 3 + 1, i }' >>rows.json
}
kept() { # every value that stands in a keep: source, field, run, seq
	local stage
	for stage in mill rows mean; do
		duto replay "plant/$stage" | duto to-json | jq -r 'select((.kind // "") == "") |
			"\(.run) \(.seq)" as $id | .source as $source | .values | keys[] | "\($source) \(.) \($id)"'
	done | LC_ALL=C sort -u
}
stored() { sql <<<"SELECT source, field, run, seq FROM duto.measurements" | tr '|' ' ' | LC_ALL=C sort; }
stored_rows() { sql <<<"SELECT count(*) FROM duto.measurements WHERE source LIKE '$1'" 2>/dev/null; }
reached() { [ "$(stored_rows "$1")" -ge "$2" ] 2>/dev/null; }

more_rows 100
start_run
ok 'values are stored' eventually 30 reached 'p/mill' 200
exits 'a backup' 0 "$DUTO" backup plant.tar.zst
already=$(stored_rows 'p/mill')
more_rows 200
ok 'the plant goes on' eventually 30 reached 'p/mill' $((already + 2000))
ok 'with all that is read' eventually 30 reached 'p/row%' 300
stop_run
kept >before.txt
is 'all is stored' "$(<before.txt)" "$(stored)"

# The disk is lost, the database is not.
rm -r state
exits 'the backup is restored' 0 "$DUTO" restore plant.tar.zst
kept >restored.txt
echo "# $(wc -l <before.txt) values were kept and stored, $(wc -l <restored.txt) are back"
ok 'which has less than the database' [ "$(wc -l <restored.txt)" -lt "$(wc -l <before.txt)" ]
already=$(stored_rows 'p/mill')
more_rows 50
start_run
ok 'what is new is stored' eventually 30 reached 'p/mill' $((already + 200))
ok 'of all that is read' eventually 30 reached 'p/row%' 350
stop_run
kept >after.txt
LC_ALL=C sort -u before.txt after.txt >all.txt
echo "# $(LC_ALL=C comm -23 after.txt before.txt | wc -l) values are new"
stored >stored.txt
is 'no value is missing in the database' '' "$(LC_ALL=C comm -23 all.txt stored.txt | cut -d' ' -f1 | uniq -c)"
is 'none is there twice' '' "$(uniq -d stored.txt)"
is 'nor one that was never kept' '' "$(LC_ALL=C comm -13 all.txt stored.txt | head -n 5)"
is 'nothing was taken for a revision' 0 "$(sql <<<'SELECT count(*) FROM duto.identities WHERE revision > 0')"
done_testing
