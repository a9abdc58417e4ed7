#!/bin/bash
. "$(dirname "$0")/lib/tap.sh"

start=(--source p/m --start 2026-01-01T00:00:00Z --step 1s)
printf 'x [K],name,on,empty\n1.5,"a;b, ""c""",true,\n-2,d,false,\n' >in.csv
duto from-csv in.csv "${start[@]}" >samples

is "a row a sample" 'time,source,x,name,on,empty
2026-01-01T00:00:00Z,p/m,1.5,"a;b, ""c""",true,
2026-01-01T00:00:01Z,p/m,-2.0,d,false,' "$(duto to-csv <samples)"
is "chosen fields in their order, absent ones empty" 'time,source,on,none,x
2026-01-01T00:00:00Z,p/m,true,,1.5' "$(duto to-csv --fields on,none,x <samples | head -n 2)"
is "--long" 'time,source,field,value,quality
2026-01-01T00:00:00Z,p/m,x,1.5,0
2026-01-01T00:00:00Z,p/m,name,"a;b, ""c""",0
2026-01-01T00:00:00Z,p/m,on,true,0
2026-01-01T00:00:00Z,p/m,empty,,0x809b0000' "$(duto to-csv --long <samples | head -n 5)"
is "--long of chosen fields" '2026-01-01T00:00:01Z,p/m,x,-2.0,0' "$(duto to-csv --long --fields x <samples | tail -n 1)"
is "--quality" 'time,source,x,x_quality,empty,empty_quality
2026-01-01T00:00:00Z,p/m,1.5,0,,0x809b0000' "$(duto to-csv --quality --fields x,empty <samples | head -n 2)"
is "--units" 'time,source,x [K],name,on,empty' "$(duto to-csv --units <samples | head -n 1)"
is "semicolons and decimal commas" '2026-01-01T00:00:00Z;p/m;1,5;"a;b, ""c""";true;' \
	"$(duto to-csv --separator ';' --decimal , <samples | sed -n 2p)"
is "tabulators, no header" "$(printf '2026-01-01T00:00:01Z\tp/m\t-2.0')" \
	"$(duto to-csv --separator tab --no-header --fields x <samples | tail -n 1)"
is "nothing in, nothing out" "" "$(duto to-csv </dev/null)"

time=2026-01-31T13:45:00.250Z
json='{"time":"'$time'","source":"p/máquina","run":1,"seq":1,"values":{"x":1.5,"n":-7,"t":"a;b","big":12345.678}}'
echo "$json" | duto from-json >local
mark=$'\xef\xbb\xbf'
is "--locale pt-BR: mark, semicolons, decimal commas, times that Excel takes" "${mark}time;source;x;n;t;big
2026-01-31 13:45:00,250;p/máquina;1,5;-7;\"a;b\";12345,678" "$(duto to-csv --locale pt-BR <local)"
is "--locale en-US" "${mark}time,source,x,n,t,big
2026-01-31 13:45:00.250,p/máquina,1.5,-7,a;b,12345.678" "$(duto to-csv --locale en-US <local)"
is "one mark, also without header and in --long" "${mark}2026-01-31 13:45:00,250;p/máquina;x;1,5;0" \
	"$(duto to-csv --locale pt-BR --long --no-header --fields x <local)"
is "--utc-offset" "2026-01-31 10:45:00,250;p/máquina;1,5" \
	"$(duto to-csv --locale pt-BR --utc-offset -3h --fields x <local | tail -n 1)"
is "what is said stands before the locale" "2026-01-31 13:45:00.250	p/máquina	1.5" \
	"$(duto to-csv --locale pt-BR --separator tab --decimal . --fields x <local | tail -n 1)"
is "from-csv reads pt-BR back" "$(duto to-csv <local)" \
	"$(duto to-csv --locale pt-BR <local | duto from-csv --separator ';' --decimal , | duto to-csv)"
is "and with an offset" "$(duto to-csv <local)" "$(duto to-csv --locale pt-BR --utc-offset -3h <local |
	duto from-csv --separator ';' --decimal , --utc-offset -3h | duto to-csv)"
exits "an offset without locale" 100 duto to-csv --utc-offset -3h <local
exits "a locale that is none" 100 duto to-csv --locale xx <local

printf 'x,y\n1,2\n' >more.csv
{ cat samples; duto from-csv more.csv "${start[@]}"; } | duto to-csv >output 2>errors
is "a field that comes later has no column" '2026-01-01T00:00:00Z,p/m,1,,,' "$(tail -n 1 output)"
like "it is told of" 'field y has no column' "$(cat errors)"
like "and counted" '1 values had no column' "$(cat errors)"

/usr/bin/python3 - >numbers <<'END'
import msgpack, sys
time = msgpack.Timestamp(1767225600, 5)
values = dict(big=2**64 - 1, small=-2**63, tenth=0.1, nan=float("nan"), inf=float("-inf"), huge=1e300, bin=b"\x00\xff")
sys.stdout.buffer.write(msgpack.packb(dict(time=time, source="s", run=1, seq=1, values=values)))
END
is "numbers that are special" '2026-01-01T00:00:00.000000005Z,s,18446744073709551615,-9223372036854775808,0.1,NaN,-Infinity,1e+300,00ff' \
	"$(duto to-csv <numbers | tail -n 1)"

exits "a separator that is none" 100 duto to-csv --separator xx <samples
exits "commas for both" 100 duto to-csv --decimal , <samples
exits "a full disk" 111 bash -c "'$DUTO' to-csv <samples >/dev/full"

done_testing
