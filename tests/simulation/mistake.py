#!/usr/bin/env python3
"""Make one deliberate mistake: a copy of a source with one text put in the place of another.

usage: mistake.py SOURCE_ROOT MISTAKE OUTPUT    writes the changed source
       mistake.py SOURCE_ROOT MISTAKE...        checks that each text is still found once

A mistake is a text file (README.md): file, what goes wrong, and texts to find and to put.
"""
import os
import sys


def die(words):
    sys.exit("mistake.py: " + words)


def read(path):
    """The file it is about, and pairs of texts."""
    lines = open(path, encoding="utf-8").read().splitlines(keepends=True)
    if len(lines) < 5 or not lines[0].startswith("file: ") or not lines[1].startswith("wrong: "):
        die(f"{path}: must begin with 'file: PATH' and 'wrong: what goes wrong'")
    pairs, part, texts = [], None, {}
    for line in lines[2:]:
        if line in ("--- find\n", "--- put\n", "--- end\n"):
            if part == "put":
                # Without the last end of line, so that a part of a line will do.
                pairs.append((texts["find"][:-1], texts["put"][:-1]))
            part = line[4:-1]
            texts[part] = ""
        elif part in ("find", "put"):
            texts[part] += line
        else:
            die(f"{path}: '{line.rstrip()}' stands in no part")
    if part != "end" or not pairs:
        die(f"{path}: needs '--- find', '--- put' and '--- end'")
    return lines[0][6:].strip(), pairs


def make(root, mistake):
    """The changed source."""
    name, pairs = read(mistake)
    source = open(os.path.join(root, name), encoding="utf-8").read()
    for find, put in pairs:
        found = source.count(find)
        if found != 1:
            die(
                f"{os.path.basename(mistake)}: {name} holds this text {found} times, not once; "
                f"the source has changed: write the mistake anew\n{find}"
            )
        source = source.replace(find, put)
    return f'#line 1 "{name}"\n' + source


if len(sys.argv) < 3:
    die("usage: mistake.py SOURCE_ROOT MISTAKE OUTPUT")
if len(sys.argv) == 4 and not sys.argv[3].endswith(".mistake"):
    open(sys.argv[3], "w", encoding="utf-8").write(make(sys.argv[1], sys.argv[2]))
else:
    for each in sys.argv[2:]:
        make(sys.argv[1], each)
