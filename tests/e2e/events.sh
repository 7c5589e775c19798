#!/usr/bin/env bash
# events.sh - CloudEvents sent, pulled and decided on; a referral over MLLP; kill -9 in the middle.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"
. "$(dirname "${BASH_SOURCE[0]}")/server.sh"
unset "${!HOMEWARD_@}"

settings=(-d "$folder/data" --set clock=events --set mllp.listen=127.0.0.1:0
    --set nanomsg.publish=off --set "nanomsg.query=ipc://$folder/query"
    --set 'services=[{code: HART, kind: reablement, capacity: 1, capabilities: [personal_care]}]')
url=nn+ipc://$folder/query
server_ingest=ipc://$folder/ingest

# event ID TYPE DATA: one line
event() {
    printf '{"specversion":"1.0","id":"%s","source":"LCC/HUB","type":"homeward.%s","time":"2026-11-21T09:00:00Z","data":%s}\n' "$1" "$2" "$3"
}

# referral NUMBER: one line
referral() {
    event "r$1" referral.received "{\"referral\":\"$1\",\"person\":{\"local\":[{\"authority\":\"RWE\",\"id\":\"S$1\"}]},\"direction\":\"step_up\",\"needs\":[\"personal_care\"],\"zone\":\"Z\"}"
}

ask() { # QUESTION: its answer
    nanocat --req --connect "ipc://$folder/query" --recv-timeout 20 --ascii --data "$1"
}

server_start "${settings[@]}"

# ---- send ----

{
    referral 1
    echo '[' && referral 2 && echo ',' && referral 3 && echo ']'
    event p1 person.updated '{"person":{}}'
    echo 'no JSON at all, O'"'"'BRIEN'
} >"$folder/mixed.ndjson"
tap_run "$program" send "$url" "$folder/mixed.ndjson"
tap_case "one refused event is a failure" 1 "$code"
tap_has "the others are accepted" '^accepted +3$' "$out"
tap_has "where and why is said" '1 with rejected /data/person: person has no identifier' "$out"
tap_has "also of what is no JSON" '1 with unread: no JSON: line 1' "$out"
tap_case "and nobody is named" "" "$(grep -o BRIEN <<<"$out$err" || true)"
tap_has "how long answers took is said" 'p50 .* p99 .* max ' "$out"
{ referral 1 && referral 2; } >"$folder/two.ndjson"
tap_run "$program" send --json "$url" - <"$folder/two.ndjson"
tap_run "$program" send --json "$url" "$folder/two.ndjson"
tap_case "the same again is no failure" 0 "$code"
tap_has "and changes nothing" '"accepted":0,"duplicate":2,' "$out"
tap_has "what was refused stands in quarantine" '/data/person' \
    "$("$program" quarantine list -d "$folder/data")"
sed 's/"2026-11-21T09:00:00Z"/"2026-11-21T09:00:01Z"/' "$folder/two.ndjson" | head -1 >"$folder/reused.ndjson"
tap_has "another content under a known id is taken, and remarked on" '"outcome":"accepted".*"remarks":\["id_reused"\]' \
    "$(ask "{\"ingest\":[$(<"$folder/reused.ndjson")]}")"
tap_run "$program" send http://127.0.0.1:8080 "$folder/two.ndjson"
tap_case "http is wrong usage" 2 "$code"
tap_has "and says what to use instead" 'nn\+tcp://HOST:PORT' "$err"

# ---- services and a census ----

{
    event s1 service.declared '{"service":"NEW","kind":"hostel","unit":"beds","capacity":11,"hours":"sometimes"}'
    event s2 service.declared '{"service":"OLD","kind":"hostel","unit":"beds","capacity":11,"max_stay":"270 d","zones":"all"}'
    event c1 census.taken '{"site":"RWEAA","ward":"W1","spells":["V1","V2"],"count":2}'
} >"$folder/services.ndjson"
tap_run "$program" send "$url" "$folder/services.ndjson"
tap_has "hours that are none are refused in words" 'hours must be 24/7' "$out"
tap_has "the rest is taken" '^accepted +2$' "$out"
out=$(ask '{"query":"services"}')
tap_has "a service is declared with its capacity" '"service":"OLD",.*"kind":"hostel",.*"capacity":11' "$out"
tap_has "a census alone puts nobody in a bed" '"in_hospital":0' "$(ask '{"query":"summary"}')"

