#!/usr/bin/env bash
# schemas.sh - the published schemas and examples are what the codec's table gives, and agree.
#
# usage: schemas.sh SOURCE_ROOT CE_SCHEMAS.  Needs python3-jsonschema (docker/packages.txt).
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"
folder=$1/adapters/codec/cloudevents/schemas
make=$2

differs() { # WHAT FILE
    "$make" "$1" | diff "$folder/$2" - | head -5 || true
}

tap_none "events.schema.json is what the table says" "$(differs events events.schema.json)"
tap_none "decisions.schema.json is what the table says" "$(differs decisions decisions.schema.json)"
tap_none "examples.ndjson is what the table says" "$(differs examples examples.ndjson)"
tap_some "another file would be noticed" "$(differs events examples.ndjson)"
tap_none "every example is valid, and none without what must be there" \
    "$(python3 "$(dirname "${BASH_SOURCE[0]}")/schemas.py" "$folder" 2>&1)"
tap_done
