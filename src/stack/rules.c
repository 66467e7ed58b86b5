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

/* A file that can't be read has no rules; one that could not be read in time has none for now. */
static struct stack_rule *read_rule(struct module_table *modules, struct stack_module *module,
				    uint64_t vaddr)
{
	struct stack_rule *rule = NULL;
	int r = -ENOENT;

	if (!module->foreign)
		r = modules->files->does->rule(modules->files, module->number, vaddr, &rule);
	if (r == -ENOMEM)
		return NULL;
	if (r >= 0)
		return rule;
	rule = calloc(1, sizeof(*rule));
	if (rule)
		rule->for_now = r == -EAGAIN;
	return rule;
}

struct stack_rule *rules_get(struct cache *rules, struct module_table *modules,
			     struct stack_module *module, uint64_t vaddr)
{
	struct stack_rule *known = cache_find(rules, module->number, vaddr), *rule;

	if (known && !known->for_now)
		return known;
	rule = read_rule(modules, module, vaddr);
	if (!rule)
		return known;
	if (known)
		cache_replace(rules, module->number, vaddr, rule);
	else if (cache_add(rules, module->number, vaddr, rule) < 0)
		return NULL;
	return rule;
}
