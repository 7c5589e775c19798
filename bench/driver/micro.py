"""Rows without sockets: the codec, the core, what is read back, what is held."""
import os
import re
import shutil
import subprocess

from driver import machine, servers
from driver.session import median
from driver.table import Line


def codec(bench):
    """HL7 bytes to canonical events, beside a bare splitter over the same messages."""
    with bench.neighbours() as neighbours:
        found = bench.figures([bench.program("codec_bench"), "--pairs", bench.pairs, "--messages",
                               bench.pick(1000, 20000, 50000), "--rounds", bench.pick(1, 2, 4)])
    a, b = median(found["codec_mb_s"]), median(found["splitter_mb_s"])
    return [Line("codec", "HL7 bytes to canonical event", figure=a, unit="MB/s",
                 yardstick="bare splitter", yardstick_figure=b, ratio=a / b, judged="ratio",
                 bar=1.0, stretch=1.5, cpu=median(found["codec_ns"]) / 1e3,
                 yardstick_cpu=median(found["splitter_ns"]) / 1e3, neighbours=neighbours.percent(),
                 turns=bench.pairs)]


def _apply(bench, people, records):
    with bench.neighbours() as neighbours:
        found = bench.figures([bench.program("apply_bench"), "--people", people, "--records",
                               records, "--turns", bench.pairs])
    return median(found["apply_ns"]), found, neighbours.percent()


def _people(count):
    return f"{count // 1000000} M" if count >= 1000000 else f"{count:,}"


def apply(bench):
    """The mix over a million people; over ten million in a full run, when there is memory."""
    people = bench.pick(500, 200000, 1000000)
    small, found, neighbours = _apply(bench, people, bench.pick(2000, 200000, 400000))
    note = f"an admission, one for each of the people: {median(found['admission_ns']):.0f} ns"
    if people < 1000000 and bench.size != "tiny":
        note += "; the bar is for 1 M people: this run has fewer"
    lines = [Line("apply", f"apply, mixed records, {_people(people)} people",
                  figure=1e9 / small, unit="/s", bar=1.5e6, stretch=3e6, cpu=small / 1e3,
                  neighbours=neighbours, turns=bench.pairs, note=note)]
    if bench.size != "full":
        return lines
    per_person = found["resident_bytes"][0] / people
    if machine.memory_free() < 10e6 * per_person * 1.3 + (4 << 30):
        lines.append(Line("apply", "apply, mixed records, 10 M people",
                          note="not enough memory is free for ten million people"))
        return lines
    large, _, neighbours = _apply(bench, 10000000, 1000000)
    lines.append(Line("apply", "apply, mixed records, 10 M people", figure=1e9 / large, unit="/s",
                      bar=0.75e6, stretch=1.5e6, cpu=large / 1e3, neighbours=neighbours,
                      turns=bench.pairs))
    lines.append(Line("apply", "how much dearer at 10 M people", figure=large / 1e3, unit="us",
                      yardstick="at 1 M", yardstick_figure=small / 1e3, ratio=large / small,
                      judged="ratio", bar=2.5, at_most=True, neighbours=neighbours,
                      turns=bench.pairs))
    return lines


def refold(bench):
    """One late fact for a stay of a thousand."""
    with bench.neighbours() as neighbours:
        found = bench.figures([bench.program("refold_bench"), "--late", bench.pick(5, 50, 200)])
    us = median(found["refold_ns"]) / 1e3
    return [Line("refold", "refold of a stay of 1,000 facts", figure=us, unit="us", bar=100,
                 at_most=True, cpu=us, neighbours=neighbours.percent(),
                 turns=len(found["refold_ns"]),
                 note=f"{found['places'][0]:.0f} places and {found['periods'][0]:.0f} ready periods "
                      f"follow from them; the slowest took {max(found['refold_ns']) / 1e3:.0f} us")]


