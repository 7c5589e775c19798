"""All rows, by name, and running them."""
import datetime
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Callable

from driver import durable, live, machine, matching, micro, servers, table

@dataclass
class Row:
    name: str
    about: str
    measure: Callable


ROWS = [
    Row("codec", "HL7 bytes to canonical events, beside a bare field splitter", micro.codec),
    Row("apply", "mixed records through the core, at one and ten million people", micro.apply),
    Row("refold", "one late fact for a stay of a thousand", micro.refold),
    Row("matcher", "a decision about person and service, among few and among many",
        matching.matcher),
    Row("quality", "a simulated quarter: ready hours beside a hub's telephone and a lower bound",
        matching.quality),
    Row("64x1", "durable messages, 64 connections with one outstanding each", durable.many),
    Row("8x32", "durable messages, 8 connections with 32 in flight each", durable.deep),
    Row("1x1", "one connection, one outstanding: latency", durable.one),
    Row("steady", "latency at a steady rate, from when each message was due", durable.steady),
    Row("redis", "beside Redis: stream append, synced before the answer", durable.beside_redis),
    Row("postgres", "beside PostgreSQL doing the same durable work", live.work),
    Row("recovery", "journal and snapshot read back; how soon a server is ready", micro.recovery),
    Row("live", "ready by site, beside the same question to PostgreSQL", live.figure),
    Row("memory", "bytes a person, an open stay, a week; the executable", micro.memory),
]


def names():
    return [row.name for row in ROWS]


def _git(*words):
    done = subprocess.run(["git", *words], capture_output=True, text=True, check=False,
                          cwd=os.path.dirname(os.path.abspath(__file__)))
    return done.stdout.strip() if done.returncode == 0 else ""


def about(bench):
    """Of the run: which commit, which machine.  No name of either machine or folder."""
    return {
        "commit": _git("rev-parse", "HEAD") or "unknown",
        "modified": bool(_git("status", "--porcelain", "--untracked-files=no")),
        "measured": datetime.date.today().isoformat(),
        "size": bench.size,
        "pairs": bench.pairs,
        "machine": machine.describe(bench.folder),
    }


def _record_path(bench, wanted, said):
    """All rows of a whole run are a record to keep; anything less goes beside the programs."""
    if said:
        return said
    known = about(bench)
    if wanted or bench.size in ("tiny", "quick") or known["modified"] or known["commit"] == "unknown":
        return os.path.join(bench.build, "bench.json")
    return os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "results",
                        f"{known['commit'][:12]}.json")


def measure(bench, wanted, output):
    lines, failed = [], False
    for row in ROWS:
        if wanted and row.name not in wanted:
            continue
        bench.say(f"{row.name}: {row.about}")
        try:
            lines += row.measure(bench)
        except servers.Failed as problem:
            failed = True
            lines.append(table.Line(row.name, row.about, note=str(problem)))
            bench.stop_all()
    sys.stdout.write(table.text(lines))
    path = _record_path(bench, wanted, output)
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    table.write(path, lines, about(bench))
    bench.say(f"the record is {os.path.relpath(path)}")
    return 1 if failed else 0
