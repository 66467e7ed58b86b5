#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""damage.py LEAKHOP FILE COPY TIMES: report of COPY, FILE cut short or with bytes changed, ends by itself with 0 or 3."""

import random
import subprocess
import sys

leakhop, path, copy, times = sys.argv[1:]
with open(path, "rb") as file:
    whole = file.read()
choice = random.Random(len(whole))


def cut(number):
    return whole[:choice.randrange(len(whole))] if number else b""


def flip(_):
    changed = bytearray(whole)
    for _ in range(choice.choice([1, 1, 3, 50])):
        changed[choice.randrange(len(changed))] = choice.randrange(256)
    return changed


def overwrite(_):
    """A part of the file elsewhere: trees that go in a circle, pages of another table."""
    changed = bytearray(whole)
    page = 4096
    pages = len(whole) // page
    source, target = choice.randrange(pages), choice.randrange(1, pages)
    changed[target * page:(target + 1) * page] = whole[source * page:(source + 1) * page]
    return changed


for number in range(int(times)):
    for damage in cut, flip, overwrite:
        with open(copy, "wb") as file:
            file.write(damage(number))
        run = subprocess.run([leakhop, "report", "-q", "--json", copy], capture_output=True, timeout=60)
        if run.returncode not in (0, 3) or (run.returncode == 3 and copy.encode() not in run.stderr):
            sys.exit(f"{damage.__name__} {number}: {run.returncode} {run.stderr.decode()}")
