// SPDX-License-Identifier: GPL-2.0-only
/* The table of modules: see module.h. Each keeps a descriptor or more open: hence the bound. */
#include "stack/module.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "target/file.h"
#include "util/cleanup.h"

#define DELETED_BYTES_MAX (UINT64_C(256) << 20)
#define OPENED_BETWEEN_LOOKS 16
#define LARGE_FILE ((int64_t)20 * 1024 * 1024)

int module_table_init(struct module_table *table, const struct stack_options *options)
{
	struct rlimit limit = { .rlim_cur = 1024 };

	(void)getrlimit(RLIMIT_NOFILE, &limit);
	*table = (struct module_table){
		.files = options->files,
		.progress = options->progress,
		.progress_context = options->progress_context,
		.max_open = MODULE_MAX_OPEN,
	};
	if (options->symfs) {
		table->symfs = strdup(options->symfs);
		if (!table->symfs)
			return -ENOMEM;
	}
	/* A reader of files needs up to three each; the rest is left to others. */
	if (limit.rlim_cur / 4 < table->max_open)
		table->max_open = (size_t)limit.rlim_cur / 4;
	if (table->max_open == 0)
		table->max_open = 1;
	return 0;
}

static void close_module(struct module_table *table, struct stack_module *module)
{
	if (!module->open)
		return;
	table->files->does->close(table->files, module->number);
	module->open = false;
	table->open_count--;
}

static void free_module(struct stack_module *module)
{
	if (!module)
		return;
	free(module->path);
	free(module->build_id);
	free(module->segments);
	free(module);
}

void module_table_release(struct module_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		close_module(table, table->modules[i]);
		free_module(table->modules[i]);
	}
	free(table->modules);
	free(table->aliases);
	free(table->symfs);
	*table = (struct module_table){ .modules = NULL };
}

struct stack_module *module_by_number(const struct module_table *table, uint64_t number)
{
	if (number == 0 || number > table->count)
		return NULL;
	return table->modules[number - 1];
}

static struct stack_module *find_by_key(const struct module_table *table,
					const struct module_key *key)
{
	for (size_t i = 0; i < table->alias_count; i++) {
		if (memcmp(&table->aliases[i].key, key, sizeof(*key)) == 0)
			return table->aliases[i].module;
	}
	return NULL;
}

/* A build-id alone could be forged to pass for another file: size and segments must agree too. */
static struct stack_module *find_equal(const struct module_table *table,
				       const struct stack_module *like)
{
	if (!*like->build_id)
		return NULL;
	for (size_t i = 0; i < table->count; i++) {
		struct stack_module *module = table->modules[i];

		if (module->kind == MODULE_ELF && module->size == like->size &&
		    module->segment_count == like->segment_count &&
		    strcmp(module->build_id, like->build_id) == 0 &&
		    memcmp(module->segments, like->segments,
			   like->segment_count * sizeof(*like->segments)) == 0)
			return module;
	}
	return NULL;
}

