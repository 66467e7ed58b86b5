/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs at the ends of the kernel's own functions (fexit; bpf/functions.bpf.c): which of these
 * functions this kernel has, and whether it lets a program sit there. Private to this folder.
 */
#ifndef LEAKHOP_COLLECT_FUNCTIONS_H
#define LEAKHOP_COLLECT_FUNCTIONS_H

#include <stdbool.h>
#include <stdint.h>

#define ENOTSUPP 524 /* the kernel's own, include/linux/errno.h */

struct bpf_program;
struct btf;

/* A bit for each that the kernel's types (NULL: not known) name. */
uint32_t functions_of(const struct btf *btf);

/*
 * Attaches a program that does nothing to one of them, and detaches it. Returns 0, -ENOENT (there
 * is none), or the kernel's answer: -ENOTSUPP, -EBUSY or -EOPNOTSUPP where it lacks function
 * tracing or the architecture cannot, -EPERM.
 */
int functions_try(const struct btf *btf, uint32_t functions);

/* Is it for the end of a function; is that one of these? */
bool functions_is_for_one(const struct bpf_program *program);
bool functions_is_among(const struct bpf_program *program, uint32_t functions);

#endif
