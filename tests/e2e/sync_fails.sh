#!/usr/bin/env bash
# sync_fails.sh - a disk whose sync fails once: from then on nothing is acknowledged, the server says
# why and exits 1, and started again it has all that was acknowledged.
#
# The failure is injected by strace, from outside, into the real program: the Nth fdatasync of each
# thread.  Syncs after it would succeed, which must not matter: what the failed one lost is lost.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"
. "$(dirname "${BASH_SOURCE[0]}")/server.sh"
unset "${!HOMEWARD_@}"

if ! strace -f -o /dev/null -e inject=fdatasync:error=EIO:when=1 true 2>/dev/null; then
    echo "1..0 # SKIP strace is not here, or may not trace"
    exit 0
fi
settings=(--set clock=events --set mllp.listen=127.0.0.1:0 --set nanomsg.publish=off
    --set nanomsg.query=off)
"$program" simulate --people 40000 --days 8 --clean -o "$folder/feed.hl7" 2>/dev/null
real=$program

# The program as server_start calls it, with its Nth sync failing.
cat >"$folder/failing" <<'SH'
#!/bin/sh
ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0" # It cannot look for them while somebody traces.
export ASAN_OPTIONS
exec strace -f -o /dev/null -e trace=fdatasync -e inject=fdatasync:error=EIO:when=$NTH "$REAL" "$@"
SH
chmod +x "$folder/failing"

count_of() { # NAME: in the summary of send
    sed -nE "s/.*\"$1\": ?([0-9]+).*/\1/p" <<<"$out" | head -1
}

in_use=0 # How often it failed under load.
for nth in 1 2 3 4 5 7 11 23 60; do
    data=$folder/data$nth
    program=$folder/failing
    ASAN_OPTIONS=${ASAN_OPTIONS:-} NTH=$nth REAL=$real server_start -d "$data" "${settings[@]}"
    program=$real
    accepted=0
    if [ -n "$(server_field mllp)" ]; then
        tap_run "$real" send --json --timeout 2 "mllp://$(server_field mllp)" "$folder/feed.hl7"
        accepted=$(count_of accepted)
        tap_case "sync $nth fails: not all is accepted" 1 "$code"
        server_wait '"event":"stopped'
        in_use=$((in_use + 1))
    fi
    tap_has "sync $nth fails: the server says which file" 'cannot .*Input/output error; look at the disk' \
        "$(<"$server_log")"
    code=0
    wait "$server" || code=$?
    exec 7<&-
    : >"$server_log"
    tap_case "sync $nth fails: it exits 1" 1 "$code"

    server_start -d "$data" "${settings[@]}"
    tap_has "sync $nth fails: it starts again" '^127' "$(server_field mllp)"
    tap_run "$real" send --json "mllp://$(server_field mllp)" "$folder/feed.hl7"
    tap_case "sync $nth fails: all $accepted that were accepted are known, the rest is taken" "0 yes" \
        "$code $([ "$(count_of duplicate)" -ge "$accepted" ] && echo yes || count_of duplicate)"
    server_stop TERM
    tap_run "$real" verify -d "$data"
    tap_case "sync $nth fails: verify finds no fault" 0 "$code"
done
tap_case "some of them failed under load" yes "$([ "$in_use" -ge 3 ] && echo yes)"
tap_end
