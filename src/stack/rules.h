/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The unwind rules known, by module and address: found out once, then kept, so that a frame at a
 * known address costs a look-up in a hash.
 */
#ifndef LEAKHOP_STACK_RULES_H
#define LEAKHOP_STACK_RULES_H

#include "stack/cache.h"
#include "stack/module.h"

/* The rules known: what the other is called with. */
void rules_init(struct cache *rules);

/*
 * The rule for an address in a module of the table, cached or read now. Valid until the next call.
 * NULL: no memory.
 */
struct stack_rule *rules_get(struct cache *rules, struct module_table *modules,
			     struct stack_module *module, uint64_t vaddr);

#endif
