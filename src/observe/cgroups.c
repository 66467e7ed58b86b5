// SPDX-License-Identifier: GPL-2.0-only
/* Control groups of processes of interest: see cgroups.h. */
#include "observe/cgroups.h"
#include "target/cgroup.h"
#include "target/container.h"
#include "target/core.h"

#include <errno.h>

int cgroups_note(struct observer *observer, pid_t pid, bool anew)
{
	const struct observer_options *options = observer->options;
	uint64_t seen_at = lc_cgroups_seen_at(observer->cgroups, pid);
	const struct lc_cgroup *known;
	struct target_cgroup of;
	int r;

	if (options->access && target_core_of(options->access)) /* no process of this host */
		return 0;
	if (seen_at && (!anew || seen_at == observer->sweeps))
		return 0;
	if (target_read_cgroup(pid, &of) < 0)
		return 0;
	known = lc_cgroups_find(observer->cgroups, of.cgroup.path);
	if (known)
		of.cgroup = *known;
	else
		target_name_container(options->host_roots ?: target_host_roots, &of);
	r = lc_cgroups_note(observer->cgroups, pid, &of.cgroup, observer->sweeps);
	return r == -ENOMEM ? r : 0;
}
