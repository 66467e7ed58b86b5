// SPDX-License-Identifier: GPL-2.0-only
/* Waits added up by place: see samples.h. Relies on uthash. */
#include "output/samples.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct fold_key {
	uint32_t pid, user_stack, kernel_stack;
};

struct entry {
	UT_hash_handle hh;
	struct fold_key key;
	struct fold fold;
};

static int add(void *context, const struct sample *sample)
{
	const struct fold_key key = {
		.pid = sample->pid,
		.user_stack = sample->user_stack,
		.kernel_stack = sample->kernel_stack,
	};
	struct entry **entries = context, *entry;

	HASH_FIND(hh, *entries, &key, sizeof(key), entry);
	if (!entry) {
		entry = calloc(1, sizeof(*entry));
		if (!entry)
			return -ENOMEM;
		entry->key = key;
		entry->fold = (struct fold){
			.pid = sample->pid,
			.process = sample->process,
			.user_stack = sample->user_stack,
			.kernel_stack = sample->kernel_stack,
		};
		HASH_ADD(hh, *entries, key, sizeof(entry->key), entry);
	}
	entry->fold.count += sample->count;
	entry->fold.ns += sample->ns;
	return 0;
}

/* The longest first; then in an order that is the same each time. */
static int compare(const void *a, const void *b)
{
	const struct fold *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns > y->ns ? -1 : 1;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	if (x->user_stack != y->user_stack)
		return x->user_stack < y->user_stack ? -1 : 1;
	return x->kernel_stack < y->kernel_stack ? -1 : x->kernel_stack > y->kernel_stack;
}

int folds_make(const struct output_run *run, const struct output_report *report,
	       struct folds *folds)
{
	struct entry *entries = NULL, *entry, *next;
	int r = samples_each(run, report, add, &entries);

	*folds = (struct folds){ .list = calloc(HASH_COUNT(entries) + 1, sizeof(*folds->list)) };
	HASH_ITER(hh, entries, entry, next) {
		HASH_DEL(entries, entry);
		if (folds->list)
			folds->list[folds->count++] = entry->fold;
		free(entry);
	}
	if (!r && !folds->list)
		r = -ENOMEM;
	if (r < 0)
		folds_release(folds);
	else
		qsort(folds->list, folds->count, sizeof(*folds->list), compare);
	return r;
}

void folds_release(struct folds *folds)
{
	free(folds->list);
	*folds = (struct folds){};
}
