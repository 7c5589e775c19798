#!/usr/bin/env bash
# hub_topics.sh - what a hub hears of its referrals as it happens, and the pages it asks for.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"
. "$(dirname "${BASH_SOURCE[0]}")/server.sh"
. "$(dirname "${BASH_SOURCE[0]}")/hub.sh"
unset "${!HOMEWARD_@}"

person() { # NUMBER
    printf '"person":{"local":[{"authority":"RWE","id":"S%s"}]}' "$1"
}

# hear TOPIC: read on to a message of this topic, which is then in $heard.
hear() {
    heard=
    while IFS= read -r -t 60 heard <&8; do
        [[ $heard != "$1 "* ]] || return 0
    done
    heard="(no message of $1 came)"
}

count() { # PATTERN TEXT
    grep -oE "$1" <<<"$2" | wc -l
}

hub=ipc://$folder/hub
server_start -d "$folder/hub-data" --set clock=events --set mllp.listen=127.0.0.1:0 \
    --set nanomsg.publish=tcp://127.0.0.1:0 --set "nanomsg.query=$hub" \
    --set 'services=[{code: HART, kind: reablement, capacity: 2, capabilities: [personal_care]}, {code: BED4, kind: community_hospital, unit: beds, directions: [step_down], capacity: 1, capabilities: [nursing]}]'
hub_say 2026-03-02T08:00:00Z person.updated "{$(person 0)}"
mkfifo "$folder/heard"
nanocat --sub --connect "$(server_field publish)" --ascii >"$folder/heard" &
tap_processes+=("$!")
exec 8<"$folder/heard"
hear metrics/service/HART
tap_has "services are among the figures" '"service":"HART".*"capacity":2,"held":0,"free":2' "$heard"

# ---- topics
hub_say 2026-03-02T09:00:00Z referral.received "{\"referral\":\"1\",$(person 1),\"direction\":\"step_up\",\"council\":\"508\",\"needs\":[\"personal_care\"]}"
first=$(hub_reference)
hear capacity/HART
tap_has "a place that is kept is told" '"number":2,"service":"HART","capacity":2,"held":1,"free":1,"suspended":false' "$heard"
hear route/proposed
tap_has "a proposal is told" "\"number\":1,\"reference\":\"O[^\"]*\",\"version\":1,\"state\":\"proposed\",\"service\":\"HART\",\"referral\":\"$first\",\"spell\":null,\"direction\":\"step_up\",\"pathway\":null,\"waited_minutes\":0" "$heard"
hub_newest "$first" HART
hub_decide proposal.approved "\"proposal\":\"$offer\",\"version\":$version"
hear route/offered
tap_has "an offer is told" '"state":"offered","service":"HART"' "$heard"
hub_newest "$first" HART
hub_say 2026-03-02T09:30:00Z offer.answered "{\"offer\":\"$offer\",\"version\":$version,\"answer\":\"declined\",\"reason\":\"skills\"}"
hear capacity/HART
tap_has "the place is free again" '"number":3,.*"held":0,"free":2' "$heard"
hear route/answered
tap_has "an answer is told with what was waited" '"state":"declined".*"waited_minutes":30.*"reason":"skills"' "$heard"
hub_decide routing.mode '"scope":"service:HART","mode":"paused"'
hear automation/changed
tap_has "a mode is told" '"scope":"service","code":"HART","mode":"paused","until":null' "$heard"
hub_say 2026-03-02T09:40:00Z referral.received "{\"referral\":\"2\",$(person 2),\"direction\":\"step_up\",\"needs\":[\"bariatric\"]}"
hear alert/raised
tap_has "an alert is told" '"reference":"A[^"]*","alert":"no_commissioned_service","referral":"R' "$heard"
hub_decide referral.held '"referral":"LCC/2"'
hear route/held
tap_has "a hold is told" '"held":\["person"\],"until":null' "$heard"

