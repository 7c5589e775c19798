#!/usr/bin/env bash
# restart.sh - one journal, one state: whoever compiled the program that reads it, wherever it begins.
# H-21
#
# usage: restart.sh PROGRAM SOURCE_ROOT STATE own|all
#
# A feed with all its disorder, and what its hub and services say, is sent to the real server twice,
# one message at a time and with 64 in flight: other batches, the same digests.  Two days at a hub
# follow (hub_day.sh): killed and stopped between, the server answers every question as before, and
# has decided the same for the same reasons.  The journal of that is replayed by STATE (state.c as
# this build folder compiles it, so also with sanitizers) from snapshots at random records, to the
# same bytes each time.  all: so it is by the same sources compiled by gcc and clang, each at another
# level, to the same words and the same snapshot files.  HOMEWARD_LONG=1: more of each.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/tap.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/server.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/hub.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/hub_day.sh"
long=${HOMEWARD_LONG:-0}
unset "${!HOMEWARD_@}"
root=$2
state=$3
points=12
variants=("gcc -O0" "clang -O2")
if [ "$long" = 1 ]; then
    points=200
    variants+=("gcc -O2" "gcc -O3 -march=native" "clang -O0" "clang -O3"
        "clang -O1 -fsanitize=address,undefined" "gcc -O1 -fsanitize=address,undefined")
fi
seed=${SEED:-$RANDOM}
echo "# SEED=$seed"

# ---- the same feed, in two ways

# halves NAME: the county's messages, and what its hub and services say, in two parts each.
halves() {
    LC_ALL=C awk -v RS="$2" -v mark="$3" -v half="$(($(LC_ALL=C grep -aoE "$4" "$1" | wc -l) / 2))" \
        -v name="$1" 'BEGIN { ORS = "" } $0 != "" {
            print mark $0 (mark == "" ? "\n" : "") > (name (++count <= half ? "-early" : "-late")) }' "$1"
}
for format in hl7 cloudevents; do
    "$program" simulate --people 12000 --days 12 --seed "$seed" --format $format \
        -o "$folder/feed.$format" 2>/dev/null
done
halves "$folder/feed.hl7" 'MSH[|]' 'MSH|' 'MSH[|]'
halves "$folder/feed.cloudevents" '\n' '' '"id":'
hub=ipc://$folder/hub
settings=(-c "$root/adapters/config/examples/leicestershire.yaml" --set clock=events
    --set mllp.listen=127.0.0.1:0 --set nanomsg.publish=off --set "nanomsg.query=$hub"
    "${hub_day_settings[@]}")
digests() {
    "$program" verify --json -d "$1" | sed 's/.*"\(state_digest.*\)}/\1/'
}
tell_all() { # WINDOW
    local part
    for part in early late; do
        "$program" send -q -w "$1" "mllp://$(server_field mllp)" "$folder/feed.hl7-$part"
        "$program" send -q -w "$1" "nn+$hub" "$folder/feed.cloudevents-$part"
    done >"$folder/sent" 2>&1 || true # Some of it is refused, as it should be.
    hub_events=0
    hub_referrals=()
    hub_morning
}

server_start -d "$folder/window1" "${settings[@]}"
tell_all 1
server_stop TERM
data=$folder/window64
server_start -d "$data" "${settings[@]}"
tell_all 64
hub_all "$folder/before"
kill -9 "$server"
wait "$server" 2>/dev/null || true
exec 7<&-
blocks() {
    "$program" verify --json -d "$1" | sed 's/.*"blocks":\([0-9]*\).*/\1/'
}
tap_case "one at a time it was written in more batches" yes \
    "$([ "$(blocks "$folder/window1")" -gt "$((2 * $(blocks "$data")))" ] && echo yes)"
tap_case "the batches leave no trace: one state digest, one history digest" \
    "$(digests "$folder/window1")" "$(digests "$data")"

# ---- killed and stopped, it goes on as if it had never been away

server_start -d "$data" "${settings[@]}"
hub_all "$folder/after"
tap_case "killed it says the same of every referral, service and alert" "" \
    "$(diff "$folder/before" "$folder/after" || true)"
hub_evening
hub_all "$folder/before"
server_stop TERM
server_start -d "$data" "${settings[@]}"
hub_all "$folder/after"
server_stop TERM
tap_case "and after a stop" "" "$(diff "$folder/before" "$folder/after" || true)"
tap_case "it was asked of many that were matched" yes \
    "$([ "$(grep -c '"matches":\[{' "$folder/after")" -ge 8 ] && echo yes)"
tap_case "everything happened that a hub knows" "" "$(hub_lacking "$data")"
tap_has "every decision would be made again" '"decisions":[1-9][0-9]+,"decisions_differ":0,' \
    "$("$program" verify --json -d "$data")"

# ---- the same journal, read by programs built in other ways

read_by() { # NAME PROGRAM: its words to the file words; a failure is said by them
    tap_run "$2" "$data" "$seed" "$points"
    printf '%s\n' "$out" >"$folder/words"
    tap_case "$1: at $points random records, snapshot and the journal behind it are the full replay" \
        "0 $points" "$code $(grep -c '^snapshot' "$folder/words")$(grep differs "$folder/words" || true)"
}
read_by "this build" "$state"
cp "$folder/words" "$folder/wanted"
tap_has "it is the state the server had" "^state $(digests "$data" | sed 's/.*state_digest":"\([0-9a-f]*\).*/\1/')" \
    "$(<"$folder/wanted")"

# Only what a replay needs: the core, and of the runtime what reads a journal and a snapshot.
if [ "$4" = all ]; then
    for variant in "${variants[@]}"; do
        into=$folder/${variant// /}
        read -ra command <<<"$variant"
        mkdir "$into"
        {
            find "$root/engine/core" -name '*.c' | sort | sed 's|^|-include core/banned.h -c |'
            for name in crc32c env_posix file log_reader memory replay segment snapshot watermark; do
                echo "-c $root/engine/runtime/$name.c"
            done
            echo "-c $root/tests/restart/state.c"
        } | awk -v into="$into" '{ print "-o " into "/" NR ".o " $0 }' |
            xargs -P 2 -L 1 "${command[@]}" -std=gnu11 -fno-strict-aliasing -fno-common \
                -D_FILE_OFFSET_BITS=64 -I "$root/include" -I "$root/engine" -I "$root/tests"
        "${command[@]}" -o "$into/state" "$into"/*.o -lisal -lpthread
        read_by "$variant" "$into/state"
        tap_case "$variant: every digest, part and snapshot is that of this build" \
            "" "$(diff "$folder/wanted" "$folder/words" || true)"
    done
fi
tap_end
