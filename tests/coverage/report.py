#!/usr/bin/env python3
"""Lines, branches and MC/DC of the files on which it rests that nothing acknowledged is lost.

usage: report.py PROFILE PROGRAM...

Exit: 0 every line and branch of them is covered, 1 not all are.
"""
import json
import os
import subprocess
import sys

FILES = [f"engine/runtime/{name}" for name in (
    "clock.c", "crc32c.c", "directory.c", "file.c", "intake.c", "journal.c", "log_reader.c",
    "log_writer.c", "quarantine.c", "quarantine_log.c", "replay.c", "runtime.c", "segment.c",
    "snapshot.c", "snapshotter.c", "turn.c", "watermark.c")] + [
    "engine/core/image.c", "engine/core/window.c"]
KINDS = ("lines", "branches", "mcdc")


def summaries(profile, programs):
    """Path below the source root: kind: (covered, count)."""
    command = ["llvm-cov-19", "export", "-summary-only", f"-instr-profile={profile}", programs[0]]
    for program in programs[1:]:
        command += ["-object", program]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    root = os.getcwd()
    return {os.path.relpath(os.path.realpath(file["filename"]), root): {
        kind: (file["summary"][kind]["covered"], file["summary"][kind]["count"]) for kind in KINDS}
        for file in json.loads(said.stdout)["data"][0]["files"]}


def share(pair):
    covered, count = pair
    return f"{covered:5d}/{count:<5d}{100.0 * covered / count if count else 100.0:6.1f} %"


def main():
    found = summaries(sys.argv[1], sys.argv[2:])
    missed = 0
    total = {kind: [0, 0] for kind in KINDS}
    print(f"{'file':32}" + "".join(f"{kind:>20}" for kind in KINDS))
    for name in FILES:
        if name not in found:
            print(f"{name:32}  not in any program")
            missed += 1
            continue
        for kind in KINDS:
            total[kind][0] += found[name][kind][0]
            total[kind][1] += found[name][kind][1]
        missed += any(found[name][kind][0] < found[name][kind][1] for kind in ("lines", "branches"))
        print(f"{name:32}" + "".join(f"{share(found[name][kind]):>20}" for kind in KINDS))
    print(f"{'all':32}" + "".join(f"{share(total[kind]):>20}" for kind in KINDS))
    if missed:
        print(f"{missed} of {len(FILES)} files have lines or branches that no test reaches")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
