#!/usr/bin/env bash
# make.sh - a golden data directory, made by the program of this format version.
#
# usage: make.sh PROGRAM STATE FOLDER        STATE is tests/restart/state.c, built; FOLDER is new
#
# A small county's feed with its disorder and refusals: the first half, a good stop (which leaves a
# snapshot and a watermark), then the second half and a kill, so that a tail stands behind the
# snapshot.  Zeros at the end of files are cut off, and the older snapshot is left out: it is small.
set -euo pipefail
program=$(realpath "$1")
state=$(realpath "$2")
folder=$3
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill -9 "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
unset "${!HOMEWARD_@}"

serve() { # sets $server and $address
    rm -f "$work/log" # Of the one before: its address is nobody's now.
    "$program" serve -d "$folder" --set clock=events --set mllp.listen=127.0.0.1:0 \
        --set nanomsg.publish=off --set nanomsg.query=off --set nanomsg.ingest=off --set county=golden \
        </dev/null 2>"$work/log" &
    server=$!
    until address=$(sed -n 's/.*"mllp":"\([^"]*\)".*/\1/p' "$work/log" 2>/dev/null) && [ -n "$address" ]; do
        kill -0 "$server"
        sleep 0.05
    done
}

"$program" simulate --people 1300 --days 9 --seed 2026 -o "$work/feed.hl7"
tr '\r' '\n' <"$work/feed.hl7" >"$work/lines"
half=$(grep -n '^MSH' "$work/lines" | awk -F: '{ at[NR] = $1 } END { print at[int(NR / 2)] }')
head -n "$((half - 1))" "$work/lines" | tr '\n' '\r' >"$work/first.hl7"
tail -n "+$half" "$work/lines" | tr '\n' '\r' >"$work/second.hl7"
printf 'MSH|^~\\&|PAS|RWE|HW|HW|20260120101500||ADT^A01|GOLDEN1|P|2.4\rEVN|A01|20260120101500\rPID|1||A1^^^RWE^PI\rPV1|1|I|W1\r' \
    >"$work/refused.hl7"

mkdir -p "$folder"
serve
"$program" send -q "mllp://$address" "$work/first.hl7" "$work/refused.hl7" >"$work/sent" || true
kill -TERM "$server"
wait "$server"
serve
"$program" send -q -w 4 "mllp://$address" "$work/second.hl7" >>"$work/sent" || true
kill -9 "$server"
wait "$server" 2>/dev/null || true
server=

cat "$work/sent" >&2
rm -f "$folder/lock"
find "$folder/snapshots" -name '*.hws' | sort | head -n -1 | xargs -r rm
"$state" "$folder" >"$folder/expected-state"
"$program" verify --json -d "$folder" >"$folder/expected-verify"
"$program" replay -d "$folder" >"$folder/expected-summary"
"$program" replay -d "$folder" --print delays >"$folder/expected-delays"
# Last, its zeros: how long the files are is remembered, and golden.sh makes them so again.
for file in "$folder"/journal/* "$folder"/snapshots/*; do
    echo "${file#"$folder/"} $(stat -c %s "$file")"
    python3 -c 'import sys
data = open(sys.argv[1], "rb").read().rstrip(b"\0")
open(sys.argv[1], "wb").write(data)' "$file"
done >"$folder/sizes"
du -ab "$folder" >&2
