// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files that a core's process had mapped. A core has of a program's file the first page only:
 * with the headers and mostly the build-id, it tells whether the file that lies here is the same.
 *
 * NT_FILE (fs/binfmt_elf.c, fill_files_note()): how many, the unit of offsets, {start, end, offset}
 * of each, and then their names.
 */
#include "target/core_private.h"
#include "target/file.h"

#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define REGIONS_MOST 262144 /* the kernel's bound of mappings is a quarter of that, by default */
#define DELETED " (deleted)"
#define FIRST_PAGE 4096
#define LOOK_BACK 64
#define HEADERS_MOST 64
#define PAGE_MASK UINT64_C(4095)

struct reader {
	const uint8_t *bytes;
	const char *name, *end; /* of the names */
	uint64_t unit;
};

/* Cuts " (deleted)". */
static bool is_deleted(char *path)
{
	size_t length = strlen(path), suffix = strlen(DELETED);

	if (length <= suffix || strcmp(path + length - suffix, DELETED) != 0)
		return false;
	path[length - suffix] = '\0';
	return true;
}

/* Mappings of one file come in a row, mostly; its number, or -1 at the bound. */
static int64_t file_number(struct target_core *core, char *name)
{
	size_t i, last = core->file_count > LOOK_BACK ? core->file_count - LOOK_BACK : 0;
	bool deleted = is_deleted(name);

	for (i = core->file_count; i > last; i--) {
		if (!strcmp(core->files[i - 1].path, name) && core->files[i - 1].deleted == deleted)
			return (int64_t)i - 1;
	}
	if (core->file_count == TARGET_CORE_FILES_MAX) {
		core->files_refused++;
		return -1;
	}
	core->files[core->file_count] =
		(struct target_core_file){ .path = name, .deleted = deleted, .fd = -1 };
	return (int64_t)core->file_count++;
}

static void take_region(struct target_core *core, struct reader *reader, size_t i, char *name)
{
	struct target_core_region region;
	uint64_t words[3];
	int64_t file;

	memcpy(words, reader->bytes + (2 + 3 * i) * sizeof(uint64_t), sizeof(words));
	region = (struct target_core_region){ .start = words[0], .end = words[1] };
	if (region.start >= region.end || words[2] > INT64_MAX / reader->unit)
		return;
	region.offset = words[2] * reader->unit;
	file = file_number(core, name);
	if (file < 0)
		return;
	region.file = (uint32_t)file;
	core->regions[core->region_count++] = region;
}

