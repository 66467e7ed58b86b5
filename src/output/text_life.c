// SPDX-License-Identifier: GPL-2.0-only
/* The timeline of --life: see text_life.h. */
#include "output/text_life.h"
#include "output/names.h"
#include "output/text_pieces.h"
#include "output/text_stack.h"
#include "util/duration.h"

/* One line of the life: a point of time, as an offset from now, and what happened. */
static void life_at(struct line *line, const struct output_run *run, uint64_t at)
{
	char span[32];

	line_tab(line, LABEL_COLUMN + 4);
	line_add(line, LINE_FAINT, "%10s ago  ", text_ago(run, at, span, sizeof(span)));
}

void text_life(struct line *line, const struct output_run *run, const struct verdict_record *record)
{
	const struct lc_thread *thread = record->thread;
	const struct lc_frame *frame;
	char span[32], name[32];
	uint64_t born = thread->spawned_at ? thread->spawned_at : thread->first_seen_at;
	int i;

	text_label(line, "life");
	line_end(line);
	if (thread->spawned_at) {
		life_at(line, run, thread->spawned_at);
		line_add(line, LINE_PLAIN, "spawned by ");
		text_task(line, &thread->spawner);
		frame = text_telling_frame(run, thread->spawn_stack);
		if (frame && frame->line) {
			line_add(line, LINE_PLAIN, " at ");
			line_put(line, LINE_PLAIN, text_basename(frame->file));
			line_add(line, LINE_PLAIN, ":%u", frame->line);
		}
	} else if (thread->first_seen_at) {
		life_at(line, run, thread->first_seen_at);
		line_add(line, LINE_PLAIN, "first seen (older than this trace)");
	}
	line_end(line);
	if (thread->first_run_at) {
		life_at(line, run, thread->first_run_at);
		line_add(line, LINE_PLAIN, "first ran, %s after its birth",
			 duration_format(thread->first_run_at > born ? thread->first_run_at - born
								     : 0,
					 span, sizeof(span)));
		line_end(line);
	}
	for (i = 0; i < LC_LONGEST_BLOCKS && thread->longest[i].ns; i++) {
		life_at(line, run, thread->longest[i].at);
		line_add(line, LINE_PLAIN, "blocked for %s",
			 duration_format(thread->longest[i].ns, span, sizeof(span)));
		if (thread->longest[i].syscall_nr >= 0)
			line_add(line, LINE_PLAIN, " in %s",
				 name_call(run, thread->longest[i].syscall_nr, name, sizeof(name)));
		line_add(line, LINE_PLAIN, ", woken by ");
		line_put(line, LINE_PLAIN,
			 thread->longest[i].waker_tid ? thread->longest[i].waker_comm
						      : "the kernel");
		line_add(line, LINE_PLAIN, " (%d)", thread->longest[i].waker_tid);
		line_end(line);
	}
	if (thread->last_wake_at) {
		life_at(line, run, thread->last_wake_at);
		line_add(line, LINE_PLAIN, "last woken by ");
		text_task(line, &thread->waker);
		line_end(line);
	}
	if (record->still_blocked) {
		life_at(line, run, record->since);
		line_add(line, LINE_RED, "blocked, up to now");
		line_end(line);
	}
}
