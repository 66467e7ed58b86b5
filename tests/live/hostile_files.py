#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Writes files that say more of themselves than they are, for hostile_files.bats.

hostile_files.py zeros IN OUT SECTION MIB   OUT is IN with SECTION compressed: so many MiB of zeros
hostile_files.py lines IN OUT MILLIONS FUNCTION   ... with a line table of so many rows (IN has DWARF 4)
hostile_files.py hole OUT TIB               an ELF file of one segment, nearly all of it a hole
hostile_files.py symbols OUT GIB            an ELF file whose symbol table is a hole

A thread can pause in the last two at offset 0x800: tests/programs/maps_code.c does.
"""
import os
import struct
import subprocess
import sys
import tempfile
import zlib

SHF_COMPRESSED = 0x800
# again: mov $34, %eax (pause); syscall; jmp again
PAUSES = bytes([0x55, 0x48, 0x89, 0xE5, 0xB8, 34, 0, 0, 0, 0x0F, 5, 0xEB, 0xF7])


def compressed(pieces, size):
    packer = zlib.compressobj(9)
    out = [struct.pack("<IIQQ", 1, 0, size, 1)]
    out += [packer.compress(piece) for piece in pieces]
    return b"".join(out + [packer.flush()])


def mark_compressed(path, section):
    data = bytearray(open(path, "rb").read())
    headers, = struct.unpack_from("<Q", data, 0x28)
    size, count, names = struct.unpack_from("<HHH", data, 0x3A)
    text, = struct.unpack_from("<Q", data, headers + names * size + 24)
    for at in range(headers, headers + count * size, size):
        name, = struct.unpack_from("<I", data, at)
        if data[text + name:data.index(b"\0", text + name)].decode() == section:
            flags, = struct.unpack_from("<Q", data, at + 8)
            struct.pack_into("<Q", data, at + 8, flags | SHF_COMPRESSED)
    open(path, "wb").write(data)
    os.chmod(path, 0o755)


def replace(source, target, section, content):
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        subprocess.check_call(["objcopy", "--remove-section", section, "--add-section",
                               f"{section}={file.name}", source, target])
    mark_compressed(target, section)


def zeros(source, target, section, mib):
    piece = bytes(1 << 20)
    replace(source, target, section, compressed((piece for _ in range(int(mib))), int(mib) << 20))


def lines(source, target, millions, function):
    with tempfile.NamedTemporaryFile() as file:
        subprocess.check_call(["objcopy", "-O", "binary", "--only-section=.debug_line",
                               "--set-section-flags", ".debug_line=alloc", source, file.name])
        old = open(file.name, "rb").read()
    _, version, head = struct.unpack_from("<IHI", old, 0)
    assert version == 4, version
    symbols = subprocess.check_output(["nm", source]).decode().splitlines()
    address, = (int(s.split()[0], 16) for s in symbols if s.split()[-1] == function)
    rows = bytes([0x0D]) * int(float(millions) * 1e6)  # each at one address, a line further
    program = b"\0\x09\x02" + struct.pack("<Q", address) + rows + b"\x02\x80\x10" + b"\0\1\1"
    content = struct.pack("<I", 10 + head - 4 + len(program)) + old[4:10 + head] + program
    replace(source, target, ".debug_line", compressed([content], len(content)))


def elf(path, sections, segment_size, total):
    names = b"\0" + b"".join(name + b"\0" for name, *_ in sections) + b".shstrtab\0"
    head = b"\x7fELF" + bytes([2, 1, 1]) + bytes(9) + struct.pack(
        "<HHIQQQIHHHHHH", 3, 62, 1, 0x1000, 64, 0x200, 0, 64, 56, 1, 64, len(sections) + 2, len(sections) + 1)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, 0, 0, segment_size, segment_size, 4096)
    table, at = bytes(64), 1
    for name, kind, flags, address, offset, size, link, info, align, entry in sections:
        table += struct.pack("<IIQQQQIIQQ", at, kind, flags, address, offset, size, link, info, align, entry)
        at += len(name) + 1
    table += struct.pack("<IIQQQQIIQQ", at, 3, 0, 0, 0x400, len(names), 0, 0, 1, 0)
    page = bytearray(0x1000)
    page[:64], page[64:64 + len(segment)] = head, segment
    page[0x200:0x200 + len(table)], page[0x400:0x400 + len(names)] = table, names
    page[0x800:0x800 + len(PAUSES)] = PAUSES
    with open(path, "wb") as file:
        file.write(page)
        file.truncate(total)


def hole(path, tib):
    total = int(float(tib) * (1 << 40))
    elf(path, [(b".note.go.buildid", 7, 2, 0x600, 0x600, 16, 0, 0, 4, 0)], total, total)


def symbols(path, gib):
    size = int(gib) << 30
    size -= size % 24
    elf(path, [(b".symtab", 2, 0, 0, 0x10000, size, 2, 1, 8, 24), (b".strtab", 3, 0, 0, 0x400, 16, 0, 0, 1, 0)],
        0x2000, 0x10000 + size)


if __name__ == "__main__":
    {"zeros": zeros, "lines": lines, "hole": hole, "symbols": symbols}[sys.argv[1]](*sys.argv[2:])
