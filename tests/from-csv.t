#!/bin/bash
# from-csv, seen through to-csv: floats have a point there, integers have none.
# conformance input: duto sim mill --count 200 --start 2026-01-01T00:00:00Z | duto to-csv
. "$(dirname "$0")/lib/tap.sh"

rows() { # FROM-CSV ARGUMENTS...: the values only
	duto from-csv "$@" 2>errors | duto to-csv | tail -n +2 | cut -d, -f3-
}
start=(--source p/m --start 2026-01-01T00:00:00Z --step 1s)
quality() { duto from-csv "$@" 2>errors | duto to-csv --quality | tail -n +2 | cut -d, -f3-; }

cat >mill.csv <<'END'
UDI,Product ID,Type,Air temperature [K],Torque [Nm],Machine failure
1,M14860,M,298.1,42.8,0
2,L47181,L,298,46,0
END
is "titles become fields, their units are announced, types follow from the rows" \
	"time,source,udi,product_id,type,air_temperature [K],torque [Nm],machine_failure
2026-01-01T00:00:00Z,p/m,1,M14860,M,298.1,42.8,0
2026-01-01T00:00:01Z,p/m,2,L47181,L,298.0,46.0,0" \
	"$(duto from-csv mill.csv "${start[@]}" | duto to-csv --units)"
is "standard input, named or not" "$(rows mill.csv "${start[@]}")
$(rows mill.csv "${start[@]}")" "$(rows - "${start[@]}" <mill.csv; rows "${start[@]}" <mill.csv)"
is "several files, time going on" "2026-01-01T00:00:03Z" \
	"$(duto from-csv mill.csv mill.csv "${start[@]}" | duto to-csv | tail -n 1 | cut -d, -f1)"
is "what to-csv writes is read back" "$(duto from-csv mill.csv "${start[@]}" | duto to-csv)" \
	"$(duto from-csv mill.csv "${start[@]}" | duto to-csv | duto from-csv | duto to-csv)"
is "the same input, the same bytes" "$(duto from-csv mill.csv "${start[@]}" | cksum)" \
	"$(while IFS= read -r -n 1 -d '' c; do printf %s "$c"; done <mill.csv | duto from-csv "${start[@]}" | cksum)"

is "--rename by title and by field" "time,source,UDI,product_id,type,air,torque,machine_failure" \
	"$(duto from-csv mill.csv "${start[@]}" --rename 'Air temperature [K]=air,udi=UDI' | duto to-csv | head -n 1)"
is "--types" "1.0,M14860,M,298.1,42.8,false" \
	"$(rows mill.csv "${start[@]}" --types udi=float,machine_failure=bool | head -n 1)"
printf 'column,field,unit,type,scale\nTorque [Nm],t,kNm,,0.001\n1,serial,,text,\n' >map.csv
is "--map takes its columns only" "time,source,serial,t [kNm]
2026-01-01T00:00:00Z,p/m,1,0.0428" \
	"$(duto from-csv mill.csv "${start[@]}" --map map.csv | duto to-csv --units | head -n 2)"
printf '230.1;5\n230.7;6\n' >bare.csv
is "--no-header with --columns" "time,source,voltage_l1 [V],n
2026-01-01T00:00:00Z,p/m,230.1,5" \
	"$(duto from-csv bare.csv "${start[@]}" --no-header --columns 'Voltage L1 [V],n' --separator ';' | duto to-csv --units | head -n 2)"
printf 'column,field\n2,n\n' >numbers.csv
is "--no-header with a map of numbers" "5
6" "$(rows bare.csv "${start[@]}" --no-header --map numbers.csv --separator ';')"

printf 'time,source,x\n2026-01-01T00:00:00-03:00,a,1\n2026-01-01 04:00:00,b,2\n' >timed.csv
is "columns time and source are found by their names" "2026-01-01T03:00:00Z,a,1
2026-01-01T04:00:00Z,b,2" "$(duto from-csv timed.csv | duto to-csv | tail -n +2)"
is "--source before the source column" "plant/b" \
	"$(duto from-csv timed.csv --source plant --source-column source | duto to-csv | tail -n 1 | cut -d, -f2)"
printf 'Data;Potência ativa (kW);Medidor\n31/12/2025 22:00;1.234,5;M1\n31/12/2025 22:15;7;M1\n' >br.csv
is "a file from Brazil" "time,source,potencia_ativa [kW]
2026-01-01T01:00:00Z,M1,1234.5
2026-01-01T01:15:00Z,M1,7.0" \
	"$(duto from-csv br.csv --separator ';' --decimal , --time-column Data --time-format '%d/%m/%Y %H:%M' \
		--utc-offset -3h --source-column medidor | duto to-csv --units)"
printf 't,x\n1767225600250,1\n' >unix.csv
is "--time-format unix-ms" "2026-01-01T00:00:00.250Z" \
	"$(duto from-csv unix.csv --source s --time-column t --time-format unix-ms | duto to-csv | tail -n 1 | cut -d, -f1)"

printf 'a,b\n"x, ""y""\nz",1\r\n' >quoted.csv
is "quotes, separators and line ends in cells" '2026-01-01T00:00:00Z,p/m,"x, ""y""
z",1' "$(duto from-csv quoted.csv "${start[@]}" | duto to-csv | tail -n +2)"
printf '\xef\xbb\xbfa,a,\n1,2,3\n' >twice.csv
is "byte order mark, titles given twice or not at all" "time,source,a,a_2,column_3" \
	"$(duto from-csv twice.csv "${start[@]}" | duto to-csv | head -n 1)"

