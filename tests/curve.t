#!/bin/bash
# Links over tcp with CURVE keys: who has the right key gets everything, others get nothing.
. "$(dirname "$0")/lib/tap.sh"

for name in plant office stranger; do duto keygen $name >keys.txt; done
for i in {1..2000}; do
	echo '{"time":"2026-01-01T00:00:00Z","source":"p/m","run":7,"seq":'"$i"',"values":{"a":1.5}}'
done >lines.json

port=$(free_port)
edge=tcp://127.0.0.1:$port
start "$DUTO" to-json --in "pull:$edge" --key stranger.key --peers plant.pub >stranger.json 2>stranger.err
start "$DUTO" to-json --in "pull:$edge" --key office.key --peers stranger.pub >mistaken.json 2>mistaken.err
start "$DUTO" to-json --in "pull:$edge" >bare.json 2>bare.err
start "$DUTO" from-json lines.json --out "push:$edge" --key plant.key --peers office.pub
writer=$started_pid
exits "an edge with the right keys" 0 timeout 20 "$DUTO" to-json --in "pull:$edge" --key office.key --peers plant.pub
is "gives everything" "$(md5sum <lines.json)" "$(md5sum <output)"
wait "$writer"
is "and ends with its writer" 0 $?
is "a key that the writer does not know gets nothing" "" "$(cat stranger.json)"
is "nor does who takes the writer for another" "" "$(cat mistaken.json)"
is "nor who has no key" "" "$(cat bare.json)"

port=$(free_port)
tap=tcp://127.0.0.1:$port
head -n 10 lines.json >grow.json
start "$DUTO" to-json --in "sub:$tap" --key stranger.key --peers plant.pub >stranger.json
start "$DUTO" to-json --in "sub:$tap" --key office.key --peers plant.pub >office.json
start "$DUTO" from-json --follow grow.json --out "pub:$tap" --key plant.key --peers office.pub
feed_until() { head -n 10 lines.json >>grow.json; "$@"; }
ok "a tap with the right keys gives samples" eventually 20 feed_until test -s office.json
is "and none to others" "" "$(cat stranger.json)"

anywhere=tcp://0.0.0.0:$(free_port)
exits "beyond this machine a tap without keys is refused" 100 duto from-json lines.json --out "pub:$anywhere"
like "with what is needed" "--key and --peers .*duto keygen.*or --insecure" "$(cat errors)"
exits "so is an edge" 100 duto to-json --in pull:tcp://192.0.2.1:5000
exits "unless it is said to be meant" 0 duto from-json lines.json --out "pub:$anywhere" --insecure
exits "with keys it is not" 0 duto from-json lines.json --out "pub:$anywhere" --key plant.key --peers office.pub

exits "a key without peers" 100 duto from-json lines.json --out "pub:$tap" --key plant.key
echo "this is no key" >no.key
exits "a key file that holds none" 100 duto from-json lines.json --out "pub:$anywhere" --key no.key --peers office.pub
like "is named with the line" "no.key:1:1: expected a key of 40 characters" "$(cat errors)"
exits "a key file that is absent" 100 duto from-json lines.json --out "pub:$tap" --key nowhere.key --peers office.pub

# A stage that listens for other machines.
export DUTO_RUNTIME_DIR=$SCRATCH/run
listen=tcp://127.0.0.1:$(free_port)
cat >heard.yaml <<END
name: heard
stages:
  read:
    run: from-json --follow grow.json --key plant.key --peers office.pub
    listen: $listen
END
ok "a pipeline that listens is in order" duto check heard.yaml
start "$DUTO" run heard.yaml 2>run.err
start "$DUTO" to-json --in "sub:$listen" --key office.key --peers plant.pub >heard.json
ok "others with a key hear it" eventually 20 feed_until test -s heard.json

done_testing
