/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files with code, each known once over all processes: the same build-id, or else the same file, is
 * the same module. A module's number is never used again. At the bound of open files the one used
 * longest ago is closed; it is opened again when a process that maps it is next looked at. What is
 * in a file, binary/binary.h tells.
 */
#ifndef LEAKHOP_STACK_MODULE_H
#define LEAKHOP_STACK_MODULE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "binary/binary.h"
#include "stack/stack.h"
#include "target/maps.h"

#define MODULE_MAX_OPEN 4096
#define MODULE_MAX 65536

enum module_kind {
	MODULE_ELF,
	MODULE_NOT_ELF,	  /* code made at run time in a file's mapping, or of another format */
	MODULE_UNREADABLE /* the file could not be opened */
};

/* Which file it is; a file changed in place is another one. */
struct module_key {
	uint64_t device;
	uint64_t inode;
	int64_t size;
	int64_t modified; /* ns */
};

struct stack_module {
	uint64_t number;
	enum module_kind kind;
	bool foreign;	/* for another machine, as of a 32-bit process */
	bool announced; /* the user was told that reading it takes long */
	bool open;
	char *path;	/* as the process sees it that showed it first */
	char *build_id; /* hex; "" if there is none */
	pid_t shown_by; /* the process that it was opened through last */
	int64_t size;
	struct binary_segment *segments;
	size_t segment_count;
	uint64_t used; /* on the table's clock */
};

struct module_alias {
	struct module_key key;
	struct stack_module *module;
};

struct module_table {
	struct binary_files *files; /* by module number */
	char *symfs;		    /* look for files below this folder first; NULL: none */
	void (*progress)(void *context, const char *what); /* NULL: nobody listens */
	void *progress_context;
	uint64_t clock;		       /* goes up with each use of a module, to tell the oldest */
	struct stack_module **modules; /* number - 1 is the index */
	size_t count;
	size_t open_count;
	uint64_t opened; /* files so far */
	size_t max_open; /* MODULE_MAX_OPEN or less, by the limit of descriptors */
	struct module_alias *aliases;
	size_t alias_count;
	size_t alias_capacity;
};

/* Of the options: files, symfs, which is copied, and progress. Returns 0 or -ENOMEM. */
int module_table_init(struct module_table *table, const struct stack_options *options);
void module_table_release(struct module_table *table);

/* The module with this number, or NULL. It may be closed. */
struct stack_module *module_by_number(const struct module_table *table, uint64_t number);

/*
 * The module behind a mapping of a process, opened if it is an ELF file. Valid as long as the
 * table. Returns 0, -ENOENT if the vdso can't be read, -ENOSPC past MODULE_MAX, -ENOMEM.
 */
int module_open(struct module_table *table, const struct target_task *task,
		const struct target_mapping *mapping, struct stack_module **ret_module);

/* Notes that a module is in use: it will not be the next one to be closed. */
void module_touch(struct module_table *table, struct stack_module *module);

/* The address in the file's own address space of what lies at offset in the file. */
uint64_t module_vaddr(const struct stack_module *module, uint64_t offset);

/* Tells the user, once, that a large file is about to be read. */
void module_announce(struct module_table *table, struct stack_module *module);

#endif
