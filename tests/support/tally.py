#!/usr/bin/env python3
"""Count the test cases of one or more meson test runs, and close with one plain line.

usage: tally.py BUILD_FOLDER...

Reads what meson wrote (meson-logs/testlog.json) and what the sanitizers left (sanitizer/).  Trusts
neither the exit status of a test program nor meson's verdict alone: Criterion exits 0 when a test
leaks, and meson takes a program that prints no case at all for a skipped one.
"""
import glob
import json
import os
import re
import sys

CASE = re.compile(r"^(not )?ok\b(?:[^#\\]|\\.)*(#\s*SKIP\b)?", re.IGNORECASE)
PLAN_SKIPPED = re.compile(r"^1\.\.0\b.*#\s*skip", re.IGNORECASE | re.MULTILINE)
SANITIZER = re.compile(
    r"LeakSanitizer: detected|(?:Address|Leak|Undefined\w*)Sanitizer\b.*(?:ERROR|SUMMARY)"
    r"|ERROR: (?:Address|Leak)Sanitizer|: runtime error: "
)
EXIT_SKIPPED = 77
LINES_SHOWN = 100


def count_cases(output):
    """Passed, failed and skipped cases among the TAP lines of output."""
    passed = failed = skipped = 0
    for line in output.splitlines():
        match = CASE.match(line)
        if match is None:
            continue
        if match.group(2):
            skipped += 1
        elif match.group(1):
            failed += 1
        else:
            passed += 1
    return passed, failed, skipped


def judge(test):
    """Passed, failed, skipped of one test program, and what was wrong with it as a whole."""
    output = test.get("stdout") or ""
    errors = test.get("stderr") or ""
    result = test["result"]
    passed, failed, skipped = count_cases(output)
    problem = None

    if SANITIZER.search(output) or SANITIZER.search(errors):
        problem = "a sanitizer spoke up"
    elif result == "SKIP":
        if PLAN_SKIPPED.search(output) or test["returncode"] == EXIT_SKIPPED:
            skipped = max(skipped, 1)
        elif skipped == 0:
            problem = "no test case ran"
    elif result not in ("OK", "EXPECTEDFAIL") and failed == 0:
        problem = "ended as " + result
    elif result == "OK" and passed + failed + skipped == 0:
        passed = 1  # A program that speaks by its exit status only.
    if problem is not None:
        failed += 1
    return passed, failed, skipped, problem


def failed_cases(output):
    """The failing cases of a TAP output, each with the lines that explain it."""
    lines = []
    failing = False
    for line in output.splitlines():
        match = CASE.match(line)
        if match is not None:
            failing = bool(match.group(1)) and not match.group(2)
        if failing:
            lines.append(line)
    return lines


def show(folder, test, problem):
    """Print why a test program counts as failed: its failing cases, else the end of its log."""
    output = test.get("stdout") or ""
    errors = (test.get("stderr") or "").splitlines()
    lines = failed_cases(output) or output.splitlines()[-LINES_SHOWN:]
    print(f"---- {folder}: {test['name']}: {problem or 'failed'}")
    print(*lines, *errors[-LINES_SHOWN:], sep="\n")


def tally_reports(folder):
    """How many reports the sanitizers left; prints them."""
    count = 0
    for path in sorted(glob.glob(os.path.join(folder, "sanitizer", "*"))):
        with open(path, encoding="utf-8", errors="replace") as report:
            text = report.read()
        if SANITIZER.search(text):
            count += 1
            print(f"---- {folder}: a sanitizer reported ({os.path.basename(path)})")
            print(text)
    return count


def tally_folder(folder):
    """Passed, failed, skipped of one run; prints what failed."""
    total = [0, 0, 0]
    path = os.path.join(folder, "meson-logs", "testlog.json")
    try:
        with open(path, encoding="utf-8") as log:
            tests = [json.loads(line) for line in log]
    except OSError:
        tests = []
    if not tests:
        print(f"{folder}: no test ran")
        return [0, 1, 0]
    for test in tests:
        *counts, problem = judge(test)
        total = [sum(pair) for pair in zip(total, counts)]
        if counts[1] > 0:
            show(folder, test, problem)
    total[1] += tally_reports(folder)
    return total


def main():
    total = [0, 0, 0]
    for folder in sys.argv[1:]:
        total = [sum(pair) for pair in zip(total, tally_folder(folder))]
    passed, failed, skipped = total
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
