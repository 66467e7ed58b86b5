#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Writes cores that are not as they should be, for cores.bats: core_edit.py WHAT IN OUT [ARGUMENT]...

numbers FROM=TO...  other numbers for the process and its threads, in the notes only
nofiles             without the list of mapped files
headers NUMBER      it says that it has so many program headers
xnum                their number stands where there is room for more than 65,534
overlap             two pieces of memory at one address
machine NUMBER      of that machine (ELF's number); class 32: of 32 bits
notls               without the registers that lead to a thread's own data
notes               the notes' sizes are larger than what is there
"""
import struct
import sys

PT_LOAD, PT_NOTE = 1, 4
NT_PRSTATUS, NT_PRPSINFO, NT_FILE = 1, 3, 0x46494C45


def headers(data):
    at, = struct.unpack_from("<Q", data, 0x20)
    count, = struct.unpack_from("<H", data, 0x38)
    return [at + 56 * i for i in range(count)]


def notes(data):
    """(offset of the header, type, offset of the description, its size)"""
    for header in headers(data):
        kind, = struct.unpack_from("<I", data, header)
        at, size = struct.unpack_from("<Q", data, header + 8)[0], struct.unpack_from("<Q", data, header + 32)[0]
        end = at + size
        while kind == PT_NOTE and at + 12 <= end:
            name, length, what = struct.unpack_from("<III", data, at)
            description = at + 12 + (name + 3 & ~3)
            yield at, what, description, length
            at = description + (length + 3 & ~3)


def numbers(data, *pairs):
    new = {int(a): int(b) for a, b in (pair.split("=") for pair in pairs)}
    for _, what, at, _ in notes(data):
        place = at + {NT_PRSTATUS: 32, NT_PRPSINFO: 24}.get(what, 0)
        if place != at:
            old, = struct.unpack_from("<i", data, place)
            struct.pack_into("<i", data, place, new.get(old, old))


def nofiles(data):
    for at, what, _, _ in notes(data):
        if what == NT_FILE:
            struct.pack_into("<I", data, at + 8, 0x7F)


def phnum(data, number):
    struct.pack_into("<H", data, 0x38, int(number))


def xnum(data):
    count = len(headers(data))
    section = struct.pack("<IIQQQQIIQQ", 0, 0, 0, 0, 0, 0, 0, count, 0, 0)
    struct.pack_into("<Q", data, 0x28, len(data))
    struct.pack_into("<HHHHH", data, 0x36, 56, 0xFFFF, 64, 1, 0)
    data += section


def overlap(data):
    loads = [at for at in headers(data) if struct.unpack_from("<I", data, at)[0] == PT_LOAD]
    place, = struct.unpack_from("<Q", data, loads[0] + 16)
    struct.pack_into("<Q", data, loads[1] + 16, place)


def machine(data, number):
    struct.pack_into("<H", data, 0x12, int(number))


def bits(data, _):
    data[4] = 1


def notls(data):
    for _, what, at, _ in notes(data):
        if what == NT_PRSTATUS:
            struct.pack_into("<Q", data, at + 112 + 21 * 8, 0)


def long_notes(data):
    for at, what, _, _ in notes(data):
        if what == NT_PRSTATUS:
            struct.pack_into("<I", data, at + 4, 0x7FFFFFF0)


WHAT = {"numbers": numbers, "nofiles": nofiles, "headers": phnum, "xnum": xnum, "overlap": overlap,
        "machine": machine, "class": bits, "notes": long_notes, "notls": notls}


def main():
    what, source, target, *rest = sys.argv[1:]
    data = bytearray(open(source, "rb").read())
    WHAT[what](data, *rest)
    open(target, "wb").write(data)


if __name__ == "__main__":
    main()
