# hub.sh - what feeds and people say to a server, through its query socket; sourced after server.sh.
#
# The server's clock is that of events, so that a story takes the time it tells.  Offers and
# proposals are named by what the server says of them.

# hub_serve ARGUMENT...: a server that listens at $hub.
hub_serve() {
    hub=ipc://$folder/hub
    server_start -d "$folder/hub-data" --set clock=events --set mllp.listen=127.0.0.1:0 \
        --set nanomsg.publish=off --set "nanomsg.query=$hub" "$@"
}

hub_ask() { # JSON
    nanocat --req --connect "$hub" --recv-timeout 20 --ascii --data "$1" | sed 's/\\n$//'
}

# hub_say TIME TYPE DATA: one CloudEvent of the hub's source; $told is the answer.  Kept in $hub_kept.
hub_events=0
hub_say() {
    local event
    hub_events=$((hub_events + 1))
    event="{\"specversion\":\"1.0\",\"id\":\"$hub_events\",\"source\":\"LCC/HUB\",\"type\":\"homeward.$2\",\"time\":\"$1\",\"data\":$3}"
    [ -z "${hub_kept:-}" ] || printf '%s\n' "$event" >>"$hub_kept"
    told=$(hub_ask "{\"ingest\":[$event]}")
    [[ $told == *'"outcome":"accepted"'* ]] || printf '# %s %s: %s\n' "$1" "$2" "$told"
}

# hub_until TIME: nothing happens until then.  The clock believes a leap when it hears of it twice.
hub_until() {
    hub_say "$1" person.updated '{"person":{"local":[{"authority":"RWE","id":"S0"}]}}'
    hub_say "$1" person.updated '{"person":{"local":[{"authority":"RWE","id":"S0"}]}}'
}

# hub_decide DECISION DATA: DATA without braces; by the user who runs this.
hub_decide() {
    told=$(hub_ask "{\"decide\":{\"decision\":\"$1\",$2}}")
    [[ $told == *'"outcome":"accepted"'* ]] || printf '# %s: %s\n' "$1" "$told"
}

# hub_newest REFERRAL SERVICE: sets $offer and $version of their newest match.
hub_newest() {
    local match
    match=$(hub_ask "{\"query\":\"referral\",\"reference\":\"$1\"}" |
        grep -oE '"reference":"O[^"]*","version":[0-9]+,"referral":"[^"]*","service":"'"$2"'"' | head -1 || true)
    offer=$(sed -E 's/.*"reference":"(O[^"]*)".*/\1/' <<<"$match")
    version=$(sed -E 's/.*"version":([0-9]+).*/\1/' <<<"$match")
}

# The reference in the last answer.
hub_reference() {
    sed -E 's/.*"reference":"([^"]*)".*/\1/' <<<"$told"
}
