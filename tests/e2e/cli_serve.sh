#!/usr/bin/env bash
# cli_serve.sh - a server from start to stop: what it says, what it refuses, what it keeps.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"
. "$(dirname "${BASH_SOURCE[0]}")/server.sh"
source_root=$2
unset "${!HOMEWARD_@}"

cat >"$folder/homeward.yaml" <<'YAML'
county: testshire
data_dir: FOLDER/data
clock: events
mllp: {listen: "127.0.0.1:0"}
nanomsg: {publish: "tcp://127.0.0.1:0", query: "tcp://127.0.0.1:0"}
limits: &small {identifiers: 1000, stays: 1000, facts: 10000, charges: 10000, texts: 1000,
    text_bytes: 65536, message_ids: 1000}
sites:
  - {code: RWEAA, name: Infirmary, beds: 100, wards: [{code: W1, kind: acute, beds: 30}]}
councils: [{code: "508", name: Shire}]
zones: [{code: north, name: North, council: "508", postcodes: [LE11]}]
YAML
sed -i -e "s|FOLDER|$folder|" -e 's/&small //' "$folder/homeward.yaml"

message() { # ID VISIT
    printf 'MSH|^~\\&|PAS|RWE|HW|HW|20261121101500||ADT^A01|%s|P|2.4\r' "$1"
    printf 'EVN|A01|20261121101500\r'
    printf 'PID|1||L123456^^^RWE^PI||EXAMPLE^JO||19400102|F\r'
    printf 'PV1|1|I|W1^R1^B1^RWEAA||||||||||||||||%s\r' "$2"
}
message M1 V1 >"$folder/good.hl7"
message M2 "" >"$folder/bad.hl7"

server_start -c "$folder/homeward.yaml"
tap_has "ready names the bound address" '"mllp":"127.0.0.1:[1-9][0-9]*"' "$ready"
tap_has "and those of publication and queries" \
    '"publish":"tcp://127.0.0.1:[1-9][0-9]*","query":"tcp://127.0.0.1:[1-9][0-9]*"' "$ready"
tap_has "and county, folder, clock, sync and version" \
    '"county":"testshire","data_dir":"[^"]+/data","sequence":[0-9]+,"clock":"events","sync":"always","version"' \
    "$ready"
first=$(server_field sequence)

tap_run "$program" send "mllp://$(server_field mllp)" "$folder/good.hl7"
tap_case "a message is accepted" 0 "$code"
tap_run "$program" send "mllp://$(server_field mllp)" "$folder/good.hl7"
tap_has "sent again it is a duplicate" 'duplicate' "$out$err"
tap_run "$program" send "mllp://$(server_field mllp)" "$folder/bad.hl7"
tap_case "one that names no stay is refused" 1 "$code"

tap_run "$program" quarantine list -d "$folder/data"
tap_has "and is in quarantine with its reason" '^1  .*RWE/PAS  AE 101  PV1\^1\^19 ' "$out"
# H-19
tap_case "where the list names nobody" "" "$(grep -E 'L123456|EXAMPLE' <<<"$out" || true)"
tap_run "$program" quarantine show -d "$folder/data" --raw 1
tap_case "as it came" "$(tr '\r' '\n' <"$folder/bad.hl7")" "$(tr '\r' '\n' <<<"$out")"
tap_run "$program" quarantine show -d "$folder/data" 7
tap_case "what is not there is a failure" 1 "$code"

tap_run "$program" replay -d "$folder/data"
tap_has "replay beside the server counts the person" '"in_hospital": 1' "$out"
tap_case "hours have at most four decimals" "" "$(grep -E '[.][0-9]{5}' <<<"$out" || true)"
tap_has "and the beds of the configuration" '"beds": 100' "$out"
tap_run "$program" replay -d "$folder/data" --until "$first"
tap_has "before the message nobody was there" '"in_hospital": 0' "$out"
tap_run "$program" replay -d "$folder/data" --print events
tap_has "events are listed" '"type":"spell.admitted"' "$out"
tap_has "settings among them" '"key":"sites/RWEAA/beds","value":"100"' "$out"
tap_case "and name nobody" "" "$(grep -E 'L123456|EXAMPLE|V1|1940' <<<"$out" || true)"
tap_run "$program" replay -d "$folder/data" --until yesterday
tap_case "a time that is none is wrong usage" 2 "$code"

