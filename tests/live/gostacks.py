#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Compare leakhop's dump --format=go with the dump that the Go program wrote itself.

    gostacks.py THEIRS BEFORE AFTER [--least N] [--share F]
    gostacks.py --count DUMP

BEFORE and AFTER are leakhop's, taken before and after THEIRS. A goroutine that is blocked in all three and
the same in BEFORE and AFTER must be the same in THEIRS, line for line: state, functions, arguments, files,
lines, offsets, go statement, parent. Only the minutes in the heading are left out. At least N goroutines, and
the share F (0.9) of all that are blocked in THEIRS, must be compared.

Each fault is shown; the exit status is 1 if there was one.
"""
import argparse
import re
import sys

HEADING = re.compile(r"^goroutine (\d+) \[([^\]]*)\](.*):$")
MOVING = ("running", "runnable", "copystack", "preempted")


def read_dump(name):
    """{goid: (state, heading without the minutes, [line])}; a dump must have no other lines"""
    goroutines = {}
    with open(name, encoding="utf-8", errors="surrogateescape") as text:
        blocks = text.read().rstrip("\n").split("\n\n")
    for block in blocks:
        lines = block.split("\n")
        heading = HEADING.match(lines[0])
        if not heading:
            sys.exit("%s: not a heading: %r" % (name, lines[0]))
        words = [w for w in heading.group(2).split(", ") if not re.match(r"^\d+ minutes$", w)]
        state = re.sub(r" \(scan\)$", "", words[0])
        told = ", ".join([state] + words[1:]) + heading.group(3)
        if int(heading.group(1)) in goroutines:
            sys.exit("%s: goroutine %s twice" % (name, heading.group(1)))
        goroutines[int(heading.group(1))] = (state, told, lines[1:])
    return goroutines


def difference(theirs, ours):
    if theirs[1] != ours[1]:
        return "heading", theirs[1], ours[1]
    for number, (a, b) in enumerate(zip(theirs[2], ours[2])):
        if a != b:
            return "line %d" % (number + 2), a, b
    if len(theirs[2]) != len(ours[2]):
        longer = theirs[2] if len(theirs[2]) > len(ours[2]) else ours[2]
        extra = longer[min(len(theirs[2]), len(ours[2]))]
        return "length", "%d lines" % len(theirs[2]), "%d lines, one has %r" % (len(ours[2]), extra)
    return None


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("dumps", nargs="+")
    parser.add_argument("--count", action="store_true")
    parser.add_argument("--least", type=int, default=1)
    parser.add_argument("--share", type=float, default=0.9)
    args = parser.parse_args()
    theirs, *others = [read_dump(name) for name in args.dumps]
    if args.count:
        print(len(theirs))
        return False
    before, after = others
    blocked = [goid for goid, one in theirs.items() if one[0] not in MOVING]
    compared = frames = faults = 0
    for goid in blocked:
        if goid not in before or before[goid] != after.get(goid) or before[goid][0] != theirs[goid][0]:
            continue
        compared += 1
        frames += sum(line.startswith("\t") for line in theirs[goid][2])
        found = difference(theirs[goid], before[goid])
        if found:
            faults += 1
            if faults <= 20:
                print("goroutine %d: %s\n  theirs: %s\n  ours:   %s" % ((goid,) + found))
    print("%d goroutines, %d blocked, %d compared, %d frames, %d differ" % (
        len(theirs), len(blocked), compared, frames, faults))
    if compared < max(args.least, args.share * len(blocked)):
        print("too few compared")
        faults += 1
    return faults > 0


if __name__ == "__main__":
    sys.exit(main())
