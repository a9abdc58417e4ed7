#!/bin/bash
# duto modbus against pymodbus slaves, slaves that misbehave, and none.
# conformance endless: --device tcp://127.0.0.1:{port} --unit 1 --map mill.csv --source plant/mill1 --every 10ms
source "$(dirname "$0")/lib/tap.sh"
LIVE=$ROOT/tests/live
python=/usr/bin/python3

listens() { $python -c 'import socket, sys; socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1)' "$1" 2>/dev/null; }

slave() { # PORT REGISTERS...: started and listening; its pid in $slave
	start $python "$LIVE/modbus_slave.py" "$@" 2>/dev/null
	slave=$started_pid
	eventually 10 listens "$1"
}

odd() { # PORT HOW
	start $python "$LIVE/odd_slave.py" "$@" 2>/dev/null
	slave=$started_pid
	eventually 10 listens "$1"
}

stop() { kill "$1"; wait "$1" 2>/dev/null; }

readings() { # OPTIONS...: the measurements as JSON lines
	duto modbus "$@" 2>errors | duto to-json | grep -v '"kind":'
}

cat >vectors.csv <<-'END'
	field,type,address,function,order,scale,unit
	big,F32,0,3,ABCD,,Hz
	little,F32,2,3,DCBA,,Hz
	words,F32,4,3,CDAB,,Hz
	bytes,F32,6,3,BADC,,Hz
	u32,U32,8,3,DCBA,,
	u64,U64,10,3,ABCD,,
	i64,I64,14,3,DCBA,,
	f64,F64,18,3,ABCD,,
	volt,I32,40,4,CDAB,0.1,V
	negative,I16,42,4,ABCD,0.001,
	relay,bool,3,1,,,
	contact,bool,7,2,,,
	END
vectors=(1:3:0=4270,0000,0000,7042,0000,4270,7042,0000,15cd,5b07,ffff,ffff,ffff,ffff,feff,ffff,ffff,ffff,4132,d687,8000,0000
	1:4:40=08fd,0000,ffff 1:1:3=1,0 1:2:6=1,0)

port=$(free_port)
slave $port "${vectors[@]}"
is "every width and order, bits, integers that stay integers" \
	'{"big":60,"little":60,"words":60,"bytes":60,"u32":123456789,"u64":18446744073709551615,"i64":-2,"f64":1234567.5,"volt":230.1,"negative":-0.001,"relay":true,"contact":false}' \
	"$(readings --device "tcp://127.0.0.1:$port" --map vectors.csv --count 1 | sed 's/.*"values":\({[^}]*}\).*/\1/; s/:60.0/:60/g')"
is "the unit is announced" Hz \
	"$(duto modbus --device "127.0.0.1:$port" --map vectors.csv --count 1 | duto to-json | jq -r 'select(.kind == "schema").values.big.unit')"
is "readings on multiples of the period, no two in one" 5 \
	"$(readings --device "127.0.0.1:$port" --map vectors.csv --count 6 --every 100ms | jq -r .time | tail -n 5 | cut -c 1-21 | sort -u | wc -l)"
stop $slave

# A register that is not there, one that fails, one that is NaN.
cat >holes.csv <<-'END'
	field,type,address,function
	a,U16,0,3
	b,U16,1,3
	c,U16,4,3
	gone,U32,6,3
	d,U16,8,3
	failing,U16,9,3
	nan,F32,10,3
	END
port=$(free_port)
slave $port 1:3:0=1,2 1:3:4=3 1:3:8=4,fail,ffc0,0
for i in 1 2; do
	[ $i = 1 ] && options=() || options=(--max-block 4 --max-gap 0)
	line=$(readings --device "127.0.0.1:$port" --map holes.csv --count 2 --every 50ms "${options[@]}" | tail -n 1)
	is "what can be read is read ${options[*]}" '{"a":1,"b":2,"c":3,"gone":null,"d":4,"failing":null,"nan":null}' "$(jq -c .values <<<"$line")"
	is "what cannot has its quality" '{"gone":2156462080,"failing":2156593152,"nan":2157641728}' "$(jq -c .quality <<<"$line")"
done
like "the register that is refused is named" 'gone \(function 3, wire address 6\): exception 2, illegal data address' "$(cat errors)"
is "once" 1 "$(grep -c 'gone' errors)"
stop $slave

# Away, back, away, back.
cat >one.csv <<-'END'
	field,type,address,function
	a,U16,0,3
	END
