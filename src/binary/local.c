// SPDX-License-Identifier: GPL-2.0-only
/* Reads files in this process: in a sandbox's worker, and in tests. */
#include "binary/binary.h"

#include <errno.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "binary/file.h"
#include "binary/inspect.h"
#include "binary/layout.h"
#include "binary/lines.h"
#include "binary/symbols.h"

struct open_file {
	UT_hash_handle hh;
	uint64_t number;
	struct binary_file *file;
};

struct local_files {
	struct binary_files files; /* first */
	struct binary_debug_files debug_files;
	struct open_file *open;
};

static struct local_files *local_of(struct binary_files *files)
{
	return (struct local_files *)files;
}

static struct open_file *find(const struct local_files *local, uint64_t number)
{
	struct open_file *found;

	HASH_FIND(hh, local->open, &number, sizeof(number), found);
	return found;
}

static void forget(struct local_files *local, struct open_file *open)
{
	HASH_DEL(local->open, open);
	binary_file_free(open->file);
	free(open);
}

static void local_free(struct binary_files *files)
{
	struct local_files *local = local_of(files);

	while (local->open)
		forget(local, local->open);
	free(local);
}

static int local_describe(struct binary_files *files, int fd, struct binary_description *ret)
{
	(void)files;
	inspect_describe(fd, ret);
	return 0;
}

static void local_close(struct binary_files *files, uint64_t number)
{
	struct open_file *open = find(local_of(files), number);

	if (open)
		forget(local_of(files), open);
}

static int local_open(struct binary_files *files, uint64_t number, int fd, const char *path)
{
	struct local_files *local = local_of(files);
	struct open_file *open;
	int r;

	local_close(files, number);
	open = calloc(1, sizeof(*open));
	if (!open)
		return -ENOMEM;
	open->number = number;
	r = binary_file_open(number, fd, path, &local->debug_files, &open->file);
	if (r < 0) {
		free(open);
		return r;
	}
	HASH_ADD(hh, local->open, number, sizeof(open->number), open);
	return 0;
}

static int local_rule(struct binary_files *files, uint64_t number, uint64_t vaddr,
		      struct stack_rule **ret_rule)
{
	struct open_file *open = find(local_of(files), number);

	return open ? binary_file_rule(open->file, vaddr, ret_rule) : -ENOENT;
}

static int local_names(struct binary_files *files, uint64_t number, uint64_t vaddr,
		       struct address_names **ret_names)
{
	struct open_file *open = find(local_of(files), number);
	struct source_location places[BINARY_PLACES_MAX];
	struct address_names *names;

	if (!open || !open->file->handle)
		return -ENOENT;
	names = address_names_make(places, lines_find(open->file, vaddr, places));
	if (!names)
		return -ENOMEM;
	names->symbol = symbol_find(open->file, vaddr, &names->offset);
	*ret_names = names;
	return 0;
}

static int local_layout(struct binary_files *files, int fd, const char *prefix,
			const char *const *names, size_t count, int32_t *ret_offsets)
{
	(void)files;
	return layout_read(fd, prefix, names, count, ret_offsets);
}

static const struct binary_operations operations = {
	.free = local_free,
	.describe = local_describe,
	.open = local_open,
	.close = local_close,
	.rule = local_rule,
	.names = local_names,
	.layout = local_layout,
};

int binary_local_create(const struct binary_debug_files *debug_files,
			struct binary_files **ret_files)
{
	struct local_files *local;

	if (elf_version(EV_CURRENT) == EV_NONE)
		return -ENOSYS;
	local = calloc(1, sizeof(*local));
	if (!local)
		return -ENOMEM;
	local->files.does = &operations;
	local->debug_files = *debug_files;
	*ret_files = &local->files;
	return 0;
}
