# hub_day.sh - two days of a discharge hub in which everything happens that a hub knows: for tests of
# what is kept, not of what is right.  Sourced after hub.sh; $hub is where the server listens.
#
# The server has $hub_day_settings and clock=events.  The county's own feed, if there is one, ends
# before 26 January 2026.  hub_morning leaves people proposed, offered, accepted, placed; hub_evening
# goes on from there, on any server that has the same data, and leaves some again.

hub_day_settings=(--set routing.mode=propose --set 'automation={allow: [reablement, community_nursing]}'
    --set 'services=[
{code: TEAM1, name: Home First one, kind: reablement, councils: [HUB], capacity: 2, capabilities: [personal_care, therapy, medication], max_stay: 14 days, offer_ttl: 2 h},
{code: TEAM2, name: Home First two, kind: reablement, councils: [HUB], capacity: 1, capabilities: [personal_care, therapy, medication, continence]},
{code: URGENT, name: Crisis Response, kind: crisis_response, directions: [step_up], councils: [HUB], capacity: 1, capabilities: [personal_care, carer_breakdown]},
{code: LOT1, name: Help to Live at Home lot 1, kind: home_care, councils: [HUB], unit: hours_per_week, capacity: 30, step_up_reserve: 5, capabilities: [personal_care, double_handed, medication, continence, dementia, catheter]},
{code: NURSES, name: Nurses of the trust, kind: community_nursing, councils: [HUB], capacity: 1, auto_accept: true, capabilities: [peg]},
{code: BEDS1, name: Ward by the sea, kind: community_hospital, councils: [HUB], unit: beds, directions: [step_down], capacity: 2, suspend_hold: 48 h, capabilities: [personal_care, nursing, bed]},
{code: CARE, name: Care of the county, kind: home_care, councils: [508, 509, 510], capacity: 6, capabilities: [personal_care, double_handed, medication, continence, dementia, catheter, therapy]},
{code: WARD, name: Wards of the county, kind: community_hospital, councils: [508, 509, 510], unit: beds, capacity: 3, capabilities: [personal_care, nursing, bed, therapy, medication, catheter, oxygen, continence, dementia]}]')

# What must be in a journal of both days, as replay names it.
hub_day_types='service.declared service.capacity service.suspended service.resumed routing.mode
referral.received referral.updated referral.withdrawn route.proposed proposal.approved
proposal.rejected route.offered offer.answered offer.made offer.extended offer.withdrawn
route.expired route.accepted route.suspended placement.started placement.units_changed
placement.reviewed placement.ended contact.first outcome.reviewed wait.opened wait.verified
wait.closed package.suspended package.restarted referral.held referral.released referral.pinned
referral.unpinned referral.excluded referral.included referral.priority_set identity.joined
identity.parted reason.settled reason.inferred alert.raised alert.acknowledged report.sent
person.died clock.tick'

hub_person() { # NUMBER
    printf '"person":{"local":[{"authority":"RWE","id":"H%s"}]}' "$1"
}

hub_admit() { # NUMBER TIME PATHWAY: in hospital and ready, spell D<number>
    hub_say "$2" spell.admitted "{$(hub_person "$1"),\"spell\":\"D$1\",\"site\":\"RWEAA\",\"ward\":\"W7\",\"class\":\"I\"}"
    hub_say "$2" spell.discharge_ready "{\"spell\":\"D$1\",\"ready_at\":\"$2\",\"pathway\":\"$3\"}"
}

hub_referrals=()
hub_refer() { # NUMBER TIME DIRECTION NEEDS [MORE]: sets $referral, adds to $hub_referrals
    hub_say "$2" referral.received "{\"referral\":\"$1\",$(hub_person "$1"),\"direction\":\"$3\",\"council\":\"HUB\",\"zone\":\"CHA\",\"needs\":[$4]${5:-}}"
    referral=$(hub_reference)
    hub_referrals+=("$referral")
}

# hub_match REFERRAL SERVICE DECISION NAME [MORE]: a decision about their newest match.
hub_match() {
    hub_newest "$1" "$2"
    hub_decide "$3" "\"$4\":\"$offer\",\"version\":${version:-0}${5:-}"
}

