#!/usr/bin/env bash
# disk_full.sh - a disk that is full: nothing is acknowledged that is not stored, the log says why,
# and when there is space again the server goes on by itself.
#
# usage: disk_full.sh PROGRAM SOURCE_ROOT LIBRARY [preloaded]
#
# The disk is a small file system of our own, in a namespace of our own: this script runs itself
# again in there.  Where that is not allowed, or "preloaded" is asked for, a library
# (support/preloaded.c) stands in for it: files grow by no more than it allows.
set -euo pipefail
means=${4:-mounted}
if [ "$means" = mounted ]; then
    for kind in -m -rm; do
        if unshare $kind mount -t tmpfs -o size=1m none /tmp 2>/dev/null; then
            exec unshare $kind bash "$0" "$1" "$2" "$3" inside
        fi
    done
    means=preloaded
fi
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"
. "$(dirname "${BASH_SOURCE[0]}")/server.sh"
unset "${!HOMEWARD_@}"
library=$(realpath "$3")
real=$program

settings=(--set clock=events --set mllp.listen=127.0.0.1:0 --set nanomsg.publish=off
    --set nanomsg.query=off --set nanomsg.ingest=off --set dedupe.days=90)
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

# ---- the disk: begun with so much room, filled to the brim, given room again

disk=$folder/disk
mkdir "$disk"
if [ "$means" = preloaded ]; then
    cat >"$folder/limited" <<SH
#!/bin/sh
export ASAN_OPTIONS="\$ASAN_OPTIONS:verify_asan_link_order=0"
export FAILING_ROOM="$folder/room" LD_PRELOAD="$library"
exec "$(realpath "$real")" "\$@"
SH
    chmod +x "$folder/limited"
    disk_begin() { truncate -s 16M "$folder/room"; }
    disk_fill() { truncate -s 0 "$folder/room"; }
    disk_free() { rm "$folder/room"; }
    start_without_space() {
        disk_fill
        ASAN_OPTIONS=${ASAN_OPTIONS:-} tap_run "$folder/limited" serve -d "$folder/tiny" "${settings[@]}"
    }
    start() { # The library is for the server alone.
        program=$folder/limited
        ASAN_OPTIONS=${ASAN_OPTIONS:-} server_start "$@"
        program=$real
    }
else
    disk_begin() {
        mount -t tmpfs -o size=16m none "$disk"
        trap 'umount -l "$disk"; tap_clean' EXIT
    }
    disk_fill() { head -c 128M /dev/zero >"$disk/ballast" 2>/dev/null || true; }
    disk_free() {
        rm "$disk/ballast"
        mount -o remount,size=128m "$disk"
    }
    start_without_space() {
        mkdir "$folder/tiny"
        mount -t tmpfs -o size=64k none "$folder/tiny"
        head -c 64K /dev/zero >"$folder/tiny/ballast" 2>/dev/null || true
        tap_run "$program" serve -d "$folder/tiny/data" "${settings[@]}"
        umount -l "$folder/tiny"
    }
    start() { server_start "$@"; }
fi

start_without_space
tap_case "no space for anything: it does not start" 1 "$code"
tap_has "and says so" 'No space left on device; free some space' "$err"

disk_begin
start -d "$disk/data" "${settings[@]}"
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
disk_fill
send "$folder/bad.hl7"
tap_case "nor is a refusal answered that is not in quarantine" 0 "$(
    sed -nE 's/.*"rejected": ?([0-9]+).*/\1/p' <<<"$out" | head -1)"
kill -9 "$server"
wait "$server" 2>/dev/null || true
exec 7<&-
start -d "$disk/data" "${settings[@]}"
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
start -d "$disk/data" "${settings[@]}"
"$program" send --json --timeout 30 "mllp://$(server_field mllp)" "$folder/feed.hl7" \
    >"$folder/later" 2>&1 &
later=$!
disk_free
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
