#!/usr/bin/env bash
# killed.sh - a hub whose server is killed (-9) again and again while services and people speak: what
# was acknowledged is there, once, and no unit is held by nothing.  H-15
#
# usage: killed.sh PROGRAM SOURCE_ROOT STATE
#
# homeward send tells of referrals, starts and endings without a pause; beside it proposals are
# approved and offers answered one by one, each under a reason of its own; each kill comes while one
# of these is on its way.  After each kill the journal is replayed by STATE, which refuses decisions
# that differ and units that do not add up.  Then what a stop and a clock must not do to an offer.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/tap.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/server.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/hub.sh"
kills=8
[ "${HOMEWARD_LONG:-0}" != 1 ] || kills=60
unset "${!HOMEWARD_@}"
state=$3
people=$((kills * 40))
RANDOM=${SEED:-$((BASHPID % 32768))}
echo "# SEED=${SEED:-$((BASHPID % 32768))}"

data=$folder/data
hub=ipc://$folder/hub
settings=(-d "$data" --set mllp.listen=127.0.0.1:0 --set nanomsg.publish=off
    --set "nanomsg.query=$hub" --set routing.mode=offer --set 'automation={allow: [reablement]}'
    --set 'services=[{code: TEAM1, kind: reablement, capacity: 25, capabilities: [personal_care]}, {code: TEAM2, kind: home_care, unit: hours_per_week, capacity: 90, capabilities: [personal_care]}]')
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)

event() { # ID TYPE DATA: one line
    printf '{"specversion":"1.0","id":"%s","source":"LCC/FEED","type":"homeward.%s","time":"%s","data":%s}\n' "$1" "$2" "$now" "$3"
}
for ((i = 1; i <= people; i++)); do
    event "r$i" referral.received "{\"referral\":\"$i\",\"person\":{\"local\":[{\"authority\":\"RWE\",\"id\":\"K$i\"}]},\"direction\":\"step_up\",\"council\":\"508\",\"zone\":\"CHA\",\"consent\":\"given\",\"needs\":[\"personal_care\"],\"package\":{\"calls\":1,\"minutes\":30,\"carers\":1}}"
    [ $i -le 10 ] || event "s$i" placement.started "{\"referral\":\"$((i - 10))\",\"service\":\"TEAM$((i % 2 + 1))\"}"
    [ $i -le 30 ] || event "e$i" placement.ended "{\"referral\":\"$((i - 30))\",\"service\":\"TEAM$((i % 2 + 1))\",\"outcome\":\"independent\"}"
done >"$folder/feed.ndjson"

# ---- people, one by one; what was not answered in a second is not known to have been taken

spoken=0
speak() { # QUESTION
    nanocat --req --connect "$hub" --recv-timeout 1 --ascii --data "$1" 2>/dev/null || true
}
some() { # RESOURCE: "reference version" of one of the first, or nothing
    speak "{\"query\":\"$1\",\"limit\":8}" | grep -oE '"reference":"O[^"]*","version":[0-9]+' |
        shuf -n 1 --random-source=<(yes "$RANDOM") | sed -E 's/.*:"(O[^"]*)".*:([0-9]+)/\1 \2/' || true
}
told() { # NAME ANSWER: the decision of this name was accepted
    [[ $2 != *'"outcome":"accepted"'* ]] || echo "$1" >>"$folder/accepted"
}
decide() { # approve a proposal, or answer an offer
    local reference version answers=(accepted declined accepted assessing)
    spoken=$((spoken + 1))
    if [ $((RANDOM % 2)) = 0 ]; then
        read -r reference version <<<"$(some proposals)" && [ -n "$reference" ] || return 0
        told "k$spoken" "$(speak "{\"decide\":{\"decision\":\"proposal.approved\",\"proposal\":\"$reference\",\"version\":$version,\"reason\":\"k$spoken\"}}")"
    else
        read -r reference version <<<"$(some offers)" && [ -n "$reference" ] || return 0
        told "k$spoken" "$(speak "{\"ingest\":[$(event "k$spoken" offer.answered "{\"offer\":\"$reference\",\"version\":$version,\"answer\":\"${answers[RANDOM % 4]}\",\"reason\":\"k$spoken\"}")]}")"
    fi
}

# ---- killed while they speak

: >"$folder/accepted"
server_start "${settings[@]}"
"$program" send --json --rate 60 --window 5 --timeout 120 "nn+$hub" "$folder/feed.ndjson" \
    >"$folder/sent.json" 2>"$folder/sent.err" &
sender=$!
tap_processes+=("$sender")
whole=0 fed=0
for ((kill = 1; kill <= kills; kill++)); do
    for ((i = RANDOM % 6; i >= 0; i--)); do
        decide
    done
    decide &
    sleep "0.0$((RANDOM % 90 + 10))"
    kill -9 "$server"
    wait "$server" 2>/dev/null || true
    wait "$!" || true
    ! kill -0 "$sender" 2>/dev/null || fed=$((fed + 1))
    spoken=$((spoken + 1)) # The one under way had this number.
    exec 7<&-
    tap_run "$state" "$data"
    [ "$code" = 0 ] && whole=$((whole + 1)) || echo "# $err"
    server_start "${settings[@]}"
done
tap_case "after each kill decisions are its own and units add up" "$kills" "$whole"
tap_case "killed while it was fed, too" yes "$([ "$fed" -ge 1 ] && echo yes)"
code=0
wait "$sender" || code=$?
tap_case "the sender lived through it and was told of every event" 0 "$code"
for _ in 1 2 3 4 5 6; do decide; done
tap_run "$program" send --json "nn+$hub" "$folder/feed.ndjson"
tap_has "sent again none of it is new" "\"accepted\":0,\"duplicate\":$(wc -l <"$folder/feed.ndjson")," "$out"

