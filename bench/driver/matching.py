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
GROUPS = (("home", "P1 and step-up within 2 days"), ("p2", "P2"), ("p3", "P3"),
          ("crisis", "step-up within 2 h"))
CAUSES = (("no_place_known", "no place free, or none known of"), ("approval", "the hub's approval"),
          ("in_vain", "services that say no"), ("closed", "the one that says yes, while closed"),
          ("thinking", "the same, thinking it over"), ("opening", "support to begin once agreed"))
LOADS = (850, 950)  # parts of a thousand of the services' room
PHONE = "by telephone, first come first served"


def _quarters(bench, load, chance, seeds):
    """Of each figure one a seed.  Simulated: what it rests on is in quality/county.c."""
    found = {}
    for seed in range(1, seeds + 1):
        one = bench.figures([bench.program("quality_bench"), "--seed", seed, "--load", load,
                             "--chance", chance, "--days", bench.pick(14, 91, 91),
                             "--steps", bench.pick(20, 60, 200)])
        for name, values in one.items():
            found.setdefault(name, []).append(values[0])
    return found


def _beside(found, what, ours, theirs, yardstick, **more):
    """Ratios are of one seed each, so that both had the same quarter; the median of those."""
    a, b = found[f"{ours}_hours"], found[f"{theirs}_hours"]
    ratio = median([x / y for x, y in zip(a, b)]) if all(b) else None
    return Line("quality", what, figure=median(a), unit="h", yardstick=yardstick,
                yardstick_figure=median(b), ratio=ratio,
                judged="figure" if ratio is None else "ratio", at_most=True, turns=len(a), **more)


def _seeds(found, ours, theirs):
    pairs = zip(found[f"{ours}_hours"], found[f"{theirs}_hours"])
    return ", ".join(f"{a / b:.2f}" for a, b in pairs)


def _of_load(bench, load, seeds):
    found = _quarters(bench, load, 100, seeds)
    load_words = f"simulated, {load / 10:.0f} % load"
    what = f"{load_words}: ready hours of a quarter"
    next_door = [median(found[f"{way}_next_door_percent"]) for way in ("matcher", "phone")]
    yield _beside(
        found, what, "matcher_all", "phone_all", PHONE, bar=0.8,
        note=f"{median(found['people']):,.0f} people a quarter; by seed "
             f"{_seeds(found, 'matcher_all', 'phone_all')}; "
             f"{100 * sum(found['declined']) / sum(found['offers']):.0f} % of offers declined; of P3 "
             f"{next_door[0]:.0f} % begin next door, by telephone {next_door[1]:.0f} %")
    yield _beside(found, f"{what}, one service asked at a time", "single_all", "phone_all", PHONE,
                  note=f"by seed {_seeds(found, 'single_all', 'phone_all')}")
    yield _beside(found, what, "matcher_all", "phone_several_all",
                  "by telephone, as many asked at a time as we do",
                  note=f"by seed {_seeds(found, 'matcher_all', 'phone_several_all')}")
    yield _beside(found, what, "matcher_all", "told_all",
                  "first come first served, told everything at once, one asked at a time")
    for name, words in CLASSES:
        yield _beside(found, f"{load_words}: {words}", f"matcher_{name}", f"phone_{name}", PHONE)
    for name, words in CAUSES:
        yield _beside(found, f"{load_words}: of all, waited for {words}", f"matcher_{name}",
                      f"phone_{name}", PHONE)
    yield _beside(found, what, "matcher_all", "bound_all",
                  "no way could be below (knows all answers)")


def _of_bound(bench, load, seeds):
    found = _quarters(bench, load, 0, seeds)
    what = f"simulated, {load / 10:.0f} % load, answers without chance"
    yield _beside(
        found, f"{what}: ready hours", "matcher_all", "bound_all", "no way could be below", bar=1.1,
        note="nobody declines and each service answers in its usual time, so that the bound knows "
             "no more than a matcher could, but for who comes and how long they stay")
    for name, words in GROUPS:
        yield _beside(found, f"{what}: {words}", f"matcher_{name}_group", f"bound_{name}_group",
                      "no way could be below", bar=1.1)


def quality(bench):
    """Ready hours of a simulated quarter: matcher, telephone, the least there could be."""
    seeds = bench.pick(1, 2, 5)
    lines = []
    for load in LOADS:
        lines += _of_load(bench, load, seeds)
    for load in LOADS:
        lines += _of_bound(bench, load, seeds)
    return lines
