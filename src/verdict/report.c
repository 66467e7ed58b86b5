// SPDX-License-Identifier: GPL-2.0-only
/* Groups threads by place and sorts the groups: see report.h. Relies on uthash. */
#include "verdict/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct place_key {
	uint32_t pid;
	uint32_t verdict;
	uint32_t user_stack;
	uint32_t kernel_stack; /* only where there is no user stack */
	uint32_t spawn_stack;
	int64_t syscall_nr;
	uint32_t running;
	uint32_t ended;
	uint64_t test; /* of who waits, by its own code, in the same stack as others: a hash */
};

struct group {
	UT_hash_handle hh;
	struct place_key key;
	struct verdict_record record;
	size_t capacity;
};

/* One thread's part in a record. */
struct member {
	const struct lc_thread *thread;
	bool blocked; /* now */
	bool running;
	uint64_t blocked_ns, since;
	uint32_t user_stack, kernel_stack;
	struct lc_syscall syscall;
	struct lc_blocks blocks;
	const struct judgement *judgement;
	uint32_t node;
};

static const struct judgement no_judgement = {
	.verdict = VERDICT_BLOCKED, .rule = "ended", .root = GRAPH_NONE, .taker = GRAPH_NONE
};

/* All that wait in Python have one stack of C. */
static uint64_t hash_of_test(const struct lc_wait *wait)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	if (!wait || strncmp(wait->condition, LC_WAIT_TEST_AT, strlen(LC_WAIT_TEST_AT)) != 0)
		return 0;
	for (const char *text = wait->condition; *text; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return hash;
}

static struct place_key key_of(const struct member *member)
{
	struct place_key key;

	memset(&key, 0, sizeof(key));
	key.pid = member->thread->task.pid;
	key.verdict = member->judgement->verdict;
	key.user_stack = member->user_stack;
	key.kernel_stack = member->user_stack ? 0 : member->kernel_stack;
	key.spawn_stack = member->thread->spawn_stack;
	key.syscall_nr = member->syscall.nr;
	key.running = member->running;
	key.ended = !member->blocked && !member->running;
	key.test = member->blocked ? hash_of_test(member->thread->wait) : 0;
	return key;
}

static struct verdict_record record_of(const struct member *member)
{
	return (struct verdict_record){
		.conclusion = { .verdict = member->judgement->verdict,
				.rule = member->judgement->rule,
				.root = member->judgement->root,
				.taker = member->judgement->taker },
		.node = member->node,
		.thread = member->thread,
		.blocked_ns = member->blocked_ns,
		.since = member->since,
		.at_least = member->blocked && member->thread->at_least,
		.syscall = member->syscall,
		.user_stack = member->user_stack,
		.kernel_stack = member->kernel_stack,
	};
}

