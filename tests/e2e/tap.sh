# tap.sh - cases for tests of the executable; sourced with the program as first argument.
#
# Makes $HOMEWARD_PROGRAM, and $folder, which is gone afterwards.  A case compares what a command
# printed and its exit code with what is expected.

program=$1
folder=$(mktemp -d)
tap_count=0
tap_failed=0
trap 'tap_clean' EXIT

# Processes started by the test, ended with it by their ids.
tap_processes=()
tap_clean() {
    local process
    for process in "${tap_processes[@]}"; do
        kill -9 "$process" 2>/dev/null || true
    done
    rm -rf "$folder"
}

# tap_case NAME WANTED GOT
tap_case() {
    tap_count=$((tap_count + 1))
    if [ "$2" = "$3" ]; then
        printf 'ok %d - %s\n' "$tap_count" "$1"
    else
        tap_failed=1
        printf 'not ok %d - %s\n' "$tap_count" "$1"
        printf 'wanted:\n%s\ngot:\n%s\n' "$2" "$3" | sed 's/^/#   /'
    fi
}

# tap_has NAME PATTERN TEXT: passes when a line of the text matches the extended pattern.
tap_has() {
    if grep -qE -- "$2" <<<"$3"; then
        tap_case "$1" "" ""
    else
        tap_case "$1" "a line like $2" "$3"
    fi
}

# tap_run COMMAND...: runs it; sets $out, $err and $code.
tap_run() {
    code=0
    "$@" >"$folder/out" 2>"$folder/err" </dev/null || code=$?
    out=$(<"$folder/out")
    err=$(<"$folder/err")
}

tap_end() {
    printf '1..%d\n' "$tap_count"
    exit "$tap_failed"
}
