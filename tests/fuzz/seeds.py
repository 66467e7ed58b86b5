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


def core(choice):
    """A core of two threads that sleep for one mutex of glibc, their headers counted in either way."""
    def note(kind, description):
        return struct.pack("<III8s", 5, len(description), kind, b"CORE") + description + b"\0" * (-len(description) % 4)

    def status(tid, futex, sp, own):
        registers = [0] * 27
        registers[7], registers[10], registers[12], registers[13] = 0, -512 & (1 << 64) - 1, 2, 0x80
        registers[14], registers[15], registers[16], registers[19], registers[21] = futex, 202, 0x20010, sp, own
        return note(1, struct.pack("<12xh2xQQi", 6, 0, 0, tid).ljust(112, b"\0") + struct.pack("<27Q", *registers) + bytes(8))

    memory = bytearray(4096)
    struct.pack_into("<IIIIi", memory, 0x100, 2, 0, 72, 1, 0)
    struct.pack_into("<IIIIi", memory, 0x140, 2, 0, 70, 1, 0)
    for at in range(0x200, 0x800, 8):
        struct.pack_into("<Q", memory, at, choice.choice((0, 0x20010, 0x10000 + at, 0x10100)))
    for tid, own in ((70, 0x800), (72, 0xC00)):
        struct.pack_into("<Q", memory, own + 16, 0x10000 + own)
        struct.pack_into("<I", memory, own + 720, tid)
    names = b"/bin/true\0/nowhere/lib.so (deleted)\0"
    files = struct.pack("<8Q", 2, 4096, 0x20000, 0x21000, 0, 0x30000, 0x31000, 1) + names
    notes = (note(3, struct.pack("<24xii8x16s80x", 70, 1, b"name")) + status(70, 0x10100, 0x10200, 0x10800) + status(72, 0x10140, 0x10300, 0x10C00)
             + note(6, struct.pack("<6Q", 9, 0x20010, 33, 0x40000, 0, 0)) + note(0x46494C45, files))
    for phnum in (4, 0xFFFF):
        head = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 4, 62, 1, 0, 64, 64 + 4 * 56, 0, 64, 56, phnum, 64, 1, 0)
        at = 64 + 4 * 56 + 64
        headers = struct.pack("<IIQQQQQQ", 4, 4, at, 0, 0, len(notes), 0, 1)
        place = at + len(notes)
        headers += struct.pack("<IIQQQQQQ", 1, 6, place, 0x10000, 0, 4096, 4096, 1)
        headers += struct.pack("<IIQQQQQQ", 1, 5, place + 4096, 0x20000, 0, 64, 4096, 1)
        headers += struct.pack("<IIQQQQQQ", 1, 5, place, 0x40000, 0, 4096, 4096, 1)
        section = struct.pack("<IIQQQQIIQQ", 0, 0, 0, 0, 0, 0, 0, 4, 0, 0)
        yield head + headers + section + notes + bytes(memory) + b"\x7fELF" + bytes(60)


SEEDS = {"fuzz_core": core, "fuzz_go_memory": go_memory, "fuzz_expression": expression, "fuzz_codec": codec, "fuzz_events": events}


def main():
    fuzzer, folder = sys.argv[1:]
    for number, seed in enumerate(SEEDS[fuzzer](random.Random(1))):
        with open(os.path.join(folder, f"seed-{number}"), "wb") as file:
            file.write(seed)


if __name__ == "__main__":
    main()
