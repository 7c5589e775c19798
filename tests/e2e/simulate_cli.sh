#!/usr/bin/env bash
# simulate_cli.sh - the synthetic county as a command: same seed same bytes, files, wrong usage.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"

small=(--people 20000 --days 2)
tap_run "$program" simulate "${small[@]}" --seed 7 -o "$folder/a.hl7" --truth "$folder/a.jsonl"
tap_case "a county to a file exits 0" 0 "$code"
tap_run "$program" simulate "${small[@]}" --seed 7 -o "$folder/b.hl7" --truth "$folder/b.jsonl"
tap_case "same seed, same bytes" same "$(cmp -s "$folder/a.hl7" "$folder/b.hl7" && echo same)"
tap_case "same seed, same truth" same "$(cmp -s "$folder/a.jsonl" "$folder/b.jsonl" && echo same)"
"$program" simulate "${small[@]}" --seed 7 2>/dev/null >"$folder/c.hl7"
tap_case "standard output has the same bytes" same \
    "$(cmp -s "$folder/a.hl7" "$folder/c.hl7" && echo same)"
tap_run "$program" simulate "${small[@]}" --seed 8 -o "$folder/d.hl7"
tap_case "another seed, other bytes" differ "$(cmp -s "$folder/a.hl7" "$folder/d.hl7" || echo differ)"
tap_run "$program" simulate "${small[@]}" --seed 7 --clean -o "$folder/e.hl7" --truth "$folder/e.jsonl"
tap_case "a clean run tells the same truth" same \
    "$(cmp -s "$folder/a.jsonl" "$folder/e.jsonl" && echo same)"
tap_case "every name is marked as invented" 0 \
    "$(tr '\r' '\n' <"$folder/a.hl7" | grep -a '^PID|1' | awk -F'|' '$6 !~ /^ZZ/ && $6 != "" && $4 != ""' | wc -l)"
tap_case "every NHS number is of the test range" 0 \
    "$(grep -aoE '[0-9]{10}\^\^\^NHS' "$folder/e.hl7" | grep -cv '^999' || true)"
tap_run "$program" simulate "${small[@]}" --seed 7 --format cloudevents -o "$folder/a.ndjson"
tap_case "the hub to a file exits 0" 0 "$code"
tap_has "its lines are CloudEvents" '^\{"specversion":"1.0"' "$(<"$folder/a.ndjson")"
tap_run "$program" simulate "${small[@]}" --seed 7 --format cloudevents -o "$folder/b.ndjson"
tap_case "same seed, same events" same "$(cmp -s "$folder/a.ndjson" "$folder/b.ndjson" && echo same)"
tap_run "$program" simulate --start 2025-10-20 --people 20000 --days 10 -o "$folder/f.hl7" --clean
tap_has "the second 01:30 of October carries its offset" 'yes' \
    "$(grep -aq '2025102601[0-9]*+0000' "$folder/f.hl7" && echo yes)"

wrong() { # NAME PATTERN ARGUMENTS...
    local name=$1 pattern=$2
    shift 2
    tap_run "$program" simulate "$@"
    tap_case "$name is wrong usage" 2 "$code"
    tap_has "$name says why" "$pattern" "$err"
}
wrong "a format we do not write" 'hl7 or cloudevents' --format fhir
wrong "events to a receiver of HL7" 'a file; to a server go both' --format cloudevents \
    -o mllp://127.0.0.1:1
wrong "a hub without hospitals" 'need a receiver' --hub nn+tcp://127.0.0.1:1
wrong "no days" 'from 1 to' --days 0
wrong "a rate above the whole" '--late 100001' --late 100001
wrong "a start that is no day" 'a day such as' --start 2026-13-01
wrong "speed without a receiver" 'needs a receiver' --speed 1
wrong "no speed" 'a number from' --speed 0 -o mllp://127.0.0.1:1
wrong "an operand" 'no operands' out.hl7
tap_run "$program" simulate --days 1 --people 1000 -o "$folder/none/x.hl7"
tap_case "a file that cannot be made fails" 1 "$code"
tap_run "$program" simulate --days 1 --people 1000 -o mllp://nowhere
tap_case "a target without a port fails" 1 "$code"
tap_end
