"""What the figures were measured on, and who else used it meanwhile.  No names, no paths."""
import os
import re


def _first(path, pattern):
    try:
        with open(path, encoding="utf-8") as file:
            match = re.search(pattern, file.read(), re.MULTILINE)
            return match.group(1).strip() if match else "unknown"
    except OSError:
        return "unknown"


def file_system(folder):
    """The type of the file system a folder lies on."""
    best, kind = "", "unknown"
    target = os.path.realpath(folder)
    with open("/proc/self/mounts", encoding="utf-8") as file:
        for line in file:
            where, what = line.split()[1:3]
            inside = target == where or target.startswith(where.rstrip("/") + "/")
            if inside and len(where) >= len(best):
                best, kind = where, what
    return kind


def describe(folder):
    return {
        "cpu": _first("/proc/cpuinfo", r"^model name\s*:\s*(.*)$"),
        "cores": len(os.sched_getaffinity(0)),
        "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20,
        "kernel": os.uname().release,
        "file_system": file_system(folder),
    }


def memory_free():
    """Bytes that can be taken without pushing anybody out."""
    return int(_first("/proc/meminfo", r"^MemAvailable:\s*(\d+)")) * 1024


TICKS = os.sysconf("SC_CLK_TCK")


def _all_busy():
    """CPU seconds spent on this machine, by anybody; what the host took away is in it."""
    with open("/proc/stat", encoding="utf-8") as file:
        user, nice, system, _idle, _wait, irq, softirq, steal = map(int, file.readline().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / TICKS


def processes():
    """(process, parent, CPU seconds with those of ended children) of all there are."""
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        yield int(name), int(fields[1]), sum(map(int, fields[11:15])) / TICKS


def tree_cpu(root):
    """CPU seconds of a process, its living descendants and the ended children of all these."""
    children, cpu = {}, {}
    for process, parent, seconds in processes():
        children.setdefault(parent, []).append(process)
        cpu[process] = seconds
    total, todo = 0.0, [root]
    while todo:
        process = todo.pop()
        total += cpu.get(process, 0.0)
        todo += children.get(process, [])
    return total


class Neighbours:
    """Over all measured stretches: how much of the machine others used (and the kernel for them)."""

    def __init__(self):
        self.others = self.available = 0.0

    def __enter__(self):
        self._start = (os.times().elapsed, _all_busy(), tree_cpu(os.getpid()))
        return self

    def __exit__(self, *_):
        elapsed, busy, own = self._start
        spent = os.times().elapsed - elapsed
        self.available += spent * len(os.sched_getaffinity(0))
        self.others += max(0.0, _all_busy() - busy - (tree_cpu(os.getpid()) - own))

    def percent(self):
        return round(100 * self.others / self.available, 1) if self.available else 0.0
