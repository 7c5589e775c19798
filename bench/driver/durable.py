"""Rows of durable messages: from socket to disk to acknowledgement, beside servers that do less."""
from dataclasses import dataclass, field

from driver import servers
from driver.session import median
from driver.table import Line

PEOPLE = 900000


@dataclass
class Side:
    """One server over all turns."""

    server: object
    protocol: str = "mllp"
    sent: int = 0
    results: list = field(default_factory=list)  # figures of each turn
    cpu: list = field(default_factory=list)  # CPU seconds a million messages

    def rate(self):
        return median([turn["answered"] / turn["wall_ns"] * 1e9 for turn in self.results])

    def of(self, name):
        return median([turn[name] for turn in self.results])


def messages(bench):
    """A file of messages that no server has seen, enough for the longest row."""
    count = bench.pick(6000, 260000, 1600000, 2400000)

    def make():
        path = f"{bench.folder}/messages"
        bench.figures([bench.program("load"), "make", path, 1, count, PEOPLE])
        return path
    return bench.once("messages", make), count


def send(bench, side, count, connections, window, rate=0):
    """One turn: the next count messages.  Every answer is checked; a wrong one ends the bench."""
    path, available = messages(bench)
    if side.sent + count > available:
        raise servers.Failed("too few messages were made for so many turns")
    before = side.server.cpu_s()
    found = bench.figures([bench.program("load"), side.protocol, side.server.port, path, side.sent,
                           count, connections, window] + ([rate] if rate else []))
    cpu_s = side.server.cpu_s() - before
    side.sent += count
    return {name: values[0] for name, values in found.items()}, cpu_s / count * 1e6


