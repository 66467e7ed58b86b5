// SPDX-License-Identifier: GPL-2.0-only
/* Fingerprints of groups: see groups.h. */
#include "verdict/groups.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* FNV-1a (www.isthe.com/chongo/tech/comp/fnv): the same on all machines. */
#define FNV_START 0xcbf29ce484222325ull
#define FNV_PRIME 0x100000001b3ull

static uint64_t hash_text(uint64_t hash, const char *text)
{
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * FNV_PRIME;
	return (hash ^ 0xff) * FNV_PRIME; /* no byte of UTF-8: the end */
}

static uint64_t hash_number(uint64_t hash, uint64_t number)
{
	for (; number; number >>= 8)
		hash = (hash ^ (number & 0xff)) * FNV_PRIME;
	return (hash ^ 0xff) * FNV_PRIME;
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* A function that the compiler has put into another has a frame of its own here. */
static void add_stack(struct verdict_group *group, uint32_t id)
{
	const struct lc_stack *stack = lc_stacks_get(group->stacks, id);
	const struct lc_frame *frame;
	size_t i;

	for (i = 0; stack && i < stack->frame_count; i++) {
		frame = &stack->frames[i];
		group->fingerprint = hash_text(group->fingerprint, frame->function);
		group->fingerprint = hash_text(group->fingerprint, base_of(frame->module));
		group->lines = hash_number(group->lines, frame->line);
	}
	group->fingerprint = hash_text(group->fingerprint, "");
}

/*
 * A place in the program itself: of the go statement the function that was compiled, of what it
 * starts the function that was named.
 */
static void add_place(struct verdict_group *group, uint32_t id, bool outermost)
{
	const struct lc_stack *stack = lc_stacks_get(group->stacks, id);
	size_t last = stack && stack->frame_count ? stack->frame_count - 1 : 0;

	if (stack && stack->frame_count)
		group->fingerprint = hash_text(group->fingerprint,
					       stack->frames[outermost ? last : 0].function);
	if (stack && stack->frame_count && outermost)
		group->lines = hash_number(group->lines, stack->frames[0].line);
	group->fingerprint = hash_text(group->fingerprint, "");
}

static void take_print(struct verdict_group *group)
{
	group->fingerprint = hash_text(FNV_START, group->comm);
	group->fingerprint = hash_text(group->fingerprint, group->goroutines ? "go" : "");
	group->fingerprint = hash_text(group->fingerprint, group->wait);
	group->lines = FNV_START;
	add_stack(group, group->stack);
	if (group->goroutines) {
		add_place(group, group->spawn_stack, /* outermost= */ true);
		add_place(group, group->entry_stack, /* outermost= */ false);
	}
}

static void note_peer(struct verdict_group *group, const struct lc_wait *wait)
{
	const struct lc_wait_owner *owner = wait && wait->owner_count ? &wait->owners[0] : NULL;

	if (!owner || owner->role != LC_WAIT_PEER || owner->pid < VERDICT_FOREIGN)
		return;
	group->peer_pid = owner->pid;
	memcpy(group->peer_comm, owner->comm, sizeof(group->peer_comm));
}

static void merge(struct verdict_group *into, const struct verdict_group *group)
{
	if (!into->peer_pid) {
		into->peer_pid = group->peer_pid;
		memcpy(into->peer_comm, group->peer_comm, sizeof(into->peer_comm));
	}
	into->count += group->count;
	if (group->oldest_ns > into->oldest_ns)
		into->oldest_ns = group->oldest_ns;
	if (group->verdict > into->verdict) {
		into->verdict = group->verdict;
		into->rule = group->rule;
	}
}

int verdict_groups_add(struct verdict_groups *groups, const struct verdict_group *group)
{
	struct verdict_group added = *group, *grown;
	size_t i;

	take_print(&added);
	for (i = 0; i < groups->count; i++) {
		if (groups->list[i].fingerprint == added.fingerprint &&
		    groups->list[i].lines == added.lines &&
		    groups->list[i].source == added.source) {
			merge(&groups->list[i], &added);
			return 0;
		}
	}
	if (groups->count == groups->capacity) {
		grown = reallocarray(groups->list, groups->capacity * 2 + 16, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		groups->list = grown;
		groups->capacity = groups->capacity * 2 + 16;
	}
	groups->list[groups->count++] = added;
	return 0;
}

void verdict_groups_release(struct verdict_groups *groups)
{
	free(groups->list);
	*groups = (struct verdict_groups){};
}

int verdict_groups_take(struct verdict_groups *groups, const struct verdict_records *records,
			const struct lc_stacks *stacks, size_t source)
{
	const struct verdict_record *record;
	struct verdict_group group;
	size_t i;
	int r = 0;

	for (i = 0; i < records->count && !r; i++) {
		record = &records->list[i];
		if (!record->still_blocked)
			continue;
		group = (struct verdict_group){
			.verdict = record->conclusion.verdict,
			.rule = record->conclusion.rule ?: "",
			.wait = record->thread->wait ? lc_wait_kind_name(record->thread->wait->kind)
						     : "",
			.stacks = stacks,
			.stack = record->user_stack ?: record->kernel_stack,
			.spawn_stack = record->thread->spawn_stack,
			.count = record->count,
			.oldest_ns = record->blocked_ns,
			.source = source,
		};
		memcpy(group.comm, record->thread->process_comm, sizeof(group.comm));
		note_peer(&group, record->thread->wait);
		r = verdict_groups_add(groups, &group);
	}
	return r;
}

static bool is_of_interest(const struct verdict_goroutines *record)
{
	return !lc_go_is_runtimes(record->process, record->goroutine) &&
	       record->conclusion.verdict != VERDICT_RUNNING &&
	       (record->due || record->conclusion.verdict >= VERDICT_SUSPECT);
}

int verdict_groups_take_goroutines(struct verdict_groups *groups,
				   const struct verdict_goroutine_records *records,
				   const struct lc_stacks *stacks, size_t source)
{
	const struct verdict_goroutines *record;
	struct verdict_group group;
	size_t i;
	int r = 0;

	for (i = 0; i < records->count && !r; i++) {
		record = &records->list[i];
		if (!is_of_interest(record))
			continue;
		group = (struct verdict_group){
			.verdict = record->conclusion.verdict,
			.rule = record->conclusion.rule ?: "",
			.wait = lc_go_kind_name(record->goroutine->kind),
			.goroutines = true,
			.stacks = stacks,
			.stack = record->goroutine->stack,
			.spawn_stack = record->site->spawn_stack,
			.entry_stack = record->site->entry_stack,
			.count = record->whole_site ? record->site->living : record->count,
			.oldest_ns = record->oldest_ns,
			.source = source,
		};
		memcpy(group.comm, record->process->comm, sizeof(group.comm));
		note_peer(&group,
			  record->wait && record->wait->has_socket ? &record->wait->socket : NULL);
		r = verdict_groups_add(groups, &group);
	}
	return r;
}

/* --- many sources --- */

static int by_print(const void *a, const void *b)
{
	const struct verdict_group *x = a, *y = b;
	int rules = strcmp(x->rule, y->rule);

	if (x->fingerprint != y->fingerprint)
		return x->fingerprint < y->fingerprint ? -1 : 1;
	if (rules)
		return rules;
	if (x->source != y->source)
		return x->source < y->source ? -1 : 1;
	return x->lines < y->lines ? -1 : x->lines > y->lines;
}

static int most_first(const void *a, const void *b)
{
	const struct verdict_group *x = *(const struct verdict_group *const *)a;
	const struct verdict_group *y = *(const struct verdict_group *const *)b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return x->source < y->source ? -1 : x->source > y->source;
}

/* Findings, then suspects, then the rest; of each what holds the most. */
static int dearest_first(const void *a, const void *b)
{
	const struct verdict_union *x = a, *y = b;
	bool found_x = x->worst->verdict >= VERDICT_STUCK;
	bool found_y = y->worst->verdict >= VERDICT_STUCK;

	if (found_x != found_y)
		return found_x ? -1 : 1;
	if (!found_x && x->worst->verdict != y->worst->verdict)
		return x->worst->verdict > y->worst->verdict ? -1 : 1;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	if (x->oldest_ns != y->oldest_ns)
		return x->oldest_ns > y->oldest_ns ? -1 : 1;
	return x->worst->fingerprint < y->worst->fingerprint ? -1 : 1;
}

/* Lines of one source are told apart by a diff only. */
static size_t merge_lines(struct verdict_group *list, size_t count)
{
	size_t kept = 0, i;

	for (i = 1; i < count; i++) {
		if (list[kept].fingerprint == list[i].fingerprint &&
		    list[kept].source == list[i].source && !strcmp(list[kept].rule, list[i].rule))
			merge(&list[kept], &list[i]);
		else
			list[++kept] = list[i];
	}
	return count ? kept + 1 : 0;
}

static int add_union(struct verdict_unions *unions, const struct verdict_group *first, size_t count)
{
	struct verdict_union *one = &unions->list[unions->count];
	size_t i;

	*one = (struct verdict_union){ .worst = first, .sources = count };
	one->list = calloc(count, sizeof(struct verdict_group *));
	if (!one->list)
		return -ENOMEM;
	unions->count++;
	for (i = 0; i < count; i++) {
		one->list[i] = &first[i];
		one->count += first[i].count;
		if (first[i].oldest_ns > one->oldest_ns)
			one->oldest_ns = first[i].oldest_ns;
		if (first[i].verdict > one->worst->verdict)
			one->worst = &first[i];
	}
	qsort(one->list, count, sizeof(struct verdict_group *), most_first);
	return 0;
}

static bool same_print(const struct verdict_group *a, const struct verdict_group *b)
{
	return a->fingerprint == b->fingerprint && !strcmp(a->rule, b->rule);
}

int verdict_unite(struct verdict_groups *groups, struct verdict_unions *ret)
{
	size_t i, end;
	int r = 0;

	if (groups->count)
		qsort(groups->list, groups->count, sizeof(groups->list[0]), by_print);
	groups->count = merge_lines(groups->list, groups->count);
	*ret = (struct verdict_unions){};
	ret->list = calloc(groups->count + 1, sizeof(*ret->list));
	if (!ret->list)
		return -ENOMEM;
	for (i = 0; i < groups->count && !r; i = end) {
		for (end = i + 1;
		     end < groups->count && same_print(&groups->list[i], &groups->list[end]); end++)
			;
		r = add_union(ret, &groups->list[i], end - i);
	}
	if (ret->count)
		qsort(ret->list, ret->count, sizeof(*ret->list), dearest_first);
	if (r)
		verdict_unions_release(ret);
	return r;
}

void verdict_unions_release(struct verdict_unions *unions)
{
	size_t i;

	for (i = 0; i < unions->count; i++)
		free(unions->list[i].list);
	free(unions->list);
	*unions = (struct verdict_unions){};
}
