/* SPDX-License-Identifier: GPL-2.0-only */
/* The processes and threads that the user named: do they exist, do they still? */
#ifndef LEAKHOP_CMD_TARGET_H
#define LEAKHOP_CMD_TARGET_H

#include "collect/collect.h"
#include "target/container.h"

/*
 * 0, or -ESRCH with error for the first one named that does not exist, or that is a thread, not a
 * process.
 */
int named_targets_check(const struct collect_filter *filter, struct error *error);

/* --container, --pod, --unit */
struct named_group {
	bool named;
	enum target_group_kind kind;
	char path[LC_CGROUP_PATH]; /* of its control group, once it was found */
};

/*
 * Finds the one that filter->cgroup names, if it names one so, and puts its path there. Returns 0,
 * -ESRCH (none, or several: error says which there are) or -ENOMEM.
 */
int named_group_find(struct named_group *group, const char *const *host_roots,
		     struct collect_filter *filter, struct error *error);

/* Is at least one of those named alive? True where nobody was named by number. */
bool named_targets_live(const struct collect_filter *filter);

#endif
