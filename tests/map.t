#!/bin/bash
# conformance: 'power = torque * rotational_speed * 2*pi/60' 'dT = process_temperature - air_temperature' --unit power=W
# conformance: 'step = torque - prev.torque' 'n = (function() state.n = (state.n or 0) + 1 return state.n end)()'
. "$(dirname "$0")/lib/tap.sh"

duto from-json >rows <<'END'
{"time":"2026-01-01T00:00:00Z","source":"m","run":1,"seq":1,"values":{"torque":40.5,"n":7,"on":true,"type":"L","a.kw":3,"b.kw":4}}
{"time":"2026-01-01T00:00:01Z","source":"m","run":1,"seq":2,"values":{"torque":41.5,"n":8,"on":false,"type":"H"}}
{"time":"2026-01-01T00:00:02Z","source":"m","run":1,"seq":3,"values":{"torque":42.5,"n":9},"quality":{"torque":2147483648}}
{"time":"2026-01-01T00:00:03Z","source":"m","run":1,"seq":4,"values":{"torque":43.5,"n":null},"quality":{"torque":1073741824}}
{"time":"2026-01-01T00:00:04Z","source":"other","run":1,"seq":1,"values":{"pressure":1}}
END
x() { # N EXPRESSION: x of row N
	duto map "x = $2" 2>errors <rows | duto to-json | sed -n "$1p" | jq -c '[.values.x, .quality.x // 0]'
}
bad=2147483648 no_data=2157641728 out_of_range=2151415808 misconfigured=2156462080

is "floats" "[81,0]" "$(x 1 'torque * 2')"
is "  stay floats" '81.0' "$(duto map 'x = torque * 2' <rows | duto to-json | grep -o '"x":[0-9.]*' | head -n 1 | cut -d: -f2)"
is "integers stay integers" '14' "$(duto map 'x = n * 2' <rows | duto to-json | grep -o '"x":[0-9.]*' | head -n 1 | cut -d: -f2)"
is "truth" "[true,0]" "$(x 1 'on and n > 6')"
is "texts" '["L1",0]' "$(x 1 'type..1')"
is "  and their methods" '["l",0]' "$(x 1 'type:lower()')"
is "tables" '[2,0]' "$(x 2 '({L=0,M=1,H=2})[type]')"
is "nil" '[null,0]' "$(x 2 'nil')"
is "time and source" '["m1767225600.0",0]' "$(x 1 'source..time')"
is "names with dots" "[7,0]" "$(x 1 'a.kw + b.kw')"
is "fields[]" "[7,0]" "$(x 1 'fields["a.kw"] + fields["b.kw"]')"
is "functions" "[3,0]" "$(x 1 'max(1, min(3, 4), floor(sqrt(abs(-4.5))))')"
is "a name of a function's is no field" "[5,0]" "$(x 1 '(function(t) return t.n end)({n=5})')"
is "what was Bad gives nil with its quality" "[null,$bad]" "$(x 3 'torque * 2')"
is "  whatever is made of it" "[null,$bad]" "$(x 3 'torque and 1 or 2')"
is "  not where it is not read" "[1,0]" "$(x 3 'n == 9 and 1 or torque')"
is "what is absent, too" "[null,$no_data]" "$(x 2 'torque + a.kw')"
is "what is nil, too" "[null,$no_data]" "$(x 4 'n')"
is "  unless has() asks before" "[0,0]" "$(x 4 'has("n") and n or 0')"
is "the worst quality is carried on" "[87,1073741824]" "$(x 4 'torque * 2')"
is "a sample with none of the fields passes as it is" "$(tail -c 47 rows | od -c)" "$(duto map 'x = torque + n' <rows | tail -c 47 | od -c)"
is "prev" "[null,$no_data] [1,0] [null,$bad] [null,$no_data]" \
	"$(for i in 1 2 3 4; do x $i 'torque - prev.torque'; done | xargs | sed 's/,x/,/g')"
