#!/usr/bin/env bash
# restart.sh - one journal, one state: whoever compiled the program that reads it, wherever it begins.
# H-21
#
# usage: restart.sh PROGRAM SOURCE_ROOT STATE own|all
#
# A feed with all its disorder is sent to the real server twice, one message at a time and with 64
# in flight: other batches, the same digests.  The journal of that is replayed by STATE (state.c as
# this build folder compiles it, so also with sanitizers) from snapshots at random records, to the
# same bytes each time.  all: so it is by the same sources compiled by gcc and clang, each at another
# level, to the same words and the same snapshot files.  HOMEWARD_LONG=1: more of each.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/tap.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/server.sh"
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

"$program" simulate --people 12000 --days 12 --seed "$seed" -o "$folder/feed.hl7" 2>/dev/null
settings=(--set clock=events --set mllp.listen=127.0.0.1:0 --set nanomsg.publish=off
    --set nanomsg.query=off)
digests() {
    "$program" verify --json -d "$1" | sed 's/.*"\(state_digest.*\)}/\1/'
}
for window in 1 64; do
    server_start -d "$folder/window$window" "${settings[@]}"
    tap_run "$program" send -w "$window" --json "mllp://$(server_field mllp)" "$folder/feed.hl7"
    server_stop TERM
done
blocks() {
    "$program" verify --json -d "$1" | sed 's/.*"blocks":\([0-9]*\).*/\1/'
}
tap_case "one at a time it was written in more batches" yes \
    "$([ "$(blocks "$folder/window1")" -gt "$((2 * $(blocks "$folder/window64")))" ] && echo yes)"
tap_case "the batches leave no trace: one state digest, one history digest" \
    "$(digests "$folder/window1")" "$(digests "$folder/window64")"

# ---- the same journal, read by programs built in other ways

data=$folder/window64
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
