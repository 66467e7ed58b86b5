// SPDX-License-Identifier: GPL-2.0-only
/* Notifications of seccomp, by libseccomp and, for descriptors, linux/seccomp.h (Linux 5.9). */
#include "sandbox/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <string.h>
#include <sys/ioctl.h>

#include "target/memory.h"
#include "util/cleanup.h"

static bool is_part(const char *path)
{
	const char *end = strrchr(path, '.');

	return end && (strcmp(end, ".dwo") == 0 || strcmp(end, ".dwp") == 0);
}

/* The path that it wants to open; the worker is stopped there, so it stays what it is. */
static bool read_path(pid_t worker, uint64_t address, char path[PATH_MAX])
{
	const struct target_task task = { NULL, worker, worker };
	size_t count;

	if (target_memory_read(&task, address, path, PATH_MAX, &count) < 0)
		return false;
	return strnlen(path, count) < count;
}

static int open_part(const struct binary_debug_files *files, uint64_t number, const char *path)
{
	const struct binary_debug_request request = { .number = number,
						      .name = path,
						      .is_part = true };
	int fd = -1;

	for (unsigned attempt = 0; fd < 0; attempt++) {
		if (!files->open || files->open(files->context, &request, attempt, &fd) < 0)
			return -ENOENT;
	}
	return fd;
}

/* Puts the descriptor into the worker. Returns its number there or a negative errno. */
static int give(int listener, uint64_t id, int fd)
{
	struct seccomp_notif_addfd give = { .id = id,
					    .srcfd = (uint32_t)fd,
					    .newfd_flags = O_CLOEXEC };
	int there = ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &give);

	return there < 0 ? -errno : there;
}

static int serve(int listener, pid_t worker, const struct binary_debug_files *files,
		 uint64_t number, const struct seccomp_notif *request)
{
	char path[PATH_MAX];
	_cleanup_close_ int fd = -1;

	if (request->data.nr != SCMP_SYS(openat) ||
	    !read_path(worker, request->data.args[1], path) || path[0] != '/' || !is_part(path))
		return -EACCES;
	fd = open_part(files, number, path);
	return fd < 0 ? fd : give(listener, request->id, fd);
}

void listener_answer(int listener, pid_t worker, const struct binary_debug_files *files,
		     uint64_t number)
{
	struct seccomp_notif *request = NULL;
	struct seccomp_notif_resp *response = NULL;
	int r;

	if (seccomp_notify_alloc(&request, &response) < 0)
		return;
	if (seccomp_notify_receive(listener, request) == 0) {
		r = serve(listener, worker, files, number, request);
		response->id = request->id;
		response->val = r < 0 ? 0 : r;
		response->error = r < 0 ? r : 0;
		response->flags = 0;
		(void)seccomp_notify_respond(listener, response);
	}
	seccomp_notify_free(request, response);
}