is "  of a name with dots" "3" "$(sed -n 1p <<<"$(duto to-json <rows | jq -c '.time = "2026-01-01T00:00:00Z" | .values["a.kw"] = 3, .values["a.kw"] = 4 | .seq *= 10' | head -n 2 | duto from-json | duto map 'x = prev.a.kw' | duto to-json | tail -n 1 | jq .values.x)")"
is "has() of a name with dots" "true false" "$(duto map 'x = has("a.kw")' <rows | duto to-json | head -n 2 | jq .values.x | xargs)"
is "  is of the same source" 'null' "$(duto map 'x = has("pressure") and prev.n' <rows | duto to-json | sed -n 5p | jq -c .values.x)"
ok "  and no mistake" test ! -s errors
is "state" '1 2 3 4 1' "$(duto map 'x = (function() state.n = (state.n or 0) + 1 return state.n end)()' <rows | duto to-json | jq .values.x | xargs)"
is "division by zero is out of range" "[null,$out_of_range]" "$(x 1 'torque / 0')"
is "a result goes on to the next expression" "9" "$(duto map 'x = n + 1' 'y = x + 1' <rows | duto to-json | jq '.values.y | numbers' | head -n 1)"
is "a field is replaced" '{"torque":81,"n":7,"on":true,"type":"L","a.kw":3,"b.kw":4}' \
	"$(duto map 'torque = torque * 2' <rows | duto to-json | head -n 1 | jq -c .values)"
is "and of another type" '"a"' "$(duto map 'torque = "a"' <rows | duto to-json | head -n 1 | jq -c .values.torque)"
is "a name with dots is made" '1' "$(duto map 'plant.x = 1' <rows | duto to-json | head -n 1 | jq -c '.values["plant.x"]')"
is "--where" "2 4" "$(duto map --where 'torque > 41' <rows | duto to-json | jq .seq | xargs)"

mistake() { # TITLE ERROR EXPRESSION
	is "$1: nil and Bad" "[null,$misconfigured]" "$(x 1 "$3")"
	like "  told of" "warning: x: $2" "$(cat errors)"
}
mistake "a text times a number" "attempt to mul a 'string' with a 'number'" 'type * 2'
mistake "a function as value" "a function came out" 'sin'
mistake "a table as value" "a table came out" '{}'
mistake "without end" "more than 100000 steps" '(function() while true do end end)()'
mistake "too much" "not enough memory" '(function() local t = "a" for i = 1, 60 do t = t..t end end)()'
mistake "recursion" "more than|stack overflow|not enough memory" '(function() local function f() return 1 + f() end return f() end)()'
mistake "long texts, again and again" "more than 100000 steps" '(function() local t = "a" for i = 1, 17 do t = t..t end for i = 1, 20000 do local u = t..i end end)()'
mistake "what grows without end" "not enough memory" '(function() local t = {} for i = 1, 90000 do t[i] = 1 end end)()'
for function in 'table.insert(t, 1, 0)' 'table.remove(t, 1)' 'table.sort(t)'; do
	mistake "$function, again and again" "more than 100000 steps" "(function() local t = {} for i = 1, 9000 do t[i] = i end for i = 1, 9000 do $function end end)()"
done
is "lists are short enough" '[[0,1,2],0]' "$(x 1 '(function() local t = {2, 0} table.insert(t, 1) table.sort(t) state.t = t return "["..t[1]..","..t[2]..","..t[3].."]" end)()' | jq -c '[(.[0] | fromjson), .[1]]')"
is "many sources have states" 20000 "$(for i in {1..20000}; do echo "{\"time\":\"2026-01-01T00:00:00Z\",\"source\":\"s/$i\",\"run\":1,\"seq\":1,\"values\":{\"n\":1}}"; done |
	duto from-json | duto map 'x = (function() state.n = (state.n or 0) + n return state.n end)()' | duto to-json | grep -c '"x":1}')"
mistake "not UTF-8" "the text that came out is not UTF-8" '"\xff"'
for name in io os require load loadstring dofile debug collectgarbage getmetatable setmetatable rawset _G coroutine package pcall print pairs next; do
	is "there is no $name" "[null,$no_data]" "$(x 1 "n and $name")"
done
for name in string.rep string.format string.gsub string.dump math.random table.concat; do
	is "there is no $name" "[null,0]" "$(x 1 "n and $name")"
done
is "nor is there a way by methods" "[null,$misconfigured]" "$(x 1 'type:rep(10)')"