static int by_start(const void *a, const void *b)
{
	const struct target_core_region *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

static void sort_regions(struct target_core *core)
{
	struct target_core_region *list = core->regions;
	size_t i, kept = 0;

	if (!core->region_count)
		return;
	qsort(list, core->region_count, sizeof(*list), by_start);
	for (i = 1; i < core->region_count; i++) {
		if (list[i].start >= list[kept].end)
			list[++kept] = list[i];
	}
	core->region_count = kept + 1;
}

static int reserve(struct target_core *core, const struct reader *reader, size_t count)
{
	size_t size = (size_t)(reader->end - reader->name);

	core->names = malloc(size + 1);
	core->regions = calloc(count, sizeof(*core->regions));
	core->files = calloc(count < TARGET_CORE_FILES_MAX ? count : TARGET_CORE_FILES_MAX,
			     sizeof(*core->files));
	if (!core->names || !core->regions || !core->files)
		return -ENOMEM;
	memcpy(core->names, reader->name, size);
	core->names[size] = '\0';
	return 0;
}

int core_take_files(struct target_core *core, const uint8_t *note, size_t size)
{
	struct reader reader = { .bytes = note, .end = (const char *)note + size };
	uint64_t head[2], i;
	char *name;
	size_t left;
	int r;

	if (core->names || size < sizeof(head)) /* there is one */
		return 0;
	memcpy(head, note, sizeof(head));
	reader.unit = head[1];
	if (!head[0] || head[0] > REGIONS_MOST || !head[1] ||
	    (2 + 3 * head[0]) * sizeof(uint64_t) > size) {
		core->notes_cut = true;
		return 0;
	}
	reader.name = (const char *)note + (2 + 3 * head[0]) * sizeof(uint64_t);
	r = reserve(core, &reader, head[0]);
	left = (size_t)(reader.end - reader.name);
	for (i = 0, name = core->names; r == 0 && i < head[0] && left; i++) {
		size_t length = strlen(name) + 1;
		char *next = name + length;

		left = length < left ? left - length : 0;
		take_region(core, &reader, i, name);
		name = next;
	}
	sort_regions(core);
	return r;
}

const struct target_core_region *core_region_at(const struct target_core *core, uint64_t address)
{
	size_t low = 0, high = core->region_count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (core->regions[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || address >= core->regions[low - 1].end)
		return NULL;
	return &core->regions[low - 1];
}

/* --- which file it is --- */

/* What the core has of the file's begin; how much. */
static size_t first_page(const struct target_core *core, uint32_t file, uint8_t *page)
{
	size_t i, count;

	for (i = 0; i < core->region_count; i++) {
		if (core->regions[i].file != file || core->regions[i].offset)
			continue;
		count = core_read_dumped(core, core->regions[i].start, page, FIRST_PAGE);
		if (count >= sizeof(Elf64_Ehdr) && !memcmp(page, ELFMAG, SELFMAG))
			return count;
	}
	return 0;
}

static enum target_core_build compare(const struct target_core *core,
				      const struct target_core_file *file, int fd)
{
	uint8_t page[FIRST_PAGE], here[FIRST_PAGE];
	size_t size = first_page(core, (uint32_t)(file - core->files), page);

	if (!size)
		return TARGET_CORE_UNCHECKED;
	if (target_file_read(core->options.careful, fd, here, size, 0) != (ssize_t)size ||
	    memcmp(page, here, size))
		return TARGET_CORE_OTHER;
	return TARGET_CORE_SAME;
}

static bool is_program(const struct target_core *core, const struct target_core_file *file)
{
	const struct target_core_region *region = core_region_at(core, core->entry);

	return core->entry && region && &core->files[region->file] == file;
}

/* Where to look, one after the other. */
static int open_choice(const struct target_core *core, const struct target_core_file *file,
		       unsigned choice, int *ret_fd)
{
	const struct target_core_options *options = &core->options;

	switch (choice) {
	case 0:
		return options->exe && is_program(core, file)
			       ? target_file_open_path(options->exe, ret_fd)
			       : -ENOENT;
	case 1:
		return options->symfs ? target_file_open_below(options->careful, options->symfs,
							       file->path, 0, ret_fd)
				      : -ENOENT;
	default:
		return target_file_open_below(options->careful, "/", file->path, 0, ret_fd);
	}
}

#define CHOICES 3

/* A second is lost for each that hangs, and all may lie on one server. */
#define SILENT_MOST 4

static bool open_or_note(struct target_core *core, const struct target_core_file *file,
			 unsigned choice, int *ret_fd)
{
	int r = core->silent < SILENT_MOST ? open_choice(core, file, choice, ret_fd) : -ETIME;

	core->silent += r == -ETIME && core->silent < SILENT_MOST;
	return r == 0;
}

/* The best that there is: one that is known to be the same. */
static void look_for(struct target_core *core, struct target_core_file *file)
{
	enum target_core_build build;
	unsigned choice;
	int fd;

	file->build = TARGET_CORE_MISSING;
	for (choice = 0; choice < CHOICES && file->build != TARGET_CORE_SAME; choice++) {
		if (!open_or_note(core, file, choice, &fd))
			continue;
		build = compare(core, file, fd);
		if (build != TARGET_CORE_SAME && file->build != TARGET_CORE_MISSING) {
			close(fd);
			continue;
		}
		if (file->fd >= 0)
			close(file->fd);
		file->build = build;
		file->fd = fd;
	}
}

/* Shared memory, devices and what has no name have no file. */
static bool has_file(const struct target_core_file *file)
{
	return file->path[0] == '/' && strncmp(file->path, "/dev/", 5) != 0 &&
	       strncmp(file->path, "/memfd:", 7) != 0 && strncmp(file->path, "/SYSV", 5) != 0 &&
	       strncmp(file->path, "/proc/", 6) != 0 && strncmp(file->path, "/sys/", 5) != 0;
}

int core_file_fd(struct target_core *core, struct target_core_file *file)
{
	if (file->build == TARGET_CORE_UNSEEN && has_file(file))
		look_for(core, file);
	switch (file->build) {
	case TARGET_CORE_SAME:
	case TARGET_CORE_UNCHECKED:
		return file->fd;
	case TARGET_CORE_OTHER:
		return -ESTALE;
	default:
		return -ENOENT;
	}
}

static bool is_in(const Elf64_Phdr *header, uint64_t offset)
{
	return header->p_type == PT_LOAD && header->p_offset <= INT64_MAX &&
	       header->p_filesz <= INT64_MAX && offset >= (header->p_offset & ~PAGE_MASK) &&
	       offset < header->p_offset + header->p_filesz;
}

/*
 * How a file's headers want to have mapped what lies at offset; PROT_WRITE: not known. Two pieces
 * may meet within a page, which is mapped twice: the one that begins there is meant.
 */
static int protection_by_headers(int fd, uint64_t offset)
{
	Elf64_Phdr headers[HEADERS_MOST];
	const Elf64_Phdr *found = NULL;
	Elf64_Ehdr header;
	ssize_t size;
	size_t i;

	if (target_file_read(NULL, fd, &header, sizeof(header), 0) != sizeof(header) ||
	    memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
	    header.e_phentsize != sizeof(headers[0]) || header.e_phnum > HEADERS_MOST)
		return PROT_WRITE;
	size = (ssize_t)(header.e_phnum * sizeof(headers[0]));
	if (target_file_read(NULL, fd, headers, (size_t)size, header.e_phoff) != size)
		return PROT_WRITE;
	for (i = 0; i < header.e_phnum; i++) {
		if (is_in(&headers[i], offset) &&
		    (!found || (headers[i].p_offset & ~PAGE_MASK) == offset))
			found = &headers[i];
	}
	if (!found)
		return PROT_WRITE;
	return PROT_READ | (found->p_flags & PF_W ? PROT_WRITE : 0) |
	       (found->p_flags & PF_X ? PROT_EXEC : 0);
}

/* Of a file that is not there: what a debugger leaves out of a program or library is its code. */
static int protection_of(struct target_core *core, const struct target_core_region *region)
{
	struct target_core_file *file = &core->files[region->file];
	uint8_t page[FIRST_PAGE];
	int fd = core_file_fd(core, file);

	if (fd >= 0)
		return protection_by_headers(fd, region->offset);
	return first_page(core, region->file, page) ? PROT_READ | PROT_EXEC : PROT_WRITE;
}

/* gcore leaves out what can be read from files, headers and all; the kernel has all mappings. */
static int add_left_out(struct target_core *core)
{
	struct target_core_segment segment;
	size_t i;
	int r = 0;

	for (i = 0; i < core->region_count && r == 0; i++) {
		segment = (struct target_core_segment){
			.start = core->regions[i].start,
			.size = core->regions[i].end - core->regions[i].start,
		};
		if (core_segment_at(core, segment.start) ||
		    !has_file(&core->files[core->regions[i].file]))
			continue;
		segment.protection = protection_of(core, &core->regions[i]);
		r = core_add_segment(core, &segment);
	}
	core_sort_segments(core);
	return r;
}

int core_check_files(struct target_core *core)
{
	int r = add_left_out(core);
	const struct target_core_segment *segment;
	struct target_core_file *file;
	size_t i;

	for (i = 0; i < core->region_count; i++) {
		segment = core_segment_at(core, core->regions[i].start);
		file = &core->files[core->regions[i].file];
		if (!segment || !(segment->protection & PROT_EXEC) || !has_file(file))
			continue;
		file->is_code = true;
		(void)core_file_fd(core, file);
	}
	return r;
}

void core_release_files(struct target_core *core)
{
	size_t i;

	for (i = 0; i < core->file_count; i++) {
		if (core->files[i].fd >= 0)
			close(core->files[i].fd);
	}
	free(core->files);
	free(core->regions);
	free(core->names);
}
