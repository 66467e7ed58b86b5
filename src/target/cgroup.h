/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The control group of a process, and what its path says: container, pod, unit. Each runtime names
 * its groups in a way of its own; they were taken from the sources of runc and containerd
 * (pkg/cri), CRI-O (internal/config/cgmgr), podman (libpod), the kubelet (pkg/kubelet/cm) and
 * systemd (systemd.slice(5)).
 */
#ifndef LEAKHOP_TARGET_CGROUP_H
#define LEAKHOP_TARGET_CGROUP_H

#include "model/cgroups.h"

/*
 * cgroup's names of container and pod stay empty: target_container_names() (container.h) fills them
 * in. The lengths are those of the beginning of the path that is the container's, the pod's and the
 * unit's own group; 0: there is none.
 */
struct target_cgroup {
	struct lc_cgroup cgroup;
	size_t container_length, pod_length, unit_length;
};

/*
 * From the text of /proc/PID/cgroup. Of several hierarchies the first counts that has a container;
 * else the unified one, else systemd's, else the longest path. Returns 0 or -EINVAL.
 */
int target_parse_cgroup(const char *text, struct target_cgroup *ret);

/* Returns 0, -ESRCH or another negative errno. */
int target_read_cgroup(pid_t pid, struct target_cgroup *ret);

/* Is a process in that group, or below it? path: below a mount of cgroups, or with it. */
bool target_is_in_cgroup(pid_t pid, const char *path);

#endif