def recovery(bench):
    """A data directory read back, its snapshot, and how soon a server is ready on it."""
    people = bench.pick(500, 100000, 1000000)
    folder = bench.subfolder("recovery")
    with bench.neighbours() as neighbours:
        found = bench.figures([bench.program("recovery_bench"), f"{folder}/data", "--people",
                               people, "--records", people // 2, "--pairs",
                               bench.pick(1, 5, 5)])
    a, b = median(found["recovery_ns"]), median(found["apply_ns"])
    others, turns = neighbours.percent(), len(found["recovery_ns"])
    lines = [
        Line("recovery", "recovery: the whole journal", figure=1e9 / a, unit="/s",
             yardstick="apply of the same records", yardstick_figure=1e9 / b, ratio=b / a,
             judged="ratio", bar=0.8, cpu=a / 1e3, yardstick_cpu=b / 1e3, neighbours=others,
             turns=turns, note="by CPU time; by the clock "
             f"{1e9 / median(found['recovery_wall_ns']):,.0f}/s"),
        Line("recovery", "snapshot written, synced, renamed",
             figure=median(found["snapshot_write_gb_s"]), unit="GB/s", bar=0.5, neighbours=others,
             turns=turns, note=f"{found['snapshot_bytes'][0] / 1e6:,.0f} MB of {_people(people)} "
             "people"),
        Line("recovery", "snapshot read, checked, and the rest of the state built",
             figure=median(found["snapshot_load_gb_s"]), unit="GB/s", bar=0.5, neighbours=others,
             turns=turns),
    ]
    ready = []
    with bench.neighbours() as neighbours:
        for _ in range(bench.pick(1, 2, 5)):
            server = bench.keep(servers.homeward(bench.homeward, folder))
            ready.append(server.ready_s)
            bench.drop(server)
    lines.append(Line("recovery", f"homeward serve: ready at {_people(people)} people",
                      figure=median(ready), unit="s", bar=2.0, at_most=True,
                      neighbours=neighbours.percent(), turns=len(ready)))
    shutil.rmtree(folder)
    return lines


def memory(bench):
    """What the engine holds, by what it remembers."""
    sizes = bench.pick(
        (1000, 500, 100, 2), (5000, 3000, 500, 4), (20000, 10000, 2000, 8),
        (200000, 50000, 20000, 12))
    command = [bench.program("memory_bench")]
    for name, value in zip(("people", "open", "county", "weeks"), sizes):
        command += [f"--{name}", value]
    with bench.neighbours() as neighbours:
        found = bench.figures(command)
    one = {name: values[0] for name, values in found.items()}
    others = neighbours.percent()
    slope = round(one["message_bytes"], 1)
    return [
        Line("memory", "a person with one sealed stay of 30 messages", figure=one["person_bytes"],
             unit="B", bar=640, at_most=True, neighbours=others, turns=1,
             note=f"{sizes[0]:,} people, small pages; one more sealed stay of somebody known: "
                  f"{one['again_bytes']:.0f} B"),
        Line("memory", "an open stay of 29 messages", figure=one["open_stay_bytes"], unit="B",
             bar=4096, at_most=True, neighbours=others, turns=1),
        Line("memory", "slope: what a message leaves behind once its stay is sealed",
             figure=slope if slope > 0 else 0.0, unit="B", bar=0, at_most=True, neighbours=others,
             turns=1, note=f"a steady county of {sizes[2]:,} people over {sizes[3]} weeks grows by "
             f"{one['county_stay_bytes']:.0f} B for each stay that ends, which is what it keeps of "
             "it"),
    ] + executable(bench)


def executable(bench):
    """What is installed: without debug information."""
    path = os.path.join(bench.folder, "homeward")
    if shutil.which("strip") is None:
        return [Line("memory", "executable", note="strip is not installed (binutils)")]
    subprocess.run(["strip", "-o", path, bench.homeward], check=True)
    size = os.path.getsize(path) / 1e6
    linked = subprocess.run(["ldd", path], capture_output=True, text=True, check=False).stdout
    return [Line("memory", "executable, stripped", figure=size, unit="MB", bar=3.0, at_most=True,
                 turns=1, note=f"linked with {len(re.findall('=>', linked))} libraries of the "
                 "system")]
