// SPDX-License-Identifier: GPL-2.0-only
/*
 * The runtime's table of semaphores, runtime.semtable: 251 trees of waiters by address
 * (src/runtime/sema.go). Needed for 1.25 and older only. It is found by what points into it: each
 * root leads to a waiter whose address gives the root's place in the table.
 */
#include "runtimes/go/sync/waits.h"

#include <errno.h>
#include <stdlib.h>

#define ROOTS 251
/*
 * A root is padded to what Go takes for a line of the cache: 128 bytes on arm64
 * (src/internal/cpu/cpu_arm64.go).
 */
#define ROOT_SIZES      \
	{               \
		64, 128 \
	}
#define ROOT_TREE 8
#define MOST_BSS (64u << 20)
#define MOST_LATE 1024 /* waiters that came since the goroutines were counted */

static bool is_semaphore(enum lc_go_kind kind)
{
	return kind >= LC_GO_MUTEX && kind <= LC_GO_SEMAPHORE && kind != LC_GO_COND;
}

/* Whose place of the table a waiter's address gives; -1: the tree at this address is none. */
static int root_of(const struct go_process *process, uint64_t tree, uint64_t *ret_g)
{
	uint8_t waiter[GO_WAITER_MAX];
	uint64_t object;

	if (!tree || (tree & 7) || !go_read_waiter(process, tree, waiter))
		return -1;
	__builtin_memcpy(ret_g, waiter + process->offsets.sudog_g, 8);
	object = go_waiter_word(process, waiter, process->offsets.sudog_elem);
	return *ret_g && object ? (int)((object >> 3) % ROOTS) : -1;
}

/* Do all trees of a table with roots of that size stand where their waiters belong? */
static bool is_table(const struct go_process *process, uint64_t table, unsigned size)
{
	uint64_t tree, g;
	int i;

	for (i = 0; i < ROOTS; i++) {
		if (!go_read(process, table + (uint64_t)i * size + ROOT_TREE, &tree, 8) ||
		    (tree && root_of(process, tree, &g) != i))
			return false;
	}
	return true;
}

struct finding {
	struct go_process *process;
	const struct go_module *module;
	uint64_t *waiting; /* addresses of the goroutines that wait for one, in order */
	size_t waiting_count;
};

static int by_address(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* As a list: it is looked into for each word of the program's variables. */
static int list_waiting(struct finding *finding, const struct lc_go_process *model)
{
	size_t i;

	finding->waiting = calloc(model->count + 1, sizeof(*finding->waiting));
	if (!finding->waiting)
		return -ENOMEM;
	for (i = 0; i < model->count; i++) {
		if (model->list[i].goid && is_semaphore(model->list[i].kind))
			finding->waiting[finding->waiting_count++] = model->list[i].address;
	}
	qsort(finding->waiting, finding->waiting_count, sizeof(*finding->waiting), by_address);
	return 0;
}

static bool is_waiting(const struct finding *finding, uint64_t g)
{
	return bsearch(&g, finding->waiting, finding->waiting_count, sizeof(g), by_address);
}

static bool fits(void *context, uint64_t address, const uint64_t words[3])
{
	static const unsigned sizes[] = ROOT_SIZES;
	const struct finding *finding = context;
	uint64_t table, g;
	int root = root_of(finding->process, words[0], &g);
	size_t i;

	if (root < 0 || !is_waiting(finding, g))
		return false;
	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		table = address - ROOT_TREE - (uint64_t)root * sizes[i];
		if (table < finding->module->bss ||
		    table + (uint64_t)ROOTS * sizes[i] > finding->module->bss_end ||
		    !is_table(finding->process, table, sizes[i]))
			continue;
		finding->process->semtable = table;
		finding->process->semtable_root = sizes[i];
		return true;
	}
	return false;
}

static void find_table(struct go_process *process, const struct lc_go_process *model)
{
	struct finding finding = { .process = process };
	uint64_t address;
	size_t i;
	int r = -ENOENT;

	if (list_waiting(&finding, model) < 0)
		return;
	for (i = 0; i < process->module_count && r == -ENOENT; i++) {
		finding.module = &process->modules[i];
		r = go_search(process, finding.module->bss, finding.module->bss_end, MOST_BSS, fits,
			      &finding, &address);
	}
	process->semtable_late = r == -ETIME;
	free(finding.waiting);
}

static bool add(struct go_semaphores *list, uint64_t g, uint64_t object)
{
	struct go_semaphore *grown;

	if (list->count == list->most)
		return false;
	if (list->count == list->capacity) {
		list->capacity = list->capacity * 2 + 64;
		grown = reallocarray(list->found, list->capacity, sizeof(*grown));
		if (!grown)
			return false;
		list->found = grown;
	}
	list->found[list->count++] = (struct go_semaphore){ g, object };
	return true;
}

/* A node's waiters: those of the same address are chained behind it. */
static bool add_node(const struct go_process *process, struct go_semaphores *list,
		     const uint8_t *node)
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

/*
 * Children hang on prev and next. The tree is balanced by chance only, and may change under our
 * eyes.
 */
static void walk_tree(const struct go_process *process, struct go_semaphores *list, uint64_t node,
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
	const struct go_semaphore *x = a, *y = b;

	return x->g < y->g ? -1 : x->g > y->g;
}

void go_semaphores_read(const struct go_process *process, size_t goroutines,
			struct go_semaphores *list)
{
	size_t i;

	/* Each waits once: more are chains that lead into themselves. */
	*list = (struct go_semaphores){ .most = 2 * goroutines + MOST_LATE };
	for (i = 0; process->semtable && i < ROOTS; i++)
		walk_tree(process, list,
			  go_word(process,
				  process->semtable + i * process->semtable_root + ROOT_TREE),
			  0);
	if (list->count)
		qsort(list->found, list->count, sizeof(*list->found), by_goroutine);
}

uint64_t go_semaphore_of(const struct go_semaphores *list, uint64_t g)
{
	const struct go_semaphore key = { .g = g }, *found;

	if (!list->count)
		return 0;
	found = bsearch(&key, list->found, list->count, sizeof(key), by_goroutine);
	return found ? found->object : 0;
}

void go_semaphores_release(struct go_semaphores *list)
{
	free(list->found);
	*list = (struct go_semaphores){};
}

static void fill_objects(struct lc_go_process *model, const struct go_semaphores *list)
{
	size_t i;

	for (i = 0; i < model->count; i++) {
		if (model->list[i].goid && is_semaphore(model->list[i].kind))
			model->list[i].object = go_semaphore_of(list, model->list[i].address);
	}
}

int go_find_semaphores(struct go_process *process, struct lc_go_process *model)
{
	struct go_semaphores list;
	size_t i, waiting = 0;

	if (process->version >= GO_VERSION(1, 26, 0))
		return 0;
	for (i = 0; i < model->count; i++)
		waiting += model->list[i].goid && is_semaphore(model->list[i].kind);
	if (!waiting)
		return 0;
	if (!process->semtable && !process->semtable_late)
		find_table(process, model);
	if (!process->semtable)
		return -ENOENT;
	go_semaphores_read(process, model->count, &list);
	fill_objects(model, &list);
	go_semaphores_release(&list);
	return 0;
}
