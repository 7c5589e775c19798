#!/usr/bin/env bash
# data_folder.sh - a data directory that is not as it should be: what serve does, and what it says.
#
# Damaged, cut, gone, of a newer version, another county's, in use, not to be written: exit 1 with
# the place and the remedy, and nothing is changed.  A bad snapshot costs time only.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"
. "$(dirname "${BASH_SOURCE[0]}")/server.sh"
unset "${!HOMEWARD_@}"

"$program" simulate --people 20000 --days 3 -o "$folder/feed.hl7" 2>/dev/null
settings=(--set county=testshire --set clock=events --set mllp.listen=127.0.0.1:0
    --set nanomsg.publish=off --set nanomsg.query=off --set nanomsg.ingest=off)
server_start -d "$folder/good" "${settings[@]}"
tap_run "$program" send -q "mllp://$(server_field mllp)" "$folder/feed.hl7"
server_stop TERM
last=$(sed -n 's/.*"sequence":\([0-9]*\).*/\1/p' <<<"$said")
tap_case "there is a good journal" yes "$([ "$last" -gt 100 ] && echo yes)"
name=00000000000000000001.hwj

# spoil NAME: a copy of the good folder as $spoilt.
spoil() {
    spoilt=$folder/$1
    cp -r "$folder/good" "$spoilt"
}
poke() { # FILE OFFSET BYTES
    printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
sums() {
    (cd "$spoilt" && find . -type f ! -name lock -exec cksum {} + | sort)
}

# refused NAME WORDS: serve of $spoilt exits 1 with these words and leaves all as it was.
refused() {
    local before
    before=$(sums)
    tap_run timeout 60 "$program" serve -d "$spoilt" "${settings[@]}"
    tap_case "$1: serve does not start" 1 "$code"
    tap_has "$1: it says what, where and how to mend it" "\"event\":\"not started\".*$2" "$err"
    tap_case "$1: one line says it" 1 "$(wc -l <<<"$err")"
    tap_case "$1: nothing was changed" "$before" "$(sums)"
}

for case in header:9 rules:17 county:140; do
    spoil "$case"
    poke "$spoilt/journal/$name" "${case#*:}" '\x7e'
    refused "a byte of the journal's ${case%:*} changed" \
        "$name: offset 0: .*header is damaged; restore .* from a backup"
done

spoil middle
poke "$spoilt/journal/$name" 20000 '\x7e\x7e'
refused "bytes changed in the journal's middle" \
    "$name: offset [0-9]+: acknowledged records [0-9]+ to $last should be here and are not; restore"
tap_run "$program" verify -d "$spoilt"
tap_has "verify names the same place" "$name: offset [0-9]+" "$err"
tap_run "$program" replay -d "$spoilt"
tap_case "replay does not tell half a story" 1 "$code"

spoil cut
truncate -s 20000 "$spoilt/journal/$name"
refused "a journal cut off" "$name: offset [0-9]+: acknowledged records [0-9]+ to $last .*restore"

spoil gone
rm "$spoilt/journal/$name"
refused "a journal that is gone" "journal: offset 0: acknowledged records 1 to $last .*restore"
tap_run "$program" verify -d "$spoilt"
tap_case "verify fails as well" 1 "$code"

spoil watermark
head -c 8192 /dev/zero | tr '\0' '\7' >"$spoilt/journal/watermark"
refused "a watermark written over" "watermark.*(restore|move|remove)"

spoil snapshot
poke "$(ls "$spoilt"/snapshots/*)" 4100 '\x7e\x7e\x7e\x7e'
server_start -d "$spoilt" "${settings[@]}"
tap_case "a snapshot damaged: the journal alone gives the same" "$last" "$(server_field sequence)"
tap_has "which is said, with the file to remove" 'warning.*[.]hws: offset 4096: .*remove this file: the journal alone' \
    "$(<"$server_log")"
tap_run timeout 60 "$program" serve -d "$spoilt" "${settings[@]}"
tap_case "a folder in use: a second server does not start" 1 "$code"
tap_has "and names the first" 'in use: locked by pid [0-9]+; stop that server, or name another' "$err"
server_stop TERM

spoil county
settings[1]=county=elsewhere
refused "another county's folder" 'testshire.*elsewhere|elsewhere.*testshire'
settings[1]=county=testshire

spoil closed
if [ "$(id -u)" = 0 ]; then
    tap_run unshare -m bash -c 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" &&
        shift && exec "$@"' - "$spoilt" timeout 60 "$program" serve -d "$spoilt" "${settings[@]}"
else
    chmod -R a-w "$spoilt"
    tap_run timeout 60 "$program" serve -d "$spoilt" "${settings[@]}"
    chmod -R u+w "$spoilt"
fi
tap_case "a folder not to be written: serve does not start" 1 "$code"
tap_has "and says which right it lacks" 'cannot write .*closed/.*right to write' "$err"

spoilt=$folder/good
server_start -d "$folder/good" "${settings[@]}"
tap_case "after all this the good one still starts" "$last" "$(server_field sequence)"
server_stop TERM
tap_end
