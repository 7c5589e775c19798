#!/usr/bin/env bash
# hazards.sh - every hazard of the log has a test that shows its control, and every number is known.
#
# usage: hazards.sh SOURCE_ROOT
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"
cd "$1"

log=tests/hazards/HAZARDS.tsv
tag='(^|[^A-Za-z0-9-])H-[0-9][0-9]($|[^0-9])'

# "H-nn FILE" for each number a test carries.  Files on stdin.
carried() {
    xargs -d '\n' grep -HoE -e "$tag" -- 2>/dev/null |
        sed -E 's/^([^:]*):.*(H-[0-9][0-9]).*$/\2 \1/' | sort -u
}

# "H-nn FILE" for each file that a log on stdin names.
named() {
    awk -F'\t' 'NR > 1 { n = split($7, files, " "); for (i = 1; i <= n; i++) print $1, files[i] }' |
        sort -u
}

# Of "H-nn FILE" on stdin those whose number a log has not.
strangers() {
    awk -F'[\t ]' 'NR == FNR { known[$1] = 1; next } !($1 in known)' "$1" -
}

# Hazards of a log on stdin that name no test, or lack a column.
unshown() {
    awk -F'\t' 'NR > 1 { for (i = 1; i <= 7; i++) if ($i == "") { print $1 ": column " i " is empty"; next } }
        NR > 1 && NF != 7 { print $1 ": " NF " columns" }'
}

# Numbers of a log on stdin that do not run H-01, H-02 ... each once.
out_of_order() {
    awk -F'\t' 'NR > 1 && $1 != sprintf("H-%02d", NR - 1) { print $1 }'
}

# Test files on stdin that no meson.build names, by the file's name or by that without its end.
not_built() {
    while read -r file; do
        name=$(basename "$file")
        grep -qrF --include=meson.build -e "$name" -e "'${name%.*}'" tests || printf '%s\n' "$file"
    done
}

# In a scenario the number stands in a title; in C and shell in a comment.
misplaced() {
    xargs -d '\n' grep -HnE -e "$tag" -- 2>/dev/null |
        grep -vE '^[^:]*\.scenario:[0-9]+:Scenario: |^[^:]*\.(c|sh):[0-9]+: ?(\*|/\*|#) ' || true
}

tests=$({ git ls-files --cached --others --exclude-standard tests 2>/dev/null || find tests -type f; } |
    grep -E '\.(c|sh|scenario)$' | grep -vE '^tests/(shape|hazards|support|fuzz)/|hl7v2_|mllp_|cloudevents_' || true)
sample=$(mktemp -d)
trap 'rm -rf "$sample"' EXIT
printf 'hazard\tw\tc\te\tc\tr\ts\nH-01\tw\tc\te\tc\tr\t\nH-03\tw\tc\te\tc\tr\ta.c\n' >"$sample/log"
printf 'int H_77; // H-77\n' >"$sample/lost_test.c"

tap_some "there are hazards" "$(named <"$log")"
tap_none "every hazard has all its columns, and a test" "$(unshown <"$log")"
tap_some "a hazard without a test would be noticed" "$(unshown <"$sample/log")"
tap_none "their numbers follow one another" "$(out_of_order <"$log")"
tap_some "a number left out would be noticed" "$(out_of_order <"$sample/log")"
tap_none "what the log names carries the number" \
    "$(comm -23 <(named <"$log") <(carried <<<"$tests"))"
tap_some "a test that carries it no longer would be noticed" \
    "$(comm -23 <(named <"$log") <(carried <<<"$sample/lost_test.c"))"
tap_none "every number that a test carries is in the log" \
    "$(carried <<<"$tests" | strangers "$log")"
tap_some "a number that is not in the log would be noticed" \
    "$(carried <<<"$sample/lost_test.c" | strangers "$log")"
tap_none "a number stands in a title or a comment" "$(misplaced <<<"$tests")"
tap_some "one that stands elsewhere would be noticed" "$(misplaced <<<"$sample/lost_test.c")"
tap_none "every test that carries one is built and run" "$(carried <<<"$tests" | cut -d' ' -f2 | sort -u | not_built)"
tap_some "one that is not would be noticed" "$(not_built <<<"$sample/lost_test.c")"
tap_done
