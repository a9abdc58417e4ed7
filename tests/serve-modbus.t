#!/bin/bash
# duto serve-modbus asked by pymodbus, by duto modbus, and by clients that misbehave.
# conformance: --map mill.csv --listen 127.0.0.1:{port}
source "$(dirname "$0")/lib/tap.sh"
python=/usr/bin/python3

listens() { $python -c 'import socket, sys; socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1)' "$1" 2>/dev/null; }

serve() { # OPTIONS...: reads JSON lines from the pipe `lines`, held open at descriptor 9
	port=$(free_port)
	rm -f lines && mkfifo lines
	duto from-json <lines | duto serve-modbus --listen "127.0.0.1:$port" "$@" 2>errors &
	server=$!
	started+=($server)
	exec 9>lines
	eventually 10 listens "$port"
}

say() { echo "$1" >&9; }

ask() { # UNIT FUNCTION ADDRESS COUNT: the words or bits, or the exception
	$python - "$port" "$@" <<-'END'
	import sys
	from pymodbus.client import ModbusTcpClient
	port, unit, function, address, count = (int(n) for n in sys.argv[1:])
	client = ModbusTcpClient("127.0.0.1", port=port)
	client.connect()
	read = [None, client.read_coils, client.read_discrete_inputs, client.read_holding_registers, client.read_input_registers, None, client.write_register][function]
	answer = read(address, count, slave=unit)
	if answer.isError():
	    print("exception", answer.exception_code)
	else:
	    print(*(answer.registers if function > 2 else [int(b) for b in answer.bits[:count]]))
	END
}
answers() { [ "$(ask "${@:2}" 2>/dev/null)" == "$1" ]; } # EXPECTED UNIT FUNCTION ADDRESS COUNT
gives() { # TITLE EXPECTED UNIT FUNCTION ADDRESS COUNT
	is "$1" "$2" "$(ask "${@:3}")"
}

mill() { # SOURCE
	echo '{"time":"2026-01-01T00:00:00Z","source":"'"$1"'","values":{"air_temperature":298.1,"process_temperature":308.6,"rotational_speed":1551,"torque":42.8,"tool_wear":7,"machine_failure":1}}'
}

serve --map mill.csv
gives "a unit not heard of yet" 'exception 11' 1 4 0 5
say "$(mill plant/mill1)"
ok "a sample's values" eventually 10 answers '2981 3086 1551 428 7' 1 4 0 5
gives "a bit" 1 1 2 0 1
gives "unit 255 is the device itself" '2981 3086' 255 4 0 2
gives "a register that is not there" 'exception 2' 1 4 4 2
gives "another function" 'exception 2' 1 3 0 1
gives "writing" 'exception 1' 1 6 0 1
say '{"time":"2026-01-01T00:00:01Z","source":"plant/mill1","values":{"air_temperature":6553.6,"process_temperature":null,"rotational_speed":"fast","torque":-1,"tool_wear":8},"quality":{"tool_wear":2147483648}}'
ok "what a register cannot hold" eventually 10 answers 'exception 4' 1 4 0 1
for address in 1 2 3 4; do gives "no value to give" 'exception 4' 1 4 $address 1; done
say "$(mill plant/mill2)"
ok "a second source is the next unit" eventually 10 answers '2981' 2 4 0 1
gives "a third there is not" 'exception 11' 3 4 0 1
is "duto modbus reads the same" '{"air_temperature":298.1,"process_temperature":308.6,"rotational_speed":1551,"torque":42.8,"tool_wear":7,"machine_failure":true}' \
	"$(duto modbus --device "127.0.0.1:$port" --unit 2 --map mill.csv --count 1 | duto to-json | jq -c 'select(.kind == null).values')"
exits "a port that is taken" 111 duto serve-modbus --listen "127.0.0.1:$port" --map mill.csv </dev/null
like "is named" "127.0.0.1:$port: Address already in use" "$(cat errors)"

