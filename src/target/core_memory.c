// SPDX-License-Identifier: GPL-2.0-only
/* Memory of a core: what was dumped, and for the rest the files that were mapped. See core.h. */
#include "target/core_private.h"
#include "target/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

bool core_pread(const struct target_core *core, uint64_t offset, void *buffer, size_t size)
{
	size_t done = 0;
	ssize_t count;

	if (offset > core->size || size > core->size - offset)
		return false;
	for (; done < size; done += (size_t)count) {
		count = target_file_read(NULL, core->fd, (char *)buffer + done, size - done,
					 offset + done);
		if (count <= 0)
			return false;
	}
	return true;
}

/* What was dumped must be in the file. */
static void cut(struct target_core *core, struct target_core_segment *segment)
{
	uint64_t left = segment->offset < core->size ? core->size - segment->offset : 0;

	if (segment->size_dumped > segment->size)
		segment->size_dumped = segment->size;
	if (segment->size_dumped <= left)
		return;
	core->bytes_missing += segment->size_dumped - left;
	segment->size_dumped = left;
}

int core_add_segment(struct target_core *core, const struct target_core_segment *segment)
{
	struct target_core_segment *grown;
	size_t count = core->segment_count;

	if (!segment->size || segment->size > UINT64_MAX - segment->start ||
	    count >= TARGET_MAPS_MAX) {
		core->segments_refused++;
		return 0;
	}
	if ((count & (count - 1)) == 0) { /* full at each power of two */
		grown = reallocarray(core->segments, count ? count * 2 : 1, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		core->segments = grown;
	}
	core->segments[count] = *segment;
	cut(core, &core->segments[count]);
	core->segment_count++;
	return 0;
}

static int by_start(const void *a, const void *b)
{
	const struct target_core_segment *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

/* No kernel lets mappings overlap: of those that do, the first has the place. */
void core_sort_segments(struct target_core *core)
{
	struct target_core_segment *list = core->segments;
	size_t i, kept = 0;

	if (!core->segment_count)
		return;
	qsort(list, core->segment_count, sizeof(*list), by_start);
	for (i = 1; i < core->segment_count; i++) {
		if (list[i].start - list[kept].start < list[kept].size)
			core->segments_refused++;
		else
			list[++kept] = list[i];
	}
	core->segment_count = core->sorted_count = kept + 1;
}

const struct target_core_segment *core_segment_at(const struct target_core *core, uint64_t address)
{
	size_t low = 0, high = core->sorted_count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (core->segments[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || address - core->segments[low - 1].start >= core->segments[low - 1].size)
		return NULL;
	return &core->segments[low - 1];
}

static size_t least(uint64_t a, size_t b)
{
	return a < b ? (size_t)a : b;
}

size_t core_read_dumped(const struct target_core *core, uint64_t address, void *buffer, size_t size)
{
	const struct target_core_segment *segment = core_segment_at(core, address);
	uint64_t at = segment ? address - segment->start : 0;
	ssize_t count;

	if (!segment || at >= segment->size_dumped)
		return 0;
	count = target_file_read(NULL, core->fd, buffer, least(segment->size_dumped - at, size),
				 segment->offset + at);
	return count > 0 ? (size_t)count : 0;
}

/* What can't have been written to is as it is in the file. */
static size_t read_from_file(struct target_core *core, uint64_t address, void *buffer, size_t size)
{
	const struct target_core_segment *segment = core_segment_at(core, address);
	const struct target_core_region *region = core_region_at(core, address);
	uint64_t left;
	ssize_t count;
	int fd;

	if (!segment || segment->protection & PROT_WRITE || !region)
		return 0;
	fd = core_file_fd(core, &core->files[region->file]);
	if (fd < 0)
		return 0;
	left = segment->start + segment->size < region->end
		       ? segment->start + segment->size - address
		       : region->end - address;
	count = target_file_read(NULL, fd, buffer, least(left, size),
				 region->offset + (address - region->start));
	return count > 0 ? (size_t)count : 0;
}

int core_read(struct target_core *core, uint64_t address, void *buffer, size_t size,
	      size_t *ret_read)
{
	size_t done = 0, count;

	if (!size)
		return -EINVAL;
	while (done < size && address <= UINT64_MAX - done) {
		count = core_read_dumped(core, address + done, (char *)buffer + done, size - done);
		if (!count)
			count = read_from_file(core, address + done, (char *)buffer + done,
					       size - done);
		if (!count)
			break;
		done += count;
	}
	if (!done)
		return -EFAULT;
	*ret_read = done;
	return 0;
}
