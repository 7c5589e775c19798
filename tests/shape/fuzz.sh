#!/usr/bin/env bash
# fuzz.sh - every fuzz target has a dictionary, inputs, and a line in the record; the record has its
# form.
#
# usage: fuzz.sh SOURCE_ROOT
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"
cd "$1/tests/fuzz"

fields='date	commit	target	seconds	executions	edges	features	inputs	finds'

# Targets by their source files.
targets() {
    ls -- *_fuzz.c | sed 's/_fuzz\.c$//'
}

# Targets on stdin without something in folder $1.
lacking() {
    while read -r name; do
        [ -n "$(ls "$1/$name"* 2>/dev/null)" ] || echo "$name: nothing in $1"
    done
}

# Lines of a record on stdin that are not of its form.
malformed() {
    awk -F'\t' -v fields="$fields" '
        NR == 1 { if ($0 != fields) print "1: " $0; next }
        NF != 9 || $1 !~ /^20[0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]Z$/ ||
        $2 !~ /^[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]+[+]?$/ || $3 !~ /^[a-z0-9]+$/ || $4 !~ /^[1-9][0-9]*$/ ||
        $5 !~ /^[1-9][0-9]*$/ || $6 !~ /^[1-9][0-9]*$/ || $7 !~ /^[0-9]+$/ ||
        $8 !~ /^[0-9]+$/ || $9 !~ /^[0-9]+$/ { print NR ": " $0 }'
}

# Of targets on stdin, those with less than a minute and a thousand executions in the record $1.
unrecorded() {
    while read -r name; do
        awk -F'\t' -v name="$name" '
            $3 == name { seconds += $4; executions += $5 }
            END { if (seconds < 60 || executions < 1000) print name ": " executions + 0 " executions" }
        ' "$1"
    done
}

tap_some "there are targets" "$(targets)"
tap_none "every target has a dictionary" "$(targets | lacking dict)"
tap_none "every target has inputs" "$(targets | lacking corpus)"
tap_some "a target without inputs would be noticed" "$(lacking corpus <<<none)"
tap_none "the record has its form" "$(malformed <RECORD.tsv)"
tap_some "a line without a number would be noticed" \
    "$(printf '%s\n2026-11-22T01:00Z\t0123456\tframer\t60\tmany\t1\t1\t1\t0\n' "$fields" | malformed)"
tap_none "every target has run" "$(targets | unrecorded RECORD.tsv)"
tap_some "a target that has not run would be noticed" "$(unrecorded RECORD.tsv <<<none)"
tap_done
