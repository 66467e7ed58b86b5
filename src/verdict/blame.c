// SPDX-License-Identifier: GPL-2.0-only
/* Ancestors of goroutines, and the tests among them: see blame.h. */
#include "verdict/blame.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_ANCESTORS 64
#define NO_TEST UINT32_MAX

struct blame_key {
	uint64_t goid;
	int64_t pid;
};

struct blame_link {
	UT_hash_handle hh;
	struct blame_key key;
	uint64_t parent;
	uint32_t test; /* number of its name, or NO_TEST */
};

/* --- names --- */

/* As go test takes them: "TestX", "Test", not "Testing". */
static bool is_test_name(const char *word, size_t length)
{
	static const char *const begins[] = { "Test", "Benchmark", "Fuzz", "Example" };
	size_t i, own;

	for (i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		own = strlen(begins[i]);
		if (length >= own && !strncmp(word, begins[i], own) &&
		    (length == own || !islower((unsigned char)word[own])))
			return true;
	}
	return false;
}

/* The words between dots behind the package: "pkg.(*Suite).TestX-fm", "pkg.TestX.func1.2". */
bool blame_go_function(const char *function, char test[BLAME_NAME])
{
	const char *slash = strrchr(function, '/'), *word = slash ? slash + 1 : function;
	size_t length;

	for (word = strchr(word, '.'); word; word = strchr(word, '.')) {
		word++;
		length = strcspn(word, ".-[");
		if (!is_test_name(word, length))
			continue;
		snprintf(test, BLAME_NAME, "%.*s", (int)length, word);
		return true;
	}
	return false;
}

/* Between what runs a test and this there is nothing but calls of what is called. */
bool blame_rust_stack(const struct lc_stack *stack, char test[BLAME_NAME])
{
	const char *found = NULL;
	size_t i;

	for (i = 0; stack && i < stack->frame_count; i++) {
		const char *function = stack->frames[i].function;

		if (strstr(function, "test::__rust_begin_short_backtrace")) {
			if (found)
				snprintf(test, BLAME_NAME, "%s", found);
			return found != NULL;
		}
		if (*function && !strstr(function, "core::ops::function") &&
		    !strstr(function, "{{closure}}") && !strstr(function, "{closure"))
			found = function;
	}
	return false;
}

static bool is_function(const struct lc_stack *stack, const char *name)
{
	return stack && stack->frame_count && !strcmp(stack->frames[0].function, name);
}

bool blame_runs_test(const struct lc_go_process *process, const struct lc_stacks *stacks,
		     const struct lc_goroutine *goroutine)
{
	const struct lc_go_site *site = &process->sites[goroutine->site];
	const struct lc_stack *entry = lc_stacks_get(stacks, site->entry_stack);

	if (entry && entry->frame_count && !strncmp(entry->frames[0].function, "testing.(*", 10))
		return true; /* the go statement's own function, "testing.(*T).Run.gowrap1" */
	return is_function(entry, "testing.tRunner");
}

/* What is just inside of testing.tRunner(). */
static bool test_on_stack(const struct lc_stack *stack, char test[BLAME_NAME])
{
	size_t i;

	for (i = 1; stack && i < stack->frame_count; i++) {
		if (!strcmp(stack->frames[i].function, "testing.tRunner"))
			return blame_go_function(stack->frames[i - 1].function, test);
	}
	return false;
}

static bool test_of(const struct lc_go_process *process, const struct lc_stacks *stacks,
		    const struct lc_goroutine *goroutine, char test[BLAME_NAME])
{
	const struct lc_go_site *site = &process->sites[goroutine->site];
	const struct lc_stack *spawn = lc_stacks_get(stacks, site->spawn_stack);

	if (blame_runs_test(process, stacks, goroutine))
		return test_on_stack(lc_stacks_get(stacks, goroutine->stack), test);
	return spawn && spawn->frame_count && blame_go_function(spawn->frames[0].function, test);
}

/* --- what is kept --- */

