#!/usr/bin/env bash
# disk_full.sh - a disk that is full: nothing is acknowledged that is not stored, the log says why,
# and when there is space again the server goes on by itself.
#
# The disk is a small file system of our own, in a namespace of our own: this script runs itself
# again in there.  Where that is not allowed it is skipped, and says so.
set -euo pipefail
if [ "${3:-}" != inside ]; then
    for kind in -m -rm; do
        if unshare $kind mount -t tmpfs -o size=1m none /tmp 2>/dev/null; then
            exec unshare $kind bash "$0" "$1" "$2" inside
        fi
    done
    echo "1..0 # SKIP no file system may be mounted here, not even in a namespace of our own"
    exit 0
fi
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"
. "$(dirname "${BASH_SOURCE[0]}")/server.sh"
unset "${!HOMEWARD_@}"

settings=(--set clock=events --set mllp.listen=127.0.0.1:0 --set nanomsg.publish=off
    --set nanomsg.query=off --set dedupe.days=90)
"$program" simulate --people 60000 --days 50 --clean -o "$folder/feed.hl7" 2>/dev/null

# send FILE: what was answered is then in $answered, of that accepted in $accepted.
send() {
    tap_run "$program" send --json --timeout 3 "mllp://$(server_field mllp)" "$1"
    accepted=$(sed -nE 's/.*"accepted": ?([0-9]+).*/\1/p' <<<"$out" | head -1)
}

# stored DIR: messages in its journal; each has a control id, and is not the log's own.
stored() {
    "$program" replay -d "$1" --print events | grep -cE '"type":"(spell|person|referral)' || true
}

disk=$folder/disk
mkdir "$disk"
mount -t tmpfs -o size=16m none "$disk"
trap 'umount -l "$disk"; tap_clean' EXIT

mkdir "$folder/tiny"
mount -t tmpfs -o size=64k none "$folder/tiny"
head -c 64K /dev/zero >"$folder/tiny/ballast" 2>/dev/null || true
tap_run "$program" serve -d "$folder/tiny/data" "${settings[@]}"
tap_case "no space for anything: it does not start" 1 "$code"
tap_has "and says so" 'No space left on device; free some space' "$err"
umount -l "$folder/tiny"

server_start -d "$disk/data" "${settings[@]}"
send "$folder/feed.hl7"
before=$accepted
tap_case "full: not all is accepted" 1 "$code"
tap_has "but some was" '^[1-9][0-9]+$' "$before"
tap_has "send says what to look at" 'check that the receiver.s disk' "$err"
server_wait 'No space left on device'
tap_has "the server says which file, and what to do" \
    'cannot .*/data/.*No space left on device; free some space' "$said"
tap_case "what was acknowledged is stored" yes \
    "$(n=$(stored "$disk/data"); [ "$n" -ge "$before" ] && echo yes || echo "$n of $before")"
printf 'MSH|^~\\&|PAS|RWE|HW|HW|20260120101500||ADT^A01|B1|P|2.4\rEVN|A01|20260120101500\rPID|1||A1^^^RWE^PI\rPV1|1|I|W1\r' \
    >"$folder/bad.hl7"
head -c 128M /dev/zero >"$disk/ballast" 2>/dev/null || true
send "$folder/bad.hl7"
tap_case "nor is a refusal answered that is not in quarantine" 0 "$(
    sed -nE 's/.*"rejected": ?([0-9]+).*/\1/p' <<<"$out" | head -1)"
kill -9 "$server"
wait "$server" 2>/dev/null || true
exec 7<&-
server_start -d "$disk/data" "${settings[@]}"
tap_case "killed, it starts again on the full disk with all of it" yes \
    "$(n=$(server_field sequence); [ "$n" -ge "$before" ] && echo yes || echo "$n of $before")"
send "$folder/bad.hl7"
server_wait 'quarantine'
tap_has "and says why it does not answer" 'quarantine.*No space left on device' "$said"
server_stop TERM
tap_case "told to stop, it does not wait for a full disk" 0 "$code"
tap_has "and says what became of the rest" 'the disk was full at the end' "$(<"$server_log")"
tap_case "that the disk is full was said once" 1 "$(
    awk '/"event":"ready"/ { count = 0 } /quarantine.*No space/ { count++ } END { print count }' \
        "$server_log")"
server_start -d "$disk/data" "${settings[@]}"
"$program" send --json --timeout 30 "mllp://$(server_field mllp)" "$folder/feed.hl7" \
    >"$folder/later" 2>&1 &
later=$!
rm "$disk/ballast"
mount -o remount,size=128m "$disk"
code=0
wait "$later" || code=$?
tap_case "when there is space it goes on by itself: all is accepted" 0 "$code"
tap_has "what was stored before is known" '"duplicate": ?[1-9][0-9]' "$(<"$folder/later")"
send "$folder/bad.hl7"
tap_has "refusals are answered" '"rejected": ?1' "$out"
send "$folder/feed.hl7"
tap_case "nothing is left to accept" 0 "$accepted"
server_stop TERM
tap_case "it stops well" 0 "$code"
tap_run "$program" verify -d "$disk/data"
tap_case "and verify finds no fault" 0 "$code"
tap_end
