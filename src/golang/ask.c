// SPDX-License-Identifier: GPL-2.0-only
/* Asks twice whether anything that lives reaches what goroutines wait for, and notes the answers in them. */
#include "golang/reach.h"

#include <errno.h>
#include <stdlib.h>

static void note_answer(const struct go_process *process, struct lc_go_process *model,
			const struct go_question *first, const struct go_question *second)
{
	struct lc_goroutine *goroutine = &model->list[first->place];
	struct go_descriptor now;

	goroutine->flags |= LC_GO_ASKED;
	goroutine->flags &= ~LC_GO_UNREACHABLE;
	if (!go_read_descriptor(process, goroutine, &now) ||
	    now.tracking_seq != goroutine->tracking_seq)
		return;
	if (first->unreachable && second->unreachable)
		goroutine->flags |= LC_GO_UNREACHABLE;
	if (second->releasers.goid)
		lc_go_set_releasers(model, &second->releasers);
}

int golang_reach(struct golang *golang, struct lc_go_process *model, const uint64_t *goids,
		 size_t count)
{
	struct go_process *process = go_known_process(golang, model->pid);
	struct go_question *questions = calloc(2 * (count ?: 1), sizeof(*questions));
	struct lc_goroutine *goroutine;
	size_t i, asked = 0, doubtful = 0;
	int r = process ? 0 : -ESRCH;

	if (!questions)
		return -ENOMEM;
	for (i = 0; i < count && !r; i++) {
		goroutine = lc_go_by_goid(model, goids[i]);
		if (!goroutine)
			continue;
		questions[asked].place = questions[count + asked].place = (size_t)(goroutine -
										   model->list);
		asked++;
	}
	r = r ?: go_reach(process, model, questions, asked);
	for (i = 0; i < asked && !r; i++)
		doubtful += questions[i].unreachable;
	/* Only what nothing reached at the first look is worth a second. */
	if (doubtful && !r)
		r = go_reach(process, model, questions + count, asked);
	for (i = 0; i < asked && !r; i++)
		note_answer(process, model, &questions[i],
			    doubtful ? &questions[count + i] : &questions[i]);
	free(questions);
	return r;
}
