#!/usr/bin/env python3
"""smoke.py - the driver works, and notices what it says it would.  Looks at no time.

usage: smoke.py BUILD_FOLDER
"""
import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from driver import durable, rows, servers, session, table  # noqa: E402

cases, failed = 0, 0


def case(is_good, name):
    global cases, failed
    cases += 1
    failed += not is_good
    print(f"{'' if is_good else 'not '}ok {cases} - {name}")


def check_record(bench):
    """Both sides of a row answered everything; what was measured can be read back."""
    path = os.path.join(bench.folder, "record.json")
    sys.stdout, kept = sys.stderr, sys.stdout
    code = rows.measure(bench, ["1x1"], path)
    sys.stdout = kept
    with open(path, encoding="utf-8") as file:
        record = json.load(file)
    entry = record["lines"][0]
    case(code == 0 and [line["row"] for line in record["lines"]] == ["1x1", "1x1"], "a row is run")
    case(entry["figure"] > 0 and entry["yardstick_figure"] > 0 and entry["cpu"] is not None,
         "its record has both sides and their CPU")
    case(set(record["machine"]) == {"cpu", "cores", "memory_mib", "kernel", "file_system"},
         "the machine is described, and not named")
    case(entry["what"] in table.markdown(table.read(path)), "a record gives the table of the README")


def check_answers(bench):
    """An acknowledgement of another message ends the bench."""
    for wrong in (0, 77):
        server = servers.bare(bench.program("bare_server"), bench.subfolder(f"wrong-{wrong}"), 2,
                              wrong)
        side = durable.Side(bench.keep(server))
        try:
            durable.send(bench, side, 400, 8, 32)
            noticed = False
        except servers.Failed as problem:
            noticed = "belong to another message" in str(problem)
        bench.drop(server)
        case(noticed == (wrong > 0), "a wrong acknowledgement is noticed" if wrong else
             "right acknowledgements are taken")


def check_recovery(bench):
    """The journal and the snapshot it makes and reads back are one state."""
    done = subprocess.run([bench.program("recovery_bench"), f"{bench.folder}/recovery", "--tiny"],
                          capture_output=True, text=True, check=False)
    found = [line for line in done.stdout.splitlines() if line.startswith(("ok ", "not ok "))]
    case(done.returncode == 0 and len(found) == 3, "what is recovered is what was written")


def check_verdicts():
    line = table.Line("row", "what", figure=2.0, bar=1.0, stretch=4.0)
    case(line.verdict() == "met", "at least: met")
    case(table.Line("row", "what", figure=0.5, bar=1.0).verdict() == "missed: 2.00 x off",
         "at least: missed by so much")
    line.at_most = True
    case(line.verdict() == "met, stretch too", "at most: the stretch is met first")
    line.figure = 5.0
    line.stretch = None
    case(line.verdict() == "missed: 5.00 x off", "at most: missed by so much")


def main():
    with session.Session(sys.argv[1], "tiny") as bench:
        check_verdicts()
        check_record(bench)
        check_answers(bench)
        check_recovery(bench)
    print(f"1..{cases}")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