hub_approve() { # REFERRAL SERVICE
    hub_match "$1" "$2" proposal.approved proposal ',"reason":"agreed"'
}

hub_answer() { # REFERRAL SERVICE TIME ANSWER [MORE]
    hub_newest "$1" "$2"
    hub_say "$3" offer.answered "{\"offer\":\"$offer\",\"version\":${version:-0},\"answer\":\"$4\"${5:-}}"
}

# hub_lacking DATA: the types of which that data directory's journal has none.
hub_lacking() {
    local type
    "$program" replay -d "$1" --print events >"$1.events"
    for type in $hub_day_types; do
        grep -qF "\"type\":\"$type\"" "$1.events" || printf '%s ' "$type"
    done
}

hub_morning() {
    hub_until 2026-01-26T08:00:00Z
    hub_say 2026-01-26T08:00:00Z service.declared '{"service":"NIGHTS","kind":"night_sitting","unit":"slots","basis":"declared","capacity":3,"capabilities":["night"],"councils":["HUB"],"zones":"all"}'
    hub_say 2026-01-26T08:01:00Z service.capacity '{"service":"NIGHTS","capacity":2,"declared_at":"2026-01-26T08:00:00Z"}'
    hub_say 2026-01-26T08:02:00Z service.suspended '{"service":"TEAM2"}'
    hub_say 2026-01-26T08:03:00Z service.resumed '{"service":"TEAM2"}'

    # Declined, offered elsewhere, accepted, home, started.
    hub_admit 1 2026-01-26T08:10:00Z P1
    hub_refer 1 2026-01-26T08:20:00Z step_down '"personal_care","medication"' ',"spell":"D1","pathway":"P1","consent":"given"'
    hub_approve "$referral" TEAM1
    hub_answer "$referral" TEAM1 2026-01-26T08:40:00Z declined ',"reason":"no_capacity_in_zone"'
    hub_approve "$referral" TEAM2
    hub_answer "$referral" TEAM2 2026-01-26T08:50:00Z assessing
    hub_answer "$referral" TEAM2 2026-01-26T09:00:00Z accepted ',"starts_at":"2026-01-26T14:00:00Z"'
    hub_say 2026-01-26T09:01:00Z package.suspended "{$(hub_person 1),\"service\":\"LOT1\",\"units\":7,\"held_until\":\"2026-02-02T08:00:00Z\"}"

    # A crisis that is met, and one that is not: an alert, which somebody sees.
    hub_refer 2 2026-01-26T09:10:00Z step_up '"personal_care","carer_breakdown"' ',"urgency":"2h","consent":"best_interests"'
    hub_approve "$referral" URGENT
    hub_answer "$referral" URGENT 2026-01-26T09:15:00Z accepted ',"starts_at":"2026-01-26T10:00:00Z"'
    hub_say 2026-01-26T10:00:00Z contact.first '{"referral":"2","at":"2026-01-26T09:58:00Z"}'
    hub_say 2026-01-26T10:01:00Z placement.started '{"referral":"2","service":"URGENT"}'
    hub_refer 3 2026-01-26T10:05:00Z step_up '"personal_care","carer_breakdown"' ',"urgency":"2h"'
    hub_decide alert.acknowledged "\"alert\":\"$(hub_ask '{"query":"alerts"}' |
        grep -oE '"A[0-9A-Z*~$=]+"' | head -1 | tr -d '"')\",\"action\":\"the on-call team was rung\""
    hub_refer 4 2026-01-26T10:06:00Z step_up '"bariatric"'

    # What a hub may say of a referral; its own offers, with a rule set aside.
    hub_refer 6 2026-01-26T10:08:00Z step_up '"personal_care","medication","therapy"'
    hub_match "$referral" TEAM1 proposal.rejected proposal ',"reason":"not the right team"'
    hub_decide referral.pinned '"referral":"LCC/6","service":"LOT1"'
    hub_decide referral.unpinned '"referral":"LCC/6","service":"LOT1"'
    hub_decide referral.excluded '"referral":"LCC/6","service":"TEAM2"'
    hub_decide referral.included '"referral":"LCC/6","service":"TEAM2"'
    hub_decide referral.priority_set '"referral":"LCC/6","due":"2026-01-27T08:00:00Z"'
    hub_decide referral.held '"referral":"LCC/6","until":"2026-01-26T15:00:00Z"'
    hub_refer 7 2026-01-26T10:09:00Z step_up '"personal_care","continence","dementia"' ',"package":{"calls":2,"minutes":45,"carers":1}'
    hub_match "$referral" LOT1 proposal.rejected proposal
    hub_decide offer.made '"referral":"LCC/7","service":"LOT1","override":["rejected"],"reason":"they know her"'
    hub_match "$referral" LOT1 offer.extended offer ',"until":"2026-01-26T18:00:00Z"'
    hub_match "$referral" LOT1 offer.answered offer ',"answer":"accepted","starts_at":"2026-01-26T16:00:00Z","channel":"phone"'

    # Automation for an hour; an offer that nobody answers.
    hub_decide routing.mode '"scope":"direction:step_up","mode":"offer","until":"2026-01-26T11:00:00Z"'
    hub_refer 5 2026-01-26T10:10:00Z step_up '"personal_care","therapy"' ',"consent":"given"'
    automatic=$referral
    hub_newest "$automatic" TEAM1
    unanswered=$offer
    hub_decide routing.mode '"scope":"service:NIGHTS","mode":"paused","reason":"no staff"'
    hub_refer 14 2026-01-26T10:15:00Z step_up '"peg"' ',"consent":"given"' # Accepted by itself.

    # Beds; what blocks; a reason that somebody settles.
    hub_admit 8 2026-01-26T10:40:00Z P2
    hub_say 2026-01-26T10:41:00Z wait.opened '{"spell":"D8","wait":"w1","reason":"TH1","blocks":"offer"}'
    hub_refer 8 2026-01-26T10:42:00Z step_down '"nursing","bed"' ',"spell":"D8","pathway":"P2"'
    inpatient=$referral
    hub_say 2026-01-26T10:43:00Z wait.verified '{"spell":"D8","wait":"w1","reason":"TH1"}'
    hub_say 2026-01-26T10:44:00Z wait.closed '{"spell":"D8","wait":"w1","reason":"TH1"}'
    hub_approve "$inpatient" BEDS1
    hub_say 2026-01-26T10:50:00Z spell.delay_reason '{"spell":"D8","reason":"CA5","responsible":"NHS"}'
    hub_decide reason.settled '"spell":"D8","reason":"IF5","responsible":"NHS"'
    hub_admit 9 2026-01-26T10:55:00Z P2
    hub_refer 9 2026-01-26T10:56:00Z step_down '"nursing","bed"' ',"spell":"D9","pathway":"P2"'
    mortal=$referral
    hub_approve "$mortal" BEDS1
    hub_answer "$mortal" BEDS1 2026-01-26T10:58:00Z accepted_with_changes ',"starts_at":"2026-01-27T09:00:00Z"'

    hub_decide identity.joined "$(hub_person 6),\"other\":{\"local\":[{\"authority\":\"RWE\",\"id\":\"H66\"}]}"
    hub_decide identity.parted "$(hub_person 6),\"other\":{\"local\":[{\"authority\":\"RWE\",\"id\":\"H66\"}]}"
    hub_decide report.sent '"name":"sitrep","period":"2026-01-25","hash":"0a1b"'
    hub_say 2026-01-26T11:10:00Z spell.discharged '{"spell":"D1","destination":"19"}'
}

