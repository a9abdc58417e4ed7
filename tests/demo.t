#!/bin/bash
# make demo: it ends by itself, takes another port than one that is taken, and scores samples.
. "$(dirname "$0")/lib/tap.sh"
build=${DUTO%/duto}
build=${build#"$ROOT"/}

listener='import socket, time
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
try: s.bind(("127.0.0.1", 1502)); s.listen()
except OSError: pass
time.sleep(60)'
start /usr/bin/python3 -c "$listener"
taken() { (exec 3<>/dev/tcp/127.0.0.1/1502) 2>/dev/null; }
ok "a port is taken" eventually 10 taken

exits "the demo ends by itself" 0 "$ROOT/pipelines/demo.sh" "$build" 7s
like "and names another port" "Modbus TCP slave at 127.0.0.1:15(0[3-9]|[1-9])" "$(cat output)"
like "shows what the forest learnt" "ROC-AUC" "$(cat output errors)"
like "the stream" '"failure_probability":[0-9.]+' "$(cat output)"
like "the figures of duto top" "STAGE +IN/s" "$(cat output)"
like "and counts what was scored" "[1-9][0-9]* samples were scored" "$(cat output)"

done_testing