# ---- all of it, once

"$program" replay -d "$data" --print events >"$folder/events"
count() { # TYPE
    grep -cF "\"type\":\"$1\"" "$folder/events"
}
tap_case "every referral, start and ending is there, once" \
    "$people $((people - 10)) $((people - 30))" \
    "$(count referral.received) $(count placement.started) $(count placement.ended)"
grep -oE '"reason":"k[0-9]+"' "$folder/events" | grep -oE 'k[0-9]+' | sort >"$folder/journaled"
tap_case "no decision and no answer is there twice" "" "$(uniq -d "$folder/journaled")"
tap_case "and all that were acknowledged are there" "" \
    "$(sort "$folder/accepted" | comm -23 - "$folder/journaled")"
tap_case "there were some" yes "$([ -s "$folder/accepted" ] && echo yes)"

# ---- all is over: nothing is held

for ((i = 1; i <= people; i++)); do
    event "x$i" placement.ended "{\"referral\":\"$i\",\"service\":\"TEAM1\"}"
    event "y$i" placement.ended "{\"referral\":\"$i\",\"service\":\"TEAM2\"}"
    event "w$i" referral.withdrawn "{\"referral\":\"$i\"}"
done >"$folder/over.ndjson"
"$program" send -q "nn+$hub" "$folder/over.ndjson" >"$folder/out" 2>&1 || true
tap_case "when all is over no service holds a unit" "0 0 0" \
    "$(hub_ask '{"query":"services"}' | grep -oE '"held":-?[0-9]+' | cut -d: -f2 | tr '\n' ' ')$(hub_ask '{"query":"waiting"}' | grep -oE '"count":[0-9]+' | cut -d: -f2)"
kill -9 "$server"
wait "$server" 2>/dev/null || true
exec 7<&-
tap_run "$state" "$data" "$RANDOM" 6
tap_case "at random records, too: snapshot and tail are the full replay" "0 6" "$code $(grep -c ^snapshot <<<"$out")"
tap_has "verify finds every decision its own" '"decisions":[1-9][0-9]*,"decisions_differ":0,' \
    "$("$program" verify --json -d "$data")"

# ---- a long stop, and clocks that jump (R16, R17)

one=(--set 'services=[{code: TEAM1, kind: reablement, capacity: 1, capabilities: [personal_care]}]')
hub_serve "${one[@]}"
hub_say 2026-03-02T09:00:00Z referral.received '{"referral":"1","person":{"local":[{"authority":"RWE","id":"K1"}]},"direction":"step_up","council":"508","zone":"CHA","needs":["personal_care"]}'
referral=$(hub_reference)
hub_newest "$referral" TEAM1
hub_decide proposal.approved "\"proposal\":\"$offer\",\"version\":$version"
stands() { # of the offer: state, when it expires; units held
    hub_ask "{\"query\":\"referral\",\"reference\":\"$referral\"}" |
        sed -E 's/.*"service":"TEAM1","state":"([^"]*)".*"expires_at":"?([^",]*)"?.*/\1 \2 /' | tr -d '\n'
    hub_ask '{"query":"services"}' | grep -oE '"held":-?[0-9]+' | cut -d: -f2
}
tap_case "an offer is out for two hours" "offered 2026-03-02T11:00:00.000Z 1" "$(stands)"
hub_say 2027-01-01T09:00:00Z person.updated '{"person":{"local":[{"authority":"RWE","id":"K2"}]}}'
tap_case "one message from far ahead ends nothing" "offered 2026-03-02T11:00:00.000Z 1" "$(stands)"
hub_say 2026-02-20T09:00:00Z person.updated '{"person":{"local":[{"authority":"RWE","id":"K3"}]}}'
tap_case "nor does one from long ago" "offered 2026-03-02T11:00:00.000Z 1" "$(stands)"
kill -9 "$server"
wait "$server" 2>/dev/null || true
exec 7<&-
hub_serve "${one[@]}"
tap_case "killed and started again it is out as before" "offered 2026-03-02T11:00:00.000Z 1" "$(stands)"
kill -9 "$server"
wait "$server" 2>/dev/null || true
exec 7<&-
# With the machine's clock: the server stood still from that morning in March until now.
hub_serve "${one[@]}" --set clock=system
read -r standing expires held <<<"$(stands)"
resumed=$("$program" replay -d "$folder/hub-data" --print events | grep -F '"detail":"resumed"' |
    sed -E 's/.*"accepted":"([^"]*)".*/\1/')
tap_case "after a long stop it has a quarter of an hour from the start on" "offered 1 900" \
    "$standing $held $(($(date -d "$expires" +%s) - $(date -d "$resumed" +%s)))"
hub_newest "$referral" TEAM1
hub_say "$now" offer.answered "{\"offer\":\"$offer\",\"version\":$version,\"answer\":\"accepted\"}"
tap_has "in which it is accepted" '^accepted .* 1$' "$(stands)"
hub_say "$now" referral.withdrawn '{"referral":"1"}'
tap_has "and its place is given back with the referral" ' 0$' "$(stands)"
server_stop TERM
tap_run "$state" "$folder/hub-data" "$RANDOM" 6
tap_case "at random records, too" "0 6" "$code $(grep -c ^snapshot <<<"$out")"
tap_end
