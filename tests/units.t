#!/bin/bash
# duto units and the generator: what they write, that systemd takes it, and how little each stage is allowed.
. "$(dirname "$0")/lib/tap.sh"

generator=$(dirname "$DUTO")/duto-generator
export DUTO_PROGRAM=/usr/bin/true DUTO_CONFIG_DIR=$SCRATCH
mkdir pipelines
cat >pipelines/plant.yaml <<'END'
name: plant-1
timezone: America/Sao_Paulo
stages:
  sim: {run: sim mill --every 1s, keep: 30d}
  win: {from: sim, run: window --every 15m --agg mean | select --source plant, cpu: 50%, memory: 200M}
  show: {from: win, run: print}
  tcp: {run: modbus --device tcp://10.0.0.5:502 --map siemens-pac3200.csv}
  serial: {run: modbus --devices meters.csv}
  by_id: {run: modbus --device rtu:///dev/serial/by-id/usb-FTDI_A1-if00-port0 --map x.csv}
  serve: {from: win, run: "serve-modbus --listen 127.0.0.1:1502 --map out.csv"}
  store: {from: win, run: "historian postgresql://db.plant/duto --password-file /etc/duto/secrets/pg"}
  local: {from: win, run: "historian postgresql:///duto"}
  role: {from: win, run: "historian postgresql://duto@/duto"}
  socket: {from: win, run: "historian postgresql://duto@%2Frun%2Fpostgresql:5433/duto?host=/run/postgresql"}
  query: {from: win, run: "historian postgresql://duto@/duto?sslmode=verify-full&host=db.plant"}
  day: {at: "Mon..Fri 06:00", run: "replay sim --since -24h | to-csv --out file:day.csv"}
  fort: {every: 15d from 2026-11-01, missed: skip, run: "replay plant-2/src | to-csv"}
  mill: {run: sim mill --source plant-2/src --every 1s}
  proof: {at: daily, run: audit --since -24h plant-2/src --json}
  past: {at: daily, run: "history --every 1h sim --source plant-2/tcp --until=-1h | to-csv"}
END
printf 'source,address,unit,map\nplant/m1,rtu:///dev/ttyUSB0:9600,1,x.csv\nplant/m3,rtu:///dev/ttyS1,1,x.csv\nplant/m4,rtu:///dev/ttyACM12,1,x.csv\n' >pipelines/meters.csv

"$generator" out early late
is "the generator takes a good file" 0 $?
is "a target, a setup unit, a service for each stage, timers" \
	"$({
		printf 'duto-plant-1-%s\n' {day,fort,past,proof}.{service,timer} {by_id,local,mill,query,role,serial,serve,show,sim,socket,store,tcp,win}.service
		printf '%s\n' duto-plant-1.setup.service duto-plant-1.target multi-user.target.wants
	} | sort | xargs)" \
	"$(ls out | sort | xargs)"
is "the target starts with the machine" ../duto-plant-1.target "$(readlink out/multi-user.target.wants/duto-plant-1.target)"
ok "systemd finds nothing to complain of" systemd-analyze verify --recursive-errors=yes --man=no out/*.service out/*.timer out/*.target
duto units pipelines/plant.yaml --out printed
ok "duto units writes the same" diff -r out printed
is "or prints it" "$(cat out/duto-plant-1-win.service)" \
	"$(duto units pipelines/plant.yaml | sed -n '/^# duto-plant-1-win.service$/,/^# duto-plant-1-show.service$/p' | sed '1d;$d')"

exposure() { # KIND LIMIT STAGE: limits are tenths of what systemd-analyze security shows
	systemd-analyze security --offline=true --threshold="$2" "out/duto-plant-1-$3.service" >exposed
	result $? "$1 is exposed to no more than $(($2 / 10)).$(($2 % 10))"
	tail -n 1 exposed | sed 's/^[^a-zA-Z]*/# /'
}
exposure "a filter" 4 win
exposure "a serial stage" 6 serial
exposure "a network client" 12 tcp
exposure "a listener" 11 serve
exposure "a scheduled stage" 4 day