# ---- pages
for number in 3 4 5; do
    hub_say "2026-03-02T10:0$number:00Z" referral.received "{\"referral\":\"$number\",$(person $number),\"direction\":\"step_up\",\"council\":\"509\",\"needs\":[\"personal_care\"]}"
done
hub_say 2026-03-02T10:10:00Z person.updated "{$(person 6),\"restricted\":true}"
hub_say 2026-03-02T10:11:00Z spell.admitted "{$(person 6),\"spell\":\"V6\",\"site\":\"RWEAA\",\"class\":\"I\"}"
hub_say 2026-03-02T10:12:00Z referral.received "{\"referral\":\"6\",$(person 6),\"spell\":\"V6\",\"direction\":\"step_down\",\"pathway\":\"P1\",\"council\":\"509\",\"needs\":[\"personal_care\"]}"
secret=$(hub_reference)
all=$(hub_ask '{"query":"waiting"}')
tap_has "restricted people are counted and not listed" '"count":6,.*"restricted":1,"next":null' "$all"
tap_case "the others are" 5 "$(count '"reference":"R' "$all")"
tap_case "and nobody is named" "" "$(grep -E 'LCC/|"S[0-9]"' <<<"$all" || true)"
seen=
next=
for page in 1 2 3; do
    body=$(hub_ask "{\"query\":\"waiting\",\"limit\":2${next:+,\"cursor\":\"$next\"}}")
    seen+=$(grep -oE '"reference":"R[^"]*"' <<<"$body")$'\n'
    next=$(sed -nE 's/.*"next":"([^"]*)".*/\1/p' <<<"$body")
done
tap_case "pages together are the whole list, in its order" "$(grep -oE '"reference":"R[^"]*"' <<<"$all")" "${seen%$'\n'}"
tap_case "and end" "" "$next"
tap_case "those of a council" 3 "$(count '"reference":"R' "$(hub_ask '{"query":"waiting","council":"509"}')")"
tap_case "those of a direction: the only one is restricted" 0 "$(count '"reference":"R' "$(hub_ask '{"query":"waiting","direction":"step_down"}')")"
tap_has "a service by its kind" '"services":\[\{"service":"BED4"' "$(hub_ask '{"query":"services","kind":"community_hospital"}')"
tap_has "services page by page" '"services":\[\{"service":"BED4".*"next":"BED4"' "$(hub_ask '{"query":"services","limit":1}')"
tap_has "the page behind" '"services":\[\{"service":"HART".*"next":null' "$(hub_ask '{"query":"services","limit":1,"cursor":"BED4"}')"
hub_decide routing.mode '"scope":"service:HART","mode":"propose"'
proposals=$(hub_ask '{"query":"proposals","limit":1}')
tap_has "proposals page by page" '"proposals":\[\{"reference":"(O[^"]*)".*"next":"O' "$proposals"
tap_has "none for another service" '"count":0,"proposals":\[\]' "$(hub_ask '{"query":"proposals","service":"BED4"}')"

# ---- what is wrong
tap_has "a wrong cursor" '"parameter":"cursor"' "$(hub_ask '{"query":"waiting","cursor":"R1"}')"
tap_has "a wrong parameter is named with those there are" 'it takes: direction' "$(hub_ask '{"query":"waiting","ward":"W1"}')"
tap_has "the past is the business of replay" 'homeward replay' "$(hub_ask '{"query":"waiting","at":"2026-01-01"}')"
server_stop TERM
tap_case "the server ended well" 0 "$code"
tap_run "$program" replay -d "$folder/hub-data" --print waiting
tap_has "replay says who waits" '"restricted": 1' "$out"
tap_run "$program" explain -d "$folder/hub-data" "$secret"
tap_case "explain says no more of somebody restricted than of nobody" "1 " "$code $out"
tap_run "$program" explain -d "$folder/hub-data" "$first"
tap_has "and tells of everybody else" "^What happens next" "$out"
tap_end
