#!/bin/bash
# Positions and checkpoints: where a stage that reads keeps goes on, what becomes of a checkpoint that is damaged, gone or of
# other options, and that positions are seen by nobody else.
. "$(dirname "$0")/lib/tap.sh"
export DUTO_RUNTIME_DIR=$SCRATCH/run DUTO_STATE_DIR=$SCRATCH/state NO_COLOR=1

lines() { # FROM TO [SOURCE]: samples, a tenth of a second apart
	awk -v from="$1" -v to="$2" -v source="${3-p/m}" 'BEGIN { for (i = from; i <= to; i++)
		printf "{\"time\":\"2026-01-01T%02d:%02d:%02d.%d00Z\",\"source\":\"%s%d\",\"run\":7,\"seq\":%d,\"values\":{\"a\":%d.5}}\n",
			i / 36000, i / 600 % 60, i / 10 % 60, i % 10, source, i % 3, i, i }'
}
alive() { [ -e "/proc/$1/exe" ]; }
gone() { ! alive "$1"; }
last() { duto keep info "$1" --json 2>/dev/null | jq -n '[inputs.last][0] // 0'; } # KEEP
has() { [ "$(last "$1")" -ge "$2" ]; } # KEEP COUNT
add() { # KEEP: standard input's lines; the stream does not end
	local before pid count
	cat >added
	count=$(wc -l <added) before=$(last "$1")
	mkfifo add
	"$DUTO" from-json --in file:add --out "keep:$1" &
	pid=$!
	exec 3>add
	cat added >&3
	eventually 20 has "$1" $((before + count))
	{ kill -9 $pid && wait $pid; } 2>/dev/null
	exec 3>&-
	rm add
}
window="window --every 7s --agg mean,count"
go_on() { duto $window --in keep:in --out keep:out "$@"; }
checkpoints() { ls "${1-out/checkpoint}" 2>/dev/null | wc -l; }
begin() { # an input with its first half, which was read and passed on
	rm -rf in out
	add in < <(lines 1 1000)
	start "$DUTO" $window --in keep:in --out keep:out "$@"
	eventually 20 read_all
	kill $started_pid
	wait $started_pid
}
read_all() { [ "$(last out)" -ge 43 ]; } # 14 windows of each of three sources are closed by then; and a position
lines 1 2000 | duto from-json | duto $window >expected

begin
is "stopped, it leaves with 0" 0 $?
ok "a checkpoint or two are there" [ "$(checkpoints)" -ge 1 -a "$(checkpoints)" -le 2 ]
lines 1001 2000 | duto from-json --out keep:in
cp -r out spare
exits "it goes on" 0 go_on
ok "as if it had not stopped" cmp <(duto replay out) expected

