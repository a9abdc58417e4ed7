#!/bin/bash
# duto run --replay: a pipeline evaluated on recordings. The same recordings give the same bytes; nothing of what runs
# is touched; what acts on the world is left out.
. "$(dirname "$0")/lib/tap.sh"

export DUTO_RUNTIME_DIR=$SCRATCH/run DUTO_STATE_DIR=$SCRATCH/state NO_COLOR=1
real=$(dirname "$DUTO")/libexec
mkdir libexec
for filter in "$real"/*; do ln -s "$filter" libexec/; done
export DUTO_LIBEXEC=$SCRATCH/libexec
acts() { # NAME: a filter that acts on the world: writes to ./world
	cat >"libexec/$1" <<-END
		#!/bin/bash
		case " \$* " in
		*" --describe "*) echo '{"name":"$1","input":"samples","output":"none","passes":"none","acts":true}' ;;
		*) exec "$DUTO" to-json "\$@" >>world ;;
		esac
	END
	chmod +x "libexec/$1"
}
acts valve
cat >libexec/tells <<'END'
#!/bin/bash
case " $* " in
*" --describe "*) echo '{"name":"tells","input":"samples","output":"text","passes":"none"}' ;;
*) echo "$DUTO_PIPELINE/$DUTO_STAGE stat ${DUTO_STAT-none} checkpoint ${DUTO_CHECKPOINT-none}" ;;
esac
END
chmod +x libexec/tells

meter() { # SOURCE SEED: a minute of its samples
	duto sim meter --source "$1" --seed "$2" --count 600 --every 100ms --start 2026-01-01T00:00:00Z
}
meter plant/a 1 >a.samples
meter plant/b 2 >b.samples

cat >plant.yaml <<'END'
name: plant
stages:
  a:
    run: sim meter --source plant/a
  b:
    run: sim meter --source plant/b
  power:
    from: a
    run: select --fields active_power | select
  lines:
    from: power
    run: to-json
  file:
    from: power
    run: to-csv --out file:live.csv
  valve:
    from: power
    run: valve
  told:
    taps: power
    run: tells
  other:
    from: b
    run: valve
  both:
    from: [a, b]
    taps: power
    run: select | window --every 10s --agg mean
END
replayed() { # FOLDER [OPTION...]
	local out=$1
	shift
	duto run plant.yaml --replay a=a.samples --replay b=b.samples --out "$out" "$@"
}
exits "a pipeline is evaluated on recordings" 0 replayed one
duto select --fields active_power <a.samples >power.samples
ok "a stage gives what its command line gives" cmp power.samples one/power.samples
ok "a recording takes the place of a source" cmp a.samples one/a.samples
is "text goes to a file of the stage" "$(duto to-json <power.samples)" "$(cat one/lines.txt)"
is "what a stage writes to files goes to its folder" "$(duto to-csv <power.samples)" "$(cat one/file/live.csv)"
ok "and not to where it goes live" test ! -e live.csv
ok "what acts on the world is left out" test ! -e world
like "and told of" 'valve +left out: valve acts on the world \(--live valve\)' "$(cat output)"
like "each stage is summed up" 'power +601 samples +[0-9.]+ s' "$(cat output)"
is "stages know who they are; counters and state are none" "plant/told stat none checkpoint none" "$(cat one/told.txt)"
is "nothing is kept, nothing runs" "" "$(ls state run 2>/dev/null)"
ok "several inputs come by time" cmp one/both.samples <(duto select --merge --in file:a.samples --in file:b.samples \
	--in file:power.samples | DUTO_STAGE=both duto window --every 10s --agg mean)
is "no half files are left" "" "$(find one -name '.*.part')"

exits "once more" 0 replayed two
ok "gives the same bytes" diff -r one two
cp b.samples two/.power.samples.part
exits "into a folder with what another has left" 0 replayed two
ok "too" diff -r one two
exits "its own recordings are recordings" 0 duto run plant.yaml --replay a=two/a.samples --replay b=two/b.samples --out two
ok "and come to the same" diff -r one two

exits "a stage named in --live acts" 0 replayed three --live valve
is "and only that" 601 "$(wc -l <world)"
exits "a part of the time" 0 replayed part --since 2026-01-01T00:00:10Z --until 2026-01-01T00:00:20Z
is "has its samples, and the schema from before" 101 "$(wc -l <part/lines.txt)"

printf '  daily:\n    at: daily\n    run: replay a --since -24h | to-csv --out file:day.csv\n' | cat plant.yaml - >daily.yaml
exits "a scheduled stage has no clock here" 0 duto run daily.yaml --replay a=a.samples --replay b=b.samples --out daily
like "and is left out, as is told" 'daily +left out: it runs by the clock' "$(cat output)"
ok "the rest is the same" diff -r one daily

# What need not be there

sed '/^  both:/,$d' plant.yaml >late.yaml
exits "a source whose readers are replayed needs no recording" 0 duto run late.yaml --replay power=power.samples \
	--replay b=b.samples --out late
like "and is left out" 'a +left out: what reads it is replayed' "$(cat output)"
ok "the rest is the same" cmp one/lines.txt late/lines.txt

# What is not in order

exits "a source without a recording" 100 duto run plant.yaml --replay a=a.samples --out no
like "is named with its place" 'plant.yaml:5:3: stage b begins with a source, sim: .*--replay b=KEEP' "$(cat errors)"
exits "an unknown stage" 100 duto run plant.yaml --replay c=a.samples --out no
like "is named" '--replay: there is no stage "c"' "$(cat errors)"
exits "a stage that is given twice" 100 duto run plant.yaml --replay a=a.samples --replay a=b.samples --out no
exits "a recording that is not there" 100 duto run plant.yaml --replay a=nowhere --replay b=b.samples --out no
like "is named" 'nowhere: there is no such folder or file, and no keep' "$(cat errors)"
exits "something else than a recording" 100 duto run plant.yaml --replay a=plant.yaml --replay b=b.samples --out no
like "is named by its place" 'plant.yaml: offset 0: expected a sample' "$(cat errors)"
exits "no stage before the =" 100 duto run plant.yaml --replay a.samples --out no
exits "an unknown stage in --live" 100 replayed no --live valv
like "is named" 'no stage "valv" .did you mean "valve"' "$(cat errors)"
exits "--replay without --out" 100 duto run plant.yaml --replay a=a.samples
exits "--since without --replay" 100 duto run plant.yaml --since -1h
cat >libexec/fails <<'END'
#!/bin/bash
case " $* " in
*" --describe "*) echo '{"name":"fails","input":"samples","output":"samples","options":[{"name":"out","arg":"LINK"}]}' ;;
*) exit 3 ;;
esac
END
chmod +x libexec/fails
sed 's/select --fields active_power | select/fails/' plant.yaml >fails.yaml
exits "a stage that fails ends it with 111" 111 duto run fails.yaml --replay a=a.samples --replay b=b.samples --out one
like "and is named" 'stage power left with status 3' "$(cat errors)"

done_testing
