/* SPDX-License-Identifier: GPL-2.0-only */
/* Who descends from a process, as /proc shows it at one moment. */
#ifndef LEAKHOP_TARGET_FAMILY_H
#define LEAKHOP_TARGET_FAMILY_H

#include <stddef.h>
#include <sys/types.h>

#define TARGET_FAMILY_MAX 65536 /* processes of the host that are looked at */

/*
 * The descendants of a process, not itself, parents before their children; zombies are left out.
 * The caller frees *ret_pids. Processes that are forked or end meanwhile may be missed. Returns 0,
 * -ENOSPC at the bound (with what was found), or another negative errno.
 */
int target_family(pid_t ancestor, pid_t **ret_pids, size_t *ret_count);

#endif
