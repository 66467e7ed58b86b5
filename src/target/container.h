/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of containers and pods, from the files that their runtimes keep on the host: no client, no
 * socket, no network.
 */
#ifndef LEAKHOP_TARGET_CONTAINER_H
#define LEAKHOP_TARGET_CONTAINER_H

#include "target/cgroup.h"

/*
 * Where the host's root directory may be seen: as one's own, as `kubectl debug node/...` mounts it,
 * and through the first process. NULL at the end.
 */
extern const char *const target_host_roots[];

/*
 * Fills in container, pod, pod_namespace and, where the path left it open, the runtime. What cannot
 * be read stays "". Read are, below the first of roots that has the container:
 *   /var/lib/docker/containers/ID/config.v2.json                         (moby,
 * container/container.go) /run/containerd/io.containerd.runtime.v2.task/NAMESPACE/ID/config.json
 * (OCI; containerd's CRI annotations)
 *   /run/containers/storage/overlay-containers/ID/userdata/config.json    (CRI-O's annotations)
 *   /var/lib/containers/storage/overlay-containers/containers.json        (containers/storage;
 * podman)
 *   HOME/.local/share/containers/storage/overlay-containers/containers.json, of the user whose
 * group the container is in, by /etc/passwd there                        (podman without root)
 */
void target_name_container(const char *const *roots, struct target_cgroup *cgroup);

enum target_group_kind { TARGET_CONTAINER, TARGET_POD, TARGET_UNIT };

struct target_group {
	char path[LC_CGROUP_PATH]; /* of the container's, pod's or unit's own group */
	char name[512];		   /* to tell it from others */
};

/*
 * Looks through all processes for containers (by name, or by the beginning of their id, of three
 * letters and more), pods (NAME, NAMESPACE/NAME or uid) or units (also without ".service"). Fills
 * up to most groups, and returns how many there are, or -ENOMEM; wanted NULL: of that kind at all.
 */
ssize_t target_find_groups(const char *const *roots, enum target_group_kind kind,
			   const char *wanted, struct target_group *groups, size_t most);

/* Is it this one, by target_find_groups()'s rules? Its names are filled in. */
bool target_is_group(const struct target_cgroup *cgroup, enum target_group_kind kind,
		     const char *wanted);

#endif
