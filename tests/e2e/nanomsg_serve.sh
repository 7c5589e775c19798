#!/usr/bin/env bash
# nanomsg_serve.sh - a running server heard and asked with nanomsg's own tool, and with top.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"
. "$(dirname "${BASH_SOURCE[0]}")/server.sh"
unset "${!HOMEWARD_@}"

cat >"$folder/homeward.yaml" <<'YAML'
county: testshire
data_dir: FOLDER/data
clock: events
mllp: {listen: "127.0.0.1:0"}
nanomsg: {publish: "tcp://127.0.0.1:0", query: "ipc://FOLDER/query"}
limits: {identifiers: 1000, stays: 1000, facts: 10000, charges: 10000, texts: 1000,
    text_bytes: 65536, message_ids: 1000}
sites:
  - {code: RWEAA, name: Infirmary, beds: 100, wards: [{code: W1, kind: acute, beds: 30}]}
YAML
sed -i -e "s|FOLDER|$folder|" "$folder/homeward.yaml"

message() { # ID TRIGGER TIME VISIT TRACKING
    printf 'MSH|^~\\&|PAS|RWE|HW|HW|%s||ADT^%s|%s|P|2.4\r' "$3" "$2" "$1"
    printf 'EVN|%s|%s\r' "$2" "$3"
    printf 'PID|1||L%s^^^RWE^PI||EXAMPLE^JO||19400102|F\r' "$4"
    printf 'PV1|1|I|W1^R1^B1^RWEAA||||||||||||||||%s\r' "$4"
    [ -z "$5" ] || printf 'ZDT|%s\r' "$5"
}
message M1 A01 20261120091500 V1 "" >"$folder/admitted.hl7"
message M2 A08 20261121091500 V1 "N||P1|E|SC" >"$folder/ready.hl7"
message M3 A08 20261121094500 V1 "Y" >"$folder/unwell.hl7"

ask() { # QUESTION: its answer
    nanocat --req --connect "ipc://$folder/query" --recv-timeout 20 --ascii --data "$1"
}

# hear TOPIC: read on to a message of this topic, which is then in $heard.
hear() {
    heard=
    while IFS= read -r -t 60 heard <&8; do
        [[ $heard != "$1 "* ]] || return 0
    done
    heard="(no message of $1 came)"
}

server_start -c "$folder/homeward.yaml"
publish=$(server_field publish)
mkfifo "$folder/heard"
nanocat --sub --connect "$publish" --ascii >"$folder/heard" &
tap_processes+=("$!")
exec 8<"$folder/heard"
hear metrics/total
tap_has "whoever listens hears of the county in time" '"sequence":[0-9]+,"run":"[0-9a-f]{16}","number":[0-9]+' "$heard"

tap_run "$program" send "mllp://$(server_field mllp)" "$folder/admitted.hl7" "$folder/ready.hl7"
tap_case "messages are accepted" 0 "$code"
hear delay/started
tap_has "a delay that begins is told at once" \
    '"site":"RWEAA","reason":"E","responsible":"SC","inferred":false,"since":"2026-11-21T09:15:00.000Z"' "$heard"
tap_case "and names nobody" "" "$(grep -E 'LV1|EXAMPLE|1940' <<<"$heard" || true)"
reference=$(sed 's/.*"reference":"\([^"]*\)".*/\1/' <<<"$heard")

out=$(ask '{"query":"summary"}')
tap_has "summary is answered" '"total":\{"in_hospital":1,"beds":100,"not_meeting_criteria":1,"ready":1,' "$out"
tap_has "with the reasons of each site" \
    '"reasons":\[\{"reason":"E","responsible":"SC","inferred":false,"contested":false,"people":1,' "$out"
tap_has "and null for what is not built" '"waiting_step_down":null' "$out"
tap_has "and when the feed was heard" '"source":"RWE/PAS"' "$out"
tap_has "delays list who waits" "\"reference\":\"$reference\",\"site\":\"RWEAA\",\"ward\":\"W1\"" \
    "$(ask '{"query":"delays","responsible":"SC"}')"
tap_has "a spell tells its life" '"ready_periods":\[\{"from":"2026-11-21T09:15:00.000Z","to":null' \
    "$(ask "{\"query\":\"spell\",\"reference\":\"$reference\"}")"
tap_has "a wrong parameter is named" '"parameter":"limit"' "$(ask '{"query":"delays","limit":0}')"
tap_has "what is no JSON is answered" 'not JSON: line 1, column' "$(ask '{"query"')"

tap_run "$program" top --publish "$publish" --query "ipc://$folder/query"
tap_case "top prints one picture where there is no terminal" 0 "$code"
tap_has "with the site" 'RWEAA.* Infirmary +1 +100 +1 ' "$out"
tap_has "and the reason in words" 'E +care package in own home +social care +1 ' "$out"

tap_run "$program" send "mllp://$(server_field mllp)" "$folder/unwell.hl7"
hear delay/ended
tap_has "a delay that ends is told" '"hours":0.5,"ms":1800000,"annulled":false' "$heard"
tap_has "and nobody is listed any more" '"delays":\[\],"restricted":0,"next":null' \
    "$(ask '{"query":"delays"}')"

server_stop TERM
tap_case "SIGTERM exits 0" 0 "$code"
tap_run "$program" top --publish "$publish" --query "ipc://$folder/query"
tap_case "without an engine top fails" 1 "$code"
tap_has "and says how to start one" 'no engine at ipc://.*: start one with homeward serve' "$err"
tap_end
