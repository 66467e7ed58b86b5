#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Hold leakhop's times against those of tests/bench/waits.

    waits.py REPORT.json WAITS.out OFFSET    OFFSET: CLOCK_REALTIME - CLOCK_MONOTONIC, ns

Prints for the beginning of the waits, and where they ended for their length: number of waits compared,
median and largest error in us (signed; + is later or longer than the truth), how many were left out.
"""
import json
import re
import sys


def since_ns(text):
    """RFC 3339 to ns; datetime would need more of the library than a minimal Python has."""
    y, mo, d, h, mi, s, fraction = re.match(
        r"(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)(?:\.(\d+))?Z$", text).groups()
    y, mo, d = int(y), int(mo), int(d)
    y -= mo <= 2  # days from civil
    era = y // 400
    day = (153 * (mo + (-3 if mo > 2 else 9)) + 2) // 5 + d - 1
    of_era = (y - era * 400) * 365 + (y - era * 400) // 4 - (y - era * 400) // 100 + day
    days = era * 146097 + of_era - 719468
    seconds = ((days * 24 + int(h)) * 60 + int(mi)) * 60 + int(s)
    return seconds * 10**9 + int((fraction or "0").ljust(9, "0")[:9])


def summary(what, errors, left_out):
    if not errors:
        print("%-10s nothing to compare" % what)
        return
    errors.sort()
    worst = max(errors, key=abs)
    print("%-10s %d %.0f %.0f %d" % (what, len(errors), errors[len(errors) // 2] / 1000,
                                     worst / 1000, left_out))


def main():
    report, out, offset = json.load(open(sys.argv[1])), sys.argv[2], int(sys.argv[3])
    truth, left_out, missed = {}, 0, 0
    for line in open(out):
        words = line.split()
        if words[0] == "PREEMPTED":
            left_out = int(words[1])
        else:
            truth[int(words[0])] = [int(word) for word in words[1:]]
    records = {}
    groups = ["threads"] if report.get("threads") else ["findings", "suspects", "waits"]
    for record in (record for group in groups for record in report[group]):
        if any(frame["function"].startswith("place_") for frame in record["user_stack"]):
            for tid in record["tids"]:
                records[tid] = record
    began, length = [], []
    for tid, times in truth.items():
        record = records.get(tid)
        if not record or not record["since"]:
            missed += 1
            continue
        began.append(since_ns(record["since"]) - offset - times[0])
        if len(times) > 1 and record["blocks"]["count"] == 1:
            length.append(record["blocks"]["total_ns"] - (times[1] - times[0]))
    summary("began", began, left_out)
    if any(len(times) > 1 for times in truth.values()):
        summary("lasted", length, left_out)
    if missed:
        print("missed     %d" % missed)


if __name__ == "__main__":
    main()
