#!/usr/bin/env bash
# golden.sh - data directories as each format version wrote them: this program opens them, and they
# say what they said then.
#
# usage: golden.sh PROGRAM SOURCE_ROOT STATE
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/tap.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/server.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/hub.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/hub_day.sh"
unset "${!HOMEWARD_@}"
state=$3
hub=ipc://$folder/hub
settings=(--set clock=events --set mllp.listen=127.0.0.1:0 --set nanomsg.publish=off
    --set "nanomsg.query=$hub" --set county=golden "${hub_day_settings[@]}")

# field NAME: of the JSON on stdin
field() {
    sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p"
}

# look NAME FOLDER: reads it in every way and compares; FOLDER is a copy.
look() {
    local name=$1 data=$2

    tap_run "$program" verify --json -d "$data"
    tap_case "$name: verify finds what it found" "0 $(<"$data/expected-verify")" "$code $out"
    tap_run "$program" replay -d "$data"
    tap_case "$name: the figures, from its snapshot and tail" "$(<"$data/expected-summary")" "$out"
    tap_case "$name: the snapshot was taken" "" "$err"
    tap_run "$program" replay -d "$data" --print delays
    tap_case "$name: the delays" "$(<"$data/expected-delays")" "$out"
    tap_run "$program" replay -d "$data" --print waiting
    tap_case "$name: who waits" "$(<"$data/expected-waiting")" "$out"
    tap_run "$state" "$data"
    tap_case "$name: the digests and the bytes of the state, from the first record" \
        "$(<"$data/expected-state")" "$out"
}

# unpack VERSION FOLDER: a copy, its files as long as they were.
unpack() {
    local file size

    cp -r "$1" "$2"
    chmod -R u+w "$2"
    while read -r file size; do
        truncate -s "$size" "$2/$file"
    done <"$2/sizes"
}

found=0
for version in "$2"/tests/golden/v*/; do
    name=$(basename "$version")
    data=$folder/$name
    unpack "$version" "$data"
    found=$((found + 1))
    look "$name" "$data"

    records=$(field sequence <"$data/expected-verify")
    server_start -d "$data" "${settings[@]}"
    tap_case "$name: the server starts from it with all $records records" "$records" \
        "$(server_field sequence)"
    mapfile -t hub_referrals <"$data/referrals"
    hub_all "$folder/all"
    tap_case "$name: it says what it said of every referral, match, service and alert" \
        "$(<"$data/expected-told")" "$(hub_gist "$folder/all")"
    "$program" simulate --people 1300 --days 9 --seed 2026 -o "$folder/feed.hl7" 2>/dev/null
    tap_run "$program" send --json "mllp://$(server_field mllp)" "$folder/feed.hl7"
    tap_case "$name: nothing sent again is new" 0 "$(sed -n 's/.*"accepted":\([0-9]*\).*/\1/p' <<<"$out")"
    tap_run "$program" send --json "nn+$hub" "$data/said.ndjson"
    tap_case "$name: nor what the hub said" 0 "$(sed -n 's/.*"accepted":\([0-9]*\).*/\1/p' <<<"$out")"
    printf 'MSH|^~\\&|PAS|RWE|HW|HW|20260201101500||ADT^A01|LATER1|P|2.4\rEVN|A01|20260201101500\rPID|1||LATER^^^RWE^PI\rPV1|1|I|W1^^^RWEAA||||||||||||||||LATER\r' \
        >"$folder/later.hl7"
    tap_run "$program" send --json "mllp://$(server_field mllp)" "$folder/later.hl7"
    tap_has "$name: something new is" '"accepted": ?1' "$out"
    server_stop TERM
    tap_run "$program" verify --json -d "$data"
    tap_case "$name: and verify finds no fault" "0 $((records + 1))" "$code $(field sequence <<<"$out")"
done

format=$("$program" --version | sed -n 's/.*format \([0-9]*\).*/\1/p')
tap_case "there is a directory of this format version and of each before it" "$format" "$found"

# It can fail: another byte, another answer.
data=$folder/changed
unpack "$2/tests/golden/v1" "$data"
segment=$(find "$data/journal" -name '*.hwj' | head -1)
printf 'X' | dd of="$segment" bs=1 seek=6000 conv=notrunc 2>/dev/null
tap_run "$state" "$data"
tap_case "a changed byte would be noticed" "" "$(diff -q "$data/expected-state" - <<<"$out" >/dev/null && echo same || true)"
tap_end
