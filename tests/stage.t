#!/bin/bash
# duto stage: one stage of a pipeline; what `|` joins is watched as one. The filters joined here are scripts, to
# fail as told.
. "$(dirname "$0")/lib/tap.sh"

export DUTO_RUNTIME_DIR=$SCRATCH/run
real=$(dirname "$DUTO")/libexec
mkdir libexec
for filter in "$real"/*; do ln -s "$filter" libexec/; done
export DUTO_LIBEXEC=$SCRATCH/libexec

fake() { # NAME < SCRIPT: a filter that is a script
	{
		cat <<-'END'
			#!/bin/bash
			case "$*" in
			*--describe*) echo '{"name":"fake","summary":"fake","input":"samples","output":"text","options":[]}'; exit ;;
			*--check*) exit ;;
			esac
		END
		cat
	} >"libexec/$1"
	chmod +x "libexec/$1"
}
fake leaves <<<'exit "$1"'
fake sink <<<'trap : TERM; cat >/dev/null; exit "${1-0}"'
fake first <<<'until [ -e ready ]; do sleep 0.01; done; exit "$1"'
fake second <<<'trap : TERM; : >ready; cat >/dev/null; exit "$1"'
fake killed <<<'kill -9 $$'
fake fails <<<'until [ -e hearing ]; do sleep 0.01; done; exit 111'
fake hears <<'END'
trap : TERM
touch hearing
cat >/dev/null
if IFS= read -r -d '' -n 1 -u "$DUTO_END_FD"; then echo "the end" >heard; else echo "no end" >heard; fi
END
fake tells <<'END'
echo "$DUTO_PIPELINE $DUTO_STAGE ${DUTO_STAT##*/} $PWD" >"told.${DUTO_STAT##*/}"
cat
END
fake waits <<'END'
trap 'echo "$1" >>stopped; exit 0' TERM
echo "$1" >>waiting
while :; do read -r -t 60 <>"$1.fifo"; done
END

stage() { # RUN: runs a stage of that command line
	printf 'name: p\nstages:\n  s:\n    run: %s\n' "$1" >p.yaml
	duto stage p.yaml s
}

exits "a single filter's status is the stage's" 42 stage "leaves 42"
exits "when all end with 0, so does the stage" 0 stage "sink | sink | sink"
exits "111 of any of them is the stage's" 111 stage "sink 111 | sink"
exits "100 of any of them is the stage's" 100 stage "sink | leaves 100 | sink"
exits "100 goes before 111" 100 stage "first 111 | second 100"
rm ready
exits "111 goes before others" 111 stage "first 3 | second 111"
exits "a filter that is killed asks for a restart" 111 stage "sink | killed | sink"
like "and is told of" "duto: killed was killed by signal 9" "$(cat errors)"

exits "the last filter is told of the end" 0 stage "sink | sink | hears"
is "where all before it ended well" "the end" "$(cat heard)"
rm heard hearing
stage "fails | sink | hears" 2>/dev/null
is "and not where one failed" "no end" "$(cat heard 2>/dev/null)"

echo '{"time":"2026-01-01T00:00:00Z","source":"m","values":{"a":1}}' >one.json
mkdir elsewhere
printf 'name: p\nstages:\n  s:\n    run: leaves 0 | tells | tells\n' >p.yaml
(cd elsewhere && duto stage ../p.yaml s >/dev/null)
is "each is told who it is; its folder is the file's" "p s s.1.stat $SCRATCH" "$(cat told.s.1.stat)"
is "and where its counters go" "p s s.2.stat $SCRATCH" "$(cat told.s.2.stat)"

# Keeps and state

cat >libexec/remembers <<'END'
#!/bin/bash
case "$*" in
*--describe*) echo '{"name":"remembers","input":"samples","output":"samples","options":[{"name":"out","arg":"LINK"}],"state":true}' ;;
*)
	printf '%s\n' "$*" "$DUTO_CHECKPOINT" >"told.${DUTO_STAT##*/}"
	cat
	;;
esac
END
chmod +x libexec/remembers
cat >kept.yaml <<'END'
name: p
stages:
  a:
    run: remembers
    keep: {for: 30d, max: 20G, when-full: drop-oldest}
  b:
    from: a
    run: remembers | remembers
  c:
    from: b
    run: tells
END
mkdir work
for stage in a b c; do (cd work && DUTO_STATE_DIR=../state duto stage ../kept.yaml $stage >/dev/null </dev/null); done
state=$SCRATCH/work/../state/p
is "a stage with a keep writes there, and taps its output" \
	"--out keep:$state/a?for=30d,max=20G,when-full=drop-oldest --out pub:ipc://$SCRATCH/run/p/a.tap" "$(head -n 1 told.a.0.stat)"
is "the stage behind it reads there, by a cursor of its name" "--in keep:$state/a#b" "$(head -n 1 told.b.0.stat)"
is "one with state has a keep" "--out keep:$state/b?for=1d --out pub:ipc://$SCRATCH/run/p/b.tap" "$(head -n 1 told.b.1.stat)"
is "and each of its filters a place for its state" "$state/b.checkpoint/0 $state/b.checkpoint/1" \
	"$(tail -qn 1 told.b.0.stat told.b.1.stat | xargs)"
is "which is its owner's alone" 700 "$(stat -c %a state/p/b.checkpoint)"
is "keeps are for the group to read" 750 "$(stat -c %a state/p/a)"
ok "a stage without state has neither" test ! -e state/p/c -a ! -e state/p/c.checkpoint

mkfifo a.fifo b.fifo c.fifo
printf 'name: p\nstages:\n  s:\n    run: waits a | waits b | waits c\n' >p.yaml
start "$DUTO" stage p.yaml s
all_wait() { [ -e waiting ] && [ "$(wc -l <waiting)" -eq 3 ]; }
eventually 10 all_wait
kill -TERM "$started_pid"
wait "$started_pid"
is "SIGTERM stops the stage with 0" 0 $?
is "by way of all its filters" "a b c" "$(sort stopped | tr '\n' ' ' | sed 's/ $//')"

# Two stages by hand are a pipeline, without duto run.

for i in 1 2 3; do cat one.json; done >three.json
cat >hand.yaml <<'END'
name: hand
stages:
  read:
    run: from-json three.json | select
  lines:
    from: read
    run: select | to-json
END
start "$DUTO" stage hand.yaml read
ok "a stage reads what another writes, and ends with it" sh -c '"$0" stage hand.yaml lines >out.json' "$DUTO"
is "with all its samples" 3 "$(wc -l <out.json)"
wait "$started_pid"
is "the writer ends when it has been heard" 0 $?

exits "a stage that is not there" 100 duto stage hand.yaml nowhere
like "is named" 'hand.yaml: there is no stage "nowhere"' "$(cat errors)"
exits "a pipeline file with a mistake" 100 duto stage /dev/null read
exits "too few words" 100 duto stage hand.yaml

done_testing