static int add_tid(struct group *group, const struct lc_task *task)
{
	struct verdict_record *record = &group->record;
	struct verdict_tid *grown;

	if (record->count == group->capacity) {
		group->capacity = group->capacity ? 2 * group->capacity : 4;
		grown = realloc(record->tids, group->capacity * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		record->tids = grown;
	}
	record->tids[record->count++] = (struct verdict_tid){ task->tid, task->ns_tid };
	return 0;
}

static int add_member(struct group **groups, const struct member *member)
{
	struct place_key key = key_of(member);
	struct verdict_record *record, longest;
	struct group *group;

	HASH_FIND(hh, *groups, &key, sizeof(key), group);
	if (!group) {
		group = calloc(1, sizeof(*group));
		if (!group)
			return -ENOMEM;
		group->key = key;
		group->record = record_of(member);
		HASH_ADD(hh, *groups, key, sizeof(key), group);
	}
	record = &group->record;
	if (member->blocked_ns > record->blocked_ns) {
		longest = record_of(member);
		longest.tids = record->tids;
		longest.count = record->count;
		longest.still_blocked = record->still_blocked;
		longest.blocks = record->blocks;
		*record = longest;
	}
	record->still_blocked += member->blocked;
	record->blocks.count += member->blocks.count;
	record->blocks.total_ns += member->blocks.total_ns;
	if (member->blocks.max_ns > record->blocks.max_ns)
		record->blocks.max_ns = member->blocks.max_ns;
	return add_tid(group, &member->thread->task);
}

/* The thread as it stands now. */
static struct member member_now(const struct verdict_view *view, const struct lc_thread *thread)
{
	struct member member = {
		.thread = thread,
		.blocked = thread->blocked,
		.running = !thread->blocked,
		.user_stack = thread->user_stack,
		.kernel_stack = thread->kernel_stack,
		.syscall = thread->syscall,
		.node = graph_find(&view->graph, thread->task.tid),
	};

	if (thread->blocked && thread->wait && thread->wait->flags & LC_WAIT_32_BIT &&
	    member.syscall.nr >= 0)
		member.syscall.nr += LC_SYSCALL_32_BIT;
	member.judgement = member.node == GRAPH_NONE ? &no_judgement
						     : &view->judgements[member.node];
	if (thread->blocked) {
		member.since = thread->blocked_since;
		member.blocked_ns = view->snapshot.now > member.since
					    ? view->snapshot.now - member.since
					    : 0;
	}
	return member;
}

static bool same_place(const struct member *member, const struct lc_site *place)
{
	return member->user_stack == place->user_stack && member->syscall.nr == place->syscall_nr;
}

static int add_ended_places(struct group **groups, const struct lc_thread *thread,
			    const struct member *now, bool now_due)
{
	int i, r;

	for (i = 0; i < LC_SITES && thread->places[i].blocks.count; i++) {
		const struct lc_site *place = &thread->places[i];
		struct member member = {
			.thread = thread,
			.blocked_ns = place->blocks.max_ns,
			.since = place->last_at,
			.user_stack = place->user_stack,
			.syscall = { .nr = place->syscall_nr },
			.blocks = place->blocks,
			.judgement = &no_judgement,
			.node = GRAPH_NONE,
		};

		if (now_due && same_place(now, place))
			continue;
		r = add_member(groups, &member);
		if (r < 0)
			return r;
	}
	return 0;
}

static bool scope_has(enum verdict_scope scope, enum verdict verdict)
{
	switch (scope) {
	case VERDICT_FINDINGS:
		return verdict >= VERDICT_STUCK;
	case VERDICT_SUSPECTS:
		return verdict == VERDICT_SUSPECT;
	case VERDICT_NEW:
		return verdict >= VERDICT_SUSPECT;
	case VERDICT_WAITS:
		return verdict < VERDICT_SUSPECT;
	case VERDICT_THREADS:
		break;
	}
	return true;
}

/* Not told of, or of less than it has come to. */
static bool is_news(const struct lc_thread *thread, enum verdict verdict)
{
	return !thread->reported || (thread->reported_as_suspect && verdict > VERDICT_SUSPECT);
}

static int add_due(struct group **groups, const struct verdict_view *view,
		   const struct lc_thread *thread, enum verdict_scope scope)
{
	struct member now = member_now(view, thread);
	bool due = !thread->ended_at && now.blocked &&
		   now.blocked_ns >= view->snapshot.threshold_ns;
	int i, r = 0;

	if (due && scope_has(scope, now.judgement->verdict) &&
	    (scope != VERDICT_NEW || is_news(thread, now.judgement->verdict))) {
		/* A block that goes on takes in the ended ones of the same place. */
		for (i = 0; i < LC_SITES; i++) {
			if (thread->places[i].blocks.count && same_place(&now, &thread->places[i]))
				now.blocks = thread->places[i].blocks;
		}
		r = add_member(groups, &now);
	}
	if (!r && scope == VERDICT_WAITS)
		r = add_ended_places(groups, thread, &now, due);
	return r;
}

static int compare_tids(const void *a, const void *b)
{
	const struct verdict_tid *x = a, *y = b;

	return x->tid < y->tid ? -1 : x->tid > y->tid;
}

/* The worst first; what goes on before what has ended; the one with most behind it; the longest. */
static int compare_records(const void *a, const void *b)
{
	const struct verdict_record *x = a, *y = b;

	if (x->conclusion.verdict != y->conclusion.verdict)
		return x->conclusion.verdict > y->conclusion.verdict ? -1 : 1;
	if (!x->still_blocked != !y->still_blocked)
		return x->still_blocked ? -1 : 1;
	if (x->depends != y->depends)
		return x->depends > y->depends ? -1 : 1;
	if (x->blocked_ns != y->blocked_ns)
		return x->blocked_ns > y->blocked_ns ? -1 : 1;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return compare_tids(&x->tids[0], &y->tids[0]);
}

/* Takes the records out of the groups, which are released. */
static int take_records(struct group *groups, struct verdict_records *records)
{
	struct group *group, *next;
	size_t i = 0;

	records->list = calloc(HASH_COUNT(groups) + 1, sizeof(records->list[0]));
	HASH_ITER(hh, groups, group, next) {
		HASH_DEL(groups, group);
		if (records->list) {
			qsort(group->record.tids, group->record.count,
			      sizeof(group->record.tids[0]), compare_tids);
			records->list[i++] = group->record;
			records->threads += group->record.count;
		} else {
			free(group->record.tids);
		}
		free(group);
	}
	records->count = i;
	return records->list ? 0 : -ENOMEM;
}

/* Only of threads of one process: others may not be in the model at all. */
static bool is_orphan(const struct lc_model *threads, const struct lc_thread *thread)
{
	const struct lc_thread *spawner;

	if (!thread->spawned_at || thread->spawner.pid != thread->task.pid)
		return false;
	spawner = lc_snapshot_find(threads, thread->spawner.tid);
	return !spawner || spawner->ended_at || spawner->state == 'Z';
}

/* What concerns the record as a whole: its trend, and how many stand behind it. */
static void finish_records(const struct verdict_view *view, struct verdict_records *records)
{
	size_t i;

	for (i = 0; i < records->count; i++) {
		struct verdict_record *record = &records->list[i];

		record->has_trend = view->snapshot.series && record->still_blocked &&
				    trend_of_thread(view->snapshot.series, record->thread,
						    &record->trend);
		record->orphan = is_orphan(view->snapshot.threads, record->thread);
		if (record->node == GRAPH_NONE)
			continue;
		record->depends = view->graph.nodes[record->node].dependents;
		verdict_conclude(view, record->node, &record->conclusion);
	}
	qsort(records->list, records->count, sizeof(records->list[0]), compare_records);
}

static const struct lc_thread *next_concluded(const struct verdict_view *view,
					      const struct lc_thread *thread)
{
	return lc_snapshot_next_concluded(&view->snapshot, view->snapshot.threads, thread);
}

/* Who of each group's place is due, be it news or not, and by which number one of them was told. */
static void find_reported(struct group *groups, const struct verdict_view *view)
{
	const struct lc_thread *thread;
	struct place_key key;
	struct member member;
	struct group *group;

	thread = next_concluded(view, NULL);
	for (; thread; thread = next_concluded(view, thread)) {
		if (!thread->blocked)
			continue;
		member = member_now(view, thread);
		if (member.blocked_ns < view->snapshot.threshold_ns)
			continue;
		key = key_of(&member);
		HASH_FIND(hh, groups, &key, sizeof(key), group);
		if (!group)
			continue;
		group->record.at_place++;
		if (!is_news(thread, group->record.conclusion.verdict))
			group->record.reported_before = thread->reported;
	}
}

int verdict_make(const struct verdict_view *view, enum verdict_scope scope,
		 struct verdict_records *records)
{
	struct group *groups = NULL;
	const struct lc_thread *thread;
	struct member member;
	int r = 0, taken;

	*records = (struct verdict_records){};
	thread = next_concluded(view, NULL);
	for (; thread && !r; thread = next_concluded(view, thread)) {
		if (scope != VERDICT_THREADS) {
			r = add_due(&groups, view, thread, scope);
		} else if (!thread->ended_at && thread->seen_at) {
			member = member_now(view, thread);
			r = add_member(&groups, &member);
		}
	}
	if (groups && scope == VERDICT_NEW)
		find_reported(groups, view);
	taken = take_records(groups, records);
	if (r < 0 || taken < 0) {
		verdict_release(records);
		return r < 0 ? r : taken;
	}
	finish_records(view, records);
	return 0;
}

void verdict_release(struct verdict_records *records)
{
	size_t i;

	for (i = 0; i < records->count; i++)
		free(records->list[i].tids);
	free(records->list);
	*records = (struct verdict_records){};
}