# Types
printf 'x\n1\n2\n3.5\n4\n' >late.csv
is "a decimal number makes floats of integers from there on" "1
2
3.5
4.0" "$(rows late.csv "${start[@]}" --infer 2)"
is "but not within the rows that are looked at" "1.0
2.0
3.5
4.0" "$(rows late.csv "${start[@]}")"
is "nor of a type that was given" "1,0
2,0
,0x80380000
4,0" "$(quality late.csv "${start[@]}" --types x=integer)"
printf 'x,y\n1,a\nNaN,\n,NA\noops,b\n5,c\n' >holes.csv
is "cells that are empty, missing or do not fit" "1,0,a,0
,0x809b0000,,0x809b0000
,0x809b0000,NA,0
,0x80380000,b,0
5,0,c,0" "$(quality holes.csv "${start[@]}" --types x=integer)"
like "the first that does not fit is named" \
	'holes.csv:5:1: expected an integer in column "x", found "oops"' "$(cat errors)"
printf 'id\n99999999999999999999\n' >long.csv
is "digits too many for an integer lose none" "99999999999999999999" "$(rows long.csv "${start[@]}")"

printf 'Pot\xeancia [kW],n\n1,\xe9\n' >latin.csv
is "text that is not UTF-8 is not passed on" "1,0,,0x80380000" "$(quality latin.csv "${start[@]}" --types n=text)"
like "and named" 'latin.csv:2:3: expected text in UTF-8' "$(cat errors)"

# Bad rows
printf 'x,y\n1,2\n3\n4,5,6\n7,"8"9\n10,"11\n12,13\n' >bad.csv
is "bad rows are dropped, the rest goes on, in its own time" "2026-01-01T00:00:00Z,p/m,1,2
2026-01-01T00:00:05Z,p/m,12,13" "$(duto from-csv bad.csv "${start[@]}" 2>errors | duto to-csv | tail -n +2)"
like "too few cells are named" 'bad.csv:3:1: expected 2 cells, found 1' "$(cat errors)"
like "text after a quote is named" 'bad.csv:5:6: text after a closing quote' "$(cat errors)"
printf 'time,x\n2026-01-01,1\n2026-02-30,2\n' >when.csv
is "a row without a time is dropped" "1" "$(rows when.csv --source s)"
like "and named" 'when.csv:3:1: expected a time, found "2026-02-30"' "$(cat errors)"
{ echo a,b; printf '%0.s,' {1..200000}; echo; echo 1,2; } >wide.csv
is "a row of 200,000 cells is dropped" "1,2" "$(rows wide.csv "${start[@]}")"
{ echo a,b; echo 1,2; head -c 300000 /dev/urandom; echo; echo 3,4; } >noise.csv
duto from-csv noise.csv "${start[@]}" 2>errors | duto to-csv >output
ok "noise between rows is survived" test "$(sed -n 2p output | cut -d, -f3-)" = 1,2

# What a person must mend
exits "a file that is not there" 100 duto from-csv absent.csv "${start[@]}"
like "is named" 'absent.csv' "$(cat errors)"
exits "no time" 100 duto from-csv mill.csv --source p
like "says what to give" 'mill.csv:1: no column "time": give --time-column, or --start and --step' "$(cat errors)"
exits "no source" 100 duto from-csv mill.csv --start 2026-01-01 --step 1s
like "says what to give" 'no column "source": give --source-column or --source' "$(cat errors)"
exits "a column that is not there" 100 duto from-csv mill.csv "${start[@]}" --rename torqe=t
like "is asked after" 'no column "torqe"; did you mean "torque"' "$(cat errors)"
exits "a type that is none" 100 duto from-csv mill.csv "${start[@]}" --types torque=real
like "is named" 'expected field=integer, float, bool or text, found "torque=real"' "$(cat errors)"
printf 'column,field,scale\nTorque [Nm],t,ten\n' >wrong.csv
exits "a map that is wrong" 100 duto from-csv mill.csv "${start[@]}" --map wrong.csv
like "is named with line and column" 'wrong.csv:2:15: expected a number other than 0, found "ten"' "$(cat errors)"
exits "comma for both" 100 duto from-csv mill.csv "${start[@]}" --decimal ,
exits "--start without --step" 100 duto from-csv mill.csv --source p --start 2026-01-01
exits "--check finds what is wrong with the columns" 100 duto from-csv mill.csv "${start[@]}" --rename torqe=t --check
like "in the file" 'torqe' "$(cat errors)"
like "--describe knows the fields of a file" '"torque".*"Nm"' "$(duto from-csv mill.csv "${start[@]}" --describe)"
exits "an empty input ends well" 0 duto from-csv "${start[@]}" </dev/null
like "with a warning" 'empty: expected a header' "$(cat errors)"

# A growing file
printf 'x\n1\n' >grows.csv
start "$DUTO" from-csv grows.csv "${start[@]}" --types x=integer --follow --out file:grown
lines() { [ "$({ duto to-csv <grown | wc -l; } 2>/dev/null)" -eq "$1" ]; }
ok "--follow gives the rows that are there" eventually 5 lines 2
printf '2\n' >>grows.csv
ok "and those that come" eventually 5 lines 3

done_testing