def turns(bench, sides, count, connections, window):
    """Warm up, then all sides in turn; returns how busy the neighbours were."""
    warm = max(200, count // 4)
    for side in sides:
        send(bench, side, warm, connections, window)
    with bench.neighbours() as neighbours:
        for _ in range(bench.pairs):
            for side in sides:
                result, cpu = send(bench, side, count, connections, window)
                side.results.append(result)
                side.cpu.append(cpu)
    return neighbours.percent()


def start_ours(bench, name):
    return Side(bench.keep(servers.homeward(bench.homeward, bench.subfolder(name))))


def start_bare(bench, name, threads):
    return Side(bench.keep(servers.bare(bench.program("bare_server"), bench.subfolder(name),
                                        threads)))


def start_redis(bench, name):
    """None where it is not installed; a smoke test does not look for it."""
    if servers.redis_program() is None or bench.size == "tiny":
        return None
    return Side(bench.keep(servers.redis(bench.subfolder(name))), "redis")


def line(ours, other, what, neighbours, **more):
    """Messages a second of two sides."""
    return Line(what=what, figure=ours.rate(), unit="/s", yardstick=other.server.name,
                yardstick_figure=other.rate(), ratio=ours.rate() / other.rate(), judged="ratio",
                cpu=median(ours.cpu), yardstick_cpu=median(other.cpu), neighbours=neighbours,
                turns=len(ours.results), **more)


def redis_line(bench, ours, redis, what, neighbours):
    if redis is None:
        return Line("redis", what, note="redis-server is not installed (./dev bench installs it)")
    length = servers.redis_length(redis.server)
    if length != redis.sent:
        raise servers.Failed(f"Redis has {length} of {redis.sent} messages it has answered")
    return line(ours, redis, what, neighbours, row="redis", bar=1.3,
                note="" if bench.size == "tiny" else
                f"Redis {servers.version([servers.redis_program(), '--version'])}, XADD, "
                "appendfsync always")


def many(bench):
    """64 connections, one message outstanding on each."""
    count = bench.pick(500, 8000, 40000, 60000)
    ours, bare, neighbours, other = bench.once(
        "64x1", lambda: _measured(bench, 64, 1, (1, 2), count, "64x1"))
    what = "durable, 64 connections x 1"
    return [line(ours, bare, what, neighbours, row="64x1", bar=0.60, stretch=0.70),
            line(ours, other, what, neighbours, row="64x1")]


def deep(bench):
    """8 connections, 32 messages in flight on each."""
    count = bench.pick(500, 20000, 100000, 150000)
    ours, bare, neighbours = bench.once(
        "8x32", lambda: _measured(bench, 8, 32, (2,), count, "8x32"))
    cpu = median(ours.cpu)
    return [
        line(ours, bare, "durable, 8 x 32", neighbours, row="8x32", bar=0.35, stretch=0.50),
        Line("8x32", "durable, 8 x 32: server CPU a million", figure=cpu, unit="s",
             yardstick=bare.server.name, yardstick_figure=median(bare.cpu), bar=3.0, stretch=1.5,
             at_most=True, cpu=cpu, yardstick_cpu=median(bare.cpu), neighbours=neighbours,
             turns=len(ours.cpu)),
    ]


def beside_redis(bench):
    """Both shapes: measured with the rows before, in the same turns."""
    lines = []
    for shape, what in ((many, "64 x 1"), (deep, "8 x 32")):
        shape(bench)
        lines.append(bench.cache[what.replace(" ", "") + "-redis"])
    return lines


def _measured(bench, connections, window, threads, count, name):
    """Run a shape: ours, the bare server with so many threads, Redis; the line beside Redis is made
    while it still runs.  Returns ours, the first bare server, the neighbours, other bare servers."""
    ours = start_ours(bench, f"{name}-ours")
    bares = [start_bare(bench, f"{name}-bare", number) for number in threads]
    redis = start_redis(bench, f"{name}-redis")
    sides = [ours, *bares] + ([redis] if redis else [])
    neighbours = turns(bench, sides, count, connections, window)
    bench.cache[f"{name}-redis"] = redis_line(
        bench, ours, redis, f"beside Redis, {connections} x {window}", neighbours)
    for side in sides:
        bench.drop(side.server)
    return ours, bares[0], neighbours, *bares[1:]


def one(bench):
    """One connection, one message outstanding: how long until it is durable and answered."""
    count = bench.pick(100, 2000, 6000, 10000)
    sides = [start_ours(bench, "1x1-ours"), start_bare(bench, "1x1-bare", 1)]
    neighbours = turns(bench, sides, count, 1, 1)
    ours, bare = sides
    lines = []
    for name, bar in (("p50", 1.3), ("p99", 2.0)):
        a, b = ours.of(f"{name}_ns") / 1e3, bare.of(f"{name}_ns") / 1e3
        lines.append(Line("1x1", f"one connection, one outstanding: {name}", figure=a, unit="us",
                          yardstick=bare.server.name, yardstick_figure=b, ratio=a / b,
                          judged="ratio", bar=bar, at_most=True, cpu=median(ours.cpu),
                          yardstick_cpu=median(bare.cpu), neighbours=neighbours,
                          turns=len(ours.results)))
    for side in sides:
        bench.drop(side.server)
    return lines


def steady(bench):
    """At a steady rate, each message's time from the moment it was due: nothing is left out."""
    rate, seconds = bench.pick(1000, 5000, 10000), bench.pick(1, 0.4, 2)
    sides = [start_ours(bench, "steady-ours"), start_bare(bench, "steady-bare", 2)]
    for side in sides:
        send(bench, side, rate // 2, 64, 64)
    with bench.neighbours() as neighbours:
        for _ in range(bench.pairs):
            for side in sides:
                result, cpu = send(bench, side, int(rate * seconds), 64, 64, rate)
                side.results.append(result)
                side.cpu.append(cpu)
    ours, bare = sides
    lines = []
    for name in ("p50", "p99"):
        a, b = ours.of(f"{name}_ns") / 1e3, bare.of(f"{name}_ns") / 1e3
        lines.append(Line("steady", f"{rate:,}/s over 64 connections: {name} from when it was due",
                          figure=a, unit="us", yardstick=bare.server.name, yardstick_figure=b,
                          ratio=a / b, judged="ratio", at_most=True, cpu=median(ours.cpu),
                          yardstick_cpu=median(bare.cpu), neighbours=neighbours.percent(),
                          turns=len(ours.results)))
    for side in sides:
        bench.drop(side.server)
    return lines
