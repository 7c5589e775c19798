#!/usr/bin/env bash
# make.sh - a golden data directory, made by the program of this format version.
#
# usage: make.sh PROGRAM STATE FOLDER        STATE is tests/restart/state.c, built; FOLDER is new
#
# A small county's feed with its disorder and refusals and the first day at a hub, a good stop (which
# leaves a snapshot and a watermark), then the second day and a kill, so that a tail stands behind
# the snapshot.  said.ndjson is what the hub's systems said; expected-told what the server said of
# each referral (referrals), match, service and alert before it was killed.  Zeros at the end of files are cut off, and the older snapshot is left out: it is small.
set -euo pipefail
program=$(realpath "$1")
state=$(realpath "$2")
folder=$3
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill -9 "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
unset "${!HOMEWARD_@}"
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/hub.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/hub_day.sh"
hub=ipc://$work/hub
hub_kept=$work/said

serve() { # sets $server and $address
    rm -f "$work/log" # Of the one before: its address is nobody's now.
    "$program" serve -d "$folder" --set clock=events --set mllp.listen=127.0.0.1:0 \
        --set nanomsg.publish=off --set nanomsg.query="$hub" --set nanomsg.ingest=off \
        --set county=golden "${hub_day_settings[@]}" </dev/null 2>"$work/log" &
    server=$!
    until address=$(sed -n 's/.*"mllp":"\([^"]*\)".*/\1/p' "$work/log" 2>/dev/null) && [ -n "$address" ]; do
        kill -0 "$server"
        sleep 0.05
    done
}

"$program" simulate --people 1300 --days 9 --seed 2026 -o "$work/feed.hl7"
printf 'MSH|^~\\&|PAS|RWE|HW|HW|20260120101500||ADT^A01|GOLDEN1|P|2.4\rEVN|A01|20260120101500\rPID|1||A1^^^RWE^PI\rPV1|1|I|W1\r' \
    >"$work/refused.hl7"

mkdir -p "$folder"
serve
"$program" send -q "mllp://$address" "$work/feed.hl7" "$work/refused.hl7" >"$work/sent" || true
hub_morning
kill -TERM "$server"
wait "$server"
serve
hub_evening
hub_all "$work/all"
hub_gist "$work/all" >"$folder/expected-told"
kill -9 "$server"
wait "$server" 2>/dev/null || true
server=

cat "$work/sent" >&2
lacking=$(hub_lacking "$folder")
rm "$folder.events"
[ -z "$lacking" ] || { echo "nothing of $lacking in it" >&2 && exit 1; }
cp "$hub_kept" "$folder/said.ndjson"
printf '%s\n' "${hub_referrals[@]}" >"$folder/referrals"
rm -f "$folder/lock"
find "$folder/snapshots" -name '*.hws' | sort | head -n -1 | xargs -r rm
"$state" "$folder" >"$folder/expected-state"
"$program" verify --json -d "$folder" >"$folder/expected-verify"
"$program" replay -d "$folder" >"$folder/expected-summary"
"$program" replay -d "$folder" --print delays >"$folder/expected-delays"
"$program" replay -d "$folder" --print waiting >"$folder/expected-waiting"
# Last, its zeros: how long the files are is remembered, and golden.sh makes them so again.
for file in "$folder"/journal/* "$folder"/snapshots/*; do
    echo "${file#"$folder/"} $(stat -c %s "$file")"
    python3 -c 'import sys
data = open(sys.argv[1], "rb").read().rstrip(b"\0")
open(sys.argv[1], "wb").write(data)' "$file"
done >"$folder/sizes"
du -ab "$folder" >&2
