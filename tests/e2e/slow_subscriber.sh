#!/usr/bin/env bash
# slow_subscriber.sh - somebody who subscribes and then does not read holds up nobody: messages are
# acknowledged, questions answered, another subscriber hears of it all.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"
. "$(dirname "${BASH_SOURCE[0]}")/server.sh"
unset "${!HOMEWARD_@}"

# What is published of it is more than sockets hold between two processes.
"$program" simulate --clean --days 3 -o "$folder/messages.hl7" 2>"$folder/simulate.log"
wanted=$(tr '\r' '\n' <"$folder/messages.hl7" | grep -c '^MSH')

cat >"$folder/homeward.yaml" <<YAML
county: testshire
data_dir: $folder/data
clock: events
mllp: {listen: "127.0.0.1:0"}
metrics: {interval_ms: 10}
nanomsg: {publish: "ipc://$folder/publish", query: "ipc://$folder/query"}
YAML

server_start -c "$folder/homeward.yaml"
nanocat --sub --connect "ipc://$folder/publish" --ascii >"$folder/slow" &
slow=$!
tap_processes+=("$slow")
# Every topic is said after ten seconds at the latest: then it is connected.
until [ -s "$folder/slow" ] || ! kill -0 "$slow"; do sleep 0.1; done
kill -STOP "$slow"
: >"$folder/slow"

nanocat --sub --connect "ipc://$folder/publish" --subscribe metrics/total --subscribe delay/ \
    --ascii >"$folder/heard" &
tap_processes+=("$!")
until [ -s "$folder/heard" ] || ! kill -0 "$!"; do sleep 0.1; done

tap_run "$program" send "mllp://$(server_field mllp)" "$folder/messages.hl7"
tap_case "every message is accepted" 0 "$code"
tap_has "all $wanted of them" "accepted +$wanted|$wanted +accepted|accepted[^0-9]*$wanted" \
    "$(tr -d ', ' <<<"$out$err")"
for _ in $(seq 600); do
    heard=$(grep -m 1 '^delay/ended ' "$folder/heard" || true)
    [ -z "$heard" ] || break
    sleep 0.1
done
tap_has "another subscriber hears of it" '^delay/ended ' "$heard"
tap_has "questions are answered" '"in_hospital":[1-9]' \
    "$(nanocat --req --connect "ipc://$folder/query" --recv-timeout 20 --ascii \
        --data '{"query":"summary"}')"
tap_case "the slow one has heard nothing meanwhile" "" "$(cat "$folder/slow")"
server_stop TERM
tap_case "the server ends when it is told to" 0 "$code"
tap_end
