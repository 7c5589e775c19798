#!/usr/bin/env bash
# replay_until.sh - what replay says of a moment is what the living server said at it.
#
# A county's messages are sent in parts; behind each part, and while it is on its way, the server is
# asked for its summary and its list of delays.  It is killed once and stopped once in between.
# Later, with more messages in the journal and a snapshot beyond those moments, replay must tell
# each of them again.  With clock: events a moment is a record; with the machine's clock a time.
# What differs by right: when feeds were heard, which no journal tells.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"
. "$(dirname "${BASH_SOURCE[0]}")/server.sh"
source_root=$2
unset "${!HOMEWARD_@}"
parts=6

"$program" simulate --people 60000 --days 24 --seed 5 -o "$folder/feed.hl7" 2>/dev/null
messages=$(LC_ALL=C grep -ac 'MSH|' <(tr '\r' '\n' <"$folder/feed.hl7"))
LC_ALL=C awk -v RS='MSH[|]' -v each="$((messages / parts + 1))" -v name="$folder/part" \
    'BEGIN { ORS = "" } NR > 1 { print "MSH|" $0 > (name int((NR - 2) / each)) }' "$folder/feed.hl7"

# One form for both tellers: no blanks, nothing of when feeds were heard.
plain() {
    tr -d ' \n' | sed -E 's/"feeds":\[[^]]*\]//; s/"stale":(true|false)//g'
}

ask() { # QUESTION
    nanocat --req --connect "ipc://$folder/query" --recv-timeout 20 --ascii \
        --data "{\"query\":\"$1\"}" | sed 's/\\n$//'
}

field() { # NAME FILE: of the head of an answer
    sed -E "s/^\{.*\"$1\":\"?([^\",}]*).*/\1/" <<<"$(cut -c1-200 "$2")"
}

serve() {
    server_start -c "$source_root/adapters/config/examples/leicestershire.yaml" -d "$folder/$clock" \
        --set mllp.listen=127.0.0.1:0 --set nanomsg.publish=off \
        --set "nanomsg.query=ipc://$folder/query" --set "clock=$clock"
}

die() {
    kill -9 "$server"
    wait "$server" 2>/dev/null || true
    exec 7<&-
}

# note NAME: what the living server says now, both resources of one moment where it can.
note() {
    for resource in summary delays; do
        ask "$resource" | plain >"$folder/$1.$resource"
    done
}

# told NAME RESOURCE: whether replay tells the same.
told() {
    local moment
    if [ "$clock" = events ]; then
        moment=$(field sequence "$folder/$1.$2")
    else
        moment=$(field as_at "$folder/$1.$2")
    fi
    "$program" replay -d "$folder/$clock" --until "$moment" --print "$2" | plain >"$folder/told"
    cmp -s "$folder/told" "$folder/$1.$2" && return 0
    return 1
}

for clock in events system; do
    serve
    for ((part = 0; part < parts; part++)); do
        "$program" send "mllp://$(server_field mllp)" "$folder/part$part" >"$folder/sent" 2>&1 &
        sender=$!
        for instant in 1 2 3; do
            [ "$clock" = system ] || note "$part-during-$instant"
        done
        wait "$sender" || true # Some of the county is refused, as it should be.
        note "$part-after"
        [ $part != 2 ] || { die && serve && note "$part-again"; }
        [ $part != 4 ] || { server_stop TERM && serve && note "$part-again"; }
    done
    server_stop TERM
    for named in "$folder"/[0-9]*.summary; do
        name=$(basename "$named" .summary)
        for resource in summary delays; do
            told "$name" $resource && same=yes || same=no
            tap_case "clock: $clock, part $name, $resource at record $(
                field sequence "$folder/$name.$resource")" yes "$same"
        done
    done
    if [ "$clock" = events ]; then
        tap_case "killed and started again it says the same" "$(<"$folder/2-after.summary")" \
            "$(<"$folder/2-again.summary")"
        tap_case "so it does after a stop" "$(<"$folder/4-after.summary")" \
            "$(<"$folder/4-again.summary")"
    fi
    differing=$(cksum "$folder"/[0-9]*.summary | cut -d' ' -f1 | sort -u | wc -l)
    tap_case "the moments were different ones" yes "$([ "$differing" -ge $parts ] && echo yes)"
    tap_has "with people ready in them" '"ready":[1-9][0-9]' "$(<"$folder/5-after.summary")"
    rm -f "$folder"/[0-9]*.summary "$folder"/[0-9]*.delays
done
tap_end
