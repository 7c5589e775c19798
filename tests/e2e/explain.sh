#!/usr/bin/env bash
# explain.sh - the life of referrals and stays in English, word for word, from a real server.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"
. "$(dirname "${BASH_SOURCE[0]}")/server.sh"
. "$(dirname "${BASH_SOURCE[0]}")/hub.sh"
stories=$(dirname "${BASH_SOURCE[0]}")/explain
golden=${HOMEWARD_GOLDEN:-} # 1: write the stories anew, to be read before they are kept
unset "${!HOMEWARD_@}"

# told_as NAME REFERENCE: the story of a reference is that of the file, word for word.
told_as() {
    tap_run "$program" explain -d "$folder/hub-data" "$2"
    # Who decides is the user who runs this; references count records, which rules may add to.
    sed -E "s/$(id -un)/Anna/g; s/\b([RSOA])[0-9][0-9A-Z]{1,3}[0-9A-Z*~\$=]?/\1.../g" <<<"$out" >"$folder/$1.txt"
    [ -z "$golden" ] || cp "$folder/$1.txt" "$stories/$1.txt"
    tap_case "$1 in words" "$(<"$stories/$1.txt")" "$(<"$folder/$1.txt")"
}

person() { # NUMBER
    printf '"person":{"local":[{"authority":"RWE","id":"S%s"}]}' "$1"
}

hub_serve --set 'services=[{code: HART, name: Home First HART, kind: reablement, capacity: 2, capabilities: [personal_care, therapy, medication], max_stay: 42 days}, {code: OADBY, name: Home First Oadby, kind: reablement, capacity: 1, capabilities: [personal_care, therapy, medication, continence]}, {code: CRISIS, name: Crisis Response, kind: crisis_response, directions: [step_up], capacity: 1, capabilities: [personal_care, carer_breakdown]}, {code: BED4, name: Coalville ward 4, kind: community_hospital, unit: beds, directions: [step_down], capacity: 1, capabilities: [personal_care, nursing, bed]}]'

# ---- a way home: declined, offered again, accepted, begun, reviewed, over
hub_say 2026-03-02T08:00:00Z spell.admitted "{$(person 1),\"spell\":\"V1\",\"site\":\"RWEAA\",\"ward\":\"W7\",\"class\":\"I\"}"
hub_until 2026-03-04T09:15:00Z
hub_say 2026-03-04T09:15:00Z spell.discharge_ready '{"spell":"V1","ready_at":"2026-03-04T09:00:00Z","pathway":"P1"}'
hub_say 2026-03-04T10:00:00Z referral.received "{\"referral\":\"1\",$(person 1),\"spell\":\"V1\",\"direction\":\"step_down\",\"pathway\":\"P1\",\"needs\":[\"personal_care\",\"medication\"],\"council\":\"508\",\"consent\":\"given\"}"
home=$(hub_reference)
hub_newest "$home" HART
hub_decide proposal.approved "\"proposal\":\"$offer\",\"version\":$version,\"reason\":\"agreed with the daughter\""
hub_newest "$home" HART
declined=$offer
hub_say 2026-03-04T10:40:00Z offer.answered "{\"offer\":\"$offer\",\"version\":$version,\"answer\":\"declined\",\"reason\":\"no_capacity_in_zone\"}"
hub_newest "$home" OADBY
hub_decide proposal.approved "\"proposal\":\"$offer\",\"version\":$version"
told_as offered "$home"
hub_newest "$home" OADBY
hub_say 2026-03-04T11:30:00Z offer.answered "{\"offer\":\"$offer\",\"version\":$version,\"answer\":\"accepted\",\"starts_at\":\"2026-03-05T14:00:00Z\"}"
hub_say 2026-03-05T11:00:00Z spell.discharged '{"spell":"V1","destination":"19"}'
hub_say 2026-03-05T14:10:00Z placement.started '{"referral":"1","service":"OADBY"}'
hub_until 2026-04-01T10:00:00Z
hub_say 2026-04-01T10:00:00Z placement.reviewed '{"referral":"1","service":"OADBY","ready_to_leave":true}'
hub_until 2026-04-08T09:00:00Z
hub_say 2026-04-08T09:00:00Z placement.ended '{"referral":"1","service":"OADBY","outcome":"independent"}'
told_as home "$home"

