#!/usr/bin/env bash
# cli_check.sh - the command line itself, and homeward check on good and bad configurations.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"
source_root=$2
unset "${!HOMEWARD_@}"

tap_run "$program" --help
tap_case "--help exits 0" 0 "$code"
tap_has "--help is on stdout and names the commands" '^  check ' "$out"
tap_run "$program"
tap_case "no command is wrong usage" 2 "$code"
tap_run "$program" --version
tap_case "--version exits 0" 0 "$code"
tap_has "--version says which" '^homeward [0-9]+\.[0-9]+\.[0-9]+' "$out"
tap_run "$program" chekc
tap_case "an unknown command is wrong usage" 2 "$code"
tap_has "and the nearest one is named" 'did you mean check\?' "$err"

for command in $("$program" --help | sed -n 's/^  \([a-z]*\)  .*/\1/p'); do
    tap_run "$program" "$command" --help
    tap_case "$command --help exits 0" 0 "$code"
    tap_has "$command --help is on stdout" "[Uu]sage: homeward $command" "$out"
    tap_case "$command --help fits a terminal" "" "$(awk 'length > 80' <<<"$out")"
    tap_run "$program" "$command" --no-such-option
    tap_case "$command: an unknown option is wrong usage" 2 "$code"
done

: >"$folder/empty.yaml"
tap_run "$program" check -c "$folder/empty.yaml"
tap_case "an empty file is good" "0 $folder/empty.yaml: ok: county county, 0 sites with 0 beds and \
0 wards, 0 zones, 0 councils" "$code $out"
tap_run "$program" check -c "$folder/none.yaml"
tap_case "a file that is not there" "1 $folder/none.yaml: cannot be read: No such file or directory" \
    "$code $err"
printf 'sites: [{code: A, name: A, organisation: O, beds: 2}]\n' >"$folder/one.yaml"
tap_run "$program" check -c "$folder/one.yaml"
tap_has "one is one" ' 1 site with 2 beds and 0 wards, 0 zones, 0 councils$' "$out"
for set in journal.sync =always ''; do
    tap_run "$program" check --set "$set"
    tap_case "--set '$set' is wrong usage" 2 "$code"
    tap_has "and says what is wanted" "^homeward check: --set $set: say KEY=VALUE, such as " "$err"
done
tap_run "$program" check --set foo=1
tap_case "what is like no key is told none" "1 --set: foo: unknown key; homeward check --keys \
lists all" "$code $err"
tap_run "$program" check --markdown
tap_case "--markdown without --keys is wrong usage" 2 "$code"
printf 'mllp:\n  listn: x\n' >"$folder/bad.yaml"
tap_run "$program" check -c "$folder/bad.yaml"
tap_case "an error has its place" \
    "1 $folder/bad.yaml:2:3: mllp.listn: unknown key; did you mean listen?" "$code $err"
tap_run env HOMEWARD_CLOCK=wall "$program" check
tap_case "so has one in the environment" \
    '1 HOMEWARD_CLOCK: clock: "wall" is not allowed; allowed: system, events' "$code $err"
tap_run env HOMEWARD_COUNTY=a "$program" check --set county=b --print
tap_has "--set wins over the environment" '^county: b$' "$out"
cp "$folder/out" "$folder/printed.yaml"
tap_run "$program" check -c "$folder/printed.yaml" --print
tap_case "what --print prints reads back" "$(<"$folder/printed.yaml")" "$out"
tap_run "$program" check --set journal.sync=never
tap_has "a policy that can lose what was acknowledged is warned of" '^warning: journal.sync' "$err"
tap_run "$program" check extra
tap_case "an operand is wrong usage" 2 "$code"

tap_run "$program" check --keys --markdown
tap_case "the reference document is the one made from the table" \
    "$(<"$source_root/adapters/config/KEYS.md")" "$out"
for example in "$source_root"/adapters/config/examples/*.yaml; do
    tap_run "$program" check -c "$example"
    tap_case "$(basename "$example") is good" "0 " "$code $err"
done
tap_end
