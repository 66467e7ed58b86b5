// SPDX-License-Identifier: GPL-2.0-only
/* From a module's symbols and lines, or from what others know of it; kept in a bounded cache. */
#include "stack/address_names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_MAX ((size_t)64 * 1024)

static void free_names(void *names)
{
	address_names_free(names);
}

void name_table_init(struct name_table *names, const struct stack_options *options)
{
	names->others = options->other_names;
	names->others_context = options->other_names_context;
	cache_init(&names->cache, NAMES_MAX, free_names);
}

void name_table_release(struct name_table *names)
{
	cache_release(&names->cache);
}

void name_table_make_room(struct name_table *names, size_t count)
{
	if (names->cache.count + count >= names->cache.max)
		cache_release(&names->cache);
}

/*
 * The calls that others know at an address of the module; 0: none. The same file may be there more
 * than once.
 */
static size_t ask_others(const struct name_table *names, const struct module_table *modules,
			 const struct stack_module *module, uint64_t vaddr,
			 struct lc_frame calls[BINARY_PLACES_MAX])
{
	size_t count = 0;

	for (size_t i = 0; names->others && i < modules->alias_count && !count; i++) {
		const struct module_alias *alias = &modules->aliases[i];

		if (alias->module == module)
			count = names->others(names->others_context, alias->key.device,
					      alias->key.inode, vaddr, calls, BINARY_PLACES_MAX);
	}
	return count;
}

/* Copies text; NULL where there is none. */
static char *copy(const char *text)
{
	return text && text[0] ? strdup(text) : NULL;
}

static struct address_names *look_up_others(const struct name_table *names,
					    const struct module_table *modules,
					    const struct stack_module *module, uint64_t vaddr)
{
	struct source_location places[BINARY_PLACES_MAX];
	struct lc_frame calls[BINARY_PLACES_MAX];
	size_t count = ask_others(names, modules, module, vaddr, calls);
	struct address_names *list;

	for (size_t i = 0; i < count; i++)
		places[i] = (struct source_location){
			.function = copy(calls[i].function),
			.file = copy(calls[i].file),
			.line = calls[i].line,
		};
	list = address_names_make(places, count);
	if (list && count) {
		list->symbol = copy(calls[count - 1].function);
		list->offset = calls[count - 1].offset;
	}
	return list;
}

static struct address_names *look_up(const struct name_table *names, struct module_table *modules,
				     struct stack_module *module, uint64_t vaddr)
{
	struct address_names *list = NULL;
	int r;

	module_announce(modules, module);
	r = modules->files->does->names(modules->files, module->number, vaddr, &list);
	if (r == -ENOMEM)
		return NULL;
	if (list && (list->symbol || list->count))
		return list;
	address_names_free(list);
	return look_up_others(names, modules, module, vaddr);
}

int address_names_get(struct name_table *names, struct module_table *modules,
		      struct stack_module *module, uint64_t vaddr,
		      const struct address_names **ret_list)
{
	struct address_names *list = cache_find(&names->cache, module->number, vaddr);
	int r;

	if (!list && module->open) {
		list = look_up(names, modules, module, vaddr);
		if (!list)
			return -ENOMEM;
		r = cache_add(&names->cache, module->number, vaddr, list);
		if (r < 0)
			return r;
	}
	*ret_list = list;
	return 0;
}