# ---- a crisis: two hours, contact, three days
hub_until 2026-04-10T18:00:00Z
hub_say 2026-04-10T18:00:00Z referral.received "{\"referral\":\"2\",$(person 2),\"direction\":\"step_up\",\"urgency\":\"2h\",\"needs\":[\"personal_care\",\"carer_breakdown\"],\"consent\":\"best_interests\"}"
crisis=$(hub_reference)
hub_say 2026-04-10T18:01:00Z referral.received "{\"referral\":\"3\",$(person 3),\"direction\":\"step_up\",\"urgency\":\"2h\",\"needs\":[\"personal_care\",\"carer_breakdown\"]}"
unmet=$(hub_reference)
hub_newest "$crisis" CRISIS
hub_decide proposal.approved "\"proposal\":\"$offer\",\"version\":$version"
hub_newest "$crisis" CRISIS
hub_say 2026-04-10T18:10:00Z offer.answered "{\"offer\":\"$offer\",\"version\":$version,\"answer\":\"accepted\",\"starts_at\":\"2026-04-10T19:00:00Z\"}"
hub_say 2026-04-10T19:05:00Z contact.first '{"referral":"2","at":"2026-04-10T19:05:00Z"}'
hub_say 2026-04-10T19:06:00Z placement.started '{"referral":"2","service":"CRISIS"}'
told_as crisis "$crisis"
told_as unmet "$unmet"

# ---- somebody dies; somebody is back in hospital
hub_until 2026-05-01T08:00:00Z
hub_say 2026-05-01T08:00:00Z spell.admitted "{$(person 4),\"spell\":\"V4\",\"site\":\"RWEAA\",\"class\":\"I\"}"
hub_say 2026-05-02T09:00:00Z spell.criteria_to_reside '{"spell":"V4","meets":false}'
hub_say 2026-05-02T09:30:00Z referral.received "{\"referral\":\"4\",$(person 4),\"spell\":\"V4\",\"direction\":\"step_down\",\"pathway\":\"P1\",\"needs\":[\"personal_care\"]}"
dies=$(hub_reference)
hub_newest "$dies" HART
hub_decide proposal.approved "\"proposal\":\"$offer\",\"version\":$version"
hub_say 2026-05-02T10:00:00Z person.died "{$(person 4),\"died_at\":\"2026-05-02T09:50:00Z\"}"
told_as died "$dies"

hub_until 2026-06-01T08:00:00Z
hub_say 2026-06-01T08:00:00Z spell.admitted "{$(person 5),\"spell\":\"V5\",\"site\":\"RWEAA\",\"class\":\"I\"}"
hub_say 2026-06-02T09:00:00Z spell.criteria_to_reside '{"spell":"V5","meets":false}'
hub_say 2026-06-02T09:30:00Z referral.received "{\"referral\":\"5\",$(person 5),\"spell\":\"V5\",\"direction\":\"step_down\",\"pathway\":\"P1\",\"needs\":[\"personal_care\"]}"
back=$(hub_reference)
hub_newest "$back" HART
hub_decide proposal.approved "\"proposal\":\"$offer\",\"version\":$version"
hub_newest "$back" HART
hub_say 2026-06-02T10:00:00Z offer.answered "{\"offer\":\"$offer\",\"version\":$version,\"answer\":\"accepted\",\"starts_at\":\"2026-06-03T14:00:00Z\"}"
hub_say 2026-06-03T11:00:00Z spell.discharged '{"spell":"V5","destination":"19"}'
hub_say 2026-06-03T14:00:00Z placement.started '{"referral":"5","service":"HART"}'
hub_until 2026-06-10T03:00:00Z
hub_say 2026-06-10T03:00:00Z spell.admitted "{$(person 5),\"spell\":\"V6\",\"site\":\"RWEAA\",\"class\":\"I\"}"
told_as back "$back"
stay=$(hub_ask "{\"query\":\"referral\",\"reference\":\"$back\"}" | sed -E 's/.*"spell":"([^"]*)".*/\1/')
told_as stay "$stay"

# ---- what people decide by reference is told, and what was refused as an attempt
hub_until 2026-06-11T09:00:00Z
hub_say 2026-06-11T09:00:00Z referral.received "{\"referral\":\"6\",$(person 6),\"direction\":\"step_up\",\"needs\":[\"personal_care\"]}"
decided=$(hub_reference)
hub_newest "$decided" HART
hub_ask "{\"decide\":{\"decision\":\"proposal.approved\",\"proposal\":\"$offer\",\"version\":7,\"reason\":\"agreed\"}}" >"$folder/refused"
hub_decide proposal.rejected "\"proposal\":\"$offer\",\"version\":$version,\"reason\":\"not the right team\""
hub_decide referral.held "\"referral\":\"$decided\",\"reason\":\"the family asks to wait\""
hub_decide referral.released "\"referral\":\"$decided\",\"reason\":\"the family agrees\""
hub_decide referral.excluded "\"referral\":\"LCC/6\",\"service\":\"OADBY\""
hub_ask "{\"decide\":{\"decision\":\"offer.made\",\"referral\":\"$decided\",\"service\":\"BED4\",\"reason\":\"a bed today\"}}" >>"$folder/refused"
tap_case "both were refused" 2 "$(grep -o '"outcome":"rejected"' "$folder/refused" | wc -l)"
told_as decided "$decided"

