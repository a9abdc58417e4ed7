#!/bin/bash
# duto historian before it has a database; tests/live/historian.t has the rest.
# conformance setup: SCRATCH=$PWD PGPORT=5432; . "$ROOT/tests/lib/postgres.sh"; postgres_start listen_addresses=
# conformance teardown: . "$ROOT/tests/lib/postgres.sh"; postgres_end
# conformance: 'postgresql:///plant?host={here}/pg&user=duto' --password-file password
source "$(dirname "$0")/lib/tap.sh"

refused() { # TITLE PATTERN ARGUMENT...
	exits "$1" 100 duto historian "${@:3}" </dev/null && like "and says what to do" "$2" "$(cat errors)"
}
refused "a password in the URL" 'password-file' "postgresql://duto:word@127.0.0.1/plant"
refused "a password in the URL's options" 'password-file' "postgresql://127.0.0.1/plant?password=word"
refused "something else than a URL" 'expected postgresql://' plant
refused "no encryption beyond this machine" 'expected require' 'postgresql://db.example.org/plant?sslmode=prefer'
refused "nor where one of several hosts is there" 'expected require' 'postgresql://127.0.0.1,db.example.org/plant?sslmode=allow'
refused "a password file that is not there" 'absent' postgresql:///plant --password-file absent
: >empty
refused "one without a password" 'empty: expected a password' postgresql:///plant --password-file empty
ok "the word does not come up in a message" bash -c '! grep -q word: errors'
exits "--check connects nowhere" 0 duto historian 'postgresql://db.example.org/plant' --check
exits "--insecure allows it" 0 duto historian 'postgresql://db.example.org/plant?sslmode=disable' --insecure --check

done_testing
