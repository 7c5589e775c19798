#!/usr/bin/env bash
# records.sh - what the README says was measured and is tested is what the records and tests say.
#
# usage: records.sh SOURCE_ROOT
#
# The table of figures is between "<!-- measured: RECORD -->" and "<!-- measured end -->" and must be
# the one made from that record.  In the section "What survives what" each row names a test, which
# some meson.build must run; a number beside a link to a record must stand in that record.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"
cd "$1"

# The records that a README on stdin was made from.
records_of() {
    sed -n 's/^<!-- measured: \(.*\) -->$/\1/p'
}

# The table of a README on stdin that was made from a record.
table_of() {
    awk -v begin="<!-- measured: $1 -->" \
        '$0 == begin { on = 1; next } $0 == "<!-- measured end -->" { on = 0 } on'
}

# Where a table on stdin is not that of a record.
differs() {
    diff - <(python3 bench/run.py --markdown "$1") | grep '^[<>]' || true
}

# Rows of the promises of a README on stdin, without head and rule.
promises() {
    sed -n '/^## What survives what/,/^## /p' | grep '^| ' | grep -v '^| what happens\|^| --' || true
}

links() {
    grep -oE '\]\([^)#]+\)' | sed 's/^](//; s/)$//' || true
}

# Rows on stdin that name no test.
unproved() {
    grep -v '](tests/' || true
}

# Tests among links on stdin that no meson.build runs: by the file's name, or by that without its end.
not_run() {
    grep '^tests/' | grep -v '\.json$\|\.tsv$\|\.txt$\|\.md$\|/$' | while read -r path; do
        name=$(basename "$path")
        stem=${name%.*}
        grep -rqF --include=meson.build -e "$name'" -e "'$stem'" -e "'${stem%_test}'" -- tests ||
            echo "$path"
    done
}

# Numbers of three digits and more on a line on stdin that links to a record and are not in it.
not_recorded() {
    grep -E '\]\([^)]*\.(json|tsv|txt)\)' | while read -r line; do
        for path in $(links <<<"$line" | grep -E '\.(json|tsv|txt)$'); do
            sed 's/\](([^)]*)//g; s/\]([^)]*)//g' <<<"$line" | grep -oE '[0-9][0-9,]{2,}' | tr -d , |
                while read -r number; do
                    tr -d , <"$path" | grep -qw "$number" || echo "$number is not in $path"
                done
        done
    done || true
}

records=$(records_of <README.md)
tap_some "the README says which records its figures are from" "$records"
for record in $records; do
    tap_none "its figures are those of $record" \
        "$(table_of "$record" <README.md | differs "$record")"
    tap_some "another figure would be noticed" "$(table_of "$record" <README.md |
        sed '0,/[0-9]\.[0-9]/s/\([0-9]\)\.[0-9]/\1.x/' | differs "$record")"
    tap_none "$record was made by a program as committed" \
        "$(grep '"modified": true' "$record" || true)"
done
tap_some "there are promises" "$(promises <README.md)"
tap_none "every promise names a test" "$(promises <README.md | unproved)"
tap_some "a promise without one would be noticed" "$(unproved <<<'| it rains | nothing gets wet |')"
tap_none "every test that is named is run" "$(promises <README.md | links | not_run)"
tap_some "one that is not run would be noticed" "$(not_run <<<'tests/unit/no_such_test.c')"
tap_none "numbers quoted from records are in them" "$(not_recorded <README.md)"
tap_some "another number would be noticed" "$(not_recorded <<<"987,654,321 in [it]($record)")"
tap_done