# ---- decide ----

offer=$(ask '{"query":"proposals"}' | grep -oE '"O[0-9A-Z*~$=]+"' | head -1 | tr -d '"')
tap_has "a proposal waits for a person" '^O' "$offer"
tap_run "$program" decide --url "$url" proposal.approved "proposal=$offer" version=7
tap_case "a version that is not the present one is refused" 1 "$code"
tap_has "with the present one" 'version 1 stands now' "$err"
tap_run "$program" decide --url "$url" --dry-run proposal.approved "proposal=$offer" version=1
tap_has "what would happen can be asked" '"dry_run": true' "$out"
tap_has "and how it would stand" '"state": "offered"' "$out"
rejected=$(ask "{\"decide\":{\"decision\":\"proposal.rejected\",\"proposal\":\"$offer\",\"version\":1,\"dry_run\":true}}")
tap_has "and who would move" '"follows":\[\{"decision":"route.proposed","referral":"R' "$rejected"
tap_has "nobody has moved" "\"count\":1,.*\"$offer\"" "$(ask '{"query":"proposals"}')"
tap_has "what cannot be read is refused at once" '"pointer":"/proposal"' \
    "$(ask '{"decide":{"decision":"proposal.approved","proposal":"O","version":1,"dry_run":true}}')"
approved="\"decision\":\"proposal.approved\",\"proposal\":\"$offer\",\"version\":1,\"reason\":\"agreed\",\"id\":\"d1\",\"odd\":1"
tried=$(ask "{\"decide\":{$approved,\"dry_run\":true}}")
real=$(ask "{\"decide\":{$approved}}")
members() { sed 's/"stands":{[^}]*},\?//' <<<"$1" | tr '{},' '\n' | grep : | grep -v -e '"dry_run":true' -e '"follows":\[\]' | sort; }
tap_case "the answer is the one that then comes" "$(members "$real")" "$(members "$tried")"
tap_has "which is that it is done" "\"outcome\":\"accepted\",\"reference\":\"$offer\"" "$real"
tap_has "and the same once more is a duplicate, tried or done" '"outcome":"duplicate"' \
    "$(ask "{\"decide\":{$approved,\"dry_run\":true}}")"
tap_run "$program" decide --url "$url" referral.held referral=LCC/2
tap_case "a referral is held by its name" 0 "$code"
reference=$(grep -o 'R[0-9A-Z]*' <<<"$out")
echo "{\"decision\":\"referral.released\",\"referral\":\"$reference\"}" >"$folder/released.json"
tap_run "$program" decide --url "$url" --json "$folder/released.json"
tap_case "and released by its reference, as JSON" 0 "$code"
tap_has "which is the same one" "done: $reference" "$out"
tap_has "a refused offer is answered by its referral" "\"outcome\":\"rejected\".*\"reference\":\"$reference\"" \
    "$(ask "{\"decide\":{\"decision\":\"offer.made\",\"referral\":\"$reference\",\"service\":\"NOWHERE\"}}")"
tap_run "$program" decide --url "$url" referral.held referral=LCC/999
tap_case "an unknown one is refused" 1 "$code"
tap_run "$program" decide --url "$url" referral.held referal=LCC/1
tap_case "an unknown key is wrong usage" 2 "$code"
tap_has "and names the nearest" 'did you mean referral' "$err"
tap_run "$program" decide --url "$url" referral.held
tap_case "a key that must be there is wrong usage" 2 "$code"
tap_run "$program" decide --url "$url" proposal.approved "proposal=$offer" version=one
tap_has "so is a value of another form" 'version must be a whole number' "$err"
tap_run "$program" decide --help
tap_has "help lists decisions" 'referral.priority_set: ' "$out"

# ---- pull ----

{ referral 4 && echo 'rubbish' && referral 5; } >"$folder/pushed.ndjson"
nanocat --push --connect "ipc://$folder/ingest" --file "$folder/pushed.ndjson" --interval 1 &
push=$!
tap_processes+=("$push")
taken=
until [ -n "$taken" ] || ! kill -0 "$push"; do # It says it every second until it is heard.
    taken=$("$program" quarantine list -d "$folder/data" | grep 'no JSON' || true)
