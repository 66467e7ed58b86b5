/* SPDX-License-Identifier: GPL-2.0-only */
/* The processes looked at: their executable mappings, read once in a sweep, and their modules. */
#ifndef LEAKHOP_STACK_PROCESS_H
#define LEAKHOP_STACK_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "stack/module.h"
#include "target/access.h"
#include "target/maps.h"

#define PROCESS_MAX 8192

struct stack_process {
	pid_t pid;
	struct target_task task; /* whose memory to read: a living thread if the leader has ended */
	uint64_t sweep;		 /* of the mappings */
	uint64_t used;		 /* on the table's clock */
	bool read_again;	 /* mappings were read a second time in this sweep */
	bool fresh;		 /* mappings were read for the walk under way */
	struct target_maps maps;
	struct stack_module **modules; /* one for each mapping; NULL: not asked yet */
};

struct process_table {
	struct target_access *access;
	struct module_table *modules;	  /* that their mappings are of */
	uint64_t sweep;			  /* mappings read before it are read anew */
	uint64_t clock;			  /* goes up with each use, to tell the oldest */
	struct stack_process **processes; /* sorted by pid */
	size_t count;
	size_t capacity;
	struct stack_process *last; /* the one found last, or NULL */
};

/* Where an address of a process belongs. */
struct stack_location {
	struct stack_module *module; /* NULL: code in no file */
	uint64_t vaddr;		     /* the address itself where module is NULL */
};

/* The modules must outlive the table. */
void process_table_init(struct process_table *table, struct module_table *modules,
			struct target_access *access);
void process_table_release(struct process_table *table);

/* What was read is out of date from now on; processes that were not asked for lately are dropped.
 */
void process_begin_sweep(struct process_table *table);
void process_forget(struct process_table *table, pid_t pid);

/* Finds or adds a process, with the mappings of this sweep. Errors as of target_maps_read(). */
int process_get(struct process_table *table, pid_t pid, struct stack_process **ret_process);

/*
 * Looks up an address. Once in a sweep, mappings are read again if the address is in none of them.
 * Returns 0, -ENOENT if it is in no executable mapping, -ENOMEM.
 */
int process_locate(struct process_table *table, struct stack_process *process, uint64_t address,
		   struct stack_location *ret_place);

#endif
