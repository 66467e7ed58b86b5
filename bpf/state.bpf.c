// SPDX-License-Identifier: GPL-2.0-only
/* The variables that the programs share: set by user space before load, or read by it. */
#include "vmlinux.h"

#include "abi.h"

#include <bpf/bpf_helpers.h>

const volatile struct abi_settings settings = {};
struct abi_lost lost = {};
struct abi_self self = {};

char LICENSE[] SEC("license") = "GPL";
