# tap.sh - cases for shape tests; sourced.  A case is a name and the list of what breaks it.

tap_count=0
tap_failed=0

# tap_none NAME FINDINGS: passes when there are no findings; prints them otherwise.
tap_none() {
    tap_count=$((tap_count + 1))
    if [ -z "$2" ]; then
        printf 'ok %d - %s\n' "$tap_count" "$1"
    else
        tap_failed=1
        printf 'not ok %d - %s\n' "$tap_count" "$1"
        printf '%s\n' "$2" | sed 's/^/#   /'
    fi
}

# tap_some NAME FINDINGS: passes when there are findings, as where a check is checked.
tap_some() {
    if [ -n "$2" ]; then
        tap_none "$1" ""
    else
        tap_none "$1" "nothing was found"
    fi
}

tap_done() {
    printf '1..%d\n' "$tap_count"
    exit "$tap_failed"
}