static int add_alias(struct module_table *table, const struct module_key *key,
		     struct stack_module *module)
{
	if (table->alias_count == MODULE_MAX)
		table->alias_count = 0; /* only costs opening some files again */
	if (table->alias_count == table->alias_capacity) {
		size_t capacity = table->alias_capacity ? table->alias_capacity * 2 : 64;
		struct module_alias *grown = reallocarray(table->aliases, capacity, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		table->aliases = grown;
		table->alias_capacity = capacity;
	}
	table->aliases[table->alias_count++] = (struct module_alias){ *key, module };
	return 0;
}

static int add_module(struct module_table *table, struct stack_module *module)
{
	struct stack_module **grown;

	if (table->count == MODULE_MAX)
		return -ENOSPC;
	grown = reallocarray(table->modules, table->count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	table->modules = grown;
	module->number = table->count + 1;
	table->modules[table->count++] = module;
	return 0;
}

/* Fills in what can be known without opening it. A file that is no ELF file is no error. */
static int inspect(const struct module_table *table, int fd, struct stack_module *module)
{
	_cleanup_free_ struct binary_description *description = malloc(sizeof(*description));
	size_t size;
	int r;

	module->kind = MODULE_NOT_ELF;
	if (!description)
		return -ENOMEM;
	r = table->files->does->describe(table->files, fd, description);
	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		module->kind = MODULE_UNREADABLE;
		description->build_id[0] = '\0';
	} else if (description->is_elf) {
		module->kind = MODULE_ELF;
		module->foreign = description->foreign;
		module->segment_count = description->segment_count;
		size = description->segment_count * sizeof(*module->segments);
		module->segments = malloc(size ? size : 1);
		if (!module->segments)
			return -ENOMEM;
		memcpy(module->segments, description->segments, size);
	}
	module->build_id = strdup(description->build_id);
	return module->build_id ? 0 : -ENOMEM;
}

void module_touch(struct module_table *table, struct stack_module *module)
{
	module->used = ++table->clock;
}

static bool is_older(const struct stack_module *module, const struct stack_module *other)
{
	return module->open && (!other || module->used < other->used);
}

static struct stack_module *find_oldest(const struct module_table *table)
{
	struct stack_module *oldest = NULL;

	for (size_t i = 0; i < table->count; i++) {
		if (is_older(table->modules[i], oldest))
			oldest = table->modules[i];
	}
	return oldest;
}

/* Of those whose file was deleted, if together they take too much of a disk; else NULL. */
static struct stack_module *find_oldest_deleted(const struct module_table *table)
{
	struct stack_module *oldest = NULL;
	uint64_t sum = 0, bytes;

	for (size_t i = 0; i < table->count; i++) {
		if (!table->modules[i]->open)
			continue;
		bytes = table->files->does->deleted(table->files, table->modules[i]->number);
		sum += bytes;
		if (bytes && is_older(table->modules[i], oldest))
			oldest = table->modules[i];
	}
	return sum > DELETED_BYTES_MAX ? oldest : NULL;
}

/*
 * A host that builds and tests programs all day deletes them, and what is open stays on the disk.
 * One that still runs is opened again when it is next asked about.
 */
static void drop_deleted(struct module_table *table)
{
	struct stack_module *oldest;

	if (!table->files->does->deleted || ++table->opened % OPENED_BETWEEN_LOOKS)
		return;
	while ((oldest = find_oldest_deleted(table)))
		close_module(table, oldest);
}

static void make_room(struct module_table *table)
{
	struct stack_module *oldest;

	drop_deleted(table);
	if (table->open_count < table->max_open)
		return;
	oldest = find_oldest(table);
	if (oldest)
		close_module(table, oldest);
}

/* If that fails, it has no unwind information and no names. */
static int open_file(struct module_table *table, struct stack_module *module,
		     const struct target_task *task, int fd)
{
	int r;

	make_room(table);
	module->shown_by = task->tid;
	r = table->files->does->open(table->files, module->number, fd, module->path);
	if (r == -ENOMEM)
		return r;
	module->open = true;
	module_touch(table, module); /* or else it would be the next one to go */
	table->open_count++;
	return 0;
}

/* A file below symfs in the place of fd, if it is the same program; it may have more symbols. */
static void prefer_symfs(const struct module_table *table, const struct stack_module *module,
			 int *fd)
{
	struct stack_module other = { .path = NULL };
	_cleanup_close_ int below = -1;

	if (!table->symfs || module->path[0] != '/')
		return;
	if (target_file_open_below(NULL, table->symfs, module->path, 0, &below) < 0)
		return;
	if (inspect(table, below, &other) == 0 && other.kind == MODULE_ELF &&
	    (*fd < 0 || (*other.build_id && strcmp(other.build_id, module->build_id) == 0))) {
		if (*fd >= 0)
			close(*fd);
		*fd = take_fd(&below);
	}
	free(other.build_id);
	free(other.segments);
}

static int make_module(const struct module_table *table, const struct target_mapping *mapping,
		       int *fd, struct stack_module **ret_module)
{
	struct stack_module *module = calloc(1, sizeof(*module));
	struct stat status;
	int r = -ENOMEM;

	if (!module)
		return -ENOMEM;
	module->kind = MODULE_UNREADABLE;
	module->path = strdup(mapping->path);
	if (!module->path)
		goto fail;
	if (*fd < 0) /* not known to be the right one, but the user says so */
		prefer_symfs(table, module, fd);
	if (*fd >= 0) {
		if (target_file_status(*fd, &status) == 0)
			module->size = status.st_size;
		r = inspect(table, *fd, module);
	} else {
		module->build_id = strdup("");
		r = module->build_id ? 0 : -ENOMEM;
	}
	if (r < 0)
		goto fail;
	*ret_module = module;
	return 0;
fail:
	free_module(module);
	return r;
}

/* Makes the module of an opened file (or of none) known, or finds it known by its build-id. */
static int open_new(struct module_table *table, const struct target_task *task,
		    const struct target_mapping *mapping, int *fd, struct stack_module **ret_module)
{
	struct stack_module *module, *known;
	int r = make_module(table, mapping, fd, &module);

	if (r < 0)
		return r;
	known = find_equal(table, module);
	if (known) {
		free_module(module);
		module = known;
	} else {
		r = add_module(table, module);
		if (r < 0) {
			free_module(module);
			return r;
		}
	}
	if (module->kind == MODULE_ELF && !module->open) {
		prefer_symfs(table, module, fd);
		r = open_file(table, module, task, *fd);
	}
	*ret_module = module;
	return r;
}

static struct module_key make_key(int fd, const struct target_mapping *mapping)
{
	struct module_key key = { .device = mapping->device, .inode = mapping->inode };
	struct stat status;

