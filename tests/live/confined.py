#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""confined.py PROFILE COMMAND...: runs a command under a container's filter of system calls, as it was published.

With the capabilities that this process has; the profile's conditions on them, on kernels and machines are kept.
"""

import ctypes
import json
import os
import platform
import sys

CAPABILITIES = (
    "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE "
    "NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN "
    "SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE "
    "MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE"
).split()
OPERATORS = {"SCMP_CMP_NE": 1, "SCMP_CMP_LT": 2, "SCMP_CMP_LE": 3, "SCMP_CMP_EQ": 4, "SCMP_CMP_GE": 5, "SCMP_CMP_GT": 6, "SCMP_CMP_MASKED_EQ": 7}
MACHINE = {"x86_64": ("amd64", "x32", "x86"), "aarch64": ("arm64", "arm")}[platform.machine()]


class Argument(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


def effective():
    with open("/proc/self/status", encoding="ascii") as file:
        word = next(line for line in file if line.startswith("CapEff:")).split()[1]
    return {"CAP_" + name for bit, name in enumerate(CAPABILITIES) if int(word, 16) >> bit & 1}


def version(text):
    return tuple(int(number) for number in text.split("-")[0].split(".")[:2])


def applies(rule, capabilities):
    with_, without = rule.get("includes") or {}, rule.get("excludes") or {}
    if not set(with_.get("caps") or []) <= capabilities or set(without.get("caps") or []) & capabilities:
        return False
    if with_.get("arches") and not set(with_["arches"]) & set(MACHINE) or set(without.get("arches") or []) & set(MACHINE):
        return False
    return not with_.get("minKernel") or version(platform.release()) >= version(with_["minKernel"])


def action(name, number):
    return 0x7FFF0000 if name == "SCMP_ACT_ALLOW" else 0x00050000 | number


def add(library, context, rule):
    arguments = rule.get("args") or []
    array = (Argument * max(len(arguments), 1))(
        *(Argument(a["index"], OPERATORS[a["op"]], a["value"], a.get("valueTwo") or 0) for a in arguments)
    )
    for name in rule["names"]:
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number != -1:
            library.seccomp_rule_add_array(
                context, ctypes.c_uint32(action(rule["action"], rule.get("errnoRet") or 1)), number, len(arguments), array
            )


def main():
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_rule_add_array.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.c_void_p]
    library.seccomp_load.argtypes = [ctypes.c_void_p]
    with open(sys.argv[1], encoding="utf-8") as file:
        profile = json.load(file)
    context = library.seccomp_init(ctypes.c_uint32(action(profile["defaultAction"], profile.get("defaultErrnoRet") or 1)))
    capabilities = effective()
    for rule in profile["syscalls"]:
        if applies(rule, capabilities):
            add(library, context, rule)
    if library.seccomp_load(context):
        sys.exit("confined.py: the filter cannot be loaded")
    os.execvp(sys.argv[2], sys.argv[2:])


main()
