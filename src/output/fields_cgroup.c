// SPDX-License-Identifier: GPL-2.0-only
/* Fields of where a process runs: its container and its pod. */
#include "output/fields.h"

const struct lc_cgroup *field_cgroup(const struct field_source *source, pid_t pid)
{
	const struct verdict_view *view = source->run->view;

	return view ? lc_cgroups_of(view->snapshot.cgroups, pid) : NULL;
}

#define CONTAINER_FIELDS(F)                                                                       \
	F(runtime, TEXT, PLAIN, ALWAYS, container->runtime,                                       \
	  "whose it is: docker, containerd, cri-o, podman, kubernetes (one of these), lxc, "      \
	  "nspawn, machined")                                                                     \
	F(id, TEXT, PLAIN, ALWAYS, container->container_id, "its id, or the name that it is one") \
	F(name, TEXT, PLAIN, container->container[0], container->container,                       \
	  "its name, where the runtime's files could be read")

FIELDS_OF(container, struct lc_cgroup, "The container that a process is in", CONTAINER_FIELDS);

#define POD_FIELDS(F)                                               \
	F(uid, TEXT, PLAIN, ALWAYS, pod->pod_uid, "its uid")        \
	F(namespace, TEXT, PLAIN, pod->pod[0], pod->pod_namespace,  \
	  "its namespace, where the runtime's files could be read") \
	F(name, TEXT, PLAIN, pod->pod[0], pod->pod, "its name, likewise")

FIELDS_OF(pod, struct lc_cgroup, "The pod that a process is in", POD_FIELDS);
