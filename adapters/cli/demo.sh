#!/usr/bin/env bash
# demo.sh - Homeward at work: a county, a server and the live picture, all of it gone afterwards.
#
# ./dev demo builds the program and runs this.  Everything it starts, it ends by process id.
set -euo pipefail
unset "${!HOMEWARD_@}" # A setting of this shell would change what is shown.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=$here/../../build/homeward
config=$here/../config/examples/leicestershire.yaml
keep=
any_port=
seconds=20
speed=1000
days=5

usage() {
    cat <<'TEXT'
usage: ./dev demo [--keep] [--seconds N] [--days N] [--speed X] [--any-port]

Starts an engine with the configuration of Leicestershire, in mode offer, and a synthetic
county that talks to it: hospitals, a hub that refers people and decides, services that
answer what they are offered. Shows the live picture until q or Ctrl-C; without a terminal
plain pictures, for 20 seconds, then everything paused. Nobody in the county exists.

  --keep         leave the data directory, and say where it is
  --seconds N    without a terminal: how long (20)
  --days N       how many days go in at the start (5)
  --speed X      how much denser than in truth the county's messages come (1000)
  --any-port     free ports, not those of the configuration
TEXT
}

while [ "$#" -gt 0 ]; do
    case $1 in
    --keep) keep=yes ;;
    --any-port) any_port=yes ;;
    --seconds | --days | --speed | --program)
        [ "$#" -gt 1 ] || { printf 'demo: %s needs a value\n' "$1" >&2; exit 2; }
        printf -v "${1#--}" '%s' "$2"
        shift
        ;;
    -h | --help) usage; exit 0 ;;
    *) printf 'demo: there is no argument "%s"\n' "$1" >&2; usage >&2; exit 2 ;;
    esac
    shift
done
for name in seconds days speed; do
    [[ ${!name} =~ ^[1-9][0-9]{0,4}$ ]] || {
        printf 'demo: --%s %s: give a whole number from 1 to 99999\n' "$name" "${!name}" >&2
        exit 2
    }
done

folder=$(mktemp -d "${TMPDIR:-/tmp}/homeward-demo.XXXXXX")
data=$folder/data
server=
simulator=
viewer=
listener=
terminal=
[ ! -t 0 ] || [ ! -t 1 ] || terminal=yes

# ---- ending

# end NAME PROCESS: as an operator would, and without mercy after ten seconds.
end() {
    [ -n "$2" ] && kill -TERM "$2" 2>/dev/null || return 0
    for _ in {1..100}; do
        kill -0 "$2" 2>/dev/null || break
        sleep 0.1
    done
    ! kill -KILL "$2" 2>/dev/null || printf 'demo: the %s did not end by itself\n' "$1" >&2
    wait "$2" 2>/dev/null || true
}

clean() {
    trap '' INT TERM HUP # A second Ctrl-C must not leave half of it behind.
    end picture "$viewer"
    end listener "$listener"
    end county "$simulator"
    end server "$server"
    if [ -n "$keep" ]; then
        printf '\nKept: %s  (remove it when you are done)\nFor instance:\n' "$folder"
        printf '  %s\n' "homeward verify -d $data" "homeward replay -d $data --print delays"
    else
        rm -rf "$folder"
    fi
}
trap clean EXIT
trap 'exit 0' INT # Ctrl-C is how people leave.
trap 'exit 143' TERM HUP

# ---- starting

# field NAME: of the server's ready line.
field() {
    sed -n "s|.*\"event\":\"ready\".*\"$1\":\"\\([^\"]*\\)\".*|\\1|p" "$folder/server.log"
}

# serve ARGUMENT...: whether it became ready; $folder/server.log says why not.
serve() {
    : >"$folder/server.log"
    "$program" serve -c "$config" -d "$data" --set routing.mode=offer "$@" \
        2>"$folder/server.log" </dev/null &
    server=$!
    while ! grep -q '"event":"ready"' "$folder/server.log"; do
        kill -0 "$server" 2>/dev/null || { server=; return 1; }
        sleep 0.1
    done
}

