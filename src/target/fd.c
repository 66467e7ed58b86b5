// SPDX-License-Identifier: GPL-2.0-only
/* Links and fdinfo of descriptors: see fd.h. */
#include "target/fd.h"
#include "target/proc.h"
#include "util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define FDINFO_BYTES 16384

static void fd_path(char *path, size_t size, pid_t pid, pid_t tid, const char *folder, int fd)
{
	snprintf(path, size, "/proc/%d/task/%d/%s/%d", pid, tid, folder, fd);
}

static int fd_error(pid_t pid, pid_t tid, int error)
{
	char path[64];

	if (error != ENOENT)
		return -error;
	snprintf(path, sizeof(path), "/proc/%d/task/%d", pid, tid);
	return access(path, F_OK) ? -ESRCH : -EBADF;
}

void target_fd_parse(const char *link, struct target_fd *ret)
{
	const char *name = link;
	size_t length;

	ret->kind = TARGET_FD_PATH;
	ret->inode = 0;
	if (sscanf(link, "pipe:[%" SCNu64 "]", &ret->inode) == 1) {
		ret->kind = TARGET_FD_PIPE;
	} else if (sscanf(link, "socket:[%" SCNu64 "]", &ret->inode) == 1) {
		ret->kind = TARGET_FD_SOCKET;
	} else if (!strncmp(link, "anon_inode:", 11)) {
		ret->kind = TARGET_FD_ANONYMOUS;
		name = link + 11;
	}
	length = strlen(name);
	if (ret->kind == TARGET_FD_ANONYMOUS && length > 2 && name[0] == '[') {
		name++;
		length -= 2;
	}
	if (length >= sizeof(ret->name))
		length = sizeof(ret->name) - 1;
	memcpy(ret->name, name, length);
	ret->name[length] = '\0';
}

int target_fd_read(pid_t pid, pid_t tid, int fd, struct target_fd *ret)
{
	char path[80], link[4096];
	struct stat st;
	ssize_t r;

	fd_path(path, sizeof(path), pid, tid, "fd", fd);
	r = readlink(path, link, sizeof(link) - 1);
	if (r < 0)
		return fd_error(pid, tid, errno);
	link[r] = '\0';
	if (lstat(path, &st))
		return fd_error(pid, tid, errno);
	target_fd_parse(link, ret);
	ret->reads = st.st_mode & S_IRUSR;
	ret->writes = st.st_mode & S_IWUSR;
	return 0;
}

int target_fd_mode(pid_t pid, pid_t tid, int fd, bool *ret_reads, bool *ret_writes)
{
	struct stat st;
	char path[80];

	fd_path(path, sizeof(path), pid, tid, "fd", fd);
	if (lstat(path, &st))
		return fd_error(pid, tid, errno);
	*ret_reads = st.st_mode & S_IRUSR;
	*ret_writes = st.st_mode & S_IWUSR;
	return 0;
}

int target_fd_stat(pid_t pid, pid_t tid, int fd, struct target_fd_file *ret)
{
	struct statx st;
	char path[80];

	fd_path(path, sizeof(path), pid, tid, "fd", fd);
	/* Without asking the server of a network file system, which may be what hangs. */
	if (statx(AT_FDCWD, path, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_TYPE | STATX_INO,
		  &st))
		return fd_error(pid, tid, errno);
	*ret = (struct target_fd_file){
		.type = st.stx_mode & S_IFMT,
		.inode = st.stx_ino,
		.device = makedev(st.stx_dev_major, st.stx_dev_minor),
		.major = st.stx_rdev_major,
		.minor = st.stx_rdev_minor,
	};
	return 0;
}

static uint64_t timer_ns(uint64_t seconds, uint64_t ns)
{
	return seconds > UINT64_MAX / 2000000000ull ? UINT64_MAX / 2 : seconds * 1000000000ull + ns;
}

/* A line of /proc/locks (lock_get_status() in fs/locks.c), behind a tab. */
static void parse_lock(const char *line, struct target_fdinfo *info)
{
	struct target_lock lock;

	if (!target_lock_parse(line, &lock))
		return;
	if (info->locks < TARGET_FD_LOCKS)
		info->held[info->locks] = lock;
	info->locks++;
}

