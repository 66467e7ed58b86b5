// SPDX-License-Identifier: GPL-2.0-only
/* Go processes: see reader.h. */
#include "record/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int take_site(struct reader *reader, const int64_t *keys, const void *row, void *context)
{
	struct lc_go_process *process = context;
	int r;

	if (keys[1] != (int64_t)process->site_count)
		return reader_bad(reader, "table go_site has gaps");
	r = lc_go_restore_site(process, row);
	return r == -ENOSPC ? reader_bad(reader, "table go_site has too many") : r;
}

static int take_goroutine(struct reader *reader, const int64_t *keys, const void *row,
			  void *context)
{
	const struct lc_goroutine *goroutine = row;
	struct lc_go_process *process = context;
	int r;

	(void)keys;
	if (!goroutine->goid || goroutine->site >= process->site_count)
		return reader_bad(reader, "table goroutine: a site is not there");
	r = lc_go_restore_goroutine(process, goroutine);
	return r == -ENOSPC ? reader_bad(reader, "table goroutine has too many") : r;
}

struct cases {
	struct lc_go_wait *wait;
	uint32_t count;
};

static int take_case(struct reader *reader, const int64_t *keys, const void *row, void *context)
{
	struct cases *cases = context;

	if (keys[2] != cases->count || keys[2] >= cases->wait->case_count)
		return reader_bad(reader, "table go_case: there are not so many");
	cases->wait->cases[cases->count++] = *(const struct lc_go_channel *)row;
	return 0;
}

static int take_go_wait(struct reader *reader, const int64_t *keys, const void *pointer,
			void *context)
{
	const struct record_go_wait_row *row = pointer;
	struct lc_go_wait wait = row->wait;
	struct cases cases = { .wait = &wait };
	struct lc_go_channel channel;
	int r = reader_each(reader, &record_go_case, keys, 2, &channel, sizeof(channel), take_case,
			    &cases);

	if (!r && cases.count != wait.case_count)
		r = reader_bad(reader, "table go_case: there are not so many");
	wait.has_socket = row->socket != 0;
	if (!r && wait.has_socket)
		r = read_wait(reader, (int64_t)row->socket, &wait.socket);
	wait.reason = reader_keep(reader, row->reason);
	if (!r && !wait.reason)
		r = -ENOMEM;
	return r ?: lc_go_set_wait(context, &wait);
}

static int take_releasers(struct reader *reader, const int64_t *keys, const void *row,
			  void *context)
{
	int r = lc_go_set_releasers(context, row);

	(void)keys;
	return r == -ENOSPC ? reader_bad(reader, "table go_releasers has too many") : r;
}

static int take_held(struct reader *reader, const int64_t *keys, const void *row, void *context)
{
	int r = lc_go_set_held(context, row);

	(void)keys;
	return r == -ENOSPC ? reader_bad(reader, "table go_held has too many") : r;
}

static int take_path(struct reader *reader, const int64_t *keys, const void *row, void *context)
{
	int r = lc_go_set_path(context, row);

	(void)keys;
	return r == -ENOSPC ? reader_bad(reader, "table go_path has too many") : r;
}

static int take_retained(struct reader *reader, const int64_t *keys, const void *row, void *context)
{
	int r = lc_go_set_retained(context, row);

	(void)keys;
	return r == -ENOSPC ? reader_bad(reader, "table go_retained has too many") : r;
}

static int take_go_lock(struct reader *reader, const int64_t *keys, const void *row, void *context)
{
	int r = lc_go_restore_lock(context, row);

	(void)keys;
	return r == -EEXIST || r == -ENOSPC
		       ? reader_bad(reader, "table go_lock has one twice, or too many")
		       : r;
}

static int take_block(struct reader *reader, const int64_t *keys, const void *row, void *context)
{
	struct lc_go_events *events = ((struct lc_go_process *)context)->events;

	if (!events || keys[1] != (int64_t)events->kept || events->kept == LC_GO_BLOCKS)
		return reader_bad(reader, "table go_block is not what it can be");
	events->blocks[events->kept++] = *(const struct lc_go_block *)row;
	return 0;
}

/* All that is kept under a process's number. */
static int read_process(struct reader *reader, int64_t id, struct lc_go_process *process)
{
	struct record_go_wait_row wait;
	struct lc_go_releasers releasers;
	struct lc_go_retained retained;
	struct lc_go_path path;
	struct lc_goroutine goroutine;
	struct lc_go_held held;
	struct lc_go_block block;
	struct lc_go_site site;
	struct lc_go_lock lock;
	int r = reader_each(reader, &record_go_site, &id, 1, &site, sizeof(site), take_site,
			    process);

	r = r
		    ?: reader_each(reader, &record_goroutine, &id, 1, &goroutine, sizeof(goroutine),
				   take_goroutine, process);
	if (!r)
		lc_go_restored(process);
	r = r
		    ?: reader_each(reader, &record_go_wait, &id, 1, &wait, sizeof(wait),
				   take_go_wait, process);
	r = r
		    ?: reader_each(reader, &record_go_releasers, &id, 1, &releasers,
				   sizeof(releasers), take_releasers, process);
	r = r
		    ?: reader_each(reader, &record_go_held, &id, 1, &held, sizeof(held), take_held,
				   process);
	r = r
		    ?: reader_each(reader, &record_go_path, &id, 1, &path, sizeof(path), take_path,
				   process);
	r = r
		    ?: reader_each(reader, &record_go_retained, &id, 1, &retained, sizeof(retained),
				   take_retained, process);
	r = r
		    ?: reader_each(reader, &record_go_served, &id, 1, &lock, sizeof(lock),
				   take_go_lock, process);
	return r
		       ?: reader_each(reader, &record_go_block, &id, 1, &block, sizeof(block),
				      take_block, process);
}

static bool is_wanted(const struct record_filter *filter, const struct lc_go_process *process)
{
	size_t i;

	if (!filter)
		return true;
	if (filter->no_goroutines || filter->tid_count)
		return false;
	if (filter->comm && strcmp(filter->comm, process->comm) != 0)
		return false;
	for (i = 0; i < filter->pid_count && filter->pids[i] != process->pid; i++)
		;
	return !filter->pid_count || i < filter->pid_count;
}

static int take_process(struct reader *reader, const int64_t *keys, const void *pointer,
			void *context)
{
	const struct record_go_row *row = pointer;
	struct lc_go_process *process;
	int r;

	(void)context;
	if (!is_wanted(reader->filter, &row->process))
		return 0;
	r = lc_go_restore(&reader->recording->go, &row->process,
			  row->has_events ? &row->events : NULL, &process);
	if (r == -EEXIST || r == -ENOSPC)
		return reader_bad(reader, "table go_process has one twice, or too many");
	return r ?: read_process(reader, keys[0], process);
}

int read_go(struct reader *reader)
{
	struct record_go_row row;

	return reader_each(reader, &record_go_process, NULL, 0, &row, sizeof(row), take_process,
			   NULL);
}
