#!/bin/bash
# duto check: each kind of mistake that can be made in a pipeline file is named at its place, before anything starts.
. "$(dirname "$0")/lib/tap.sh"

# The filters of the build, and three that need what no filter of the build does.
real=${DUTO_LIBEXEC:-$(dirname "$DUTO")/libexec}
mkdir libexec
ln -s "$(realpath "$real")"/* libexec/
export DUTO_LIBEXEC=$PWD/libexec
filter() { # NAME JSON: a filter that only describes itself, and leaves ./started where it is run in earnest
	cat >"libexec/$1" <<-END
		#!/bin/bash
		case " \$* " in
		*" --describe "*) echo '$2' ;;
		*) touch "$PWD/started" ;;
		esac
	END
	chmod +x "libexec/$1"
}
filter gauge '{"name":"gauge","input":"none","output":"samples","options":[{"name":"out","arg":"LINK"}],"passes":"none","makes":[{"name":"torque","unit":"Nm"},{"name":"tool_wear","unit":"min"}]}'
filter needy '{"name":"needy","input":"samples","output":"samples","passes":"all","needs":[{"name":"torque","unit":"kNm"}]}'
filter wants '{"name":"wants","input":"samples","output":"samples","passes":"all","needs":[{"name":"tool_ware"}]}'
filter drain '{"name":"drain","input":"samples","output":"none","passes":"none"}'
filter narrow '{"name":"narrow","input":"samples","output":"samples","options":[{"name":"out","arg":"LINK"}],"passes":["tool_wear"],"needs":[]}'
filter once '{"name":"once","input":"samples","output":"none","passes":"none","commits":true}'
filter mean '{"name":"mean","input":"samples","output":"samples","options":[{"name":"out","arg":"LINK"}],"passes":"none","makes":[{"name":"torque"}],"state":true}'
filter guess '{"name":"guess","input":"none","output":"samples","passes":"none","open":true}'
printf '#!/bin/bash\nexit 3\n' >libexec/mute && chmod +x libexec/mute
echo 'this is no model' >bad.forest
printf 'GOOD=1\nBAD\n' >plant.env

check() { # reads m.yaml from standard input; ./errors and $status are left
	cat >m.yaml
	"$DUTO" check m.yaml >output 2>errors
	status=$?
}

mistake() { # TITLE PLACE REGEX < FILE: exits 100, with a message at LINE:COLUMN that matches
	check
	local found=1 line
	while read -r line; do
		[[ $line == "m.yaml:$2: "* && ${line#m.yaml:"$2": } =~ $3 ]] && found=0
	done <errors
	[ "$status" -eq 100 ] && [ $found -eq 0 ]
	result $? "$1" || { echo "# expected 100 and m.yaml:$2: $3; status $status"; sed 's/^/# /' errors; }
}

stage() { # LINE...: a pipeline of one stage `a` with these lines; the first is line 4 and begins at column 5
	printf 'name: mill\nstages:\n  a:\n'
	printf '    %s\n' "$@"
}

behind() { # LINE...: the same, with stage `a` behind the stage `sim`; the first line is line 7
	printf 'name: mill\nstages:\n  sim:\n    run: gauge\n  a:\n    from: sim\n'
	printf '    %s\n' "$@"
}

# The file
mistake 'a file that is empty' 1:1 'empty' </dev/null
mistake 'no YAML' 2:3 "did not find expected" <<<$'name: [mill\n  }'
mistake 'a tab' 3:1 'token' <<<$'name: mill\nstages:\n\ta: 1'
mistake 'a key twice' 3:1 'name.*twice.*line 1' <<<$'name: a\nstages: {a: {run: guess}}\nname: b'
mistake 'an alias' 2:9 'alias' <<<$'name: a\nstages: *b'
mistake 'a list for the whole' 1:1 'expected a map' <<<'- name: mill'
exits 'a file that is not there' 100 duto check nowhere.yaml
like 'is named' '^nowhere.yaml: No such file' "$(cat errors)"

# Names and keys
mistake 'no name' 1:1 'no name' <<<'stages: {a: {run: guess}}'
mistake 'a name in capitals' 1:7 'name of a-z.*"Mill"' <<<$'name: Mill\nstages: {a: {run: guess}}'
mistake 'an unknown key' 2:1 'unknown key "stagse".*did you mean "stages"' <<<$'name: m\nstagse: {}'
mistake 'no stages' 1:1 'no stages' <<<'name: mill'
mistake 'stages without a stage' 2:8 'expected a map of stages' <<<$'name: mill\nstages:'
mistake 'a list of stages' 3:3 'expected a map of stages, found a list' <<<$'name: mill\nstages:\n  - run: guess'
mistake 'a stage name in capitals' 3:3 'name of a-z.*"Mill"' <<<$'name: m\nstages:\n  Mill:\n    run: guess'
mistake 'a stage name of 25 letters' 3:3 'up to 24' <<<$'name: m\nstages:\n  abcdefghijklmnopqrstuvwxy:\n    run: guess'
mistake 'an empty stage' 3:3 'stage a is empty' <<<$'name: m\nstages:\n  a:'
mistake 'a stage without run' 3:3 'no run' < <(stage 'from: b')
mistake 'an unknown key of a stage' 5:5 'unknown key "form".*"from"' < <(stage 'run: guess' 'form: b')
mistake 'a key of a later version' 5:5 '"each" is not in this version' < <(stage 'run: guess' 'each: x.csv')

# What stages read
mistake 'a stage that is not there' 7:12 'no stage "sin".*"sim"' < <(behind 'taps: [sin]' 'run: drain')
mistake 'a stage that reads itself' 5:11 'reads itself' < <(stage 'run: narrow' 'from: a')
mistake 'a stage named twice' 5:15 'named twice' < <(stage 'run: narrow' 'from: [b, b]')
mistake 'a stage under from and taps' 7:11 'under from already' < <(behind 'taps: sim' 'run: drain')
mistake 'a circle' 8:11 'circle: a -> b -> a' <<<$'name: m\nstages:\n  a:\n    run: narrow\n    from: b\n  b:\n    run: narrow\n    from: a'
mistake 'a list in a list' 5:12 'name of a stage, found a list' < <(stage 'run: narrow' 'from: [[a]]')
mistake 'a source that reads' 6:11 'source gauge.*reads no other' < <(behind 'run: gauge')
mistake 'a filter with nothing to read' 4:10 'select reads samples.*from' < <(stage 'run: select')
mistake 'a stage of text being read' 6:11 'sim cannot be read: print' <<<$'name: m\nstages:\n  sim:\n    run: gauge | print\n  a:\n    from: sim\n    run: drain'
mistake 'a stage that gives nothing being read' 6:11 'sim cannot be read: drain' <<<$'name: m\nstages:\n  sim:\n    run: gauge | drain\n  a:\n    from: sim\n    run: drain'

# Command lines
mistake 'an unknown filter' 4:10 'no filter "frest".*"forest"' < <(stage 'run: frest --model x')
mistake 'a path for a filter' 4:10 'only filters' < <(stage 'run: /bin/sh -c true')
mistake 'duto itself' 4:10 'leave .duto. off' < <(stage 'run: duto sim mill')
mistake 'an open quote' 4:16 'not closed' < <(stage 'run: guess "mill')
mistake 'an empty sub-stage' 4:18 'no filter before' < <(stage 'run: guess | | print')
mistake 'a | at the end' 4:16 'no filter behind' < <(stage 'run: guess |')
mistake 'a redirection' 4:26 "> is the shell's" < <(stage 'run: guess | to-json > out.json')
mistake 'a variable that is not defined' 4:16 '[$]NOWHERE is not defined' < <(stage 'run: guess $NOWHERE')
mistake 'an unknown option' 4:19 'unknown option --sed.*--seed' < <(stage 'run: sim mill --sed 7')
mistake 'an option without its value' 4:19 '--seed needs a value' < <(stage 'run: sim mill --seed')
mistake 'a bad duration' 4:27 '5x is not a duration' < <(stage 'run: sim mill --every 5x')
mistake 'a bad number behind =' 4:26 'many is not' < <(stage 'run: sim mill --seed=many')
mistake 'a bad value in quotes' 4:28 '5x is not a duration' < <(stage "run: sim mill --every '5x'")
mistake 'a bad value within YAML quotes' 4:28 '5x is not a duration' < <(stage 'run: "sim mill --every 5x"')
mistake 'a bad value in a folded block' 6:17 '5x is not a duration' < <(stage 'run: >' '  sim mill' '    --every 5x |' '  print')
mistake 'a bad value from a variable' 6:15 '5x is not a duration' <<<$'name: m\nvars: {EVERY: 5x}\nstages:\n  a:\n    run: sim mill\n      --every $EVERY'
mistake 'a word too many' 7:18 'unexpected argument "extra"' < <(behind 'run: to-json extra')
mistake 'a required option that is missing' 7:10 '--model' < <(behind 'run: forest')
mistake 'a file that is not there' 7:24 'nowhere.yaml: No such file' < <(behind 'run: scale --model nowhere.yaml')
mistake 'a model that does not load' 7:25 'bad.forest:1' < <(behind 'run: forest --model bad.forest')
mistake 'links given by hand' 7:17 'links are the pipeline' < <(behind 'run: select --out push:ipc://x')
mistake 'a password in an address' 4:16 'password' < <(stage 'run: guess postgresql://me:secret@host/plant')
mistake 'text into a filter of samples' 7:20 'select reads samples, but to-json' < <(behind 'run: to-json | select')
mistake 'samples into a filter of text' 7:10 'from-csv reads text' < <(behind 'run: from-csv')
mistake 'a source behind a filter' 7:19 'gauge is a source' < <(behind 'run: select | gauge')
mistake 'a filter behind one that gives nothing' 7:18 'nothing comes in here' < <(behind 'run: drain | print')
mistake 'a filter that does not check' 4:10 'mute does not answer to --check --describe.*status 3' < <(stage 'run: mute')

# Fields
mistake 'a field that nothing makes' 7:26 'torqe, which nothing before it makes.*torque' < <(behind 'run: select --fields torqe,tool_wear')
mistake 'a field that a filter before took away' 7:19 'field torque, which nothing' < <(behind 'run: narrow | needy')
mistake 'a field of a filter that does not name it' 7:10 'field tool_ware.*tool_wear' < <(behind 'run: wants')
mistake 'units that differ' 7:10 'torque comes in Nm, but needy needs it in kNm' < <(behind 'run: needy')

# Keeps
mistake 'a keep for no time' 5:11 'expected a duration above 0' < <(stage 'run: guess' 'keep: 0')
mistake 'a keep with an unknown key' 5:12 'unknown key "form"' < <(stage 'run: guess' 'keep: {form: 1d}')
mistake 'a keep of nothing' 8:11 'nothing to keep: drain gives no samples' < <(behind 'run: drain' 'keep: 1d')
mistake 'no keep of a stage with state' 8:11 'stage a must have a keep: mean in it has state' < <(behind 'run: mean | narrow' 'keep: no')
kept() { # RUN: stage a runs that behind sim, which has keep: no
	printf 'name: mill\nstages:\n  sim:\n    run: gauge\n    keep: no\n  a:\n    from: sim\n    run: %s\n' "$1"
}
mistake 'no keep before a stage with state' 5:11 'sim must have a keep: mean in stage a, which reads it, has state' < <(kept 'narrow | mean')
mistake 'no keep before a filter that stores once' 5:11 'sim must have a keep: once in stage a, .*stores samples once' < <(kept once)
check < <(kept narrow)
is 'keep: no where none is needed' 0 "$status"
diamond() { # RUN-OF-A RUN-OF-B FROM [RUN]: stage end reads FROM, stages a and b read sim; FROM stands in line 12
	printf 'name: m\nstages:\n  sim:\n    run: gauge\n  a:\n    from: sim\n    run: %s\n' "$1"
	printf '  b:\n    from: sim\n    run: %s\n  end:\n    from: %s\n    run: %s\n' "$2" "$3" "${4-once}"
}
mistake 'samples that come twice' 12:15 'samples of sim come here twice, straight and by way of a' < <(diamond narrow narrow '[a, sim]')
mistake 'in whatever order' 12:17 'samples of sim come here twice, straight and by way of a' < <(diamond narrow narrow '[sim, a]')
mistake 'before a keep behind a stage' 12:15 'come here twice' < <(diamond narrow narrow '[a, sim]' narrow
	printf '  more:\n    from: end\n    run: narrow\n  last:\n    from: more\n    run: once\n')
quiet() { # TITLE < FILE: no mistake and no note
	check
	is "$1" '0 ' "$status $(cat errors)"
}
quiet 'samples made anew are others' < <(diamond mean narrow '[sim, a]')
quiet 'twice to where nothing counts them' < <(diamond narrow narrow '[sim, a]' print)
quiet 'one way each' < <(diamond narrow narrow '[a]')
check < <(diamond narrow narrow '[a, b]')
is 'two that may each let others through are no mistake' 0 "$status"
like 'but a note' 'm.yaml:12:15: note: samples of sim may come here twice, by way of a and of b' "$(cat errors)"

export DUTO_STATE_DIR=$PWD/state
mkdir -p state/mill/sim/cursors
touch state/mill/sim/cursors/{a,gone}
check < <(behind 'run: mean')
is 'a cursor of a stage that is gone is no mistake' 0 "$status"
is 'but a note that says how to be rid of it' \
	'm.yaml:3:3: note: the keep of sim holds what the cursor gone has not passed, and no stage of that name reads it (duto keep forget mill/sim gone)' \
	"$(cat errors)"

# Addresses and variables
mistake 'a malformed address' 5:13 'expected tcp://ADDRESS:PORT' < <(stage 'run: guess' 'listen: 127.0.0.1:9000')
mistake 'a port that cannot be' 5:13 'expected tcp://' < <(stage 'run: guess' 'listen: tcp://*:70000')
mistake 'an address twice' 8:13 'stage a listens' < <(stage 'run: guess' 'listen: tcp://*:7000'; printf '  b:\n    run: guess\n    listen: tcp://*:7000\n')
mistake 'an address for text' 5:13 'nothing to listen' < <(stage 'run: guess | print' 'listen: tcp://*:7000')
mistake 'a variable with a bad name' 2:8 'variable.s name' <<<$'name: m\nvars: {9x: 1}\nstages: {a: {run: guess}}'
mistake 'an environment file that is not there' 2:14 'none.env: No such' <<<$'name: m\nenvironment: none.env\nstages: {a: {run: guess}}'
check <<<$'name: m\nenvironment: plant.env\nstages: {a: {run: guess}}'
like 'a line of the environment file' '/plant.env:2:1: expected NAME=value' "$(cat errors)"

# All at once, in order, and nothing has been started
check < <(behind 'run: select --fieldz x | prnt' 'keeep: 1d')
is 'every mistake is told, in the order of the file' $'7\n7\n8' "$(cut -d: -f2 errors)"
ok 'nothing was started' test ! -e started

check <<<$'name: m\nstages:\n  a:\n    run: guess | wants'
is 'a field that is not known here is only a note' 0 "$status"
like 'and told' 'm.yaml:4:18: note: wants needs the field tool_ware; .*not known here' "$(cat errors)"
check < <(behind 'run: select --fields torque | print')
is 'a pipeline without mistakes' '0 m.yaml: 2 stages, no mistake found' "$status $(cat output errors)"
done_testing
