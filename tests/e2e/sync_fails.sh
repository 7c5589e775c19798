#!/usr/bin/env bash
# sync_fails.sh - a disk whose sync fails once: from then on nothing is acknowledged, the server says
# why and exits 1, and started again it has all that was acknowledged.
#
# usage: sync_fails.sh PROGRAM SOURCE_ROOT LIBRARY
#
# The failure comes from outside, into the real program: a library (support/preloaded.c) lets the Nth
# sync of the process fail and puts back what it should have made durable, so that an acknowledgement
# that relied on it, or on a sync tried again, is one of something lost.  HOMEWARD_LONG=1: 200 values
# of N; and, where strace may trace, the Nth fdatasync of each thread once more in the kernel.
set -euo pipefail
[ ! -w /dev/shm ] || export TMPDIR=/dev/shm # Syncs fail by our hand, not by a disk.
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"
. "$(dirname "${BASH_SOURCE[0]}")/server.sh"
long=${HOMEWARD_LONG:-0}
unset "${!HOMEWARD_@}"
library=$(realpath "$3")

settings=(--set clock=events --set mllp.listen=127.0.0.1:0 --set nanomsg.publish=off
    --set nanomsg.query=off)
"$program" simulate --people 5000 --days 6 --clean -o "$folder/feed.hl7" 2>/dev/null
real=$program

# The program as server_start calls it, with its Nth sync failing.
cat >"$folder/preloaded" <<'SH'
#!/bin/sh
export ASAN_OPTIONS="$ASAN_OPTIONS:verify_asan_link_order=0"
export FAILING_SYNC=$NTH LD_PRELOAD=$LIBRARY
exec "$REAL" "$@"
SH
cat >"$folder/traced" <<'SH'
#!/bin/sh
export ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0" # It cannot look for them while somebody traces.
exec strace -f -o /dev/null -e trace=fdatasync -e inject=fdatasync:error=EIO:when=$NTH "$REAL" "$@"
SH
chmod +x "$folder/preloaded" "$folder/traced"

count_of() { # NAME: in the summary of send
    sed -nE "s/.*\"$1\": ?([0-9]+).*/\1/p" <<<"$out" | head -1
}

in_use=0 # How often it failed under load.
tried=0
fail_at() { # MEANS N
    local means=$1 nth=$2 data=$folder/data accepted=0
    local name="$means, sync $nth fails"

    rm -rf "$data"
    tried=$((tried + 1))
    program=$folder/$means
    ASAN_OPTIONS=${ASAN_OPTIONS:-} NTH=$nth REAL=$real LIBRARY=$library \
        server_start -d "$data" "${settings[@]}"
    program=$real
    if [ -n "$(server_field mllp)" ]; then
        tap_run "$real" send --json --timeout 1 -w 2 "mllp://$(server_field mllp)" "$folder/feed.hl7"
        accepted=$(count_of accepted)
        tap_case "$name: not all is accepted" 1 "$code"
        [ "$code" -ne 0 ] || kill "$server" # It made fewer syncs.
        server_wait '"event":"stopped'
        in_use=$((in_use + 1))
    fi
    tap_has "$name: the server says which file" 'cannot .*Input/output error; look at the disk' \
        "$(<"$server_log")"
    code=0
    wait "$server" || code=$?
    exec 7<&-
    : >"$server_log"
    tap_case "$name: it exits 1" 1 "$code"

    server_start -d "$data" "${settings[@]}"
    tap_has "$name: it starts again" '^127' "$(server_field mllp)"
    tap_run "$real" send --json "mllp://$(server_field mllp)" "$folder/feed.hl7"
    tap_case "$name: all $accepted that were accepted are known, the rest is taken" "0 yes" \
        "$code $([ "$(count_of duplicate)" -ge "$accepted" ] && echo yes || count_of duplicate)"
    server_stop TERM
    tap_run "$real" verify -d "$data"
    tap_case "$name: verify finds no fault" 0 "$code"
}

if [ "$long" = 1 ]; then
    values=$(seq 1 200)
else
    values="1 2 3 4 5 6 7 8 9 11 13 17 23 31 43 60 85 120 160 200"
fi
for nth in $values; do
    fail_at preloaded "$nth"
done
tap_case "of $tried, most failed under load" yes "$([ "$in_use" -ge $((tried / 2)) ] && echo yes)"
if [ "$long" = 1 ] && strace -f -o /dev/null -e inject=fdatasync:error=EIO:when=1 true 2>/dev/null; then
    for nth in 1 2 3 5 11 23 60 200; do
        fail_at traced "$nth"
    done
fi
tap_end
