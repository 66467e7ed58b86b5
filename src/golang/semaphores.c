// SPDX-License-Identifier: GPL-2.0-only
/*
 * The runtime's table of semaphores, runtime.semtable: 251 trees of waiters by address (src/runtime/sema.go).
 * Needed for 1.25 and older only. It is found by what points into it: each root leads to a waiter whose
 * address gives the root's place in the table.
 */
#include "golang/waits.h"

#include <errno.h>
#include <stdlib.h>

#define ROOTS 251
#define ROOT_SIZE 64
#define ROOT_TREE 8
#define MOST_BSS (64u << 20)
#define MOST_WAITERS 1000000u

struct found {
	uint64_t g, object;
};

struct list {
	struct found *found;
	size_t count, room;
};

static bool is_semaphore(enum lc_go_kind kind)
{
	return kind >= LC_GO_MUTEX && kind <= LC_GO_SEMAPHORE && kind != LC_GO_COND;
}

static bool is_waiting(const struct lc_go_process *model, uint64_t g)
{
	size_t i;

	for (i = 0; i < model->count; i++) {
		if (model->list[i].goid && model->list[i].address == g)
			return is_semaphore(model->list[i].kind);
	}
	return false;
}

/* The table's address, if the word at this place is one of its roots; 0. */
static uint64_t table_of(const struct go_process *process, const struct lc_go_process *model,
			 uint64_t place, uint64_t tree)
{
	uint8_t waiter[GO_WAITER_MAX];
	uint64_t object, g;

	if (!tree || (tree & 7) || !go_read_waiter(process, tree, waiter))
		return 0;
	__builtin_memcpy(&g, waiter + process->offsets.sudog_g, 8);
	object = go_waiter_word(process, waiter, process->offsets.sudog_elem);
	if (!g || !object || !is_waiting(model, g))
		return 0;
	return place - ROOT_TREE - (object >> 3) % ROOTS * ROOT_SIZE;
}

struct finding {
	struct go_process *process;
	const struct lc_go_process *model;
	const struct go_module *module;
};

static bool fits(void *context, uint64_t address, const uint64_t words[3])
{
	const struct finding *finding = context;
	uint64_t table = table_of(finding->process, finding->model, address, words[0]);

	if (table < finding->module->bss || table + ROOTS * ROOT_SIZE > finding->module->bss_end)
		return false;
	finding->process->semtable = table;
	return true;
}

static void find_table(struct go_process *process, const struct lc_go_process *model)
{
	struct finding finding = { .process = process, .model = model };
	uint64_t address;
	size_t i;

	for (i = 0; i < process->module_count && !process->semtable; i++) {
		finding.module = &process->modules[i];
		go_search(process, finding.module->bss, finding.module->bss_end, MOST_BSS, fits,
			  &finding, &address);
	}
}

static bool add(struct list *list, uint64_t g, uint64_t object)
{
	struct found *grown;

	if (list->count == MOST_WAITERS)
		return false;
	if (list->count == list->room) {
		list->room = list->room * 2 + 64;
		grown = reallocarray(list->found, list->room, sizeof(*grown));
		if (!grown)
			return false;
		list->found = grown;
	}
	list->found[list->count++] = (struct found){ g, object };
	return true;
}

/* A node's waiters: those of the same address are chained behind it. */
static bool add_node(const struct go_process *process, struct list *list, const uint8_t *node)
{
	uint64_t object = go_waiter_word(process, node, process->offsets.sudog_elem), g, next;
	uint8_t waiter[GO_WAITER_MAX];

	__builtin_memcpy(&g, node + process->offsets.sudog_g, 8);
	if (!add(list, g, object))
		return false;
	__builtin_memcpy(&next, node + process->offsets.sudog_waitlink, 8);
	while (next && go_read_waiter(process, next, waiter)) {
		__builtin_memcpy(&g, waiter + process->offsets.sudog_g, 8);
		if (!add(list, g, object))
			return false;
		__builtin_memcpy(&next, waiter + process->offsets.sudog_waitlink, 8);
	}
	return true;
}

/* Children hang on prev and next. The tree is balanced by chance only, and may change under our eyes. */
static void walk_tree(const struct go_process *process, struct list *list, uint64_t node,
		      unsigned depth)
{
	uint8_t waiter[GO_WAITER_MAX];
	uint64_t left, right;

	if (!node || depth > 64 || !go_read_waiter(process, node, waiter) ||
	    !add_node(process, list, waiter))
		return;
	__builtin_memcpy(&left, waiter + process->offsets.sudog_prev, 8);
	__builtin_memcpy(&right, waiter + process->offsets.sudog_next, 8);
	walk_tree(process, list, left, depth + 1);
	walk_tree(process, list, right, depth + 1);
}

static int by_goroutine(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	return x->g < y->g ? -1 : x->g > y->g;
}

static void fill_objects(struct lc_go_process *model, const struct list *list)
{
	struct found key = {}, *found;
	size_t i;

	for (i = 0; i < model->count; i++) {
		if (!model->list[i].goid || !is_semaphore(model->list[i].kind))
			continue;
		key.g = model->list[i].address;
		found = list->count
				? bsearch(&key, list->found, list->count, sizeof(key), by_goroutine)
				: NULL;
		model->list[i].object = found ? found->object : 0;
	}
}

int go_find_semaphores(struct go_process *process, struct lc_go_process *model)
{
	struct list list = {};
	size_t i, waiting = 0;

	if (process->version >= GO_VERSION(1, 26, 0))
		return 0;
	for (i = 0; i < model->count; i++)
		waiting += model->list[i].goid && is_semaphore(model->list[i].kind);
	if (!waiting)
		return 0;
	if (!process->semtable)
		find_table(process, model);
	if (!process->semtable)
		return -ENOENT;
	for (i = 0; i < ROOTS; i++)
		walk_tree(process, &list,
			  go_word(process, process->semtable + i * ROOT_SIZE + ROOT_TREE), 0);
	if (list.count)
		qsort(list.found, list.count, sizeof(*list.found), by_goroutine);
	fill_objects(model, &list);
	free(list.found);
	return 0;
}
