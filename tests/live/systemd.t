#!/bin/bash
# Pipelines as units of a real systemd, in a machine of its own: two of ten stages each, into its PostgreSQL, through
# kills, hangs, changes, stops of them and of the database, a power cut and a reboot.
. "$(dirname "$0")/../lib/tap.sh"
. "$ROOT/tests/lib/boot.sh"
. "$ROOT/tests/lib/postgres.sh"
missing=$(boot_missing)
case $DUTO in */san/*) missing="sanitizers need system calls that stages do not have" ;; esac
if [ "$missing" ]; then
	echo "# left out, all of it: $missing"
	echo "1..0 # SKIP no systemd can be booted here: $missing"
	exit 0
fi
boot_make || { echo "1..0 # SKIP no mounts can be made here" && exit 0; }
postgres_in_machine || { cat initdb.log; exit 1; }

pipeline() { # NAME: ten stages, from a source that keeps to the database
	cat <<-END
		name: $1
		stages:
		  src: {run: sim mill --every 20ms --source plant/$1, keep: 1d}
		  f1: {from: src, run: "map 'power_kw = torque * rotational_speed * 0.0001'"}
		  f2: {from: f1, run: "select --source plant | select --fields power_kw,torque"}
		  f3: {from: f2, run: select --source plant}
		  f4: {from: f3, run: select --source plant}
		  f5: {from: f4, run: select --source plant | select --source plant | select --source plant}
		  last: {from: f5, run: select --source plant, keep: 1d, cpu: 50%, memory: 100M}
		  store: {from: last, run: historian postgresql://duto@/plant}
		  win: {from: src, run: window --every 1s --agg mean}
		  board: {from: win, run: print}
	END
}
stages=(src f1 f2 f3 f4 f5 last store win board)
pipeline a >"$MACHINE/etc/duto/pipelines/a.yaml"
pipeline b >"$MACHINE/etc/duto/pipelines/b.yaml"
cat >"$MACHINE/etc/duto/pipelines/clock.yaml" <<-'END'
	name: clock
	stages:
	  rows: {at: "*:*:0/2", run: replay a/src --since -2s | to-csv --out file:rows.csv}
END
echo 'name: bad: [' >"$MACHINE/etc/duto/pipelines/bad.yaml"
mkdir -p "$MACHINE/etc/systemd/system/duto-.service.d"
printf '[Service]\nWatchdogSec=3s\nLoadCredential=token:/etc/duto/secrets/token\n' \
	>"$MACHINE/etc/systemd/system/duto-.service.d/test.conf"
echo hush >"$MACHINE/etc/duto/secrets/token"
chmod 600 "$MACHINE/etc/duto/secrets/token"
export DUTO_STATE_DIR=$MACHINE/var/lib/duto

strike() { # SIGNAL PID: 0 would be everybody here
	[ "$2" -gt 1 ] && inside kill "-$1" "$2"
}
services() { printf "duto-$1-%s.service " "${stages[@]}"; }
active() { [ "$(inside systemctl is-active "$@" | sort -u)" = active ]; }
pid() { inside systemctl show --property=MainPID --value "$1"; }
pids() { inside systemctl show --property=Id,MainPID $(services "$1"); }
restarts() { inside systemctl show --property=NRestarts --value "$1"; }
grew() { [ "$(restarts "$1")" -gt "$2" ] && active "$1"; }
samples() { duto replay "$1" 2>/dev/null | duto to-json | jq -r 'select((.kind // "") == "") | "\(.run) \(.seq)"'; }
count() { samples "$1" | wc -l; }
more() { [ "$(count "$1")" -gt "$2" ]; }
wrote() { inside journalctl DUTO_PIPELINE=a DUTO_STAGE="$1" -o cat --no-pager | grep -q "$2"; }
rows() { sql_inside plant "SELECT count(*) FROM duto.measurements WHERE source = 'plant/$1'" 2>/dev/null || echo 0; }
more_rows() { [ "$(rows "$1")" -gt "$2" ]; }
same_ends() { # PIPELINE: what the source kept, the last stage kept, and of its two fields the database, each once
	samples "$1/src" | sort >src.txt
	samples "$1/last" | sort >last.txt
	sed 's/.*/& power_kw\n& torque/' src.txt | sort >sent.txt
	sql_inside plant "SELECT run, seq, field FROM duto.measurements WHERE source = 'plant/$1'" | sort >stored.txt
	echo "# $1: $(wc -l <src.txt) samples sent, $(wc -l <last.txt) kept, $(wc -l <stored.txt) values in the database, $(cut -d' ' -f1 src.txt | uniq | wc -l) runs"
	[ -s src.txt ] && cmp src.txt last.txt && [ -z "$(uniq -d last.txt)" ] && cmp sent.txt stored.txt
}

