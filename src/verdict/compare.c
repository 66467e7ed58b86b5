// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two sets of groups against each other: see groups.h. Groups of one fingerprint are the same
 * where their lines are; what is left of both sides is matched in the order of lines, as a program
 * whose lines have shifted has them still in that order.
 */
#include "verdict/groups.h"

#include <errno.h>
#include <stdlib.h>

const char *verdict_change_name(enum verdict_change change)
{
	static const char *const names[CHANGE_KINDS] = {
		[CHANGE_NEW] = "new",	[CHANGE_GROWN] = "grown", [CHANGE_SHRUNK] = "shrunk",
		[CHANGE_SAME] = "same", [CHANGE_GONE] = "gone",
	};

	return names[change];
}

/* Of one fingerprint: they have the same frames. */
static int by_lines(const struct lc_stack *x, const struct lc_stack *y)
{
	size_t i;

	for (i = 0; x && y && i < x->frame_count && i < y->frame_count; i++) {
		if (x->frames[i].line != y->frames[i].line)
			return x->frames[i].line < y->frames[i].line ? -1 : 1;
	}
	return 0;
}

static int by_print_and_line(const void *a, const void *b)
{
	const struct verdict_group *x = a, *y = b;
	int r;

	if (x->fingerprint != y->fingerprint)
		return x->fingerprint < y->fingerprint ? -1 : 1;
	r = by_lines(lc_stacks_get(x->stacks, x->stack), lc_stacks_get(y->stacks, y->stack));
	r = r
		    ?: by_lines(lc_stacks_get(x->stacks, x->spawn_stack),
				lc_stacks_get(y->stacks, y->spawn_stack));
	return r ? r : x->lines < y->lines ? -1 : x->lines > y->lines;
}

/* Groups of one fingerprint, on one side. */
struct span {
	const struct verdict_group *list;
	bool *matched; /* of all groups of that side, by their place */
	size_t begin, end;
};

static void add(struct verdict_differences *differences, const struct verdict_group *before,
		const struct verdict_group *after)
{
	enum verdict_change change = !before			    ? CHANGE_NEW
				     : !after			    ? CHANGE_GONE
				     : after->count > before->count ? CHANGE_GROWN
				     : after->count < before->count ? CHANGE_SHRUNK
								    : CHANGE_SAME;

	differences->changes[change]++;
	differences->list[differences->count++] = (struct verdict_difference){ change, before,
									       after };
}

static void match_lines(struct verdict_differences *differences, struct span *before,
			struct span *after)
{
	size_t i, k;

	for (i = before->begin; i < before->end; i++) {
		for (k = after->begin; k < after->end; k++) {
			if (after->matched[k] || before->list[i].lines != after->list[k].lines)
				continue;
			before->matched[i] = after->matched[k] = true;
			add(differences, &before->list[i], &after->list[k]);
			break;
		}
	}
}

static size_t next_open(const struct span *span, size_t at)
{
	while (at < span->end && span->matched[at])
		at++;
	return at;
}

static void match_rest(struct verdict_differences *differences, struct span *before,
		       struct span *after)
{
	size_t i = next_open(before, before->begin), k = next_open(after, after->begin);

	while (i < before->end || k < after->end) {
		add(differences, i < before->end ? &before->list[i] : NULL,
		    k < after->end ? &after->list[k] : NULL);
		i = i < before->end ? next_open(before, i + 1) : i;
		k = k < after->end ? next_open(after, k + 1) : k;
	}
}

static void find_end(struct span *span, const struct verdict_groups *groups, uint64_t fingerprint)
{
	span->end = span->begin;
	while (span->end < groups->count && groups->list[span->end].fingerprint == fingerprint)
		span->end++;
}

static void match_all(const struct verdict_groups *before, const struct verdict_groups *after,
		      bool *matched, struct verdict_differences *differences)
{
	struct span left = { .list = before->list, .matched = matched };
	struct span right = { .list = after->list, .matched = matched + before->count };
	uint64_t fingerprint;

	while (left.begin < before->count || right.begin < after->count) {
		if (right.begin == after->count)
			fingerprint = before->list[left.begin].fingerprint;
		else if (left.begin == before->count)
			fingerprint = after->list[right.begin].fingerprint;
		else
			fingerprint = before->list[left.begin].fingerprint <
						      after->list[right.begin].fingerprint
					      ? before->list[left.begin].fingerprint
					      : after->list[right.begin].fingerprint;
		find_end(&left, before, fingerprint);
		find_end(&right, after, fingerprint);
		match_lines(differences, &left, &right);
		match_rest(differences, &left, &right);
		left.begin = left.end;
		right.begin = right.end;
	}
}

static const struct verdict_group *last_of(const struct verdict_difference *difference)
{
	return difference->after ? difference->after : difference->before;
}

static int worst_first(const void *a, const void *b)
{
	const struct verdict_difference *x = a, *y = b;
	const struct verdict_group *p = last_of(x), *q = last_of(y);

	if (x->change != y->change)
		return x->change < y->change ? -1 : 1;
	if (p->verdict != q->verdict)
		return p->verdict > q->verdict ? -1 : 1;
	if (p->count != q->count)
		return p->count > q->count ? -1 : 1;
	if (p->fingerprint != q->fingerprint)
		return p->fingerprint < q->fingerprint ? -1 : 1;
	return p->lines < q->lines ? -1 : p->lines > q->lines;
}

static void sort_groups(struct verdict_groups *groups)
{
	if (groups->count)
		qsort(groups->list, groups->count, sizeof(groups->list[0]), by_print_and_line);
}

int verdict_compare(struct verdict_groups *before, struct verdict_groups *after,
		    struct verdict_differences *ret)
{
	size_t most = before->count + after->count;
	bool *matched = calloc(most + 1, sizeof(*matched));

	*ret = (struct verdict_differences){};
	ret->list = calloc(most + 1, sizeof(*ret->list));
	if (!matched || !ret->list) {
		free(matched);
		verdict_differences_release(ret);
		return -ENOMEM;
	}
	sort_groups(before);
	sort_groups(after);
	match_all(before, after, matched, ret);
	free(matched);
	if (ret->count)
		qsort(ret->list, ret->count, sizeof(*ret->list), worst_first);
	return 0;
}

void verdict_differences_release(struct verdict_differences *differences)
{
	free(differences->list);
	*differences = (struct verdict_differences){};
}
