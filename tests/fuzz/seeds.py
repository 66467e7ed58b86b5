#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""seeds.py FUZZER FOLDER - write what a fuzzer begins with where no file of a host is of its form"""

import os
import random
import struct
import sys


def go_memory(choice):
    """Versions, what has to be found, and a few words that are overwritten (struct patch)."""
    offsets = (0, 8, 16, 24, 32, 152)
    for version in range(8):
        yield bytes([version, 0])
        for number in range(12):
            patches = b"".join(
                struct.pack("<BBHIQ", choice.randrange(64), choice.randrange(8), choice.choice(offsets),
                            choice.choice((0, 0, 0, choice.randrange(200))), choice.randrange(1 << 24))
                for _ in range(1 + number % 6))
            yield bytes([version, choice.choice((0, 0, 0, 4, 8, 0x17))]) + patches


def expression(_):
    """A few that compilers make: of the procedure linkage table, of an aligned stack; and a loop."""
    def operation(atom, place=0, first=0, second=0):
        return struct.pack("<BBhhB", atom, place, first, second, 0)
    yield b"".join((operation(0x77, 0, 8), operation(0x80, 2), operation(0x3F, 4), operation(0x1A, 5),
                    operation(0x3B, 6), operation(0x2A, 7), operation(0x33, 8), operation(0x24, 9), operation(0x22, 10)))
    yield operation(0x76, 0, -8) + operation(0x06, 2)
    yield operation(0x31) + operation(0x12, 1) + operation(0x28, 2, -4)


def codec(_):
    """A rule with an expression, and names of two places (src/sandbox/codec.c, struct stack_rule)."""
    value = struct.pack("<BBBxIq", 16, 0, 0, 0, -8)
    cfa = struct.pack("<BBBxIq", 0, 4, 0, 2, 0)
    head = struct.pack("<6BBBIxxxxQ", 1, 0, 0, 0, 0, 0, 16, 1, 2, 1 << 3)
    yield head + cfa + value + struct.pack("<4Q4Q", 0x77, 8, 0, 0, 0x06, 0, 0, 2)
    yield struct.pack("<QQII", 2, 5, 10, 20) + b"f+5\0f\0f.c\0g\0\0"


def events(_):
    """One of each kind (bpf/abi.h), the size before it."""
    for kind, size in ((1, 160), (2, 424), (3, 56), (4, 56), (5, 400), (6, 56), (7, 48), (8, 304)):
        record = struct.pack("<IIQIIII16s", kind, size, 10 ** 9, 7, 7, 7, 7, b"name").ljust(size, b"\0")
        yield (struct.pack("<H", size) + record) * 2


SEEDS = {"fuzz_go_memory": go_memory, "fuzz_expression": expression, "fuzz_codec": codec, "fuzz_events": events}


def main():
    fuzzer, folder = sys.argv[1:]
    for number, seed in enumerate(SEEDS[fuzzer](random.Random(1))):
        with open(os.path.join(folder, f"seed-{number}"), "wb") as file:
            file.write(seed)


if __name__ == "__main__":
    main()