static int number_of(struct blame *blame, const char *test, uint32_t *ret_number)
{
	char **grown;
	size_t i;

	for (i = 0; i < blame->test_count; i++) {
		if (!strcmp(blame->tests[i], test)) {
			*ret_number = (uint32_t)i;
			return 0;
		}
	}
	if (blame->test_count == BLAME_TESTS)
		return 0;
	if (blame->test_count == blame->test_capacity) {
		grown = reallocarray(blame->tests, blame->test_capacity * 2 + 16, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		blame->tests = grown;
		blame->test_capacity = blame->test_capacity * 2 + 16;
	}
	blame->tests[i] = strdup(test);
	if (!blame->tests[i])
		return -ENOMEM;
	blame->test_count++;
	*ret_number = (uint32_t)i;
	return 0;
}

static struct blame_link *find(const struct blame *blame, pid_t pid, uint64_t goid)
{
	const struct blame_key key = { .goid = goid, .pid = pid };
	struct blame_link *link;

	HASH_FIND(hh, blame->links, &key, sizeof(key), link);
	return link;
}

static int add(struct blame *blame, pid_t pid, const struct lc_goroutine *goroutine,
	       struct blame_link **ret_link)
{
	struct blame_link *link;

	if (HASH_COUNT(blame->links) >= BLAME_GOROUTINES) {
		blame->refused++;
		return -ENOSPC;
	}
	link = calloc(1, sizeof(*link));
	if (!link)
		return -ENOMEM;
	link->key = (struct blame_key){ .goid = goroutine->goid, .pid = pid };
	link->parent = goroutine->parent_goid;
	link->test = NO_TEST;
	HASH_ADD(hh, blame->links, key, sizeof(link->key), link);
	*ret_link = link;
	return 0;
}

static int note(struct blame *blame, const struct lc_go_process *process,
		const struct lc_stacks *stacks, const struct lc_goroutine *goroutine)
{
	struct blame_link *link = find(blame, process->pid, goroutine->goid);
	char test[BLAME_NAME];
	int r = 0;

	if (!link)
		r = add(blame, process->pid, goroutine, &link);
	if (r < 0 || link->test != NO_TEST || !test_of(process, stacks, goroutine, test))
		return r == -ENOSPC ? 0 : r;
	return number_of(blame, test, &link->test);
}

int blame_note(struct blame *blame, const struct lc_go_process *process,
	       const struct lc_stacks *stacks)
{
	const struct lc_goroutine *goroutine;
	size_t place;
	int r = 0;

	for (place = 0; place < process->count && !r; place++) {
		goroutine = &process->list[place];
		if (goroutine->goid && goroutine->state != LC_GO_NONE &&
		    goroutine->site < process->site_count)
			r = note(blame, process, stacks, goroutine);
	}
	return r;
}

bool blame_note_birth(struct blame *blame, pid_t pid, uint64_t goid, const struct lc_stack *stack)
{
	struct blame_link *link = find(blame, pid, goid);
	char test[BLAME_NAME];
	size_t i;

	if (!link || !stack)
		return false;
	if (test_on_stack(stack, test))
		return !number_of(blame, test, &link->test) && link->test != NO_TEST;
	/* In a goroutine that a test has started. */
	for (i = 0; i < stack->frame_count; i++) {
		if (blame_go_function(stack->frames[i].function, test))
			return !number_of(blame, test, &link->test) && link->test != NO_TEST;
	}
	return false;
}

const char *blame_of(const struct blame *blame, pid_t pid, uint64_t goid)
{
	const struct blame_link *link = find(blame, pid, goid);
	unsigned depth;

	for (depth = 0; link && depth < MOST_ANCESTORS; depth++) {
		if (link->test != NO_TEST)
			return blame->tests[link->test];
		link = link->parent ? find(blame, pid, link->parent) : NULL;
	}
	return NULL;
}

void blame_release(struct blame *blame)
{
	struct blame_link *link, *next;
	size_t i;

	HASH_ITER(hh, blame->links, link, next) {
		HASH_DEL(blame->links, link);
		free(link);
	}
	for (i = 0; i < blame->test_count; i++)
		free(blame->tests[i]);
	free(blame->tests);
	*blame = (struct blame){};
}
