/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * System call numbers: arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h.
 */
#ifndef LEAKHOP_SYSCALL_NUMBERS_BPF_H
#define LEAKHOP_SYSCALL_NUMBERS_BPF_H

#if defined(__TARGET_ARCH_x86)
#define NR_clone 56
#define NR_fork 57
#define NR_vfork 58
#define NR_futex 202
#define NR_epoll_wait 232
#define NR_epoll_ctl 233
#define NR_epoll_pwait 281
#elif defined(__TARGET_ARCH_arm64)
#define NR_epoll_ctl 21
#define NR_epoll_pwait 22
#define NR_futex 98
#define NR_clone 220
#endif

#define NR_clone3 435
#define NR_epoll_pwait2 441
#define NR_futex_wake 454

#endif
