// SPDX-License-Identifier: GPL-2.0-only
/* A core in the place of a process: struct target_access, mappings, threads by number. */
#include "target/core_private.h"
#include "target/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

static struct target_core *core_of(struct target_access *access)
{
	return (struct target_core *)access;
}

static void access_free(struct target_access *access)
{
	target_core_free(core_of(access));
}

static void access_begin_sweep(struct target_access *access)
{
	(void)access;
}

static bool access_answers(struct target_access *access, pid_t pid)
{
	return core_of(access)->pid == pid;
}

static enum target_way access_way(struct target_access *access, pid_t pid)
{
	return access_answers(access, pid) ? TARGET_BY_READER : TARGET_REFUSED;
}

static void access_note_devices(struct target_access *access, pid_t pid, const dev_t *devices,
				size_t count, bool all)
{
	(void)access;
	(void)pid;
	(void)devices;
	(void)count;
	(void)all;
}

static int access_read(struct target_access *access, pid_t pid, pid_t tid, uint64_t address,
		       void *buffer, size_t size, size_t *ret_read)
{
	(void)pid;
	(void)tid;
	return core_read(core_of(access), address, buffer, size, ret_read);
}

/* Whoever asks closes his own. */
static int access_open(struct target_access *access, pid_t pid,
		       const struct target_mapping *mapping, int *ret_fd)
{
	struct target_core *core = core_of(access);
	int fd;

	(void)pid;
	if (!mapping->inode || mapping->inode > core->file_count)
		return -ENOENT;
	fd = core_file_fd(core, &core->files[mapping->inode - 1]);
	if (fd < 0)
		return fd;
	fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return -errno;
	*ret_fd = fd;
	return 0;
}

/* The folders of a process of this host are another's. */
static int access_open_below(struct target_access *access, const char *root, const char *path,
			     int flags, int *ret_fd)
{
	(void)access;
	if (strncmp(root, "/proc/", 6) == 0)
		return -ENOENT;
	return target_file_open_below(NULL, root, path, flags, ret_fd);
}

static int access_open_net(struct target_access *access, pid_t pid, int *ret_fd)
{
	(void)access;
	(void)pid;
	(void)ret_fd;
	return -ESRCH;
}

static ssize_t access_pread(struct target_access *access, int fd, void *buffer, size_t size,
			    uint64_t offset)
{
	(void)access;
	return target_file_read(NULL, fd, buffer, size, offset);
}

static struct target_mapping mapping_of(const struct target_core *core,
					const struct target_core_segment *segment)
{
	const struct target_core_region *region = core_region_at(core, segment->start);
	struct target_mapping mapping = {
		.start = segment->start,
		.end = segment->start + segment->size,
		.protection = segment->protection,
		.path = "",
	};

	if (core->vdso && core->vdso == segment->start)
		mapping.path = "[vdso]";
	if (!region)
		return mapping;
	mapping.offset = region->offset + (segment->start - region->start);
	mapping.inode = region->file + 1;
	mapping.path = core->files[region->file].path;
	mapping.deleted = core->files[region->file].deleted;
	return mapping;
}

/* Of a file's, inode is a number of its own. */
static int access_maps(struct target_access *access, enum target_maps_keep keep,
		       struct target_maps *maps)
{
	const struct target_core *core = core_of(access);
	struct target_mapping mapping;
	size_t i;
	int r = 0;

	for (i = 0; i < core->segment_count && r == 0; i++) {
		mapping = mapping_of(core, &core->segments[i]);
		r = target_maps_add(maps, &mapping, keep);
	}
	return r;
}

const struct target_access_operations core_operations = {
	.free = access_free,
	.begin_sweep = access_begin_sweep,
	.answers = access_answers,
	.way = access_way,
	.note_devices = access_note_devices,
	.maps = access_maps,
	.read = access_read,
	.open = access_open,
	.open_below = access_open_below,
	.open_net = access_open_net,
	.pread = access_pread,
};

const struct target_core_thread *target_core_thread(const struct target_core *core, pid_t tid)
{
	size_t low = 0, high = core->thread_count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (core->threads[middle].tid < tid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < core->thread_count && core->threads[low].tid == tid ? &core->threads[low]
									 : NULL;
}

const struct target_core_thread *target_core_own_thread(const struct target_core *core,
							pid_t own_tid)
{
	const struct target_core_thread *thread = target_core_thread(core, own_tid);
	size_t i;

	if (thread && thread->own_tid == own_tid)
		return thread;
	for (i = 0; i < core->thread_count; i++) {
		if (core->threads[i].own_tid == own_tid)
			return &core->threads[i];
	}
	return NULL;
}

bool target_core_knows_all(const struct target_core *core)
{
	size_t i;

	for (i = 0; i < core->thread_count && core->threads[i].own_tid; i++)
		;
	return i == core->thread_count && !core->notes_cut && !core->threads_refused;
}

uint64_t target_core_memory(const struct target_core *core)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < core->segment_count; i++)
		sum += core->segments[i].size_dumped;
	return sum;
}
