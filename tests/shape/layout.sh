#!/usr/bin/env bash
# layout.sh - what the tree may hold.
#
# usage: layout.sh SOURCE_ROOT
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"
cd "$1"

# The files that belong to the project: by git where there is one, else all but build folders.
project_files() {
    git ls-files --cached --others --exclude-standard 2>/dev/null ||
        find . -type f -not -path './.git/*' -not -path './build*' -not -path './data/*' |
        sed 's|^\./||'
}

# Top-level names on stdin that were never agreed.
strangers() {
    grep -vxE '\..*|meson\.build|meson_options\.txt|README\.md|LICENSE|dev|engine|include|adapters|bench|tests|docker' ||
        true
}

# Patterns are taken apart so that this file does not find itself.
unfinished='TO''DO|FIX''ME'
machine='/ho''me/[a-z]|/wo''rk/|/ro''ot/|/tm''p/hw|C:\\\\Us''ers'

find_in() {
    xargs -d '\n' grep -nHIE -e "$1" -- 2>/dev/null <<<"$2" | cut -c1-160 || true
}

long_files() {
    grep -E '\.[ch]$' | xargs -d '\n' wc -l | awk '$2 != "total" && $1 > 800 { print $2 ": " $1 " lines" }'
}

files=$(project_files | while read -r file; do [ ! -f "$file" ] || printf '%s\n' "$file"; done)
sample=$(mktemp)
trap 'rm -f "$sample"' EXIT
printf '/* TO''DO */\ncd /ho''me/somebody\n' >"$sample"

tap_some "there are files to look at" "$files"
tap_none "the top level holds what was agreed" "$(cut -d/ -f1 <<<"$files" | sort -u | strangers)"
tap_some "a stranger at the top would be noticed" "$(strangers <<<"notes.txt")"
tap_none "nothing is left for later" "$(find_in "$unfinished" "$files")"
tap_some "something left for later would be noticed" "$(find_in "$unfinished" "$sample")"
tap_none "no path of one machine" "$(find_in "$machine" "$files")"
tap_some "a path of one machine would be noticed" "$(find_in "$machine" "$sample")"
tap_none "no source is longer than 800 lines" "$(long_files <<<"$files")"
tap_done