has() { grep -qxF -- "$2" "out/duto-plant-1-$1.service"; }
lacks() { ! grep -q -- "$2" "out/duto-plant-1-$1.service"; }
ok "a filter has no network" has win PrivateNetwork=yes
ok "a network client has" lacks tcp PrivateNetwork
ok "a database on this machine's socket needs none" has local PrivateNetwork=yes
ok "nor where the role is named" has role PrivateNetwork=yes
ok "nor where the socket's folder is" has socket PrivateNetwork=yes
ok "one elsewhere does" lacks store PrivateNetwork
ok "wherever the address names it" lacks query PrivateNetwork
ok "a listener on loopback is for this machine" has serve IPAddressAllow=localhost
is "a serial stage has its devices; those on USB by their numbers, there or not" \
	"/dev/char/188:0 rw,/dev/ttyS1 rw,/dev/char/166:12 rw" "$(sed -n 's/^DeviceAllow=//p' out/duto-plant-1-serial.service | paste -sd,)"
is "a link that udev makes may lead to any of these" "char-188 rw,char-166 rw" \
	"$(sed -n 's/^DeviceAllow=//p' out/duto-plant-1-by_id.service | paste -sd,)"
ok "and the group for it" has serial SupplementaryGroups=dialout
ok "and no network" has serial PrivateNetwork=yes
ok "a secret is handed over by systemd" has store LoadCredential=pg:/etc/duto/secrets/pg
ok "limits of the file are the unit's" has win CPUQuota=50%
ok "of memory too" has win MemoryMax=209715200
ok "a writer stops before its reader" grep -qxF After=duto-plant-1-show.service out/duto-plant-1-win.service
ok "no stage requires another" lacks win '^Requires\|^BindsTo'
ok "it is started again for ever" has win StartLimitIntervalSec=0
ok "but where a person must mend something" has win "RestartPreventExitStatus=99 100"
ok "state is the stage's own" has win StateDirectory=duto-state/plant-1/win
ok "it reads the keep that it reads from" has win BindReadOnlyPaths=/var/lib/duto/plant-1/sim
ok "a run by the clock that is told to stop has not failed" has day SuccessExitStatus=SIGTERM
ok "a run by the clock reads the keep it names" has day BindReadOnlyPaths=-/var/lib/duto/plant-1/sim
ok "of another pipeline too" has fort BindReadOnlyPaths=-/var/lib/duto/plant-2/src
ok "an account of one too, wherever it is named" has proof BindReadOnlyPaths=-/var/lib/duto/plant-2/src
is "what is no keep to the filter is none" "BindReadOnlyPaths=-/var/lib/duto/plant-1/sim" "$(grep ^BindReadOnly out/duto-plant-1-{past,mill}.service | cut -d: -f2)"
ok "files go to a folder of the stage" has day Environment=DUTO_OUT_DIR=/var/lib/duto/plant-1/day.out
is "by the clock of the pipeline" "OnCalendar=Mon,Tue,Wed,Thu,Fri *-*-* 06:00:00 America/Sao_Paulo" "$(grep OnCal out/duto-plant-1-day.timer)"
is "what was missed is made up for" Persistent=yes "$(grep Pers out/duto-plant-1-day.timer)"
is "or not" Persistent=no "$(grep Pers out/duto-plant-1-fort.timer)"
ok "a period that no timer has is looked at when it elapses" grep -q 'stage ".*" fort --if-due' out/duto-plant-1-fort.service
ok "users' names are as long as systemd lets them be" test "$(grep -ho '^User=.*' out/*.service | sort -u | grep -cE '^User=duto-[0-9a-f]{16}$')" = "$(ls out/*.service | grep -vc setup)"

# Installed.
mkdir -p usr/bin usr/libexec usr/lib/systemd/system-generators
cp "$DUTO" usr/bin/duto
cp "$generator" usr/lib/systemd/system-generators/
ln -s "$(dirname "$DUTO")/libexec" usr/libexec/duto
env -u DUTO_PROGRAM usr/lib/systemd/system-generators/duto-generator installed
is "an installed generator finds its filters" "$(ls out)" "$(ls installed)"
is "and its duto" "ExecStart=\"$SCRATCH/usr/bin/duto\" stage \"$SCRATCH/pipelines/plant.yaml\" win" "$(grep ExecStart installed/duto-plant-1-win.service)"

