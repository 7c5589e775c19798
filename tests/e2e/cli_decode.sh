#!/usr/bin/env bash
# cli_decode.sh - homeward decode on messages of our own: what is taken, ignored, refused; and that
# nobody is named unless asked for.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"
unset "${!HOMEWARD_@}"

# message TRIGGER ID SEGMENT...
message() {
    local trigger=$1 id=$2 segment
    shift 2
    printf 'MSH|^~\\&|PAS|RWE|HW|HW|20261121101500||ADT^%s|%s|P|2.4\r' "$trigger" "$id"
    printf 'EVN|%s|20261121101500\r' "$trigger"
    for segment in "$@"; do
        printf '%s\r' "$segment"
    done
}

person='PID|1||L123456^^^RWE^PI~9990000018^^^NHS^NH||EXAMPLE^JO||19400102|F|||1 STREET^^TOWN^^LE11 1AA'
visit='PV1|1|I|W1^R1^B1^RWEAA||||||||||||||||V987^^^RWE'
{
    message A01 M1 "$person" "$visit" 'ZDT|N|20261121090000|P1|E|SC|dementia'
    message A03 M2 "$person" "PV1|1|I"
    message A01 M3 "$person" "${visit/|I|/|O|}"
    message ZZ9 M4 "$person"
} >"$folder/file.hl7"

tap_run "$program" decode "$folder/file.hl7"
tap_case "reading is no failure, whatever is read" 0 "$code"
tap_has "an admission is taken" '^message 1: taken: ' "$out"
tap_has "it would be answered" '^  answers: AA$' "$out"
tap_has "its ward is shown" '^      ward: W1$' "$out"
tap_has "its time is shown with its precision" \
    'happened: 2026-11-21T10:15:00.000Z \(to the second\)' "$out"
tap_has "a stay that nothing names is refused" '^message 2: refused, code 101 at PV1' "$out"
tap_has "an outpatient is ignored" '^message 3: ignored' "$out"
tap_has "a trigger that means nothing is ignored" '^message 4: ignored' "$out"
tap_case "nobody is named" "" \
    "$(grep -E 'L123456|9990000018|EXAMPLE|V987|LE11|1940|born_hash: [0-9]' <<<"$out" || true)"

tap_run "$program" decode --identities "$folder/file.hl7"
tap_has "with --identities the numbers are shown" 'nhs 9990000018' "$out"
tap_has "and the name" '^      name: .*EXAMPLE' "$out"

tap_run "$program" decode --json "$folder/file.hl7"
tap_case "--json is one object a message" 4 "$(wc -l <"$folder/out")"
tap_has "with the same verdict" '^\{"message":2,"verdict":"refused",.*"code":101' "$out"
tap_case "and nobody is named there" "" \
    "$(grep -E 'L123456|9990000018|EXAMPLE|V987|LE11|1940' <<<"$out" || true)"

tap_run "$program" decode --set hl7.unhandled=reject "$folder/file.hl7"
tap_has "the configuration decides" '^message 4: refused, code 20[01]' "$out"

# Sources: whose claims these are, whose visit numbers, and what may not be asserted.
message A01 M5 "$person" 'PV1|1|I|W1^R1^B1^RWEAA||||||||||||||||V987' >"$folder/source.hl7"
tap_run "$program" decode "$folder/source.hl7"
tap_has "a source is MSH-4/MSH-3" '^    source: RWE/PAS$' "$out"
tap_has "its claims are of MSH-4" '^    organisation: RWE$' "$out"
tap_has "so are its visit numbers" '^    visit_authority: RWE$' "$out"
tap_run "$program" decode --set \
    'sources=[{source: RWE/PAS, organisation: RWE00, visit_authority: UHL}]' "$folder/source.hl7"
tap_has "sources say otherwise of its claims" '^    organisation: RWE00$' "$out"
tap_has "and of its visit numbers" '^    visit_authority: UHL$' "$out"
tap_case "and it may assert all" "" "$(grep NOT_ASSERTED <<<"$out" || true)"
tap_run "$program" decode --set 'sources=[{source: RWE/PAS, assert: [spell.updated]}]' \
    "$folder/source.hl7"
tap_has "what it may not assert is taken" '^message 1: taken: ' "$out"
tap_has "and said to have no effect" 'NOT_ASSERTED: its source may not assert this' "$out"

code=0
out=$("$program" decode <"$folder/file.hl7") || code=$?
tap_has "standard input is read without a file" '^message 4: ' "$out"
printf 'no message at all\n' >"$folder/junk"
tap_run "$program" decode "$folder/junk"
tap_has "what is no message says so" '^message 1: refused, code 100' "$out"
tap_run "$program" decode "$folder/none.hl7"
tap_case "a file that is not there" \
    "1 homeward decode: $folder/none.hl7: cannot be read: No such file or directory" "$code $err"
tap_end
