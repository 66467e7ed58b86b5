// SPDX-License-Identifier: GPL-2.0-only
/*
 * The descriptors of all processes, kept from scan to scan: only those of processes that may have
 * moved since are read again. Relies on uthash.
 *
 * A file may be renamed by anybody, so names are kept for who does not look for one; of /dev/null
 * they do not matter. Not kept: what could not be read, and descriptors of a process that has an
 * io_uring, on which the kernels before 5.12 work with threads that are none of the process's.
 */
#include "wait/private.h"
#include "target/proc.h"
#include "util/now.h"
#include "wait/wait.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <uthash.h>

#define PAGES_MAX 65536 /* processes */

struct page {
	UT_hash_handle hh;
	pid_t pid;
	uint64_t load; /* the number of the last one that met it */
	uint64_t read_at;
	bool names; /* of files */
	bool stood; /* at the last load */
	struct wait_descriptor *list;
	size_t count;
};

struct wait_book {
	bool (*stood_still)(void *context, pid_t pid, uint64_t at, uint64_t as_of);
	void *context;
	struct page *pages; /* by pid */
	uint64_t loads;
};

struct loading {
	struct wait_book *book;
	struct wait_descriptors *table;
	uint64_t as_of;
	bool names;		 /* are asked for */
	uint64_t io_uring, null; /* the keys of such descriptors */
};

int wait_book_create(bool (*stood_still)(void *context, pid_t pid, uint64_t at, uint64_t as_of),
		     void *context, struct wait_book **ret_book)
{
	struct wait_book *book = calloc(1, sizeof(*book));

	if (!book)
		return -ENOMEM;
	book->stood_still = stood_still;
	book->context = context;
	*ret_book = book;
	return 0;
}

static void drop(struct wait_book *book, struct page *page)
{
	HASH_DEL(book->pages, page);
	free(page->list);
	free(page);
}

/* load: all that this one has not met. */
static void drop_old(struct wait_book *book, uint64_t load)
{
	struct page *page, *next;

	HASH_ITER(hh, book->pages, page, next) {
		if (page->load != load)
			drop(book, page);
	}
}

void wait_book_free(struct wait_book *book)
{
	if (!book)
		return;
	drop_old(book, UINT64_MAX);
	free(book);
}

static bool may_be_kept(const struct loading *loading, const struct wait_descriptor *list,
			size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (list[i].kind == TARGET_FD_ANONYMOUS && list[i].key == loading->io_uring)
			return false;
	}
	return true;
}

static bool is_null(const struct wait_descriptor *descriptor)
{
	struct target_fd_file file;

	return !target_fd_stat(descriptor->pid, descriptor->tid, descriptor->fd, &file) &&
	       file.type == S_IFCHR && file.major == 1 && file.minor == 3;
}

static bool has_names(const struct loading *loading, const struct wait_descriptor *list,
		      size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (list[i].kind == TARGET_FD_PATH &&
		    (list[i].key != loading->null || !is_null(&list[i])))
			return true;
	}
	return false;
}

/* Without memory it is read again the next time. */
static void keep(struct loading *loading, pid_t pid, uint64_t read_at,
		 const struct wait_descriptor *list, size_t count)
{
	struct wait_book *book = loading->book;
	struct wait_descriptor *copy;
	struct page *page;

	if (HASH_COUNT(book->pages) >= PAGES_MAX || !may_be_kept(loading, list, count))
		return;
	page = calloc(1, sizeof(*page));
	copy = calloc(count ?: 1, sizeof(*copy));
	if (!page || !copy) {
		free(page);
		free(copy);
		return;
	}
	if (count)
		memcpy(copy, list, count * sizeof(*copy));
	*page = (struct page){ .pid = pid,
			       .load = book->loads,
			       .read_at = read_at,
			       .names = has_names(loading, list, count),
			       .list = copy,
			       .count = count };
	HASH_ADD_INT(book->pages, pid, page);
}

static int load_process(void *context, pid_t pid)
{
	struct loading *loading = context;
	struct wait_descriptors *table = loading->table;
	struct wait_book *book = loading->book;
	size_t before = table->count, refused = table->refused;
	uint64_t read_at = now_monotonic();
	struct page *page;
	int r;

	HASH_FIND_INT(book->pages, &pid, page);
	if (page && !(page->names && loading->names) &&
	    book->stood_still(book->context, pid, page->read_at, loading->as_of)) {
		page->load = book->loads;
		page->stood = true;
		table->old_names |= page->names;
		return wait_descriptors_add(table, page->list, page->count);
	}
	if (page)
		drop(book, page);
	r = wait_descriptors_read(table, pid);
	if (!r && table->refused == refused && !table->cut)
		keep(loading, pid, read_at, table->all + before, table->count - before);
	return r;
}

int wait_book_load(struct wait_book *book, uint64_t as_of, bool names,
		   struct wait_descriptors *table)
{
	struct target_fd io_uring = { .kind = TARGET_FD_ANONYMOUS, .name = "io_uring" };
	struct target_fd null = { .kind = TARGET_FD_PATH, .name = "/dev/null" };
	struct loading loading = { .book = book, .table = table, .as_of = as_of, .names = names };
	int r;

	loading.null = wait_descriptor_key(&null);
	loading.io_uring = wait_descriptor_key(&io_uring);
	book->loads++;
	r = target_for_each_pid(load_process, &loading);
	drop_old(book, book->loads);
	return r;
}

bool wait_book_has_one_table(const struct wait_book *book, pid_t pid)
{
	const struct page *page;

	HASH_FIND_INT(book->pages, &pid, page);
	return page && page->load == book->loads && page->stood;
}