# Hostile clients, all at once, while a good one asks.
$python - "$port" <<-'END' >hostile 2>&1
	import os, random, resource, select, socket, sys
	resource.setrlimit(resource.RLIMIT_NOFILE, (2048, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
	port = int(sys.argv[1])
	request = bytes.fromhex("000100000006020400000005")
	answer = bytes.fromhex("00010000000d02040a0ba50c0e060f01ac0007")
	connect = lambda: socket.create_connection(("127.0.0.1", port), 5)
	def asks(title, s=None):
	    try:
	        s = s or connect()
	        s.settimeout(5)
	        s.sendall(request)
	        got = b""
	        while len(got) < len(answer):
	            more = s.recv(100)
	            if not more: break
	            got += more
	        print("yes" if got == answer else got.hex(), title)
	    except OSError as e:
	        print(e, title)
	partial = connect(); partial.sendall(request[:7])
	asks("after part of a request")
	partial.sendall(request[7:])
	print("yes" if partial.recv(100) == answer else "no", "the rest of it is answered")
	piece = connect()
	for byte in request: piece.sendall(bytes([byte]))
	print("yes" if piece.recv(100) == answer else "no", "byte by byte")
	several = connect(); several.sendall(request * 20)
	got = b""
	while len(got) < 20 * len(answer):
	    more = several.recv(4096)
	    if not more: break
	    got += more
	print("yes" if got == 20 * answer else "no", "twenty at once")
	random.seed(7)
	for i in range(200):
	    s = connect()
	    s.sendall(random.randbytes(random.randrange(1, 600)))
	    if i % 2: s.close()
	asks("after noise")
	slow = connect(); slow.setblocking(False)
	ended = False
	for i in range(200000):
	    try:
	        slow.send(request * 100)
	    except BlockingIOError:
	        if not select.select([], [slow], [], 5)[1]: break
	    except OSError:
	        ended = True
	        break
	print("yes" if ended else "no", "one that does not read is let go")
	asks("after it")
	held = [connect() for i in range(1000)]
	asks("beside a thousand connections")
	asks("on the last of them", held[-1])
	END
while read -r passed title; do is "$title" yes "$passed"; done <hostile
is "all hostile clients came to an end" 9 "$(wc -l <hostile)"
kill -0 $server
is "the slave is still there" 0 $?
exec 9>&-
wait $server
is "it ends with its input" 0 $?

# Units by name; floats.
cat >float.csv <<-'END'
	field,type,address,function,order
	power,F32,0,3|4,CDAB
	energy,U64,2,3,ABCD
	END
serve --map float.csv --units b=7,a=3
say '{"time":"2026-01-01T00:00:00Z","source":"a","values":{"power":60,"energy":9876543210123}}'
say '{"time":"2026-01-01T00:00:00Z","source":"b","values":{"energy":18446744073709551615}}'
say '{"time":"2026-01-01T00:00:00Z","source":"c","values":{"energy":1}}'
ok "the unit named" eventually 10 answers '0 17008 0 2299 36825 33419' 3 3 0 6
gives "by another function" '0 17008' 3 4 0 2
ok "a float that is not there is NaN" eventually 10 answers '0 32704 65535 65535 65535 65535' 7 3 0 6
gives "others are not served" 'exception 11' 1 3 0 2
exec 9>&-
wait $server
like "and told of" 'a source that has no unit' "$(cat errors)"

# After the input.
port=$(free_port)
mill m | duto from-json >sample
start bash -c 'exec "$0" serve-modbus --listen 127.0.0.1:'"$port"' --map mill.csv --linger 1h <sample 2>errors' "$DUTO"
ok "--linger goes on serving" eventually 10 answers '2981' 1 4 0 1
gives "again" '2981' 1 4 0 1
kill -TERM $started_pid
wait $started_pid
is "until it is told to stop" 0 $?

exits "an address that is none" 100 duto serve-modbus --listen nowhere: --map mill.csv </dev/null
exits "a map that is not there" 100 duto serve-modbus --listen 127.0.0.1:0 --map mil.csv </dev/null
exits "units that are none" 100 duto serve-modbus --listen 127.0.0.1:0 --map mill.csv --units a=0 </dev/null
exits "--check binds nothing" 0 duto serve-modbus --listen 127.0.0.1:1 --map mill.csv --check

done_testing