done
kill "$push"
out=$(ask '{"query":"waiting"}')
tap_has "what is pulled in is taken around what is refused" '"count":5' "$out"
kill -USR1 "$server"
server_wait '"event":"state"'
tap_has "and counted" '"cloudevents_pulled":[1-9]' "$said"

# ---- a referral over MLLP ----

ref() { # ID TRIGGER REFERRAL
    printf 'MSH|^~\\&|PAS|RWE|HW|HW|20261121091500||REF^%s|%s|P|2.4\r' "$2" "$1"
    printf 'RF1||A||||%s^RWE\rPID|1||M1^^^RWE^PI||EXAMPLE^JO||19400102|F\r' "$3"
    printf 'PV1|1|I|W1^R1^B1^RWEAA||||||||||||||||V1\rZDT|N||P1|||personal_care\r'
}
ref M1 I12 900 >"$folder/received.hl7"
ref M2 I14 900 >"$folder/withdrawn.hl7"
ref M3 I14 901 >"$folder/unknown.hl7"
tap_run "$program" send "mllp://$(server_field mllp)" "$folder/received.hl7"
tap_case "REF^I12 is accepted" 0 "$code"
tap_has "it waits like any other" '"direction":"step_down","urgency":"2d".*"needs":\["personal_care"\],"site":"RWEAA"' \
    "$(ask '{"query":"waiting"}')"
tap_run "$program" send "mllp://$(server_field mllp)" "$folder/withdrawn.hl7" "$folder/unknown.hl7"
tap_case "REF^I14 is accepted, also of one that is not known" 0 "$code"
ref M4 I12 900 >"$folder/over.hl7"
tap_run "$program" send "mllp://$(server_field mllp)" "$folder/over.hl7"
tap_has "one that is over is not received again" 'the referral is over' "$out"
tap_case "which is a failure" 1 "$code"
tap_case "it stands in the journal, not in quarantine" "" \
    "$("$program" quarantine list -d "$folder/data" | grep 'is over' || true)"
tap_run "$program" send "mllp://$(server_field mllp)" "$folder/over.hl7"
tap_case "the same again is a duplicate" 0 "$code"
tap_run "$program" decode "$folder/received.hl7"
tap_has "decode shows it" 'referral.received' "$out"

# ---- kill -9 in the middle ----

for number in $(seq 1000 1999); do referral "$number"; done >"$folder/many.ndjson"
"$program" send --json --rate 400 --window 10 --timeout 60 "$url" "$folder/many.ndjson" >"$folder/sent.json" &
sender=$!
tap_processes+=("$sender")
until [ "$(ask '{"query":"waiting","limit":1}' | grep -oE '"count":[0-9]+' | head -1 | tr -dc 0-9)" -gt 50 ]; do :; done
kill -9 "$server"
wait "$server" 2>/dev/null || true
exec 7<&-
server_start "${settings[@]}"
code=0
wait "$sender" || code=$?
tap_case "a sender that lives on is told of every event" 0 "$code"
out=$(<"$folder/sent.json")
tap_has "all have their fate" '"messages":1000,"sent":1000' "$out"
tap_run "$program" send --json "$url" "$folder/many.ndjson"
tap_has "what was acknowledged is known for good" '"accepted":0,"duplicate":1000,' "$out"
tap_run "$program" send --json "$url" "$folder/two.ndjson"
tap_has "also what came before" '"accepted":0,"duplicate":2,' "$out"
tap_has "everybody waits once" '"count":1005' "$(ask '{"query":"waiting","limit":1}')"
tries=()
for _ in 1 2 3 4 5 6 7 8; do
    "$program" decide --url "$url" --dry-run referral.held referral=LCC/2 >"$folder/tries" 2>&1 &
    tries+=($!)
    tap_processes+=($!)
done
wait -n "${tries[@]}" || true # The others wait in line, or are on their way.
server_stop TERM
tap_case "the server ends when it is told to, whatever is being tried" 0 "$code"
tap_run "$program" verify -d "$folder/data"
tap_case "and what it wrote is whole" 0 "$code"
tap_end
