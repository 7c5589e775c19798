#!/usr/bin/env bash
# simulate_hub.sh - a whole county at a real server: people are proposed, offered, accepted, placed,
# and a paused scope stops at once.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"
unset "${!HOMEWARD_@}"
root=$2
query=ipc://$folder/query

: >"$folder/server.log" # There before the server opens it.
"$program" serve -c "$root/adapters/config/examples/leicestershire.yaml" -d "$folder/data" \
    --set mllp.listen=127.0.0.1:0 --set nanomsg.publish=off --set nanomsg.query="$query" \
    --set nanomsg.ingest=off \
    --set routing.mode=offer >"$folder/server.log" 2>&1 &
server=$!
tap_processes+=("$server")
for _ in $(seq 200); do
    ! grep -q '"event":"ready"' "$folder/server.log" || break
    sleep 0.1
done
port=$(sed -nE 's/.*"event":"ready".*"mllp":"127\.0\.0\.1:([0-9]+)".*/\1/p' "$folder/server.log")

ask() {
    nanocat --req --connect "$query" --ascii --data "$1" --recv-timeout 30 2>/dev/null || true
}

figure() { # NAME: of the county
    ask '{"query":"summary"}' | grep -oE "\"$1\":[0-9]+" | head -1 | cut -d: -f2
}

# grows NAME: waits until the figure is there; says it.
grows() {
    local now=0

    for _ in $(seq 600); do
        now=$(figure "$1")
        [ "${now:-0}" -eq 0 ] || break
        sleep 0.1
    done
    tap_has "$1: somebody is" '^[1-9]' "${now:-none}"
}

# A small county, dense: an hour of it passes in a second.
"$program" simulate --speed 3600 --days 2 --people 90000 -o "mllp://127.0.0.1:$port" \
    --hub "nn+$query" 2>"$folder/simulate.err" &
simulator=$!
tap_processes+=("$simulator")
grows placed
grows offered
grows accepted_not_started
grows proposed
answered='offers [0-9]*: accepted [1-9][0-9]*, declined [1-9][0-9]*; decided [1-9]'
for _ in $(seq 900); do
    ! grep -q "$answered" "$folder/simulate.err" || break
    sleep 0.1
done
tap_has "services accepted and declined, and a person decided" "$answered" "$(<"$folder/simulate.err")"

tap_has "pausing everything is a decision that is taken" '"outcome": ?"accepted"' \
    "$(ask '{"decide":{"decision":"routing.mode","scope":"all","mode":"paused","reason":"test"}}')"
offers=$(ask '{"query":"offers","limit":1000}')
paused=$(grep -oE '"sequence":[0-9]+' <<<"$offers" | head -1 | cut -d: -f2)
paused_at=$(grep -oE '"as_at":"[^"]*"' <<<"$offers" | head -1 | cut -d'"' -f4)
placed=$(figure placed)
# Facts are still taken: the county goes on until some thousand records have come.
for _ in $(seq 600); do
    later=$(ask '{"query":"summary"}' | grep -oE '"sequence":[0-9]+' | head -1 | cut -d: -f2)
    [ "$((${later:-0} - paused))" -lt 1500 ] || break
    sleep 0.1
done
grows waiting_step_down # Whoever is referred while all is paused.
tap_case "facts are still taken" yes "$([ "$((later - paused))" -ge 1500 ] && echo yes)"
# Somebody at the hub still approves proposals; paused sends nothing, whoever would send it.
tap_case "nothing was offered since" "" "$(ask '{"query":"offers","limit":1000}' |
    grep -oE '"offered_at":"[^"]*"' | cut -d'"' -f4 | awk -v at="$paused_at" '$1 > at' | head -1)"
tap_has "and people are still placed" '^[0-9]+$' "$placed"

kill -INT "$simulator"
code=0
wait "$simulator" || code=$?
tap_case "the county ends well when stopped" 0 "$code"
kill -TERM "$server"
wait "$server" || true

# References are made of the sequence that first named them: what was proposed later has a later one.
"$program" replay -d "$folder/data" --print events >"$folder/events"
tap_case "no proposal and no offer was made after the pause" 0 \
    "$(grep -E '"type":"route\.(proposed|offered)"' "$folder/events" |
        sed -E 's/^\{"sequence":([0-9]+),.*/\1/' | awk -v at="$paused" '$1 > at' | wc -l)"
tap_has "but before it they were" '^[1-9]' "$(grep -cE '"type":"route\.offered"' "$folder/events")"
tap_run "$program" verify -d "$folder/data"
tap_case "what it left is whole" 0 "$code"
tap_end