wrong() { # TITLE ERROR OPTION...
	exits "$1" 100 duto map "${@:3}" <rows
	like "  $2" "error: $2" "$(cat errors)"
}
wrong "an operator too many" "x: column 14: unexpected symbol near '\*'" 'x = torque * * 2'
wrong "behind a name with dots" "x: column 13: unexpected symbol near '\*'" 'x = a.b.c * * 2'
wrong "an end too early" "x: column 13: unexpected symbol near <eof>" 'x = torque +'
wrong "two expressions" "x: column 7: <eof> expected near '2'" 'x = 1 2'
wrong "no expression" "x =: column 4: expected an expression" 'x ='
wrong "no name" "= 2: column 1: expected a field's name" '= 2'
wrong "no assignment" "torque: expected NAME = EXPRESSION" 'torque'
wrong "a comparison" "torque == 2: expected NAME = EXPRESSION" 'torque == 2'
wrong "a word" "pi = 3: pi is a word" 'pi = 3'
wrong "--where" "--where: column 10: unexpected symbol near <eof>" --where 'torque > '
wrong "nothing" "expected NAME = EXPRESSION, --file or --where"
wrong "a unit of nothing" "--unit: no expression makes y" 'x = 1' --unit y=W
wrong "a unit without a name" "--unit: W: expected NAME=UNIT" 'x = 1' --unit W
like "bytecode is refused" "100" "$(printf '\x1bLua' >code.lua; duto map --file code.lua <rows 2>&1; echo $?)"

cat >script.lua <<'END'
local limit = 41
names = { L = "light", H = "heavy" }
function sample()
	twice = torque * 2
	high = twice > 2 * limit
	if has("type") then fields["type.name"] = names[type] end
	state.sum = (state.sum or 0) + n
	sum = state.sum
end
END
duto map --file script.lua <rows | duto to-json >out
is "a script assigns fields" '{"torque":41.5,"n":8,"on":false,"type":"H","twice":83,"high":true,"type.name":"heavy","sum":15}' "$(sed -n 2p out | jq -c .values)"
is "  with the worst quality so far" "[null,$bad]" "$(sed -n 3p out | jq -c '[.values.twice, .quality.twice]')"
is "  what it does not come to is nil" "[null,$bad]" "$(sed -n 3p out | jq -c '[.values.sum, .quality.sum]')"
echo >bad.lua
wrong "a script without sample()" "bad.lua: there is no function sample\(\)" --file bad.lua --check
echo 'function sample() x = = 1 end' >bad.lua
wrong "a script with a mistake" "bad.lua:1: unexpected symbol near '='" --file bad.lua
echo 'x = nothing.at.all function sample() end' >bad.lua
wrong "a script that fails at once" "bad.lua:1: attempt to index a nil value" --file bad.lua
printf 'function sample()\n\ttime = 3\nend' >bad.lua
like "a script that fails later" "bad.lua: bad.lua:2: time is no field" "$(duto map --file bad.lua <rows 2>&1 >/dev/null)"

duto from-json >schema <<'END'
{"time":"2026-01-01T00:00:00Z","source":"m","run":1,"seq":1,"kind":"schema","values":{"torque":{"unit":"Nm"},"n":{"unit":"rpm"}}}
{"time":"2026-01-01T00:00:00Z","source":"o","run":1,"seq":1,"kind":"schema","values":{"pressure":{"unit":"bar"}}}
END
duto map 'n = n / 60' 'power = torque * n' 'double = power * 2' --unit power=W,double=W <schema | duto to-json | jq -c .values >out
is "units are announced, and what is replaced is not any more" '{"torque":{"unit":"Nm"},"power":{"unit":"W"},"double":{"unit":"W"}}' "$(sed -n 1p out)"
is "expressions in a circle" 2 "$(duto map 'x = y + 1' 'y = x + 1' 'x = prev.x' --unit x=W,y=W <schema | duto to-json | grep -c unit)"
is "of sources that have them" '{"pressure":{"unit":"bar"}}' "$(sed -n 2p out)"
is "units are told to check with" '["W",null]' "$(duto map 'power = torque * 2' 'x = prev.power + prev.y.z' --unit power=W --describe | jq -c '[.makes[].unit]')"
is "  and what prev needs" '["torque","y.z"]' "$(duto map 'power = torque * 2' 'x = prev.power + prev.y.z' --describe | jq -c '[.needs[].name]')"
is "needs and makes" '[["torque","a.kw"],["x","y"]]' "$(duto map 'x = torque * pi + a.kw' 'y = x + (has("z") and z or 0) + #({k = 1})' --describe |
	jq -c '[[.needs[].name], [.makes[].name]]')"

plant="sim mill --count 3000 --start 2026-01-01T00:00:00Z"
counted=(map 'step = torque - prev.torque' 'sum = (function() state.sum = (state.sum or 0) + torque state[1] = {a = {source}} return state.sum end)()')
duto $plant >in
duto "${counted[@]}" <in >plain
exits "killed behind a checkpoint, four times" 0 /usr/bin/python3 "$ROOT/tests/lib/kills.py" in 4 "${counted[@]}"
ok "prev and state are as if it had not stopped" cmp plain output
done_testing