serve_anywhere() {
    serve --set mllp.listen=127.0.0.1:0 --set nanomsg.publish=tcp://127.0.0.1:0 \
        --set nanomsg.query=tcp://127.0.0.1:0 --set nanomsg.ingest=tcp://127.0.0.1:0
}

start_server() {
    if [ -z "$any_port" ]; then
        ! serve || return 0
        if grep -qi 'address already in use' "$folder/server.log"; then
            printf 'A port of the configuration is taken (does another Homeward run?): free ones instead.\n\n'
        else
            any_port=never
        fi
    fi
    [ "$any_port" != never ] && serve_anywhere && return
    printf 'demo: the server did not start:\n' >&2
    cat "$folder/server.log" >&2
    exit 1
}

start_county() {
    : >"$folder/simulate.log"
    "$program" simulate --days "$days" --speed "$speed" -o "mllp://$mllp" --hub "nn+$query" \
        2>"$folder/simulate.log" </dev/null &
    simulator=$!
}

# caught_up: waits for the county; tells how far it is on a terminal.
caught_up() {
    while ! grep -q 'caught up after' "$folder/simulate.log"; do
        if ! kill -0 "$simulator" 2>/dev/null || ! kill -0 "$server" 2>/dev/null; then
            printf 'demo: the server or the county ended too early:\n' >&2
            tail -n 3 "$folder/server.log" "$folder/simulate.log" >&2
            exit 1
        fi
        [ -z "$terminal" ] || printf '.'
        sleep 1
    done
    grep -o 'caught up after [0-9]* s' "$folder/simulate.log" |
        sed 's/caught up after \(.*\) s/in \1 s. Live from here on.\n/'
}

# ---- asking

# ask QUESTION: of the server; its answer.
ask() {
    nanocat --req --connect "$query" --ascii --data "$1" --recv-timeout 10 2>/dev/null
}

# counted WORD...: these figures of the county, now.
counted() {
    local total word
    total=$(ask '{"query":"summary"}' | sed 's/.*"total":{\([^}]*}[^}]*\)}.*/\1/')

    for word; do
        printf '%s %s  ' "${word//_/ }" "$(grep -oE "\"$word\":[0-9]+" <<<"$total" | head -1 | cut -d: -f2)"
    done
    printf '\n'
}

# ---- showing

# empty COUNT: as many empty fields.
empty() {
    printf '|%.0s' $(seq "$1")
}

# Somebody to admit by hand: two messages of this moment.
write_messages() {
    local now
    now=$(TZ=Europe/London date +%Y%m%d%H%M%S)

    printf '%s\r' "MSH|^~\\&|DEMO|RWE|||$now||ADT^A01|DEMO-1|P|2.4" "EVN|A01|$now" \
        'PID|1||DEMO1^^^RWE||ZZDEMO^ANN||19400229|F|||^^^^LE3 1AA' \
        "PV1|1|I|W23^4^2^RWEAA$(empty 15)|V-DEMO1$(empty 24)|$now"
    printf '%s\r' "MSH|^~\\&|DEMO|RWE|||$now||ADT^A08|DEMO-2|P|2.4" "EVN|A08|$now" \
        'PID|1||DEMO1^^^RWE' "PV1|1|I$(empty 16)|V-DEMO1" "ZDT|N|$now|P1|E|SC"
}

