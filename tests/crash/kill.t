#!/bin/bash
# kill -9 of every process of a running pipeline, at random moments: source, stateful stage and its supervisor, historians,
# PostgreSQL itself. Whatever is killed when, every sample is in the keeps and in the database exactly once.
# KILLS=1000 SEED=7 tests/crash/kill.t for longer, or once more the same.
. "$(dirname "$0")/../lib/tap.sh"
. "$ROOT/tests/lib/postgres.sh"

kills=${KILLS:-200} seed=${SEED:-$RANDOM}
RANDOM=$seed
echo "# $kills kills, seed $seed"
export DUTO_RUNTIME_DIR=$SCRATCH/run DUTO_STATE_DIR=$SCRATCH/state NO_COLOR=1
mkdir run run/kill

lines() { # FROM TO: three sources in turn, a tenth of a second apart
	awk -v from="$1" -v to="$2" 'BEGIN { for (i = from; i < to; i++) {
		printf "{\"time\":\"2026-01-%02dT%02d:%02d:%02d.%d00Z\",\"source\":\"p/m%d\",\"run\":7,\"seq\":%d,", 1 + i / 864000,
			i / 36000 % 24, i / 600 % 60, i / 10 % 60, i % 10, i % 3, 1 + i / 3
		printf "\"values\":{\"a\":%d.5,\"b\":%.1f}}\n", i % 1000, i / 7 } }'
}
each_time=150 sent=$((kills * 150))
lines 0 $sent >all.json
: >grow.json

postgres_start fsync=on || { echo "Bail out! no PostgreSQL: $(cat initdb.log postgres.log)"; exit 1; }

cat >kill.yaml <<END
name: kill
stages:
  read:
    run: from-json --follow --in file:grow.json
    keep: 1d
  total:
    from: read
    run: select --fields a | window --every 1s --agg mean,count
  raw:
    from: read
    run: historian $PLANT --password-file password
  sums:
    from: total
    run: historian $PLANT --password-file password
END

# Every stage is started again as soon as it is gone, as systemd would.
declare -A stage_pid
stages=(read total raw sums)
start_stages() {
	local stage
	for stage in "${stages[@]}"; do
		kill -0 "${stage_pid[$stage]:-0}" 2>/dev/null && [ "${stage_pid[$stage]:-}" ] && continue
		"$DUTO" stage kill.yaml "$stage" </dev/null >/dev/null 2>>"$stage.errors" &
		stage_pid[$stage]=$!
		starts=$((starts + 1))
	done
}
start_database() {
	kill -0 "$postgres_pid" 2>/dev/null && return
	postgres_run fsync=on 2>/dev/null
}
tree_of() { # PID: it and its children
	echo "$1"
	cat /proc/"$1"/task/*/children 2>/dev/null | tr ' ' '\n' | sed '/^$/d'
}
victims() { # all processes that may be killed; the database's own stand for one
	local stage
	for stage in "${stages[@]}"; do tree_of "${stage_pid[$stage]}"; done
	tree_of "$postgres_pid" | shuf -n 1 --random-source=<(yes $RANDOM)
}
kill_one() {
	local all
	mapfile -t all < <(victims)
	kill -9 "${all[RANDOM % ${#all[@]}]}" 2>/dev/null && killed=$((killed + 1))
}
stop_stages() {
	local stage
	for stage in "${stages[@]}"; do
		kill "${stage_pid[$stage]}" 2>/dev/null
		wait "${stage_pid[$stage]}" 2>/dev/null
	done
}
trap 'stop_stages; tap_exit' EXIT

killed=0 starts=0 have=0
start_stages
until [ $killed -ge $kills ]; do
	if [ $have -lt $sent ]; then
		sed -n "$((have + 1)),$((have + each_time))p" all.json >>grow.json
		have=$((have + each_time))
	fi
	sleep "0.0$((RANDOM % 90 + 10))"
	kill_one
	start_database
	start_stages
done 2>killed
tail -n +$((have + 1)) all.json >>grow.json

# What a pipe gives; windows that no later sample closes are held back by a stream that goes on.
DUTO_STAGE=total duto from-json all.json | DUTO_STAGE=total duto select --fields a |
	DUTO_STAGE=total duto window --every 1s --agg mean,count | duto to-json | head -n -3 >expected.json
expected=$(($(wc -l <expected.json) * 2))

count() { sql <<<"SELECT count(*) FROM duto.measurements WHERE field $1" 2>/dev/null || echo 0; }
distinct() { sql <<<"SELECT count(DISTINCT (source, field, run, seq)) FROM duto.measurements WHERE field $1"; }
raw="IN ('a', 'b')" sums="LIKE 'a\\_%'"
stored() { start_database; start_stages; [ "$(count "$raw")" -ge $((2 * sent)) ] && [ "$(count "$sums")" -ge $expected ]; }

eventually 120 stored
is "all that was sent is stored" $((2 * sent)) "$(count "$raw")"
is "each once" $((2 * sent)) "$(distinct "$raw")"
is "all that was made of it is stored" $expected "$(count "$sums")"
is "each once" $expected "$(distinct "$sums")"
is "with the values that a pipe gives" "$(jq -r '.values | .a_mean, .a_count' expected.json | awk '{ sum += $1 } END { printf "%.3f", sum }')" \
	"$(sql <<<"SELECT round(sum(value)::numeric, 3) FROM duto.measurements WHERE field $sums")"
stop_stages
ok "the keep of the source is what was sent" cmp <(duto replay kill/read | duto to-json) <(duto from-json all.json | duto to-json)
is "the keep of the stateful stage is what a pipe gives" "$(cat expected.json)" "$(duto replay kill/total | duto to-json)"
duto replay kill/read >kept
exits "audit finds nothing missing" 0 duto audit --in file:kept
ok "$killed were killed, stages were started $starts times" test $killed -ge $kills

done_testing
