// SPDX-License-Identifier: GPL-2.0-only
/* Unwind rules of addresses, kept in a bounded cache: see rules.h. */
#include "stack/rules.h"

#include <errno.h>
#include <stdlib.h>

#define RULES_MAX ((size_t)256 * 1024)

void rules_init(struct cache *rules)
{
	cache_init(rules, RULES_MAX, free);
}

/* A file that can't be read has no rules. */
static struct stack_rule *read_rule(struct module_table *modules, struct stack_module *module,
				    uint64_t vaddr)
{
	struct stack_rule *rule = NULL;
	int r = -ENOENT;

	if (!module->foreign)
		r = modules->files->does->rule(modules->files, module->number, vaddr, &rule);
	if (r == -ENOMEM)
		return NULL;
	return r < 0 ? calloc(1, sizeof(*rule)) : rule;
}

struct stack_rule *rules_get(struct cache *rules, struct module_table *modules,
			     struct stack_module *module, uint64_t vaddr)
{
	struct stack_rule *rule = cache_find(rules, module->number, vaddr);

	if (rule)
		return rule;
	rule = read_rule(modules, module, vaddr);
	if (!rule || cache_add(rules, module->number, vaddr, rule) < 0)
		return NULL;
	return rule;
}