# What changes a stage.
hash() { sed -n 's/^X-DutoHash=//p' "$1/duto-plant-1-$2.service"; }
again() { rm -rf changed && "$generator" changed; }
again
is "the same file makes the same units" "$(cat out/*.service)" "$(cat changed/*.service)"
sed -i 's/every 15m/every 5m/' pipelines/plant.yaml && again
ok "an option changes its stage" test "$(hash out win)" != "$(hash changed win)"
is "and no other" "$(hash out sim) $(hash out show)" "$(hash changed sim) $(hash changed show)"
printf 'plant/m2,rtu:///dev/ttyUSB1:9600,2,x.csv\n' >>pipelines/meters.csv && again
ok "so does a file that it names" test "$(hash out serial)" != "$(hash changed serial)"

# Hostile files, names, folders.
echo 'name: x: [' >pipelines/bad.yaml
printf 'name: plant-1\nstages:\n  a: {run: sim mill}\n' >pipelines/twice.yaml
printf 'name: odd\nenabled: no\nstages:\n  a: {run: sim mill}\n' >"pipelines/a %n \$HOME \"q\\ é.yaml"
rm -rf out
exits "a bad file makes it fail" 1 "$generator" out
like "and is named" "bad.yaml:1:.*left out for its mistakes" "$(cat errors | xargs -0)"
like "so is a second of one name" "twice.yaml: left out: another file has a pipeline of that name" "$(cat errors | xargs -0)"
ok "the others are there" test -e out/duto-plant-1-win.service -a -e out/duto-odd-a.service
ok "one that is not enabled does not start with the machine" test ! -e out/multi-user.target.wants/duto-odd.target
is "a file's name means itself" "ExecStart=\"/usr/bin/true\" stage \"$SCRATCH/pipelines/a %%n \$\$HOME \\\"q\\\\ \\xc3\\xa9.yaml\" a" "$(grep ExecStart out/duto-odd-a.service)"
ok "to systemd too" systemd-analyze verify --recursive-errors=yes --man=no out/duto-odd-a.service
name=$'pipelines/line\nExecStartPre=rm.yaml'
cp "pipelines/twice.yaml" "$name"
sed -i 's/plant-1/line/' "$name"
rm -rf out
"$generator" out 2>/dev/null
is "a line's end in it makes no line" 0 "$(cat out/*.service | grep -c '^ExecStartPre')"
rm "$name" pipelines/bad.yaml pipelines/twice.yaml
echo precious >kept
rm -rf out && mkdir out && ln -s ../kept out/duto-plant-1.target
"$generator" out
is "nothing is written through a link" precious "$(cat kept)"
ok "a folder that is not there is no error" env DUTO_CONFIG_DIR=/nowhere "$generator" none
for wrong in 'name: ../x' 'name: a%n' 'name: "a\nb"' 'name: a/b'; do
	printf '%s\nstages:\n  a: {run: sim mill}\n' "$wrong" >wrong.yaml
	exits "$wrong is refused" 100 duto units wrong.yaml --out never
done
ok "and leaves nothing" test ! -e never
exits "a stage's name that is none is refused" 100 duto units <(printf 'name: a\nstages:\n  "a;b": {run: sim mill}\n')
for wrong in 'cpu: 50' 'cpu: 0%' 'memory: 1k' 'at: "25:00"' 'every: 6' 'missed: run' 'at: "06:00", every: 6h'; do
	printf 'name: a\nstages:\n  a: {run: sim mill, %s}\n' "$wrong" >wrong.yaml
	exits "$wrong is refused" 100 duto units wrong.yaml
done

# Three hundred stages.
rm -rf pipelines/* out
for i in $(seq 30); do
	printf 'name: p%d\nstages:\n  a0: {run: sim mill}\n' "$i" >"pipelines/$i.yaml"
	for k in $(seq 9); do echo "  a$k: {from: a$((k - 1)), run: select --source plant}" >>"pipelines/$i.yaml"; done
done
memory=$(mktemp -d /dev/shm/duto-units.XXXXXX) || memory=$(mktemp -d -p .) # where systemd has them written: /run is in memory
TIMEFORMAT='# 300 stages: %U s of a processor, and %S s in the kernel, %R s in all'
time "$generator" "$memory"
is "three hundred stages are made" 300 "$(ls "$memory" | grep -c 'duto-p[0-9]*-a')"
rm -r "$memory"
done_testing