hub_evening() {
    hub_say 2026-01-26T14:10:00Z placement.started '{"referral":"1","service":"TEAM2"}'
    hub_say 2026-01-26T14:11:00Z package.restarted "{$(hub_person 1),\"service\":\"LOT1\",\"units\":7}"
    hub_say 2026-01-26T14:20:00Z person.died "{$(hub_person 9),\"died_at\":\"2026-01-26T14:15:00Z\"}"
    # Behind the hold, the hour of automation, and offers that nobody answered.
    hub_say 2026-01-26T16:05:00Z placement.started '{"referral":"7","service":"LOT1"}'
    hub_decide referral.released '"referral":"LCC/6"'
    hub_say 2026-01-26T16:20:00Z offer.answered "{\"offer\":\"$unanswered\",\"version\":3,\"answer\":\"accepted\"}" # Too late.
    hub_say 2026-01-26T17:00:00Z referral.updated '{"referral":"4","needs":["personal_care","dementia"]}'
    hub_say 2026-01-27T08:00:00Z placement.units_changed '{"referral":"7","service":"LOT1","units":6}'
    hub_say 2026-01-27T08:10:00Z placement.reviewed '{"referral":"1","service":"TEAM2","ready_to_leave":true}'
    hub_say 2026-01-27T08:20:00Z placement.ended '{"referral":"2","service":"URGENT","outcome":"independent"}'
    hub_say 2026-01-27T08:30:00Z referral.withdrawn '{"referral":"3"}'
    # Back in hospital with care at home; the bed that was asked for is not needed.
    hub_say 2026-01-27T09:00:00Z spell.admitted "{$(hub_person 7),\"spell\":\"D77\",\"site\":\"RWEAA\",\"class\":\"I\"}"
    hub_match "$inpatient" BEDS1 offer.withdrawn offer
    hub_say 2026-01-27T09:20:00Z spell.criteria_to_reside '{"spell":"D8","meets":true}'
    hub_say 2026-01-27T09:30:00Z outcome.reviewed "{$(hub_person 2),\"at\":\"2026-01-27T09:30:00Z\",\"at_home\":true,\"contacted\":true}"
    hub_say 2026-01-27T09:40:00Z service.capacity '{"service":"TEAM1","capacity":1}'
    # And some that are under way when the day ends.
    hub_refer 10 2026-01-27T10:00:00Z step_up '"personal_care","carer_breakdown"' ',"urgency":"2h"'
    hub_approve "$referral" URGENT
    hub_refer 11 2026-01-27T10:05:00Z step_up '"personal_care"' ',"package":{"calls":1,"minutes":30,"carers":1}'
    hub_refer 12 2026-01-27T10:06:00Z step_up '"night"'
    hub_refer 13 2026-01-27T10:07:00Z step_up '"personal_care"' ',"package":{"calls":1,"minutes":30,"carers":1}'
    hub_approve "$referral" LOT1
    hub_answer "$referral" LOT1 2026-01-27T10:10:00Z accepted ',"starts_at":"2026-01-28T08:00:00Z"'
}

