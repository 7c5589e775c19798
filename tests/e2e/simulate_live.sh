#!/usr/bin/env bash
# simulate_live.sh - the county to a real server: what it counts is the truth; live, and stopped.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"
unset "${!HOMEWARD_@}"

# serve NAME: starts a server on a directory of that name; sets $server and $port.
serve() {
    : >"$folder/$1.log" # There before the server opens it.
    "$program" serve -d "$folder/$1" --set mllp.listen=127.0.0.1:0 --set nanomsg.publish=off \
        --set nanomsg.query=off --set nanomsg.ingest=off >"$folder/$1.log" 2>&1 &
    server=$!
    tap_processes+=("$server")
    port=
    for _ in $(seq 200); do
        port=$(sed -nE 's/.*"event":"ready".*"mllp":"127\.0\.0\.1:([0-9]+)".*/\1/p' "$folder/$1.log")
        [ -z "$port" ] || return 0
        sleep 0.1
    done
    cat "$folder/$1.log" >&2
    return 1
}

# stop: ends the server as an operator would.
stop() {
    kill -TERM "$server"
    wait "$server" || true
}

# How many lines of the truth say so.
true_count() {
    grep -c "$1" "$folder/truth.jsonl" || true
}

total() { # NAME FIELD: of the replayed summary
    "$program" replay -d "$folder/$1" --print summary | sed -nE "s/^ *\"$2\": ([0-9]+),?\$/\1/p" |
        head -1
}

serve whole
tap_run "$program" simulate --people 30000 --days 4 --clean --truth "$folder/truth.jsonl" \
    -o "mllp://127.0.0.1:$port"
tap_case "a clean county is sent" 0 "$code"
tap_has "nothing of it is rejected" 'rejected 0, .*the end' "$err"
stop
open='"counted":true.*"end":"open"'
tap_case "those in hospital are counted" "$(true_count "$open")" "$(total whole in_hospital)"
tap_case "those ready are counted" "$(true_count "$open.*\"end_ms\":null")" "$(total whole ready)"

serve live
"$program" simulate --speed 100 --days 1 --people 20000 -o "mllp://127.0.0.1:$port" \
    2>"$folder/live.err" &
simulator=$!
tap_processes+=("$simulator")
for _ in $(seq 300); do
    ! grep -q 'live from here' "$folder/live.err" || break
    sleep 0.1
done
tap_has "a live county catches up" 'caught up after' "$(<"$folder/live.err")"
kill -INT "$simulator"
code=0
wait "$simulator" || code=$?
tap_case "it ends well when stopped" 0 "$code"
stop
tap_has "people are in hospital" '^[1-9]' "$(total live in_hospital)"
tap_end
