#!/usr/bin/env bash
# purity.sh - the core asks libc for next to nothing and keeps no state of its own.
#
# usage: purity.sh LIBHW_CORE_A.  What the sources may name is banned.h's business; this looks at
# what came of them.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"

allowed='memcpy memmove memset memcmp memchr strlen snprintf fprintf stderr abort'

# Names in "nm" output on stdin that are wanted, not defined in the archive, and not allowed.
foreign() {
    awk -v allowed="$allowed" '
        BEGIN { count = split(allowed, names, " "); for (i = 1; i <= count; i++) fine[names[i]] = 1 }
        NF == 2 && $1 == "U" { wanted[$2] = 1 }
        NF == 3 && $2 != "U" { fine[$3] = 1 }
        END {
            for (name in wanted) {
                plain = name
                # The compiler own: stack protector, position independence, sanitizers, coverage.
                if (name ~ /^(__stack_chk_fail|_GLOBAL_OFFSET_TABLE_|__(asan|ubsan|sanitizer|sancov)_.*)$/)
                    continue
                # The same function with its sizes checked (_FORTIFY_SOURCE).
                if (sub(/^__/, "", plain) && !sub(/_chk$/, "", plain))
                    plain = name
                if (!(plain in fine))
                    print name
            }
        }' | sort
}

# Symbols that stand in memory that can be written, from "nm -f sysv" output on stdin.
writable() {
    awk -F'|' '{
        name = $1; section = $NF
        gsub(/[[:space:]]/, "", name)
        gsub(/[[:space:]]/, "", section)
        if (section ~ /^(\.data|\.bss|\.tdata|\.tbss|COM|\*COM\*)$/ || section ~ /^\.(data|bss)\.[^r]/)
            print name, section
    }'
}

symbols=$(nm "$1")
tap_some "the archive has symbols to look at" "$(grep -c ' T ' <<<"$symbols" | grep -v '^0$')"
tap_none "the core asks libc only for: $allowed" "$(foreign <<<"$symbols")"
tap_some "a clock would be noticed" "$(foreign <<<"                 U clock_gettime")"
tap_some "the heap would be noticed" "$(foreign <<<"                 U malloc")"

# A sanitizer keeps notes of its own beside ours.
if ! grep -q __asan_ <<<"$symbols"; then
    tap_none "the core has no variables of its own" "$(nm -f sysv "$1" | writable)"
    tap_some "a variable would be noticed" \
        "$(writable <<<"counter |0000000000000000| b | OBJECT|0000000000000004| |.bss")"
fi
tap_done
