#!/usr/bin/env python3
"""Lines, branches and MC/DC of the files on which it rests that nothing acknowledged is lost.

usage: report.py PROFILE PROGRAM...

What no test can reach stands in unreachable.txt beside this, with its reason; it is subtracted.
Exit: 0 every other line and branch is covered and every entry is right, 1 not so.
"""
import json
import os
import re
import subprocess
import sys

FILES = [f"engine/runtime/{name}" for name in (
    "clock.c", "crc32c.c", "directory.c", "file.c", "intake.c", "journal.c", "log_reader.c",
    "log_writer.c", "quarantine.c", "quarantine_log.c", "replay.c", "runtime.c", "second.c",
    "segment.c", "snapshot.c", "snapshotter.c", "turn.c", "wakeup.c", "watermark.c")] + [
    "engine/core/image.c", "engine/core/window.c"]
UNREACHABLE = os.path.join(os.path.dirname(__file__), "unreachable.txt")
FIELDS = ("file", "function", "text", "misses", "reason")


class Source:
    """One file: count of runs by line, and by side of each branch."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.text = [""] + [line.strip() for line in file]
        self.functions = {}  # line it begins: name
        self.lines = {}      # line: runs
        self.sides = []      # (line, number of the side in the line, runs)
        self.mcdc = (0, 0)

    def function_at(self, line):
        begins = [begin for begin in self.functions if begin <= line]
        return self.functions[max(begins)] if begins else ""

    def misses(self):
        """Line: what is not reached of it: "line", or which sides of its branches, from 1."""
        missed = {}
        for line, runs in self.lines.items():
            if runs == 0:
                missed.setdefault(line, []).append("line")
        for line, side, runs in self.sides:
            if runs == 0:
                missed.setdefault(line, []).append(f"side {side}")
        return missed


def export(profile, programs, *how):
    command = ["llvm-cov-19", "export", *how, f"-instr-profile={profile}", programs[0]]
    for program in programs[1:]:
        command += ["-object", program]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def relative(path):
    return os.path.relpath(os.path.realpath(path), os.getcwd())


def add_line(source, key, value):
    if key == "FN":
        line, name = value.split(",", 1)
        source.functions[int(line)] = name.split(":")[-1]
    elif key == "DA":
        line, runs = value.split(",")[:2]
        source.lines[int(line)] = int(runs)
    elif key == "BRDA":
        line, _, _, runs = value.split(",")
        side = 1 + sum(other[0] == int(line) for other in source.sides)
        source.sides.append((int(line), side, 0 if runs == "-" else int(runs)))


def read_sources(profile, programs):
    found, source = {}, None
    for line in export(profile, programs, "-format=lcov").splitlines():
        key, _, value = line.partition(":")
        if key == "SF":
            name = relative(value)
            source = found.setdefault(name, Source(name)) if name in FILES else None
        elif source is not None:
            add_line(source, key, value)
    for file in json.loads(export(profile, programs, "-summary-only"))["data"][0]["files"]:
        if relative(file["filename"]) in found:
            mcdc = file["summary"]["mcdc"]
            found[relative(file["filename"])].mcdc = (mcdc["covered"], mcdc["count"])
    return found


def read_entries():
    """Blocks of "field: value", an empty line between them; # begins a comment."""
    with open(UNREACHABLE, encoding="utf-8") as file:
        text = re.sub(r"^#.*\n", "", file.read(), flags=re.M)
    entries = []
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = re.sub(r"\n\s+", " ", block).splitlines()  # A long value goes on, indented.
        entry = dict(line.split(": ", 1) for line in lines if line)
        if not entry:
            continue
        entry.setdefault("misses", "1")
        if set(entry) != set(FIELDS):
            sys.exit(f"{UNREACHABLE}: an entry needs {', '.join(FIELDS)}: {block}")
        entries.append(entry)
    return entries


def excuse(entry, found, missed):
    """Take what an entry is about out of missed; what is wrong with the entry, or None."""
    name = entry["file"]
    if name not in found:
        return "no such file is measured"
    at = [line for line, text in enumerate(found[name].text) if text == entry["text"] and
          found[name].function_at(line) == entry["function"]]
    if not at:
        return "no such line in this function"
    count = sum(len(missed[name].pop(line, [])) for line in at)
    if count == 0:
        return "it is reached after all"
    if count != int(entry["misses"]):
        return f"{count} not reached (the line, sides of branches), and not {entry['misses']}"
    return None


def share(missed, count):
    return f"{count - missed:5d}/{count:<5d}{100.0 * (count - missed) / count if count else 100:6.1f} %"


def row(name, counts):
    print(f"{name:34}" + "".join(f"{share(*pair):>20}" for pair in counts))


def counts_of(source, missed):
    kinds = [kind for kinds in missed.values() for kind in kinds]
    lines = kinds.count("line")
    return [(lines, len(source.lines)), (len(kinds) - lines, len(source.sides)),
            (source.mcdc[1] - source.mcdc[0], source.mcdc[1])]


def main():
    found = read_sources(sys.argv[1], sys.argv[2:])
    missed = {name: source.misses() for name, source in found.items()}
    wrong, total = 0, [[0, 0], [0, 0], [0, 0]]
    entries = read_entries()
    for entry in entries:
        what = excuse(entry, found, missed)
        if what is not None:
            wrong += 1
            print(f"unreachable.txt: {entry['file']}: {entry['function']}: {entry['text']}: {what}")
    for name in FILES:
        for line, kinds in sorted(missed.get(name, {}).items()):
            wrong += 1
            print(f"{name}:{line}: {', '.join(kinds)}: {found[name].text[line]}")
    print(f"{'file':34}{'lines':>20}{'branches':>20}{'mcdc':>20}")
    for name in FILES:
        if name not in found:
            wrong += 1
            print(f"{name:34}  not in any program")
            continue
        counts = counts_of(found[name], missed[name])
        row(name, counts)
        total = [[a + b for a, b in zip(*pair)] for pair in zip(total, counts)]
    row("all", total)
    print(f"{len(entries)} places that no test can reach are left out of lines and branches "
          "(tests/coverage/unreachable.txt)")
    if wrong:
        print(f"{wrong} things are not as they should be")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
