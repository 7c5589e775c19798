#!/usr/bin/env bash
# report.sh - reports of days, worked by hand: a small hub's spring, from a real server's journal.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"
. "$(dirname "${BASH_SOURCE[0]}")/server.sh"
. "$(dirname "${BASH_SOURCE[0]}")/hub.sh"
unset "${!HOMEWARD_@}"

person() { # NUMBER
    printf '"person":{"local":[{"authority":"RWE","id":"S%s"}],"born":"1940-05-04"}' "$1"
}

report() { # NAME ARGUMENT...
    tap_run "$program" report "$1" -d "$folder/hub-data" "${@:2}"
    out=$(tr -d '\r' <<<"$out")
}

# column NAME ROW: the value of a column in the row that has this text in it.
column() {
    local number
    number=$(head -1 <<<"$out" | tr ',' '\n' | grep -nx "$1" | cut -d: -f1)
    grep -F ",$2," <<<"$out" | head -1 | cut -d, -f"$number"
}

answer() { # REFERRAL SERVICE TIME ANSWER MORE: approves the proposal and answers the offer
    hub_newest "$1" "$2"
    hub_decide proposal.approved "\"proposal\":\"$offer\",\"version\":$version"
    hub_newest "$1" "$2"
    hub_say "$3" offer.answered "{\"offer\":\"$offer\",\"version\":$version,\"answer\":\"$4\"$5}"
}

home() { # NUMBER DAY: somebody goes home to HART on a day and is supported for a week
    hub_until "$2T06:00:00Z"
    hub_say "$2T06:01:00Z" spell.admitted "{$(person "$1"),\"spell\":\"V$1\",\"site\":\"RWEAA\",\"class\":\"I\"}"
    hub_say "$2T07:00:00Z" spell.discharge_ready "{\"spell\":\"V$1\",\"ready_at\":\"$2T07:00:00Z\",\"pathway\":\"P1\"}"
    hub_say "$2T08:00:00Z" referral.received "{\"referral\":\"$1\",$(person "$1"),\"spell\":\"V$1\",\"direction\":\"step_down\",\"pathway\":\"P1\",\"council\":\"508\",\"needs\":[\"personal_care\"]}"
    answer "$(hub_reference)" HART "$2T08:30:00Z" accepted ",\"starts_at\":\"$2T13:00:00Z\""
    hub_say "$2T11:00:00Z" spell.discharged "{\"spell\":\"V$1\",\"destination\":\"19\"}"
    hub_say "$2T13:00:00Z" placement.started "{\"referral\":\"$1\",\"service\":\"HART\"}"
}

crisis() { # NUMBER TIME CONTACT
    hub_until "$2"
    hub_say "$2" referral.received "{\"referral\":\"$1\",$(person "$1"),\"direction\":\"step_up\",\"urgency\":\"2h\",\"council\":\"508\",\"needs\":[\"carer_breakdown\"]}"
    [ -z "$3" ] || hub_say "$3" contact.first "{\"referral\":\"$1\",\"at\":\"$3\"}"
}

hub_serve --set 'services=[{code: HART, name: Home First HART, kind: reablement, capacity: 3, capabilities: [personal_care]}, {code: CRISIS, kind: crisis_response, directions: [step_up], capacity: 1, hours: "Mo-Su 07:00-22:00", capabilities: [carer_breakdown]}]'

# Three go home on 2, 3 and 4 March; the first two end within the month; the third is declined once.
home 1 2026-03-02
home 2 2026-03-03
hub_until 2026-03-04T06:00:00Z
hub_say 2026-03-04T09:00:00Z referral.received "{\"referral\":\"9\",$(person 9),\"direction\":\"step_up\",\"needs\":[\"personal_care\"]}"
answer "$(hub_reference)" HART 2026-03-04T09:20:00Z declined ',"reason":"no_capacity_in_zone"'
hub_until 2026-03-09T10:00:00Z
hub_say 2026-03-09T10:00:00Z placement.ended '{"referral":"1","service":"HART","outcome":"independent"}'
hub_say 2026-03-09T11:00:00Z placement.ended '{"referral":"2","service":"HART"}'

