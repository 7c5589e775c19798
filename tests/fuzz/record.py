#!/usr/bin/env python3
"""Print one line of RECORD.tsv from what a libFuzzer program wrote.

usage: record.py TARGET SECONDS LOG
"""
import datetime
import re
import subprocess
import sys


def commit():
    """The commit of the tree, with a + when files that it knows differ from it."""
    said = subprocess.run(["git", "describe", "--always", "--abbrev=12", "--dirty=+", "--exclude=*"],
                          capture_output=True, text=True, check=False)
    return said.stdout.strip() or "unknown"


def last(pattern, text):
    found = re.findall(pattern, text, re.MULTILINE)
    return found[-1] if found else "0"


def main():
    target, seconds, log = sys.argv[1:]
    with open(log, encoding="utf-8", errors="replace") as file:
        text = file.read()
    executions = last(r"^stat::number_of_executed_units:\s+(\d+)", text)
    finds = len(re.findall(r"^(?:==\d+==\s*)?(?:ERROR: |SUMMARY: )(?:AddressSanitizer|libFuzzer|Undefined)",
                           text, re.MULTILINE))
    print("\t".join([
        datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%MZ"), commit(), target, seconds,
        executions, last(r"\bcov: (\d+)", text), last(r"\bft: (\d+)", text),
        last(r"\bcorp: (\d+)/", text), str(min(finds, 1))]))


if __name__ == "__main__":
    main()
