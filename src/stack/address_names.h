/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The names of one address of a module: its symbol, and the calls that are inlined there. What was
 * found is kept: stacks share most frames.
 */
#ifndef LEAKHOP_STACK_ADDRESS_NAMES_H
#define LEAKHOP_STACK_ADDRESS_NAMES_H

#include "stack/cache.h"
#include "stack/module.h"
#include "stack/stack.h"

struct name_table {
	struct cache cache; /* of struct address_names */
	size_t (*others)(void *context, uint64_t device, uint64_t inode, uint64_t vaddr,
			 struct lc_frame *calls, size_t capacity); /* NULL: nobody to ask */
	void *others_context;
};

/* Of the options: other_names. */
void name_table_init(struct name_table *names, const struct stack_options *options);
void name_table_release(struct name_table *names);

/*
 * At its bound the table forgets all. This makes it do so now if count more would, so that what is
 * got for all the frames of a stack stays valid.
 */
void name_table_make_room(struct name_table *names, size_t count);

/*
 * The names of vaddr, known or looked up now; valid until the table forgets. *ret_list may be NULL:
 * the module is closed. Returns 0 or -ENOMEM.
 */
int address_names_get(struct name_table *names, struct module_table *modules,
		      struct stack_module *module, uint64_t vaddr,
		      const struct address_names **ret_list);

#endif
