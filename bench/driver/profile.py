"""Where a row spends its time: its program or its server under perf."""
import shutil
import subprocess
import sys

from driver import durable

# What a row runs; a number in the list is a size that suits a profile.
PROGRAMS = {
    "codec": ["codec_bench", "--pairs", 3],
    "apply": ["apply_bench", "--people", 300000, "--records", 400000, "--turns", 3],
    "refold": ["refold_bench", "--late", 1000],
    "matcher": ["matcher_bench", "--waiting", 100000, "--services", 5000, "--each", 100],
    "quality": ["quality_bench", "--steps", 1],
    "recovery": ["recovery_bench", "{folder}/data", "--people", 100000, "--pairs", 3],
    "memory": ["memory_bench", "--people", 20000],
    "live": ["live_bench", "--turns", 50],
}

# Connections and messages in flight on each of what our server is sent.
SHAPES = {"64x1": (64, 1), "8x32": (8, 32), "redis": (8, 32), "postgres": (8, 32), "1x1": (1, 1),
          "steady": (64, 1)}

LINES = 40


def _record(bench, what, **more):
    """perf, begun; cycles of user code where the kernel does not let us see its own."""
    return subprocess.Popen(["perf", "record", "-q", "-F", "999", "-o", f"{bench.folder}/perf.data",
                             *[str(word) for word in what]], stdout=subprocess.DEVNULL, **more)


def _report(bench):
    done = subprocess.run(
        ["perf", "report", "-i", f"{bench.folder}/perf.data", "--stdio", "--no-children",
         "--percent-limit", "0.5", "--sort", "dso,symbol"], capture_output=True, text=True,
        check=False)
    found = [line for line in done.stdout.splitlines() if line.strip() and not line.startswith("#")]
    sys.stdout.write("\n".join(line.rstrip() for line in found[:LINES]) + "\n")
    return 0 if found else 1


def run(bench, name):
    if shutil.which("perf") is None:
        print("bench: perf is not installed: apt-get install linux-perf", file=sys.stderr)
        return 1
    if name in PROGRAMS:
        words = [str(word).format(folder=bench.folder) for word in PROGRAMS[name]]
        _record(bench, ["--", bench.program(words[0]), *words[1:]]).wait()
        return _report(bench)
    connections, window = SHAPES[name]
    ours = durable.start_ours(bench, "profile")
    count = 200 * connections * window if window == 1 else 100000
    durable.send(bench, ours, count // 4, connections, window)
    perf = _record(bench, ["-p", ours.server.process.pid])
    for _ in range(5):
        durable.send(bench, ours, count, connections, window)
    perf.terminate()
    perf.wait()
    return _report(bench)