ok "the machine boots" boot
ok "all twenty stages are up, whatever a third file holds" eventually 20 active $(services a) $(services b) duto-a.target duto-b.target
echo "# $(inside systemd-analyze time | tr '\n' ' ')"
ok "samples arrive behind seven stages" eventually 20 more a/last 10
rm "$MACHINE/etc/duto/pipelines/bad.yaml"

# The database is there, and lets nobody in until its administrator says so (schemas/historian.md).
ok "a historian that is not let in says so, and what to mend" eventually 10 wrote store 'Peer authentication failed.*pg_ident.conf'
cluster=$MACHINE/var/lib/postgresql/data
sed -i '1i local plant duto peer map=duto' "$cluster/pg_hba.conf"
user() { inside systemctl show --property=User --value "$1"; }
printf 'duto %s duto\n' "$(user duto-a-store)" "$(user duto-b-store)" root >>"$cluster/pg_ident.conf"
inside sh -c '/opt/duto/duto historian-setup postgresql:///plant | setpriv --reuid postgres --clear-groups psql -q -d postgres'
inside systemctl reload postgresql.service
ok "then samples arrive in the database" eventually 20 more_rows a 100
ok "from the other pipeline too" eventually 20 more_rows b 100
ok "the journal has what a stage writes under its pipeline and stage" eventually 10 wrote board 'power_kw\|torque'

clock_ran() { inside /opt/duto/duto top clock --once 2>&1 | grep -qE 'next [0-9:]+; last [0-9:]+ took .*; [0-9]+ runs?, 0 failed'; }
ok "a scheduled stage runs by its timer, and duto top tells of it" eventually 20 clock_ran
ok "it reads a keep of another pipeline, and writes to a folder of its own" eventually 10 test -s "$MACHINE/var/lib/duto/clock/rows.out/rows.csv"

# One stage and another.
one=$(pid duto-a-f1.service) other=$(pid duto-b-f1.service)
uid_of() { inside awk '/^Uid/ { print $2 }' "/proc/$1/status"; }
ok "each stage is a user of its own" test "$(uid_of "$one")" != "$(uid_of "$other")"
as_one() { inside nsenter --target "$one" --mount -- setpriv --reuid "$(uid_of "$one")" --regid 890 --clear-groups "$@"; }
is "a stage sees its own pipeline's sockets, and no other's" a "$(as_one ls /run/duto)"
is "and of keeps that which it reads and its own" "f1 src" "$(as_one ls /var/lib/duto/a | xargs)"
ok "it reads its own secret" as_one test -r /run/credentials/duto-a-f1.service/token
as_one cat /run/credentials/duto-b-f1.service/token /etc/duto/secrets/token "/proc/$other/root/run/credentials/duto-b-f1.service/token" >stolen 2>&1
is "and nobody else's" "3 refusals" "$(grep -c 'Permission denied\|No such file' stolen) refusals$(grep hush stolen)"
is "nor does the database let in a stage that is no historian" "1 refusal" \
	"$(as_one psql -X -d postgresql://duto@/plant -c 'SELECT 1' 2>&1 | grep -c 'Peer authentication failed') refusal"

# Kills, hangs.
for stage in "${stages[@]}"; do
	before=$(restarts "duto-a-$stage.service")
	strike 9 "$(pid "duto-a-$stage.service")"
	eventually 20 grew "duto-a-$stage.service" "$before" || break
done
ok "every stage comes back after kill -9" eventually 20 active $(services a)
before=$(restarts duto-a-f3.service) before_b=$(restarts duto-b-store.service)
strike STOP "$(pid duto-a-f3.service)"
strike STOP "$(pid duto-b-store.service)"
ok "the watchdog restarts a stage that hangs" eventually 30 grew duto-a-f3.service "$before"
ok "a historian too" eventually 30 grew duto-b-store.service "$before_b"
before=$(restarts duto-a-f5.service) team=$(pid duto-a-f5.service)
strike STOP "$(inside pgrep --parent "$team" --newest)"
ok "and one in which a single filter hangs" eventually 30 grew duto-a-f5.service "$before"
already=$(count a/last)
ok "samples go on" eventually 20 more a/last "$already"