restore() { rm -rf out && cp -r spare out; }
newest() { ls out/checkpoint/* | tail -n 1; }
restore
before=$(last out)
damage() { /usr/bin/python3 -c 'import sys; f = open(sys.argv[1], "r+b"); f.seek(int(sys.argv[2]), 2); b = f.read(1); f.seek(-1, 1); f.write(bytes([b[0] ^ 1]))' "$(newest)" "$1"; }
damage -1
exits "a damaged checkpoint is for a person to mend" 100 go_on
like "who is told which" "out/checkpoint: checkpoint $((10#$(basename "$(newest)")))" "$(cat errors)"
is "nothing was made meanwhile" "$before" "$(last out)"
truncate -s 10 "$(newest)"
exits "so is one that is cut off" 100 go_on
: >"$(newest)"
exits "or empty" 100 go_on

restore
exits "one of other options begins anew" 0 duto window --every 9s --agg mean --in keep:in --out keep:out
like "and says so" "warning: out/checkpoint: the checkpoint is of other options: begins without memory" "$(cat errors)"
restore
rm -r out/checkpoint
exits "without its checkpoints it begins anew" 0 go_on
like "and says so" "warning: out/checkpoint: there is no checkpoint [0-9]+: begins without memory" "$(cat errors)"

# A filter whose output is no keep has nobody to tell it where it stood

begin --checkpoint own
ok "--checkpoint names the folder" [ "$(checkpoints own)" -ge 1 -a ! -e out/checkpoint ]

# Positions are for keeps and the filters before them

rm -rf in out
lines 1 1000 | duto from-json --out keep:in
duto $window --in keep:in --out - --out file:f --out keep:out >piped
unmarked() { [ -s "$1" ] && ! duto to-json <"$1" | grep -q '"kind":"position"'; }
ok "none is seen in a pipe" unmarked piped
ok "nor in a file" cmp f piped
ok "nor by who replays" cmp <(duto replay out) piped
ok "nor by who reads the keep as a link" cmp <(duto select --in keep:out) piped
start "$DUTO" select --in pull:ipc://edge --out file:pulled
duto $window --in keep:in --out push:ipc://edge --out keep:out2
wait $started_pid
ok "nor behind an edge" cmp pulled piped
duto to-json --in keep:out >text
ok "nor in a text" cmp text <(duto to-json <piped)
rm -rf in
add in < <(lines 1 100)
start "$DUTO" $window --in keep:in --out pub:ipc://tap --out keep:out3
start "$DUTO" select --in sub:ipc://tap --out file:tapped
fed=100
hears() { # what is published before it listens is lost
	add in < <(lines $((fed + 1)) $((fed + 300)))
	fed=$((fed + 300))
	[ -s tapped ] && [ "$(checkpoints out3/checkpoint)" -gt 1 ]
}
ok "a tap is heard" eventually 30 hears
ok "without positions" unmarked tapped

# The cursor of a stage that ends in text

rm -rf in
add in < <(lines 1 60000)
mkfifo text.fifo
exec 4<>text.fifo
start "$DUTO" to-json --in keep:in#text >text.fifo
writer=$started_pid
cursor() { cat in/cursors/text 2>/dev/null || echo 0; }
moved() { [ "$(cursor)" -gt 0 ]; }
ok "a cursor moves as the text is written" eventually 20 moved
stood() { local a; a=$(cursor); sleep 0.6; [ "$a" -eq "$(cursor)" ]; }
ok "and stands where nobody takes the text" eventually 20 stood
at=$(cursor)
kill -9 $writer
wait $writer 2>/dev/null
exec 5<text.fifo 4>&-
written=$(cat <&5 | grep -c '}$')
exec 5<&-
ok "at no more than was written: $at of $written, of 60000" [ "$at" -le "$written" -a "$written" -lt 60000 ]

# A stage of three filters, two of them with state, that reads two keeps: each of them is killed

cat >three.yaml <<'END'
name: three
stages:
  a:
    run: from-json --follow --in file:a.json
  b:
    run: from-json --follow --in file:b.json
  total:
    from: [a, b]
    run: select --fields a | window --every 5s --agg mean | window --every 20s --agg mean,count
    keep: 1d
END
all=12000 step=4000 killed=0
page() { echo "$DUTO_RUNTIME_DIR/three/$1.stat"; }
pid_of() { od -An -t d4 -j 8 -N 4 "$(page "$1")" 2>/dev/null | tr -d ' '; }
runs() { local pid; pid=$(pid_of "$1") && [ -n "$pid" ] && alive "$pid"; }
kept_lines() { duto replay three/total 2>/dev/null | duto to-json; }
has_kept() { [ "$(kept_lines | wc -l)" -ge "$1" ]; }
by_source() { jq -c '[.source, .time, .seq, .run, .values]' | sort; }
for input in a b; do lines 1 $all p/$input | duto from-json; done | DUTO_STAGE=total duto select --fields a |
	DUTO_STAGE=total duto window --every 5s --agg mean | DUTO_STAGE=total duto window --every 20s --agg mean,count |
	duto to-json | by_source >all.sorted
# the last window of each source is open until more comes, and the one before may be
: >a.json >b.json
"$DUTO" run --no-check --restart 5ms three.yaml 2>errors &
run=$!
started+=($run)
for ((have = 0; have < all; have += step)); do
	for input in a b; do lines $((have + 1)) $((have + step)) p/$input >>$input.json; done
	eventually 20 has "$DUTO_STATE_DIR/three/a" $((have + 1))
	for member in 0 1 2; do
		eventually 10 runs total.$member || continue
		pid=$(pid_of total.$member)
		kill -9 "$pid" 2>/dev/null && eventually 10 gone "$pid" && killed=$((killed + 1))
	done
done
closed=$(($(wc -l <all.sorted) - 6))
ok "three filters, two with state, of two keeps, killed $killed times: all is made" eventually 30 has_kept $((closed - 6))
all_run() { runs total.0 && runs total.1 && runs total.2; }
eventually 30 all_run # one that waits to be started again cannot drain
kill -INT $run
wait $run
is "it ends well" 0 $? || sed 's/^/# /' errors
kept_lines | by_source >kept.sorted
is "each result is there once" "" "$(kept_lines | jq -c '[.source, .time]' | sort | uniq -d)"
is "and what it is without a kill" "" "$(comm -23 kept.sorted all.sorted)"
done_testing
