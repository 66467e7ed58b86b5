# SPDX-License-Identifier: GPL-2.0-only
"""leftover.py JUNIT SOURCES OUTPUT...: has JUNIT a failure for all that OUTPUT says is left over?

An OUTPUT is what a fixture printed: "READY tid NAME ns pid" of a thread, "READY pid NAME count pid" of goroutines. Each is to
be left over at the line of SOURCES that ends in "@block NAME", or, if it runs, started at "@spawn NAME"; main threads end their
process themselves. OUTPUT's name begins with the fixture's, up to the first dot. Prints how many were found, and fails if one was not.
"""
import glob
import os
import re
import sys
import xml.etree.ElementTree as tree

junit, sources = sys.argv[1:3]
failures = [
    (failure.get("message"), failure.text)
    for failure in tree.parse(junit).getroot().iter("failure")
    if failure.get("type") == "left over"
]


# Which come to their end one by one, so that fewer are there later
ONE_BY_ONE = {"unbounded"}


def marks(program, name, kind):
    """Where it blocks or is spawned: file and line."""
    for path in glob.glob(os.path.join(sources, program + ".*")) + glob.glob(os.path.join(sources, "go", program, "*.go")):
        with open(path, encoding="utf-8") as source:
            for number, line in enumerate(source, 1):
                if re.search(r"@%s %s\b" % (kind, re.escape(name)), line):
                    yield "%s:%d" % (os.path.basename(path), number)


def counted(process, places, noun):
    """How many threads or goroutines of this process are left over there: by the title, else by the stack below it."""
    in_title = in_text = 0
    for message, text in failures:
        said = re.search(r"\(%s\): (\d+) %s" % (process, noun), message)
        for place in places if said else ():
            if re.search(re.escape(place) + r"\b", message):
                in_title += int(said.group(1))
            elif re.search(re.escape(place) + r"\b", text):
                in_text += int(said.group(1))
    return in_title or in_text


found = 0
missed = []
for output in sys.argv[3:]:
    program = os.path.basename(output).split(".")[0]
    is_go = os.path.isdir(os.path.join(sources, "go", program))
    expected = {}
    with open(output, encoding="utf-8") as said:
        for line in said:
            if not line.startswith("READY "):
                continue
            _, task, name, number, process = line.split()
            if is_go or task != process:
                key = process, name
                expected[key] = expected.get(key, 0) + (int(number) if is_go else 1)
    for (process, name), count in expected.items():
        places = list(marks(program, name, "block"))
        if not places or not count:
            continue
        seen = counted(process, places, "goroutine" if is_go else "thread")
        if is_go and not seen:  # of those that run nothing else is known
            seen = counted(process, list(marks(program, name, "spawn")), "goroutine")
        # Threads of several names may stand at one place, and a library's goroutine belongs to where it is waited for.
        if seen >= count or (seen and name in ONE_BY_ONE):
            found += 1
        else:
            missed.append("%s: %d of %d %s of process %s at %s" %
                          (os.path.basename(output), seen, count, name, process, " or ".join(places)))
print(found)
for one in missed:
    print("not left over: " + one, file=sys.stderr)
sys.exit(bool(missed))
