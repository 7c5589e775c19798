# server.sh - a server to talk to; sourced after tap.sh.
#
# What it says goes to $server_log through a pipe that is read line by line: a test waits for words,
# never for time.  A server that ends instead of speaking ends the wait.

server_log=$folder/server.log

# server_wait WORDS: read on to a line with these words, which is then in $said.
server_wait() {
    said=
    while IFS= read -r said <&7; do
        printf '%s\n' "$said" >>"$server_log"
        [[ $said != *"$1"* ]] || return 0
    done
    said="(it ended without saying $1)"
}

# server_start ARGUMENT...: sets $server (its process) and $ready (its line).  No events are pulled
# in but at $server_ingest: tests run side by side, and the default is one port.
server_ingest=off
server_start() {
    rm -f "$folder/pipe"
    mkfifo "$folder/pipe"
    "$program" serve --set nanomsg.ingest="$server_ingest" "$@" 2>"$folder/pipe" </dev/null &
    server=$!
    tap_processes+=("$server")
    exec 7<"$folder/pipe"
    server_wait '"event":"ready"'
    ready=$said
}

# server_field NAME: of the ready line.
server_field() {
    sed -n "s|.*\"$1\":\"\\{0,1\\}\\([^\",}]*\\).*|\\1|p" <<<"$ready"
}

# server_stop SIGNAL: sets $code; $said is its last line.
server_stop() {
    kill "-$1" "$server"
    server_wait '"event":"stopped"'
    code=0
    wait "$server" || code=$?
    exec 7<&-
}