static void parse_line(const char *line, struct target_fdinfo *info, uint32_t ring[4])
{
	uint64_t a, b;

	if (sscanf(line, "flags: %o", &info->flags) == 1 ||
	    sscanf(line, "ino: %" SCNu64, &info->inode) == 1 ||
	    sscanf(line, "mnt_id: %" SCNu64, &info->mount_id) == 1 ||
	    sscanf(line, "eventfd-count: %" SCNx64, (uint64_t *)&info->eventfd_count) == 1 ||
	    sscanf(line, "eventfd-id: %" SCNd64, &info->eventfd_id) == 1 ||
	    sscanf(line, "Pid: %" SCNd32, &info->pid) == 1 ||
	    sscanf(line, "tty-index: %" SCNd32, &info->tty_index) == 1 ||
	    sscanf(line, "scm_fds: %u", &info->scm_fds) == 1 ||
	    sscanf(line, "SqHead: %" SCNu32, &ring[0]) == 1 ||
	    sscanf(line, "SqTail: %" SCNu32, &ring[1]) == 1 ||
	    sscanf(line, "CqHead: %" SCNu32, &ring[2]) == 1 ||
	    sscanf(line, "CqTail: %" SCNu32, &ring[3]) == 1)
		return;
	if (sscanf(line, "it_value: (%" SCNu64 ", %" SCNu64 ")", &a, &b) == 2) {
		info->has_timer = true;
		info->timer_left = timer_ns(a, b);
	} else if (sscanf(line, "it_interval: (%" SCNu64 ", %" SCNu64 ")", &a, &b) == 2) {
		info->timer_interval = timer_ns(a, b);
	} else if (sscanf(line, "sigmask: %" SCNx64, &a) == 1) {
		info->has_signals = true;
		info->signals = a;
	} else if (!strncmp(line, "lock:", 5)) {
		parse_lock(line + 5, info);
	} else if (!strncmp(line, "inotify wd:", 11)) {
		info->watches++;
	}
}

void target_fdinfo_parse(const char *text, struct target_fdinfo *ret)
{
	struct target_fdinfo info = { .eventfd_id = -1, .tty_index = -1 };
	uint32_t ring[4] = {};

	while (*text) {
		parse_line(text, &info, ring);
		text = strchr(text, '\n');
		if (!text)
			break;
		text++;
	}
	info.sq_pending = ring[1] - ring[0];
	info.cq_pending = ring[3] - ring[2];
	*ret = info;
}

int target_fdinfo_read(pid_t pid, pid_t tid, int fd, struct target_fdinfo *ret)
{
	char path[80], text[FDINFO_BYTES];
	ssize_t r;

	fd_path(path, sizeof(path), pid, tid, "fdinfo", fd);
	r = target_read_file(path, text, sizeof(text));
	if (r < 0)
		return fd_error(pid, tid, -r);
	target_fdinfo_parse(text, ret);
	return 0;
}

bool target_epoll_parse(const char *line, struct target_epoll_member *ret)
{
	struct target_epoll_member member = {};
	const char *inode = strstr(line, " ino:");

	if (sscanf(line, "tfd: %d events: %" SCNx32 " data: %" SCNx64, &member.fd, &member.events,
		   &member.data) != 3)
		return false;
	/* Kernels before 4.11 have no ino and sdev. */
	if (inode)
		(void)sscanf(inode, " ino:%" SCNx64 " sdev:%" SCNx32, &member.inode,
			     &member.device);
	*ret = member;
	return true;
}

int target_epoll_read(pid_t pid, pid_t tid, int fd, struct target_epoll_member *members, size_t max,
		      size_t *ret_count, size_t *ret_total)
{
	struct target_epoll_member member;
	_cleanup_fclose_ FILE *file = NULL;
	char path[80], line[512];

	fd_path(path, sizeof(path), pid, tid, "fdinfo", fd);
	file = fopen(path, "re");
	if (!file)
		return fd_error(pid, tid, errno);
	*ret_count = *ret_total = 0;
	while (fgets(line, sizeof(line), file)) {
		if (!target_epoll_parse(line, &member))
			continue;
		if (*ret_count < max)
			members[(*ret_count)++] = member;
		(*ret_total)++;
	}
	return 0;
}
