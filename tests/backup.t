#!/bin/bash
# duto backup and duto restore: what a running pipeline keeps and remembers is taken as of one moment, and what goes on from it
# comes to the same end as what was never interrupted.
. "$(dirname "$0")/lib/tap.sh"

export DUTO_RUNTIME_DIR=$SCRATCH/run DUTO_STATE_DIR=$SCRATCH/state DUTO_CONFIG_DIR=$SCRATCH/etc NO_COLOR=1
all=${SAMPLES:-60000} backups=${BACKUPS:-4}

lines() { # FROM TO: samples of three sources, a tenth of a second apart
	awk -v from="$1" -v to="$2" 'BEGIN { for (i = from; i <= to; i++)
		printf "{\"time\":\"2026-01-01T%02d:%02d:%02d.%d00Z\",\"source\":\"p/m%d\",\"run\":7,\"seq\":%d,\"values\":{\"a\":%d.5,\"b\":2}}\n",
			i / 36000, i / 600 % 60, i / 10 % 60, i % 10, i % 3, int((i + 2) / 3), i }'
}
cat >plant.yaml <<'END'
name: plant
stages:
  read:
    run: from-json --follow --in file:grow.json
    keep: 1d
  total:
    from: read
    run: select --fields a | window --every 10s --agg mean,max
    keep: 1d
  peak:
    from: total
    run: window --every 5m --agg max --fields a_mean
    keep: 1d
END
lines 1 $all >all.json
count() { # STATE STAGE: samples that are kept
	DUTO_STATE_DIR=$1 duto replay "plant/$2" 2>/dev/null | duto to-json | wc -l
}
newest() { # STATE STAGE: the newest sample's time
	DUTO_STATE_DIR=$1 "$DUTO" keep info "plant/$2" --json | jq -r ".newest // empty"
}
reached() { [ "$(count "$1" "$2")" -ge "$3" ]; }
start_run() { # STATE
	DUTO_STATE_DIR=$1 DUTO_RUNTIME_DIR=$1.run "$DUTO" run --no-check --restart 5ms plant.yaml >>out 2>>errors.run &
	run=$!
	started+=("$run")
}
stop_run() {
	kill -INT "$run"
	wait "$run"
}

# A setup, with a secret
mkdir -p etc/pipelines etc/secrets
cp plant.yaml etc/pipelines/
echo hunter2 >etc/secrets/mqtt
chmod 700 etc/secrets && chmod 600 etc/secrets/mqtt

# While it runs, one backup behind the other, as long as samples flow
mkdir -m 700 state.run
: >grow.json
start_run state
start /usr/bin/python3 -c '
import time
lines = open("all.json").readlines()
with open("grow.json", "w") as grow:
    for at in range(0, len(lines), 200): # so slow that there is time for backups
        grow.writelines(lines[at:at + 200]); grow.flush(); time.sleep(0.01)'
eventually 30 reached state read 1
taken=0 failed=0
while ! reached state peak $((all / 3000 * 3 - 10)) && [ $taken -lt 40 ]; do
	taken=$((taken + 1))
	"$DUTO" backup "all$taken.tar.zst" >/dev/null 2>>errors.backup || failed=$((failed + 1))
done
is 'backups while it runs' 0 $failed || head -n 3 errors.backup
for n in $(seq $backups); do # spread over them
	ln -f "all$((1 + (n - 1) * (taken - 1) / (backups - 1))).tar.zst" "plant$n.tar.zst"
done
eventually 30 reached state read "$all"
eventually 30 reached state total $((all / 100 * 3 - 10))
stop_run
is 'the pipeline was not disturbed' 0 $?
is 'a backup is for its owner only' 600 "$(stat -c %a plant1.tar.zst)"
is 'nothing is left behind it' '' "$(ls -A state | grep '^[.]' | grep -v '^[.]backup.lock$')"
for stage in read total peak; do
	duto replay "plant/$stage" | duto to-json >"$stage.whole"
done
ok 'there is something to compare' [ -s peak.whole ] || done_testing

