/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * In which control group each process is, and what that says: the container, the pod, the unit of
 * the service manager. Processes of one container share one entry.
 */
#ifndef LEAKHOP_MODEL_CGROUPS_H
#define LEAKHOP_MODEL_CGROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define LC_CGROUPS_MAX 8192
#define LC_CGROUP_PROCESSES_MAX 65536
#define LC_CGROUP_PATH 512

struct lc_cgroup {
	char path[LC_CGROUP_PATH];		/* as of /proc/PID/cgroup */
	char runtime[16];			/* "docker", "containerd", ...; "" no container */
	char container_id[128], container[128]; /* its name; "" not known */
	char pod_uid[40], pod[256], pod_namespace[64];
	char unit[256]; /* of systemd, outside of containers; "" none */
};

struct lc_cgroups;

int lc_cgroups_create(struct lc_cgroups **ret_cgroups);
void lc_cgroups_free(struct lc_cgroups *cgroups);

/* That of a process; NULL: not known. */
const struct lc_cgroup *lc_cgroups_of(const struct lc_cgroups *cgroups, pid_t pid);

/* The one that has this path; NULL: there is none yet. */
const struct lc_cgroup *lc_cgroups_find(const struct lc_cgroups *cgroups, const char *path);

/*
 * Notes that a process is in that cgroup, whose text is copied where it is new; at: the number of
 * the sweep that saw it. Returns 0, -ENOMEM, or -ENOSPC: a bound is reached, and the process stays
 * without.
 */
int lc_cgroups_note(struct lc_cgroups *cgroups, pid_t pid, const struct lc_cgroup *cgroup,
		    uint64_t at);

/* The sweep that saw a process last; 0: it is not known. */
uint64_t lc_cgroups_seen_at(const struct lc_cgroups *cgroups, pid_t pid);

/* All processes, in any order; *ret_pid says whose. NULL: there are no more. state begins as NULL.
 */
const struct lc_cgroup *lc_cgroups_next(const struct lc_cgroups *cgroups, const void **state,
					pid_t *ret_pid);

/* How many processes found no room. */
uint64_t lc_cgroups_refused(const struct lc_cgroups *cgroups);

#endif
