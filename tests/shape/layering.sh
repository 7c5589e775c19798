#!/usr/bin/env bash
# layering.sh - includes point one way: include <- engine/core <- engine/runtime <- adapters.
#
# usage: layering.sh SOURCE_ROOT.  A codec sees the public headers and its own folder; links see
# codecs; only cli and simulate see everything.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"
cd "$1"

# Lines "FILE:INCLUDE" on stdin, the files that exist as arguments; prints what breaks the rules.
check() {
    awk -v files="$*" '
        # The layer a file belongs to; a codec or link is a layer of its own.
        function layer(path, parts) {
            split(path, parts, "/")
            if (parts[1] == "include") return "include"
            if (parts[1] == "engine") return parts[2]
            if (parts[2] == "codec" || parts[2] == "link") return parts[2] ":" parts[3]
            return parts[2]
        }
        # Whether layer from may include a file of layer to.
        function may(from, to, kind) {
            if (from == to || to == "include") return 1
            kind = from; sub(/:.*/, "", kind)
            if (kind == "include" || kind == "core" || kind == "codec") return 0
            if (kind == "runtime") return to == "core"
            if (kind == "cli" || kind == "simulate") return 1
            return to != "cli" && to != "simulate"
        }
        # Whether a layer that must stay pure may include a header of the system.
        function may_system(path, from, name, kind) {
            kind = from; sub(/:.*/, "", kind)
            if (kind != "include" && kind != "core" && kind != "codec") return 1
            if (name in standard) return 1
            if (name == "xxhash.h") return path == "engine/core/banned.h"
            return kind == "codec" && name == "jansson.h"
        }
        # The file an include in quotes means; "" where there is none.
        function resolve(path, name, folder, tries, i) {
            folder = path; sub(/\/[^\/]*$/, "", folder)
            tries[1] = folder "/" name; tries[2] = "include/" name
            tries[3] = "engine/" name; tries[4] = "adapters/" name
            for (i = 1; i <= 4; i++) {
                while (sub(/[^\/]+\/\.\.\//, "", tries[i])) { }
                if (tries[i] in exists || (tries[i] ".in") in exists) return tries[i]
            }
            return ""
        }
        BEGIN {
            count = split(files, list, " ")
            for (i = 1; i <= count; i++) exists[list[i]] = 1
            count = split("assert.h ctype.h errno.h inttypes.h limits.h stdarg.h stdbool.h " \
                "stddef.h stdint.h stdio.h stdlib.h string.h time.h", list, " ")
            for (i = 1; i <= count; i++) standard[list[i]] = 1
        }
        {
            path = $0; sub(/:.*/, "", path)
            name = $0; sub(/^[^<"]*[<"]/, "", name); sub(/[>"].*/, "", name)
            from = layer(path)
            if ($0 ~ /include[[:space:]]*</) {
                if (!may_system(path, from, name)) print path " (" from ") includes <" name ">"
                next
            }
            target = resolve(path, name)
            if (target == "") print path " includes \"" name "\", which is nowhere"
            else if (!may(from, layer(target)))
                print path " (" from ") includes \"" name "\" (" layer(target) ")"
        }'
}

files=$(find include engine adapters -name '*.[ch]' -o -name '*.h.in' | sort)
includes=$(grep -HE '^[[:space:]]*#[[:space:]]*include' $(grep '\.[ch]$' <<<"$files"))

# Files are words: none of ours has a blank in its name.
look() {
    check $files <<<"$1"
}

tap_some "there are includes to look at" "$includes"
tap_none "every include points down" "$(look "$includes")"
while IFS='|' read -r name line; do
    tap_some "would be noticed: $name" "$(look "$line")"
done <<'CASES'
a public header that includes the core|include/homeward/x.h:#include "core/banned.h"
the core including the runtime|engine/core/x.c:#include "runtime/env.h"
the core including libuv|engine/core/x.c:#include <uv.h>
the core including threads|engine/core/x.c:#include <pthread.h>
the runtime including an adapter|engine/runtime/x.c:#include "link/mllp/framer.h"
a codec including the core|adapters/codec/fhir/x.c:#include "core/banned.h"
a codec including another codec|adapters/codec/fhir/x.c:#include "codec/hl7v2/hl7v2.h"
a codec including another by a path upwards|adapters/codec/fhir/x.c:#include "../hl7v2/hl7v2.h"
a codec including a link|adapters/codec/hl7v2/x.c:#include "link/mllp/framer.h"
a codec including sockets|adapters/codec/hl7v2/x.c:#include <sys/socket.h>
a link including the executable|adapters/link/mllp/x.c:#include "cli/command.h"
an include of nothing|engine/core/x.c:#include "core/nothing.h"
CASES
tap_none "the runtime may include the core" "$(look 'engine/runtime/x.c:#include "core/banned.h"')"
tap_none "a codec may include its own headers" \
    "$(look 'adapters/codec/hl7v2/x.c:#include "codec/hl7v2/hl7v2.h"')"
tap_done
