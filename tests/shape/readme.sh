#!/usr/bin/env bash
# readme.sh - the README names the commands there are, and files there are.
#
# usage: readme.sh SOURCE_ROOT PROGRAM
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"
program=$(realpath "$2")
cd "$1"
unset "${!HOMEWARD_@}"

# Lines of the table of commands on stdin: the names.
named() {
    sed -n 's/^| `homeward \([a-z]*\).*/\1/p' | sort -u
}

# Links on stdin, [words](path), that lead to no file; those of the web are not looked at.
lost_links() {
    grep -oE '\]\([^)#]+\)' | sed 's/^](//; s/)$//' | grep -v '^http' |
        while read -r path; do [ -e "$path" ] || echo "$path"; done
}

# Verbs and commands on stdin that a reader would type.
verbs() {
    grep -oE '\./dev [a-z]+' | sort -u | sed 's|\./dev ||'
}

commands=$("$program" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' | sort -u)

tap_some "the program says its commands" "$commands"
tap_none "every command is in the README, and no other" \
    "$(diff <(named <README.md) - <<<"$commands" | grep '^[<>]' || true)"
tap_some "a missing command would be noticed" "$(diff <(named <<<'| `homeward fly` |') - <<<"$commands" || true)"
tap_none "every link of the README leads somewhere" "$(lost_links <README.md)"
tap_some "a lost link would be noticed" "$(lost_links <<<'see [it](no/such/file.h)')"
tap_none "every verb of ./dev in the README exists" \
    "$(verbs <README.md | grep -vxFf <(./dev help | sed -n 's/^  \([a-z]*\) .*/\1/p') || true)"
tap_some "a verb that does not exist would be noticed" "$(verbs <<<'./dev fly')"
tap_done