# Five in crisis: in time at noon, late, never reached; at night, which stands apart; and at 21:00,
# when this service is open, though the standard asks for cover until 20:00 only.
crisis 21 2026-03-10T12:00:00Z 2026-03-10T13:30:00Z
crisis 22 2026-03-11T12:00:00Z 2026-03-11T15:00:00Z
crisis 23 2026-03-12T12:00:00Z ''
crisis 24 2026-03-12T22:30:00Z 2026-03-12T23:00:00Z
crisis 25 2026-03-13T21:00:00Z ''
hub_until 2026-03-14T12:00:00Z
hub_say 2026-03-14T12:00:00Z service.declared '{"service":"NEW","capacity":2}'

report capacity --date 2026-03-01 --to 2026-03-31
tap_case "capacity: exit 0" "0 " "$code $err"
tap_case "days stand in the first columns" "2026-03-01,2026-03-31" "$(sed -n 2p <<<"$out" | cut -d, -f1,2)"
for expected in capacity:3 held:0 free:3 offered:3 accepted:2 declined:1 \
    declined_reasons:no_capacity_in_zone:1 started:2 ended:2 waited_hours_mean:6.0 waited_hours_max:6.0; do
    tap_case "HART in March: ${expected%%:*}" "${expected#*:}" "$(column "${expected%%:*}" HART)"
done
tap_case "nobody waited for what did not start" - "$(column waited_hours_mean CRISIS)"
report capacity --date 2026-03-03
tap_case "at the end of 3 March two are supported" 2 "$(column held HART)"
tap_case "one of them since that day" 1 "$(column started HART)"
report capacity --date 2026-03-09
tap_case "of a service that was not heard of yet no position is known" - "$(column capacity NEW)"
report capacity --date 2026-03-09 --known-at 2026-03-09T10:30:00Z
tap_case "what was not known then is not counted" 1 "$(column ended HART)"

report step-up --date 2026-03-01 --to 2026-03-31
for expected in referrals:4 in_time:1 in_time_percent:25.0 late:1 not_contacted:2 not_due_yet:0 \
    outside_cover_referrals:1 outside_cover_in_time:1; do
    tap_case "step-up of 508: ${expected%%:*}" "${expected#*:}" "$(column "${expected%%:*}" 508)"
done
report step-up --date 2026-02-01
tap_case "of nobody there is no share" - "$(column in_time_percent all)"

report outcomes --date 2026-03-01 --to 2026-03-31
for expected in ended:2 independent:1 long_term:0 outcome_not_said:1; do
    tap_case "outcomes of HART: ${expected%%:*}" "${expected#*:}" "$(column "${expected%%:*}" HART)"
done
people=$(($(column cohort_91 HART) + $(column age_unknown HART)))
tap_case "who left hospital to HART is in the cohort or of unknown age" 2 "$people"
tap_case "before the 91st day there is no share" - "$(column at_home_percent HART)"

hub_until 2026-06-10T10:00:00Z
report outcomes --date 2026-03-01 --to 2026-03-31
tap_case "behind it, what nobody looked up is no share either" - "$(column at_home_percent HART)"
hub_say 2026-06-10T10:00:00Z outcome.reviewed "{$(person 1),\"at\":\"2026-06-10T10:00:00Z\",\"at_home\":true}"
hub_say 2026-06-10T10:05:00Z outcome.reviewed "{$(person 2),\"at\":\"2026-06-10T10:05:00Z\",\"contacted\":false}"
report outcomes --date 2026-03-01 --to 2026-03-31
for expected in cohort_91:2 not_reviewed:0 at_home:1 not_contacted:1 at_home_percent:50.0; do
    tap_case "91 days on: ${expected%%:*}" "${expected#*:}" "$(column "${expected%%:*}" HART)"
done
report outcomes --date 2026-02-01 --to 2026-02-28 --format json
tap_has "JSON has null for what is not known" '"at_home_percent": null' "$out"
report capacity --date 2026-03-05 --format json
tap_has "and says which report it is" '"report": "capacity"' "$out"

report sitrep --date 2026-03-05
tap_case "a report that is not built yet is refused" 1 "$code"
tap_has "in words" "sitrep is not built yet" "$err"
report nonsense --date 2026-03-05
tap_case "one that is none is wrong usage" 2 "$code"
report capacity
tap_case "so is one without a day" 2 "$code"
report capacity --date 2026-03-05T10:00
tap_case "or with a time for a day" 2 "$code"
report capacity --date 2026-03-05 --to 2026-03-04
tap_case "or with days that run backwards" 2 "$code"
server_stop TERM
tap_case "the server ended well" 0 "$code"
tap_end
