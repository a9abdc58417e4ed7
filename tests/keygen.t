#!/bin/bash
# duto keygen: key pairs for links over tcp.
. "$(dirname "$0")/lib/tap.sh"

exits "a key pair is made" 0 duto keygen hall
is "the secret key is its owner's alone" 600 "$(stat -c %a hall.key)"
like "it is a key of 40 characters, with its name" '^[!-~]{40} hall$' "$(cat hall.key)"
like "so is the public key" '^[!-~]{40} hall$' "$(cat hall.pub)"
like "what to do with them is told" "--key hall.key --peers" "$(cat output)"
ok "the secret key is not" sh -c '! grep -qF "$(cut -c-40 hall.key)" output'
ok "nor is it the public one" sh -c '[ "$(cat hall.key)" != "$(cat hall.pub)" ]'

key=$(cat hall.key)
exits "keys are not overwritten" 100 duto keygen hall
like "as is said" "is there already" "$(cat errors)"
is "they are as they were" "$key" "$(cat hall.key)"
rm hall.pub
exits "nor is one of the two" 100 duto keygen hall
is "it is as it was" "$key" "$(cat hall.key)"

exits "another pair" 0 duto keygen other
ok "is another" sh -c '[ "$(cut -c-40 hall.key)" != "$(cut -c-40 other.key)" ]'
exits "a folder that is not there" 100 duto keygen nowhere/hall
like "is named" "nowhere/hall.key: No such file" "$(cat errors)"
exits "without a name" 100 duto keygen

done_testing