# The database stops; one of its processes is killed, and it starts all of them anew.
before=$(pids a)
inside systemctl stop postgresql.service
away() { inside systemctl show --property=StatusText duto-a-store.service | grep -q 'cannot store'; }
ok "a historian whose database has stopped says so" eventually 20 away
already=$(count a/last)
ok "meanwhile the stages before it go on" eventually 20 more a/last $((already + 100))
is "and none is restarted for it" "$before" "$(pids a)"
already=$(count a/last)
inside systemctl start postgresql.service
ok "what was kept is stored when it is back" eventually 30 more_rows a $((2 * already))
strike 9 "$(sql_inside plant "SELECT min(pid) FROM pg_stat_activity WHERE usename = 'duto'")"
already=$(count a/last)
ok "so it is when the database's process was killed" eventually 30 more_rows a $((2 * already))

# Changes.
before_a=$(pids a) before_b=$(pids b)
inside systemctl daemon-reload
is "daemon-reload leaves all as they are" "$before_a$before_b" "$(pids a)$(pids b)"
is "apply with nothing changed does nothing" "" "$(inside /opt/duto/duto apply 2>&1)"
is "and leaves them too" "$before_a$before_b" "$(pids a)$(pids b)"
inside systemctl restart duto-a.setup.service
is "nor does the setup unit, started again" "$before_a" "$(pids a)"
ok "which leaves the sockets where they are" inside test -S /run/duto/a/f1.tap
sed -i 's/f3: {from: f2, run: select --source plant}/f3: {from: f2, run: select --source plant\/a}/' "$MACHINE/etc/duto/pipelines/a.yaml"
is "apply restarts the stage that changed" "restart duto-a-f3.service" "$(inside /opt/duto/duto apply 2>&1)"
is "and no other" "duto-a-f3.service" "$(diff <(echo "$before_a") <(pids a) | grep -c '^>' | sed 's/^1$/duto-a-f3.service/')"
is "of the other pipeline none" "$before_b" "$(pids b)"
echo '  extra: {from: last, run: print}' >>"$MACHINE/etc/duto/pipelines/a.yaml"
like "a new stage is started" "start duto-a-extra.service" "$(inside /opt/duto/duto apply 2>&1)"
ok "and runs" eventually 10 active duto-a-extra.service
sed -i '/extra:/d' "$MACHINE/etc/duto/pipelines/a.yaml"
like "one that is gone is stopped" "stop duto-a-extra.service" "$(inside /opt/duto/duto apply 2>&1)"
sed 's/select --source plant /selct --source plant /; s/name: b/name: c/' "$MACHINE/etc/duto/pipelines/b.yaml" >"$MACHINE/etc/duto/pipelines/c.yaml"
inside /opt/duto/duto apply >applied 2>&1
is "a mistake in one file changes nothing" 100 $?
like "and is named" 'c.yaml:[0-9]+:[0-9]+: .*did you mean "select"' "$(cat applied)"
rm "$MACHINE/etc/duto/pipelines/c.yaml"

# Stops, a power cut, a reboot. A target is down before its stages are, its setup unit when all of them are. To name the
# stages would stop them one by one, in no order.
gone() { ! inside test -e "$1"; }
down() { [ "$(inside systemctl is-active "$@" | sort -u)" = inactive ]; }
drain() { inside systemctl stop "duto-$1.target" && inside systemctl stop "duto-$1.setup.service"; }
drain a
ok "with the target its stages stop" down $(services a)
ok "a stop drains: what was sent is stored, once each" same_ends a
ok "the run folder is gone with the pipeline" eventually 10 gone /run/duto/a
inside systemctl start duto-a.target
already=$(count a/last)
ok "it starts again" eventually 20 more a/last "$already"
strike 9 "$(pid duto-a-f2.service)"
strike 9 "$(pid duto-a-last.service)"
boot_cut
ok "the machine boots again after its power was cut" boot
ok "and all stages with it" eventually 30 active $(services a) $(services b)
echo "# $(inside systemd-analyze time | tr '\n' ' ')"
already=$(count b/last)
ok "samples go on there too" eventually 20 more b/last "$already"
inside journalctl --no-pager -b >journal
boot_off
ok "it boots again after it was shut down" boot
already=$(count b/last)
ok "and samples go on" eventually 20 more b/last "$already"
drain a
drain b
ok "nothing was lost, nothing came twice" same_ends a
ok "in the other pipeline neither" same_ends b
exits "duto audit finds none missing in the database" 0 inside /opt/duto/duto audit postgresql://duto@/plant
is "no stage was given up" "" "$(inside systemctl list-units --failed --no-legend --plain 'duto*')"
inside journalctl --no-pager -b >>journal
is "and none complained of corrupt data" "" "$(grep -i 'corrupt\|cut off\|EPERM' journal | head -n 3)"
boot_off
done_testing