tap_run "$program" serve -c "$folder/homeward.yaml"
tap_case "a second server of the same folder is refused" 1 "$code"
tap_has "and says why" '"event":"not started".*is in use: locked by pid [0-9]+' "$err"
tap_run "$program" serve -c "$folder/homeward.yaml" --set "data_dir=$folder/other" \
    --set "mllp.listen=$(server_field mllp)"
tap_case "an address in use is refused" 1 "$code"
tap_has "and named" 'mllp.listen: 127.0.0.1:.*in use' "$err"
tap_run "$program" serve --set mllp.listen=0.0.0.0:0
tap_case "beyond loopback is refused" 1 "$code"
tap_has "and says what would allow it" 'listen.trusted_network: true' "$err"
tap_run "$program" serve --set mllp.listen=0.0.0.0:0 --set listen.trusted_network=true \
    --set clock=events
tap_has "but never with clock: events" 'beyond loopback with clock: events' "$err"

sed -i 's/beds: 100/beds: 120/' "$folder/homeward.yaml"
kill -HUP "$server"
server_wait '"event":"settings changed"'
tap_has "a reload journals only what differs" '"count":1}' "$said"
server_wait '"event":"reloaded'
for _ in {1..50}; do # What is said is durable a moment later.
    tap_run "$program" replay -d "$folder/data"
    [[ $out != *'"beds": 120'* ]] || break
done
tap_has "and it counts at once" '"beds": 120' "$out"
cp "$folder/homeward.yaml" "$folder/kept.yaml"
printf 'clok: system\n' >>"$folder/homeward.yaml"
kill -HUP "$server"
server_wait '"event":"configuration"'
tap_has "a wrong file is explained" 'clok: unknown key; did you mean clock' "$said"
server_wait '"event":"not reloaded"'
tap_has "and nothing changes" 'nothing changed' "$said"
sed 's/^county.*/county: other/' "$folder/kept.yaml" >"$folder/homeward.yaml"
kill -HUP "$server"
server_wait '"event":"reloaded'
tap_has "what needs a restart is named" '"restart":\["county"\]' "$said"
sed 's/^mllp: {/mllp: {idle_seconds: 9, /' "$folder/kept.yaml" >"$folder/homeward.yaml"
kill -HUP "$server"
server_wait '"event":"reloaded'
tap_has "by its whole name" '"restart":\["mllp.idle_seconds"\]' "$said"
message M3 V1 | sed 's/A01/A03/' >"$folder/third.hl7"
cp "$folder/kept.yaml" "$folder/homeward.yaml"
sed -i 's/^mllp: {/mllp: {ack_mode: none, /' "$folder/homeward.yaml"
printf '%s\n' 'metrics: {interval_ms: 20}' \
    'sources: [{source: RWE/PAS, assert: [spell.updated]}]' >>"$folder/homeward.yaml"
kill -HUP "$server"
server_wait '"event":"reloaded'
tap_case "sources, intervals and ways to answer need none" "" "$(grep restart <<<"$said" || true)"
# A discharge, sent without waiting, because nothing is answered any more.
address=$(server_field mllp)
exec 9<>"/dev/tcp/${address%:*}/${address##*:}"
printf '\x0b%s\x1c\r' "$(<"$folder/third.hl7")" >&9
exec 9>&-
server_sees() { # WORDS: ask until its state has them
    for _ in {1..500}; do
        kill -USR1 "$server"
        server_wait '"event":"state"'
        [[ $said != *"$1"* ]] || return 0
    done
}
server_sees '"taken":2'
tap_has "what it may not assert is taken" '"taken":2,"duplicate":1,"ignored":0,"refused":1' "$said"
tap_has "without an answer" '"answers":3,' "$said"
tap_run "$program" replay -d "$folder/data"
tap_has "and without effect" '"in_hospital": 1' "$out"
tap_run "$program" replay -d "$folder/data" --print events
tap_has "and shown" '"NOT_ASSERTED":' "$out"
cp "$folder/kept.yaml" "$folder/homeward.yaml"
kill -HUP "$server"
server_wait '"event":"reloaded'