# hub_all FILE: everything the server says of what stands, one answer a line; of each referral its
# story, and for each service the rule in its way.
hub_all() {
    local question reference service
    # When feeds were heard no journal tells.
    hub_ask '{"query":"summary"}' | sed -E 's/"feeds":\[[^]]*\]//; s/"stale":(true|false)//g' >"$1"
    for question in services proposals offers waiting alerts delays; do
        hub_ask "{\"query\":\"$question\"}"
    done >>"$1"
    for reference in "${hub_referrals[@]}"; do
        hub_ask "{\"query\":\"referral\",\"reference\":\"$reference\"}"
        for service in TEAM1 TEAM2 URGENT LOT1 NURSES BEDS1 NIGHTS; do
            hub_ask "{\"query\":\"why-not\",\"referral\":\"$reference\",\"service\":\"$service\"}"
        done
    done >>"$1"
}

# hub_gist FILE: of those answers what may never change: states, versions, units, rules.
hub_gist() {
    LC_ALL=C awk '{
        gist = ""
        while (match($0, /"(reference|state|alert|service|rule|version|held|free|units|capacity)":("[^"]*"|-?[0-9]+|null)/)) {
            gist = gist " " substr($0, RSTART, RLENGTH)
            $0 = substr($0, RSTART + RLENGTH)
        }
        gsub(/"/, "", gist)
        print substr(gist, 2)
    }' "$1"
}
