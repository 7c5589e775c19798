#!/usr/bin/env python3
"""run.py - every measurement, one table.  ./dev bench calls it; README.md says what a row means.

usage: run.py [--build DIR] [--quick|--full|--tiny] [-o FILE] [ROW...]
       run.py [--build DIR] --profile ROW
       run.py --rows
       run.py --markdown RECORD | --readme RECORD
"""
import argparse
import os
import signal
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from driver import profile, rows, session, table  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser(
        prog="./dev bench", description="Measure, beside what, and how far from the bar."
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="everything in about a minute")
    size.add_argument("--full", action="store_true", help="also ten million people, longer turns")
    size.add_argument("--tiny", action="store_true", help="a smoke test: times mean nothing")
    parser.add_argument("--build", default="build", help="where the programs are (build)")
    parser.add_argument("-o", "--output", help="where the record goes (JSON)")
    parser.add_argument("--rows", action="store_true", help="the names of all rows")
    parser.add_argument("--profile", metavar="ROW", help="where a row spends its time (perf)")
    parser.add_argument("--markdown", metavar="RECORD", help="the table of a record, for README.md")
    parser.add_argument("--readme", metavar="RECORD", help="put that table into README.md")
    parser.add_argument("names", nargs="*", metavar="ROW", help="only these; profile ROW: --profile")
    return parser.parse_args()


def main():
    given = arguments()
    if given.names[:1] == ["profile"] and len(given.names) == 2:
        given.profile = given.names[1]
    if given.rows:
        for row in rows.ROWS:
            print(f"{row.name:14} {row.about}")
        return 0
    if given.markdown:
        sys.stdout.write(table.markdown(table.read(given.markdown)))
        return 0
    if given.readme:
        table.put_into("README.md", given.readme)
        return 0
    wanted = [given.profile] if given.profile else given.names
    unknown = [name for name in wanted if name not in rows.names()]
    if unknown:
        print(f"bench: no row is named {unknown[0]}; there are: {' '.join(rows.names())}",
              file=sys.stderr)
        return 2
    size = "quick" if given.quick else "full" if given.full else "tiny" if given.tiny else "normal"
    # Whoever ends the bench ends its servers with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with session.Session(given.build, size) as bench:
        if given.profile:
            return profile.run(bench, given.profile)
        return rows.measure(bench, wanted, given.output)


if __name__ == "__main__":
    sys.exit(main())
