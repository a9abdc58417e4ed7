#!/bin/bash
# duto itself: finding filters, list, help, graph, test.
. "$(dirname "$0")/lib/tap.sh"

libexec=${DUTO_LIBEXEC:-$(dirname "$DUTO")/libexec}

# Finding filters
exits 'no word' 100 duto
like 'explains itself' '^usage: duto FILTER' "$(cat errors)"
exits 'a word that is nothing' 100 duto slect
like 'did you mean' '"slect" [(]did you mean select[?][)]' "$(cat errors)"
exits 'nothing near' 100 duto xyzzyx
like 'says where to look' 'duto help lists them' "$(cat errors)"
exits 'a path is no filter' 100 duto ../bin/sh
like 'a version' '^duto [0-9]' "$(duto --version)"
ln -s "$(realpath "$DUTO")" linked
is 'through a link the filters are found too' "$(duto list)" "$(./linked list)"
exits 'a folder of filters of one'"'"'s own' 0 env DUTO_LIBEXEC=/nowhere "$DUTO" --version
cat >run.json <<<'{"time":"2026-01-01T00:00:00Z","source":"a","run":1,"seq":1,"values":{"x":1,"y":2}}'
is 'a filter runs with its options' '{"x":1}' \
	"$(duto from-json <run.json | duto select --fields x | duto to-json | grep -o '"values":{[^}]*}' | cut -d: -f2-)"
duto from-csv --nonsense 2>errors
is 'the status of a filter is that of duto' 100 $?

# list and help
is 'list has every filter once, sorted' "$(cd "$libexec" && printf '%s\n' * | grep -v '[.]')" "$(duto list | cut -d' ' -f1)"
is 'and a summary for each' '' "$(duto list | grep -v '^[a-z0-9-]*  *[^ ].*')"
is 'summaries stand below one another' 1 "$(duto list | sed 's/^\([^ ]* *\).*/\1/' | awk '{print length}' | sort -u | wc -l)"
exits 'list takes no arguments' 100 duto list all
is 'list --json has what each says of itself' "$(duto list | cut -d' ' -f1)" "$(duto list --json | jq -r keys[])"
like 'help names the commands' 'check .*graph .*list .*test ' "$(duto help | tr '\n' ' ')"
is 'help of a filter is its own' "$(duto select --help)" "$(duto help select)"
like 'help of a command' '^usage: duto check FILE[.][.][.]' "$(duto help check)"
is 'the same by --help' "$(duto help check)" "$(duto check --help)"
exits 'help of nothing' 100 duto help chekc
like 'did you mean a command' 'did you mean check' "$(cat errors)"

# graph
cat >energy.yaml <<-'END'
	name: energy
	stages:
	  screen:
	    from: bill
	    taps: [meters]
	    run: dashboard
	  meters:
	    run: modbus --every 1s
	  bill:
	    from: meters
	    run: select --fields 'a, b' | print
END
cat >expected <<-'END'
	energy
	┌ meters ──────────────────┐
	│ modbus --every 1s        ├──┐
	│                          ├╌╌│╌╌┐
	└──────────────────────────┘  │  ╎
	┌ bill ────────────────────┐  │  ╎
	│ select --fields 'a, b'   │◀─┘  ╎
	│ | print                  ├──┐  ╎
	└──────────────────────────┘  │  ╎
	┌ screen ──────────────────┐  │  ╎
	│ dashboard                │◀─┘  ╎
	│                          │◀╌╌╌╌┘
	└──────────────────────────┘
END
is 'a picture' "$(cat expected)" "$(duto graph energy.yaml)"
dot=$(duto graph energy.yaml --dot)
like 'DOT: an edge' 'meters -> bill;' "$dot"
like 'DOT: a tap is dashed' 'meters -> screen .*style=dashed' "$dot"
like 'DOT: a node and its command line' 'bill .label="bill.nselect --fields .a, b..l. print.l"' "$dot"
cat >keep.yaml <<-'END'
	name: keep
	stages:
	  mill:
	    run: sim mill
	    listen: tcp://127.0.0.1:7000
	    keep: {for: 30d, max: 20G, when-full: drop-oldest}
END
cat >expected <<-'END'
	keep
	┌ mill ──────────────────────────────────────┐
	│ sim mill                                   │
	│ tcp://127.0.0.1:7000                       │
	│ keeps 30d, 20G at most, then the oldest go │
	└────────────────────────────────────────────┘
END
is 'a picture tells what is kept' "$(cat expected)" "$(duto graph keep.yaml)"
like 'DOT: so does a node' 'sim mill.lkeeps 30d, 20G at most' "$(duto graph keep.yaml --dot)"
exits 'graph of a file with mistakes' 100 duto graph run.json
exits 'graph of nothing' 100 duto graph
exits 'graph with an unknown option' 100 duto graph energy.yaml --svg

# test
golden() { # EXPECTED-LINES: a pipeline with one case
	cat >golden.yaml <<-END
		name: golden
		stages:
		  pick:
		    run: sim mill --every 1s | select --fields x
		tests:
		  - name: x goes on
		    stage: pick
		    in: |
		      {"time":"2026-01-01T00:00:00Z","source":"a","run":1,"seq":1,"values":{"x":1.5,"y":2}}
		      {"time":"2026-01-01T00:00:01Z","source":"a","run":1,"seq":2,"values":{"x":3}}
		    out: |
	END
	printf '      %s\n' "$@" >>golden.yaml
}
golden '{"values":{"x":1.5}}' '{"seq":2,"values":{"x":3}}'
is 'a case that passes, its source left out' $'ok 1 - golden: x goes on\n1..1' "$(duto test golden.yaml)"
golden '{"values":{"x":1.5}}' '{"values":{"x":4}}'
exits 'another value' 100 duto test golden.yaml
like 'is shown' 'not ok 1.*# line 2.*# expected: .*"x":4.*#      got: .*"x":3' "$(tr '\n' ' ' <output)"
golden '{"values":{"x":1.5}}'
exits 'a line too many' 100 duto test golden.yaml
golden '{"values":{"x":1.5}}' '{"values":{"x":3}}' '{}'
exits 'a line too few' 100 duto test golden.yaml
golden '{"values":{"y":2}}' '{"values":{"x":3}}'
exits 'a field that is not there' 100 duto test golden.yaml
sed -i 's/stage: pick/stage: pikc/' golden.yaml
exits 'a stage that is not there' 100 duto test golden.yaml
like 'is named at its place' 'golden.yaml:7:12: there is no stage "pikc"' "$(cat errors)"
sed -i 's/    in: /    inn: /' golden.yaml
exits 'an unknown key' 100 duto test golden.yaml
like 'did you mean its neighbour' 'golden.yaml:8:5: unknown key "inn" .*"in"' "$(cat errors)"
exits 'a pipeline without tests' 100 duto test energy.yaml
done_testing
