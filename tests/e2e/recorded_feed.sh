#!/usr/bin/env bash
# recorded_feed.sh - a recorded feed over a real socket, and after each message the figures that a
# calculation by hand gives.
#
# The story is that of tests/scenario/recorded.scenario, here as the hospital sends it.  With clock:
# events "now" is the greatest event time so far, so each sum can be done on paper.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"
. "$(dirname "${BASH_SOURCE[0]}")/server.sh"
unset "${!HOMEWARD_@}"

cat >"$folder/homeward.yaml" <<'YAML'
sites:
  - code: RWEAA
    name: Leicester Royal Infirmary
    organisation: RWE
    beds: 20
    wards:
      - {code: W1, kind: acute, beds: 10}
      - {code: W5, kind: acute, beds: 10}
YAML
server_start -c "$folder/homeward.yaml" -d "$folder/data" --set mllp.listen=127.0.0.1:0 \
    --set nanomsg.publish=off --set nanomsg.query=off --set nanomsg.ingest=off --set clock=events
mllp=$(server_field mllp)

number=0
# message TRIGGER RECORDED HAPPENED [SEGMENT...]
message() {
    local trigger=$1 recorded=$2 happened=$3
    shift 3
    number=$((number + 1))
    {
        printf 'MSH|^~\\&|PAS|RWE|HOMEWARD|RWE|%s||ADT^%s|%d|P|2.4\r' "$recorded" "$trigger" "$number"
        printf 'EVN|%s|%s||||%s\r' "$trigger" "$recorded" "$happened"
        printf 'PID|1||9990000018^^^NHS^NH~S4711^^^RWE^MR||ZZTEST^ANN||19401005|F\r'
        printf '%s\r' "$@"
    } >"$folder/message.hl7"
    tap_run "$program" send "mllp://$mllp" "$folder/message.hl7"
    [ "$code" -eq 0 ] || tap_case "message $number is accepted" 0 "$code: $out$err"
    figures=$("$program" replay -d "$folder/data" | tr -d ' \n')
}

# figure NAME WANTED WORDS: of the county as a whole.
figure() {
    tap_case "$3: $1" "$2" "$(grep -oE "\"$1\":-?[0-9.]+" <<<"$figures" | head -n 1 | cut -d: -f2)"
}

pv1() { # CLASS PLACE: with the visit number in PV1-19
    printf 'PV1|1|%s|%s||||||||||||||||V88' "$1" "$2"
}

message A04 20260302081200 20260302081200 "$(pv1 E 'AE^^^RWEAA')"
figure in_hospital 0 "Monday 08:12, emergency department"

message A06 20260302115200 20260302114000 "$(pv1 I 'W1^^^RWEAA')" 'PV2|||||||||20260305'
figure in_hospital 1 "Monday 11:40, inpatient on W1"
figure admitted_today 1 "Monday 11:40, inpatient on W1"

message A08 20260303093000 20260303093000 "$(pv1 I 'W1^^^RWEAA')" 'ZDT|Y||||||02'
figure admitted_today 0 "Tuesday 09:30, meets the criteria"
figure ready 0 "Tuesday 09:30, meets the criteria"

message A08 20260304100000 20260304100000 "$(pv1 I 'W1^^^RWEAA')" 'ZDT|N||P1'
figure ready 1 "Wednesday 10:00, no longer meets them"
figure P1 1 "Wednesday 10:00, no longer meets them"

# 10:00 to 14:00: 4 hours, inferred HP3 until now.
message A08 20260304140000 20260304140000 "$(pv1 I 'W1^^^RWEAA')" 'ZDT|N|||E|SC'
figure ready_hours 4.0 "Wednesday 14:00, waits for a care package"
tap_has "Wednesday 14:00: four hours are HP3's, inferred, and nobody waits for it now" \
    '"reason":"HP3","responsible":"unassigned","inferred":true,"contested":false,"people":0,"hours":4.0,' \
    "$figures"
tap_has "Wednesday 14:00: one person waits for E, the council's" \
    '"reason":"E","responsible":"SC","inferred":false,"contested":false,"people":1,"hours":0.0,' "$figures"

message A02 20260304191500 20260304191500 "$(pv1 I 'W5^^^RWEAA')"
figure ready_hours 9.25 "Wednesday 19:15, to the discharge lounge"

# Discharged at 16:05; 24:00 to 16:05 are 16 hours 5 minutes of today.
message A03 20260305160500 20260305160500 "$(pv1 I 'W5^^^RWEAA')"
figure in_hospital 0 "Thursday 16:05, discharged"
figure discharged_today 1 "Thursday 16:05, discharged"
figure ready_today_hours 16.0833 "Thursday 16:05, discharged"

# The transport turned back: as if it had never been.  10:00 to 16:05 are 30 hours 5 minutes.
message A13 20260305173000 20260305160500 "$(pv1 I 'W5^^^RWEAA')"
figure in_hospital 1 "Thursday 17:30, that discharge is cancelled"
figure discharged_today 0 "Thursday 17:30, that discharge is cancelled"
figure ready_hours 30.0833 "Thursday 17:30, that discharge is cancelled"
figure delayed_days 1 "Thursday 17:30, that discharge is cancelled"

# Criteria met again: today had 9 hours 10 minutes of it.
message A08 20260306091000 20260306091000 "$(pv1 I 'W5^^^RWEAA')" 'ZDT|Y||||||08'
figure ready 0 "Friday 09:10, meets the criteria again"
figure ready_today_hours 9.1667 "Friday 09:10, meets the criteria again"

message A08 20260307100000 20260307100000 "$(pv1 I 'W5^^^RWEAA')" 'ZDT|N|||E|SC'
figure ready 1 "Saturday 10:00, ready again"
figure ready_hours 0.0 "Saturday 10:00, ready again"

message A03 20260307150000 20260307150000 "$(pv1 I 'W5^^^RWEAA')"
figure in_hospital 0 "Saturday 15:00, home"
figure ready_today_hours 5.0 "Saturday 15:00, home"
figure discharged_today 1 "Saturday 15:00, home"

server_stop TERM
tap_case "the server stops cleanly" 0 "$code"
tap_end