# ---- paused: what is held up says so, by whom and until when; of one service, and of everything
hub_until 2026-06-12T09:00:00Z
hub_say 2026-06-12T09:00:00Z referral.received "{\"referral\":\"7\",$(person 7),\"direction\":\"step_up\",\"needs\":[\"personal_care\"]}"
paused=$(hub_reference)
hub_decide routing.mode '"scope":"service:HART","mode":"paused","reason":"no staff tonight"'
hub_decide routing.mode '"scope":"all","mode":"paused","until":"2026-06-12T12:00:00Z","reason":"bed meeting"'
hub_say 2026-06-12T09:30:00Z referral.received "{\"referral\":\"8\",$(person 8),\"direction\":\"step_up\",\"needs\":[\"personal_care\"]}"
held_up=$(hub_reference)
told_as paused "$paused"
told_as held_up "$held_up"
hub_ask "{\"query\":\"why-not\",\"referral\":\"$held_up\",\"service\":\"OADBY\"}" >"$folder/why"
tap_has "why-not names the pause" \
    '"rule":"paused","words":"it is paused there[^"]*","paused":\[\{"scope":"all","code":null,"mode":"paused","by":"local:[^"]*","reason":"bed meeting","since":"2026-06-12T09:00:00.000Z","until":"2026-06-12T12:00:00.000Z"\}\]' \
    "$(<"$folder/why")"
tap_has "modes tells both" '"scope":"service","code":"HART","mode":"paused".*"scope":"all"' "$(hub_ask '{"query":"modes"}')"
tap_has "the list of who waits tells it" '"reference":"'"$held_up"'".*"paused":\[\{"scope":"all"' "$(hub_ask '{"query":"waiting"}')"
tap_has "the list of services tells it" '"service":"HART".*"paused":\[\{"scope":"service","code":"HART"' \
    "$(hub_ask '{"query":"services","service":"HART"}')"
tap_has "the list of proposals tells it" '"paused":\[\{"scope":"service"' "$(hub_ask '{"query":"proposals"}')"
tap_run "$program" explain --url "nn+$hub" "$held_up"
tap_has "a running server tells it" "PAUSED" "$out"
hub_decide routing.mode '"scope":"all","mode":"propose","reason":"bed meeting over"'
told_as resumed "$held_up"

# ---- an offer tells of its referral; a running server tells how it stands
tap_run "$program" explain -d "$folder/hub-data" "$declined"
tap_has "an offer's story is that of its referral" "^Offer $declined, of referral $home\$" "$out"
tap_run "$program" explain --url "nn+$hub" "$back"
tap_case "a running server is asked" 0 "$code"
tap_has "and tells what happens next" "^What happens next" "$out"

# ---- home, and nobody ever referred them: the alert, and the stay it is about
now=$(hub_ask '{"query":"summary"}' | sed -E 's/.*"as_at":"([^"]*)".*/\1/')
hub_say "$now" spell.admitted "{$(person 9),\"spell\":\"V9\",\"site\":\"RWEAA\",\"class\":\"I\"}"
hub_say "$now" spell.discharge_ready "{\"spell\":\"V9\",\"ready_at\":\"$now\",\"pathway\":\"P1\"}"
hub_say "$now" spell.discharged '{"spell":"V9","destination":"19"}'
alert=$(hub_ask '{"query":"alerts","alert":"home_not_referred"}')
alone=$(sed -E 's/.*"spell": ?"([^"]*)".*/\1/' <<<"$alert")
alert=$(sed -E 's/.*"reference": ?"(A[^"]*)".*/\1/' <<<"$alert")
told_as unreferred "$alert"
hub_decide alert.acknowledged "\"spell\":\"$alone\",\"action\":\"the daughter looks after them\""
told_as looked_after "$alone"

# ---- what is not known
wrong=${home%?}$([ "${home: -1}" = A ] && echo B || echo A)
tap_run "$program" explain -d "$folder/hub-data" "$wrong"
tap_case "a wrong check character is wrong usage" 2 "$code"
tap_has "and is said to be one" "check character" "$err"
tap_run "$program" explain -d "$folder/hub-data" RSS0
tap_run "$program" explain -d "$folder/hub-data" R1WVSA
tap_case "what is no reference here fails" "$([ "$code" = 2 ] && echo 2 || echo 1)" "$code"
tap_run "$program" explain -d "$folder/nowhere" "$home"
tap_case "no journal: exit 1" 1 "$code"
tap_has "with words" "check the path of data_dir" "$err"
server_stop TERM
tap_case "the server ended well" 0 "$code"
tap_end
