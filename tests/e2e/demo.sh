#!/usr/bin/env bash
# demo.sh - the newcomer's first minute: the demo without a terminal shows a county, and leaves nothing.
#
# usage: demo.sh PROGRAM SOURCE_ROOT
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"
mkdir "$folder/tmp"
export TMPDIR=$folder/tmp
program=$1 root=$2

demo() {
    tap_run "$root/adapters/cli/demo.sh" --program "$program" "$@"
}

demo --any-port --days 1 --seconds 1
tap_case "it ends well" 0 "$code"
tap_case "it says nothing on standard error" "" "$err"
tap_has "it names what to type in a second terminal" 'nanocat --sub --connect tcp://127' "$out"
tap_has "a county is there" '^ 1,[0-9]{3} +[0-9]{3} ' "$out"
tap_has "all of its feeds were heard" '^ Feeds .*RWE/PAS' "$out"
tap_has "it says that it runs in mode offer" 'runs in mode offer' "$out"
tap_has "people wait, are proposed and offered" \
    'Routing .*waiting step down [0-9]+ .*proposed [0-9]+ +offered [0-9]+ ' "$out"
tap_has "people are placed" 'placed [1-9][0-9]*' "$out"
tap_has "at the end everything is paused" 'Paused +done' "$out"
tap_has "from then on nothing goes out" 'went out: proposed 0, offered 0$' "$out"
tap_has "and it counted from that record on" 'since record [1-9][0-9]*, which paused everything' "$out"
tap_has "the picture says that it is paused" '^ PAUSED  everything since .*: demo$' "$out"
tap_has "it names how to pause and to go on" 'routing.mode scope=all mode=paused' "$out"
tap_case "nothing is left behind" "" "$(ls "$TMPDIR")"

demo --any-port --days 1 --seconds 1 --keep
data=$(echo "$TMPDIR"/homeward-demo.*/data)
tap_run "$program" verify -d "$data"
tap_case "what --keep leaves is whole" 0 "$code"
messages=$(dirname "$data")/ann.hl7
tap_run "$program" decode "$messages"
tap_case "the messages to try are taken" 2 "$(grep -c '^message .: taken' <<<"$out")"
tap_has "somebody becomes ready" 'spell.admitted' "$out"

demo --seconds soon
tap_case "an impossible number is wrong usage" 2 "$code"
tap_case "nothing was started for it" 1 "$(find "$TMPDIR" -mindepth 1 -maxdepth 1 | wc -l)"
tap_end
