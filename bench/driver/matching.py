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


# Of quality_bench, as it prints them.
CLASSES = (("p1", "P1"), ("p2", "P2"), ("p3", "P3"), ("crisis", "step-up within 2 h"),
           ("two_day", "step-up within 2 days"))
LOADS = (850, 950)  # parts of a thousand of the services' room


def _quarters(bench, load, chance, seeds):
    """Median over seeds of each figure.  Simulated: what it rests on is in quality/county.c."""
    found = {}
    for seed in range(1, seeds + 1):
        one = bench.figures([bench.program("quality_bench"), "--seed", seed, "--load", load,
                             "--chance", chance, "--days", bench.pick(14, 91, 91),
                             "--steps", bench.pick(20, 60, 200)])
        for name, values in one.items():
            found.setdefault(name, []).append(values[0])
    return found


def _beside(found, what, way, yardstick, own="matcher", **more):
    """Ratios are of one seed each, so that both had the same quarter; the median of those."""
    ours, theirs = found[f"{own}_all_hours"], found[f"{way}_all_hours"]
    return Line("quality", what, figure=median(ours), unit="h", yardstick=yardstick,
                yardstick_figure=median(theirs),
                ratio=median([a / b for a, b in zip(ours, theirs)]), judged="ratio", at_most=True,
                turns=len(ours), **more)


def _by_class(found, name, words, load):
    ours, theirs = (median(found[f"{way}_{name}_hours"]) for way in ("matcher", "phone"))
    return Line("quality", f"simulated, {load / 10:.0f} % load: {words}", figure=ours, unit="h",
                yardstick="by telephone", yardstick_figure=theirs,
                ratio=ours / theirs if theirs else None, turns=len(found[f"phone_{name}_hours"]))


def quality(bench):
    """Ready hours of a simulated quarter: matcher, telephone, the least there could be."""
    seeds = bench.pick(1, 2, 5)
    lines = []
    for load in LOADS:
        found = _quarters(bench, load, 100, seeds)
        what = f"simulated, {load / 10:.0f} % load: ready hours of a quarter"
        told = found["told_all_hours"]
        ratios = [a / b for a, b in zip(found["matcher_all_hours"], found["phone_all_hours"])]
        lines.append(_beside(
            found, what, "phone", "by telephone, first come first served", bar=0.8,
            note=f"{median(found['people']):,.0f} people a quarter, {seeds} seeds, ratios "
                 f"{min(ratios):.2f} to {max(ratios):.2f}; "
                 f"{100 * sum(found['declined']) / sum(found['offers']):.0f} % of offers declined"))
        lines.append(_beside(found, f"{what}, care homes asked two at a time", "phone",
                             "by telephone, first come first served", own="several", bar=0.8))
        lines.append(_beside(found, what, "told", "the same, told everything at once",
                             note=f"told everything, first come first served comes to "
                                  f"{median(told) / median(found['phone_all_hours']):.2f} of the "
                                  "telephone's: what knowing is worth"))
        lines += [_by_class(found, name, words, load) for name, words in CLASSES]
        lines.append(_beside(found, what, "bound", "no way could be below (knows all answers)"))
    for load in LOADS:
        found = _quarters(bench, load, 0, seeds)
        lines.append(_beside(
            found, f"simulated, {load / 10:.0f} % load, answers without chance: ready hours",
            "bound", "no way could be below", bar=1.1,
            note="nobody declines and each service answers in its usual time, so that the bound "
                 "knows no more than a matcher could, but for who comes and how long they stay"))
    return lines
