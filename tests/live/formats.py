#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""formats.py COMMAND FILE... - readers of leakhop's formats, as strict as can be

folded FILE          by the rules of flamegraph.pl: prints "root leaf value" sums as JSON
"""
import json
import re
import sys


def printable(data):
    """No byte but of text that a terminal and a reader of lines can take."""
    text = data.decode("utf-8")
    bad = [c for c in text if c != "\n" and (ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or ord(c) in (0x2028, 0x2029, 0x202E))]
    assert not bad, f"control characters: {bad[:5]}"
    return text


def folded(path):
    with open(path, "rb") as file:
        text = printable(file.read())
    assert not text or text.endswith("\n")
    lines = []
    for line in text.splitlines():
        match = re.fullmatch(r"(.*)\s+?(\d+(?:\.\d*)?)", line)
        assert match, f"no value: {line}"
        stack = match[1]
        # Else it is read as a difference between two profiles.
        assert not re.fullmatch(r"(.*)\s+?(\d+(?:\.\d*)?)", stack), f"two values: {line}"
        frames = stack.split(";")
        assert len(frames) > 1 and all(frames), f"an empty frame: {line}"
        lines.append({"frames": frames, "value": int(match[2])})
    assert all(line["value"] > 0 for line in lines)
    print(json.dumps(lines))


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
