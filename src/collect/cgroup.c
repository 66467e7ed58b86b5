// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a cgroup's path, as users write it, to what the kernel compares: the inode of its folder,
 * and the hierarchy it is in. Relies on /proc/self/mountinfo.
 */
#include "collect/bpf_source.h"
#include "util/cleanup.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char *const controllers[] = { "cpu",     "cpuset", "memory", "pids",
					   "freezer", "blkio",	"devices" };

/*
 * Which of a v1 mount's options names a controller that the kernel's enum has under the same name.
 */
static const char *controller_of(char *options)
{
	char *word, *rest = options;
	size_t i;

	while ((word = strsep(&rest, ",\n"))) {
		for (i = 0; i < sizeof(controllers) / sizeof(controllers[0]); i++) {
			if (!strcmp(word, controllers[i]))
				return controllers[i];
		}
	}
	return NULL;
}

bool cgroup_try_mount(char *line, const char *path, uint64_t *ret_id, char *ret_controller,
		      size_t size)
{
	char mount[PATH_MAX], type[32], options[256], full[2 * PATH_MAX];
	const char *controller = "";
	struct stat status;
	char *behind = strstr(line, " - ");
	size_t length;

	if (!behind || sscanf(line, "%*d %*d %*s %*s %4095s", mount) != 1 ||
	    sscanf(behind + 3, "%31s %*s %255s", type, options) != 2)
		return false;
	if (!strcmp(type, "cgroup")) {
		controller = controller_of(options);
		if (!controller)
			return false;
	} else if (strcmp(type, "cgroup2")) {
		return false;
	}
	length = strlen(mount);
	if (!strncmp(path, mount, length) && (path[length] == '/' || !path[length]))
		path += length;
	snprintf(full, sizeof(full), "%s/%s", mount, path);
	if (stat(full, &status) || !S_ISDIR(status.st_mode))
		return false;
	*ret_id = status.st_ino;
	snprintf(ret_controller, size, "%s", controller);
	return true;
}

int cgroup_find(const char *path, uint64_t *ret_id, char *ret_controller, size_t size,
		struct error *error)
{
	_cleanup_fclose_ FILE *file = fopen("/proc/self/mountinfo", "re");
	char line[8192];

	if (!file)
		return error_set(error, -errno, "cannot read '/proc/self/mountinfo'");
	while (fgets(line, sizeof(line), file)) {
		if (cgroup_try_mount(line, path, ret_id, ret_controller, size))
			return 0;
	}
	error_say(error, -ENOENT, "there is no cgroup '%s'", path);
	error_remedy(error,
		     "systemd-cgls lists them; give the path as it shows it, from the root down");
	return -ENOENT;
}