# Restored, and gone on with
for n in $(seq $backups); do
	state=$SCRATCH/restored$n
	exits "backup $n is restored" 0 env DUTO_STATE_DIR="$state" DUTO_CONFIG_DIR="$SCRATCH/etc$n" "$DUTO" restore "plant$n.tar.zst"
	for stage in read total peak; do
		DUTO_STATE_DIR=$state "$DUTO" keep verify "plant/$stage" >>verified 2>&1 || echo "plant/$stage is corrupt" >>verified
		DUTO_STATE_DIR=$state "$DUTO" audit "plant/$stage" >>audited 2>&1 || echo "plant/$stage misses samples" >>audited
		DUTO_STATE_DIR=$state "$DUTO" replay "plant/$stage" | "$DUTO" to-json >"$stage.$n"
		cmp -s "$stage.$n" <(head -c "$(stat -c %s "$stage.$n")" "$stage.whole") || echo "$stage.$n is not what it was" >>verified
	done
	[[ ! $(newest "$state" total) > $(newest "$state" read) && ! $(newest "$state" peak) > $(newest "$state" total) ]] ||
		echo "$n" >>ahead
	mkdir -m 700 "$state.run"
	start_run "$state"
	eventually 30 reached "$state" read "$all"
	eventually 30 reached "$state" total "$(wc -l <total.whole)"
	eventually 30 reached "$state" peak "$(wc -l <peak.whole)"
	stop_run
	for stage in read total peak; do
		is "backup $n: $stage comes to the same end" "$(sha256sum <"$stage.whole")" \
			"$(DUTO_STATE_DIR=$state "$DUTO" replay "plant/$stage" | "$DUTO" to-json | sha256sum)"
	done
done
is 'every restored keep verifies' '' "$(grep -v ' 0 corrupt blocks' verified)"
is 'and misses nothing' '' "$(grep 'misses samples' audited)"
ok 'no keep is ahead of what it is made of' [ ! -e ahead ]
is 'no stage began without memory' '' "$(grep 'without memory' errors.run)"
ok 'the first was of a moment on the way' [ "$(wc -l <read.1)" -lt "$(wc -l <read.whole)" ]
is 'the setup comes back, modes too' "$(cd etc && find . -printf '%p %m %l\n' | sort)" "$(cd etc1 && find . -printf '%p %m %l\n' | sort)"
is 'and the secret' hunter2 "$(cat etc1/secrets/mqtt)"

# Where it cannot be
exits 'over what has gone on since: refused' 100 env DUTO_STATE_DIR="$SCRATCH/restored1" "$DUTO" restore plant2.tar.zst
like 'and told' 'is there already and differs.*nothing was restored' "$(cat errors)"
is 'nothing was touched' "$(sha256sum <read.whole)" "$(DUTO_STATE_DIR=restored1 "$DUTO" replay plant/read | "$DUTO" to-json | sha256sum)"
export DUTO_STATE_DIR=$SCRATCH/empty DUTO_CONFIG_DIR=$SCRATCH/emptyetc
head -c 5000 plant1.tar.zst >torn
exits 'half a file: refused' 100 "$DUTO" restore torn
mkdir other && echo x >other/x && tar --zstd -cf other.tar.zst -C other .
exits 'another archive: refused' 100 "$DUTO" restore other.tar.zst
like 'and told' 'not what duto backup writes' "$(cat errors)"
echo 'duto backup 9' >other/duto-backup && tar --zstd -cf newer.tar.zst -C other .
exits 'one of a newer version: refused' 100 "$DUTO" restore newer.tar.zst
like 'and told' 'format 9, this program knows up to 1' "$(cat errors)"
is 'none of them left anything' '' "$(find empty emptyetc ! -name .backup.lock -type f 2>/dev/null)"
exits 'no such file' 100 "$DUTO" restore nowhere
exits 'nothing to back up is a backup too' 0 "$DUTO" backup nothing.tar.zst
exits 'a folder that is not there' 111 "$DUTO" backup nowhere/x.tar.zst
done_testing