	if (fd >= 0 && target_file_status(fd, &status) == 0) {
		key.device = status.st_dev;
		key.inode = status.st_ino;
		key.size = status.st_size;
		key.modified = (int64_t)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec;
	}
	return key;
}

/* The file was opened before, but closed to make room. */
static int open_again(struct module_table *table, struct stack_module *module,
		      const struct target_task *task, int *fd)
{
	prefer_symfs(table, module, fd);
	return *fd < 0 ? 0 : open_file(table, module, task, *fd);
}

int module_open(struct module_table *table, const struct target_task *task,
		const struct target_mapping *mapping, struct stack_module **ret_module)
{
	_cleanup_close_ int fd = -1;
	struct module_key key;
	struct stack_module *module;
	int r = 0;

	(void)target_file_open(task, mapping, &fd); /* without it there are no names: no error */
	if (fd < 0 && mapping->inode == 0)
		return -ENOENT;
	key = make_key(fd, mapping);
	module = find_by_key(table, &key);
	if (!module) {
		r = open_new(table, task, mapping, &fd, &module);
		/* The copy of a vdso has a new inode each time: its build-id is enough. */
		if (r == 0 && mapping->inode != 0)
			r = add_alias(table, &key, module);
	} else if (module->kind == MODULE_ELF && !module->open) {
		r = open_again(table, module, task, &fd);
	}
	if (r < 0)
		return r;
	*ret_module = module;
	return 0;
}

uint64_t module_vaddr(const struct stack_module *module, uint64_t offset)
{
	const struct binary_segment *found = NULL;

	for (size_t i = 0; i < module->segment_count; i++) {
		const struct binary_segment *segment = &module->segments[i];

		/* A page at the border is mapped by both segments: take the one with code. */
		if (offset >= segment->offset && offset - segment->offset < segment->file_size &&
		    (!found || segment->executable))
			found = segment;
	}
	return found ? offset - found->offset + found->vaddr : offset;
}

void module_announce(struct module_table *table, struct stack_module *module)
{
	char what[256];

	if (module->size > LARGE_FILE && !module->announced && table->progress) {
		(void)snprintf(what, sizeof(what), "reading symbols of %s", module->path);
		table->progress(table->progress_context, what);
	}
	module->announced = true;
}
