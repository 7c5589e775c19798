"""Lines of the table: what was measured, beside what, and whether the bar is met."""
import json
import os
import re
from dataclasses import asdict, dataclass
from typing import Optional

FORMAT = 1


@dataclass
class Line:
    """One line.  The schema of the record (README.md) is this class."""

    row: str  # name of the row, as ./dev bench ROW takes it
    what: str
    figure: Optional[float] = None  # ours; None: not measured, note says why
    unit: str = ""
    yardstick: str = ""  # what it is measured beside; empty: nothing
    yardstick_figure: Optional[float] = None
    ratio: Optional[float] = None
    judged: str = "figure"  # what the bar is about: figure or ratio
    bar: Optional[float] = None  # None: for information
    stretch: Optional[float] = None
    at_most: bool = False  # the bar is a ceiling
    cpu: Optional[float] = None  # CPU seconds a million of ours
    yardstick_cpu: Optional[float] = None
    neighbours: Optional[float] = None  # per cent of the machine, used by others meanwhile
    turns: int = 0  # how many each figure is the median of
    note: str = ""

    @property
    def judged_value(self):
        return self.ratio if self.judged == "ratio" else self.figure

    def verdict(self):
        value = self.judged_value
        if value is None:
            return "not measured"
        if self.bar is None:
            return "-"
        if self._reaches(value, self.stretch):
            return "met, stretch too"
        if self._reaches(value, self.bar):
            return "met"
        if self.bar == 0:
            return f"missed by {number(value)}"
        over = value / self.bar if self.at_most else self.bar / value if value else float("inf")
        return f"missed: {over:.2f} x off"

    def _reaches(self, value, bar):
        return bar is not None and (value <= bar if self.at_most else value >= bar)


def number(value):
    """Three digits that count, thousands apart."""
    if value is None:
        return ""
    size = abs(value)
    if size >= 1000:
        digits = len(str(int(size))) - 3
        return f"{int(round(value, -digits)):,}"
    if size >= 100 or value == int(value):
        return f"{value:.0f}"
    if size >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if size >= 1 else f"{value:.3f}"


def _amount(value, unit):
    return "" if value is None else f"{number(value)} {unit}".strip()


def _bar(value, line):
    return "" if value is None else f"{'<=' if line.at_most else '>='} {value:,.10g}"


HEAD = ("row", "what", "ours", "beside", "ratio", "bar", "stretch", "", "CPU s/M", "beside's",
        "others")


def _cells(line):
    beside = f"{_amount(line.yardstick_figure, line.unit)} {line.yardstick}".strip()
    return (line.row, line.what, _amount(line.figure, line.unit), beside, number(line.ratio),
            _bar(line.bar, line), _bar(line.stretch, line), line.verdict(), number(line.cpu),
            number(line.yardstick_cpu),
            "" if line.neighbours is None else f"{line.neighbours:.0f}%")


def text(lines):
    """The table for a terminal, notes below it."""
    rows = [HEAD] + [_cells(line) for line in lines]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEAD))]
    out = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
    out.insert(1, "  ".join("-" * width for width in widths))
    notes = [f"{line.row}: {line.note}" for line in lines if line.note]
    return "\n".join(out + ([""] + notes if notes else [])) + "\n"


def record(lines, about):
    return {"format": FORMAT, **about,
            "lines": [{**asdict(line), "verdict": line.verdict()} for line in lines]}


def write(path, lines, about):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(record(lines, about), file, indent=1, ensure_ascii=False)
        file.write("\n")


def read(path):
    with open(path, encoding="utf-8") as file:
        found = json.load(file)
    if found.get("format") != FORMAT:
        raise SystemExit(f"bench: {path}: not a record of format {FORMAT}")
    return found


def markdown(found):
    """The table of README.md: it must say what the record says, so it is made from it."""
    machine = found["machine"]
    others = [entry["neighbours"] for entry in found["lines"] if entry["neighbours"] is not None]
    meanwhile = f"others used {min(others):.0f} to {max(others):.0f} % of the machine meanwhile"
    out = [f"Commit `{found['commit'][:12]}`, a {found['size']} run of {found['pairs']} pairs; "
           f"{machine['cores']} cores ({machine['cpu']}), {machine['memory_mib'] >> 10} GiB, "
           f"{machine['file_system']}, Linux {machine['kernel'].split('-')[0]}; the driver shares the "
           f"cores, and {meanwhile if others else 'nobody looked who else did'}.",
           "",
           "| what | ours | beside it | ratio | bar | | CPU s a million: ours, beside |",
           "| --- | --- | --- | --- | --- | --- | --- |"]
    for entry in found["lines"]:
        verdict = entry.pop("verdict")
        line = Line(**entry)
        cells = _cells(line)
        bar = cells[5].replace("<=", "≤").replace(">=", "≥")
        cpu = ", ".join(cell for cell in cells[8:10] if cell)
        out.append("| " + " | ".join(
            [line.what, cells[2], cells[3], cells[4], bar, verdict, cpu]) + " |")
    return "\n".join(out) + "\n"


def _kind(path):
    """Records of some rows only are named KIND-COMMIT.json; those of all rows COMMIT.json."""
    name = os.path.basename(path)
    return name.split("-")[0] if "-" in name else ""


def put_into(readme, path):
    """Replace the table of a README that was made from a record of the same kind."""
    with open(readme, encoding="utf-8") as file:
        before = file.read()
    tables = [found for found in re.finditer(
        r"<!-- measured: (\S+) -->\n.*?<!-- measured end -->", before, re.DOTALL)
              if _kind(found.group(1)) == _kind(path)]
    if len(tables) != 1:
        raise SystemExit(f"bench: {readme}: it has no one place for a record like {path}: put "
                         f"<!-- measured: {path} --> and <!-- measured end --> there")
    start, end = tables[0].span()
    with open(readme, "w", encoding="utf-8") as file:
        file.write(f"{before[:start]}<!-- measured: {path} -->\n{markdown(read(path))}"
                   f"<!-- measured end -->{before[end:]}")
