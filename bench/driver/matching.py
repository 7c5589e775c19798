"""Rows about people and services: what a decision costs, and what it is worth."""
import math

from driver.session import median
from driver.table import Line

# Of matcher_bench: figure, what happens.
EVENTS = (
    ("freed", "a freed unit finds who is first"),
    ("declined", "a service declines: the unit and the person find the next"),
    ("expired", "an offer runs out: the same"),
    ("full", "somebody new finds all full"),
    ("room", "somebody new finds room"),
)


def _sized(bench, waiting, services, each):
    return bench.figures([bench.program("matcher_bench"), "--waiting", waiting, "--services",
                          services, "--each", each])


def matcher(bench):
    """The same events in a small land and in one a hundred times as large, in turns."""
    small, large = ((200, 20), (600, 60)) if bench.size == "tiny" else ((1000, 50), (100000, 5000))
    turns = bench.pick(1, 3, 5)
    found = {small: [], large: []}
    with bench.neighbours() as neighbours:
        for _ in range(turns):
            for size in (small, large):
                found[size].append(_sized(bench, *size, bench.pick(10, 100, 100)))
    others = neighbours.percent()
    log = math.log(large[0]) / math.log(small[0])
    many, few = (f"{size[0]:,} waiting, {size[1]:,} services" for size in (large, small))

    def of(size, name):
        return median([turn[name][0] for turn in found[size]])

    lines = []
    for name, what in EVENTS:
        ours, beside = of(large, f"{name}_looked_at"), of(small, f"{name}_looked_at")
        lines.append(Line("matcher", f"{what}: candidates asked, {many}", figure=ours,
                          yardstick=few, yardstick_figure=beside, ratio=ours / beside,
                          judged="ratio", bar=round(log, 2), at_most=True, turns=turns,
                          neighbours=others))
        ours, beside = of(large, f"{name}_ns") / 1e3, of(small, f"{name}_ns") / 1e3
        lines.append(Line("matcher", f"{what}: CPU time of a record", figure=ours, unit="us",
                          yardstick=few, yardstick_figure=beside, ratio=ours / beside, cpu=ours,
                          yardstick_cpu=beside, turns=turns, neighbours=others))
    lines[0].note = (f"the bar is how much log n grows: {log:.2f}; time grows by waits for memory "
                     "as well, since the larger state fits no cache")
    return lines