port=$(free_port)
: >stream
start bash -c 'exec "$0" modbus --device 127.0.0.1:'"$port"' --map one.csv --source m --every 50ms --timeout 300ms 2>errors >stream' "$DUTO"
reader=$started_pid
values() { duto to-json <stream 2>/dev/null | jq -c 'select(.kind == null).values.a' | uniq | paste -sd ' '; }
shows() { [ "$(values)" == "$1" ]; }
ok "a device that is away is Bad" eventually 10 shows 'null'
slave $port 1:3:0=1
ok "and read once it is there" eventually 10 shows 'null 1'
stop $slave
ok "away again" eventually 10 shows 'null 1 null'
slave $port 1:3:0=2
ok "back again" eventually 10 shows 'null 1 null 2'
like "each change is told" 'm: unit 1 at 127.0.0.1:[0-9]+ is away: Connection refused.*is back.*is away.*is back' "$(tr '\n' ' ' <errors)"
stop $slave
kill -TERM $reader
wait $reader
is "told to stop, it ends well" 0 $?
is "its stream is whole" 0 "$(duto to-json <stream >/dev/null; echo $?)"

# One of two is silent: the other keeps its period.
dead=$(free_port)
odd $dead silent
port=$(free_port)
slave $port 1:3:0=1
cat >plant.csv <<-END
	source,address,unit,map,every,timeout
	plant/dead,tcp://127.0.0.1:$dead,1,one.csv,100ms,2s
	plant/live,tcp://127.0.0.1:$port,1,one.csv,100ms,
	plant/other,tcp://127.0.0.1:$port,9,one.csv,100ms,100ms
	END
: >stream
"$DUTO" modbus --devices plant.csv 2>errors >stream &
reader=$!
started+=($reader)
of() { duto to-json <stream 2>/dev/null | jq -c "select(.kind == null and .source == \"$1\")"; }
counted() { [ "$(of "$1" | wc -l)" -ge "$2" ]; }
ok "the silent one is told of" eventually 20 counted plant/dead 2
kill $reader
wait $reader
is "as a timeout" '{"a":2148139008}' "$(of plant/dead | jq -c .quality | uniq)"
is "the live one was read all along" 1 "$(of plant/live | jq -c .values.a | uniq)"
ok "and kept its period" test "$(of plant/live | wc -l)" -ge 18
stop $slave

for how in once garbage torn stranger; do
	port=$(free_port)
	odd $port $how
	line=$(readings --device "127.0.0.1:$port" --map one.csv --count 3 --every 50ms --timeout 200ms | jq -c '[.values.a, .quality.a]' | uniq)
	case $how in
	once) is "a connection closed while idle is made anew" '[0,null]' "$line" ;;
	torn) is "an answer that stops halfway is a timeout" '[null,2148139008]' "$line" ;;
	*) is "an answer that is $how is a communication error" '[null,2147811328]' "$line" ;;
	esac
	stop $slave
done

# Mistakes of people.
exits "a map that is not there" 100 duto modbus --device 127.0.0.1 --map mil.csv
like "is named, with the one meant" 'mil.csv: not found.*did you mean mill.csv' "$(cat errors)"
exits "serial lines are refused" 100 duto modbus --device rtu:/dev/ttyS0 --map mill.csv
like "and say so" 'serial lines' "$(cat errors)"
exits "a unit that there is not" 100 duto modbus --device 127.0.0.1 --unit 248 --map mill.csv
exits "neither device nor devices" 100 duto modbus --map mill.csv
printf 'source,address,map,every\na,tcp://h:1,mill.csv,\nb,h:99999,mill.csv,1s\n' >list.csv
exits "a list with a mistake" 100 duto modbus --devices list.csv
like "is located" 'list.csv:3:3: expected tcp://HOST:PORT, found "h:99999"' "$(cat errors)"
printf 'source,address,map,every\na,tcp://h:1,mill.csv,\na,h,mill.csv,1s\n' >list.csv
exits "a source that comes twice" 100 duto modbus --devices list.csv
like "is located" 'list.csv:3:1: source a comes twice' "$(cat errors)"
printf 'source,address,map\na,h,mil.csv\n' >list.csv
exits "a list's map that is not there" 100 duto modbus --devices list.csv
like "is located" 'list.csv:2:5: mil.csv: not found' "$(cat errors)"
exits "--check connects to nothing" 0 duto modbus --device 192.0.2.1 --map siemens-pac3200.csv --check
is "and says nothing" "" "$(cat output errors)"

done_testing
