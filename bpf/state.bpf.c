// SPDX-License-Identifier: GPL-2.0-only
/* The variables that the programs share: set by user space before load, or read by it. */
#include "maps.bpf.h"

const volatile struct abi_settings settings = {};
struct abi_lost lost = {};
struct abi_self self = {};
__u8 target_marks[TARGET_MARKS] = {};

char LICENSE[] SEC("license") = "GPL";