# What to type in another terminal, at the top of the source tree.
second_terminal() {
    cat <<TEXT
Meanwhile, in a second terminal, at the top of the source tree:
  d=$folder
  nanocat --sub --connect $publish --subscribe delay/ --ascii
      delays as they begin, change and end (metrics/total: the county's figures)
  nanocat --sub --connect $publish --subscribe route/ --ascii
      people proposed, offered, answered, started, ended
  nanocat --req --connect $query --ascii --data '{"query":"offers"}'
      what waits for a service's answer; {"query":"resources"} lists the others
  build/homeward decide --url nn+$query routing.mode scope=all mode=paused reason=demo
      at once nothing is proposed or offered any more; facts are still taken
  build/homeward decide --url nn+$query routing.mode scope=all mode=offer reason=demo
      and on it goes
  build/homeward decode \$d/ann.hl7
  build/homeward send mllp://$mllp \$d/ann.hl7
      Ann is admitted, and ready to leave at once; sent again it is a duplicate
  build/homeward quarantine list -d \$d/data | tail
      what was refused, and why
  build/homeward replay -d \$d/data --until \$(date -ud '-1 minute' +%FT%TZ)
      what was known a minute ago
TEXT
}

show_terminal() {
    second_terminal | tee "$folder/try.txt"
    printf '(these lines again: cat %s)\n\n' "$folder/try.txt"
    printf 'Enter shows the live picture; q leaves it, and ends all of this. '
    read -r -t 60 || true
    printf '\n'
    "$program" top --publish "$publish" --query "$query" <&0 &
    viewer=$!
    wait "$viewer" || true # In the background, so that a signal is not kept waiting.
}

show_plain() {
    local until=$((SECONDS + seconds))

    second_terminal
    while :; do
        printf '\n'
        "$program" top --once --publish "$publish" --query "$query"
        show_routing
        for _ in 1 2 3 4 5; do
            [ "$SECONDS" -lt "$until" ] || break 2
            sleep 1
        done
    done
    show_paused
}

# The queues, and what the simulated services have answered (the county writes it down every 2 s).
show_routing() {
    printf '\nRouting  '
    counted waiting_step_down waiting_step_up proposed offered accepted_not_started placed
    grep -o 'offers [0-9]*: accepted.*' "$folder/simulate.log" | tail -n 1 |
        sed 's/^/Services, up to two seconds ago: /; s/decided/proposals decided by the hub/' || true
}

# told_since RECORD TOPIC...: how many messages of each topic tell of a later record.
told_since() {
    awk -v paused="$1" -v topics="${*:2}" '
        match($0, /"sequence":[0-9]+/) {
            count[$1] += substr($0, RSTART + 11, RLENGTH - 11) + 0 > paused
        }
        END {
            all = split(topics, names, " ")
            for (i = 1; i <= all; i++)
                printf "%s%s %d", (i > 1 ? ", " : ""), substr(names[i], 7), count[names[i]]
        }' "$folder/route.log"
}

# Everything is paused: from that record on nothing is proposed or offered.  What was offered
# before is answered and begins: facts are still taken.
show_paused() {
    local paused

    nanocat --sub --connect "$publish" --subscribe route/ --subscribe automation/ --ascii \
        >"$folder/route.log" 2>/dev/null </dev/null &
    listener=$!
    sleep 1
    printf '\nPaused   '
    "$program" decide --url "nn+$query" routing.mode scope=all mode=paused reason=demo
    show_routing
    sleep 4
    show_routing
    paused=$(sed -n 's/^automation.changed .*"sequence":\([0-9]*\).*/\1/p' "$folder/route.log" | tail -n 1)
    printf '\nIn the %s s since record %s, which paused everything:\n' 4 "${paused:-?}"
    printf '  went out: %s\n' "$(told_since "${paused:-0}" route/proposed route/offered)"
    printf '  of what was offered before: %s\n' \
        "$(told_since "${paused:-0}" route/answered route/expired route/started route/ended)"
    "$program" top --once --publish "$publish" --query "$query" | grep -A 1 'Home First'
}

[ -x "$program" ] || { printf 'demo: %s is not built: ./dev build\n' "$program" >&2; exit 1; }
start_server
mllp=$(field mllp)
publish=$(field publish)
query=$(field query)
write_messages >"$folder/ann.hl7"
cat <<TEXT
Homeward is running, configured for Leicestershire. It takes HL7 v2 messages at
$mllp, publishes at $publish and answers questions at
$query. It runs in mode offer: offers to the kinds of service that the
configuration allows go by themselves, all others wait for a person, whom the simulated hub
plays. The shipped configuration itself is in mode propose.
TEXT
printf 'The last %s days of three hospitals and a hub go in (nobody in them exists) ' "$days"
start_county
caught_up
if [ -n "$terminal" ]; then
    show_terminal
else
    show_plain
fi