kill -USR1 "$server"
server_wait '"event":"state"'
tap_has "SIGUSR1 reports what was done" '"taken":2,"duplicate":1,"ignored":0,"refused":1' "$said"

last=$(sed -n 's/.*"sequence":\([0-9]*\).*/\1/p' <<<"$said")
server_stop TERM
tap_case "SIGTERM exits 0" 0 "$code"
tap_has "and says where it stopped" "\"event\":\"stopped\",\"sequence\":$last" "$said"
tap_case "nothing it said names anybody" "" "$(grep -E 'L123456|EXAMPLE|1940' "$server_log" || true)"

server_start -c "$folder/homeward.yaml"
tap_case "started again it stands where it stopped: an unchanged file journals nothing" \
    "$last" "$(server_field sequence)"
server_stop INT
tap_case "SIGINT exits 0" 0 "$code"

# What it tells a service manager, heard by one of our own.
mkfifo "$folder/heard"
python3 -c '
import socket, sys
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(sys.argv[1])
print("bound", flush=True)
while True:
    print(listener.recv(4096).decode().replace("\n", " "), flush=True)
' "$folder/notify" >"$folder/heard" &
tap_processes+=("$!")
exec 8<"$folder/heard"
read -r heard <&8
export NOTIFY_SOCKET=$folder/notify
server_start -c "$folder/homeward.yaml"
unset NOTIFY_SOCKET
read -r heard <&8
read -r heard <&8
tap_case "the service manager hears when it is ready" "READY=1 STATUS=running" "$heard"
server_stop TERM
read -r heard <&8
tap_case "and when it stops" "STOPPING=1" "$heard"

tap_run "$program" verify -d "$folder/data"
tap_case "verify finds no fault" 0 "$code"
tap_has "and has read everything" ": ok: $last records in .*, last $last; .* 1 refused inputs\$" "$out"
cp -r "$folder/data" "$folder/damaged"
segment=$(ls "$folder"/damaged/journal/* | head -1)
size=$(stat -c %s "$segment")
at=$(LC_ALL=C grep -obUa 'RWEAA' "$segment" | head -1 | cut -d: -f1)
printf 'X' | dd of="$segment" bs=1 seek="$at" conv=notrunc status=none
tap_case "a byte is changed in a file of the same size" "$size" "$(stat -c %s "$segment")"
tap_run "$program" verify -d "$folder/damaged"
tap_case "which verify fails" 1 "$code"
tap_has "with the file and the offset" "^(damage|homeward verify): .*$(basename "$segment").*[0-9]+" "$err"
tap_run "$program" verify -d "$folder/nowhere"
tap_case "a folder without a journal is a failure" 1 "$code"

tap_run "$program" serve -c "$folder/homeward.yaml" --set county=elsewhere
tap_case "the folder of another county is refused" 1 "$code"
tap_has "and says so" 'testshire' "$err"
for example in "$source_root"/adapters/config/examples/*.yaml; do
    name=$(basename "$example" .yaml)
    server_start -c "$example" -d "$folder/$name" --set mllp.listen=127.0.0.1:0 \
        --set nanomsg.publish="ipc://$folder/$name.pub" --set nanomsg.query=off --set nanomsg.ingest=off
    tap_has "the example $name is served" "\"publish\":\"ipc://$folder/$name.pub\",\"county\":\"$name\"" \
        "$ready"
    server_stop TERM
    tap_case "and stopped" 0 "$code"
done
tap_run "$program" serve -c "$folder/none.yaml"
tap_case "without its file it does not start" 1 "$code"
tap_end
