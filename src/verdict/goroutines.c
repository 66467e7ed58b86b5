// SPDX-License-Identifier: GPL-2.0-only
/* Groups of goroutines: see goroutines.h. Relies on uthash. */
#include "verdict/goroutines.h"
#include "verdict/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A part of a group. */
#define KEY_DEAD (1u << 31)
#define KEY_AWAITED (1u << 30)
#define KEY_AWAITED_FOR_A_TIME (1u << 29)
#define KEY_FORGOTTEN (1u << 28)
#define KEY_PARTS (KEY_DEAD | KEY_AWAITED | KEY_AWAITED_FOR_A_TIME | KEY_FORGOTTEN)
#define PARENTS_ASKED 64 /* of a group's members */

struct group {
	UT_hash_handle hh;
	struct lc_series_key key;
	struct verdict_goroutines record;
	size_t capacity;
	uint64_t object;
	bool one_object;
	size_t asked, unreachable; /* of all members, before the group is split */
	size_t members, awaited, timed, forgotten;
	struct group
		*dead; /* part of it: those that nothing reaches, where it reaches others; NULL */
};

#define SHORT_CUTS 4096

struct making {
	struct group *groups;
	struct group *by_number[SHORT_CUTS]; /* those of low numbers: most of a million */
	const struct lc_series *series;
	const struct verdict_view *view;
	uint64_t now, threshold_ns;
	bool once;
};

static struct go_surroundings surroundings_of(const struct making *making)
{
	return (struct go_surroundings){ .view = making->view,
					 .now = making->now,
					 .threshold_ns = making->threshold_ns,
					 .once = making->once };
}

#define SECOND 1000000000ull

const uint64_t verdict_age_bounds[VERDICT_AGES - 1] = {
	SECOND, 10 * SECOND, 60 * SECOND, 600 * SECOND, 3600 * SECOND, 86400 * SECOND
};

static size_t age_class(uint64_t age)
{
	size_t i = 0;

	while (i < VERDICT_AGES - 1 && age >= verdict_age_bounds[i])
		i++;
	return i;
}

/* number: the series' for the same key, where it has one. */
static struct group *group_for(struct making *making, const struct lc_series_key *key,
			       uint32_t number)
{
	struct group *none = NULL,
		     **known = number < SHORT_CUTS ? &making->by_number[number] : &none;
	struct group *group = *known;

	if (group && !memcmp(&group->key, key, sizeof(*key)))
		return group;
	HASH_FIND(hh, making->groups, key, sizeof(*key), group);
	if (!group) {
		group = calloc(1, sizeof(*group));
		if (!group)
			return NULL;
		group->key = *key;
		group->one_object = true;
		HASH_ADD(hh, making->groups, key, sizeof(group->key), group);
	}
	*known = group;
	return group;
}

static bool add_goid(struct group *group, uint64_t goid)
{
	struct verdict_goroutines *record = &group->record;
	uint64_t *grown;

	if (record->goid_count == VERDICT_GOIDS)
		return true;
	if (record->goid_count == group->capacity) {
		grown = reallocarray(record->goids, group->capacity * 2 + 4, sizeof(*grown));
		if (!grown)
			return false;
		record->goids = grown;
		group->capacity = group->capacity * 2 + 4;
	}
	record->goids[record->goid_count++] = goid;
	return true;
}

/* Before members are added: do those that were asked agree? */
static int count_answers(struct making *making, const struct lc_go_process *process,
			 const struct lc_goroutine *goroutine)
{
	struct lc_series_key key = lc_series_goroutine_key(process, goroutine);
	struct group *group = group_for(making, &key, goroutine->group);

	if (!group)
		return -ENOMEM;
	group->asked += !!(goroutine->flags & LC_GO_ASKED);
	group->unreachable += !!(goroutine->flags & LC_GO_UNREACHABLE);
	group->members++;
	group->awaited += !!(goroutine->flags & LC_GO_AWAITED);
	group->timed += !!(goroutine->flags & LC_GO_AWAITED_FOR_A_TIME);
	group->forgotten += !!(goroutine->flags & LC_GO_BODY_FORGOTTEN);
	return 0;
}

/*
 * Of those that read from connections: one that rests is another case than one whose answer is
 * awaited; and one whose answer is being read another than one whose answer was forgotten.
 */
static struct group *awaited_part(struct making *making, struct group *group,
				  const struct lc_goroutine *goroutine)
{
	struct lc_series_key key = group->key;

	if (goroutine->flags & LC_GO_AWAITED && group->awaited < group->members)
		key.kind |= KEY_AWAITED;
	else if (goroutine->flags & LC_GO_AWAITED_FOR_A_TIME && group->timed < group->members)
		key.kind |= KEY_AWAITED_FOR_A_TIME;
	else if (goroutine->flags & LC_GO_BODY_FORGOTTEN && group->forgotten < group->members)
		key.kind |= KEY_FORGOTTEN;
	return key.kind == group->key.kind ? group : group_for(making, &key, UINT32_MAX);
}

/* Where they do not, those that nothing reaches are a group of their own. */
static struct group *part_for(struct making *making, struct group *group,
			      const struct lc_goroutine *goroutine)
{
	struct lc_series_key key = group->key;

	if (!(goroutine->flags & LC_GO_UNREACHABLE) || group->unreachable == group->asked)
		return awaited_part(making, group, goroutine);
	key.kind |= KEY_DEAD;
	if (!group->dead) {
		group->dead = group_for(making, &key, UINT32_MAX);
		if (group->dead)
			group->dead->record.others = group->asked - group->unreachable;
	}
	return group->dead;
}

/*
 * Is the lock that it waits for one that others were let in to of late? If not, how long does it
 * stand there?
 */
static void note_lock(const struct making *making, struct verdict_goroutines *record,
		      const struct lc_go_process *process, const struct lc_goroutine *goroutine,
		      uint64_t age)
{
	uint64_t watched = process->last_sweep_at - process->first_sweep_at;
	const struct lc_go_served *served;

	/* It may stand for longer; but of that time a dump does not know whom the lock let in. */
	if (making->once && age > watched)
		age = watched;

	if (!lc_go_is_lock(goroutine->kind))
		return;
	served = lc_go_served_of(process, goroutine);
	if (served && process->last_sweep_at - served->last_at < VERDICT_LOCK_HELD_NS)
		record->contended++;
	else if (age > record->unserved_ns)
		record->unserved_ns = age;
}

static int add_member(struct making *making, const struct lc_go_process *process,
		      const struct lc_goroutine *goroutine)
{
	struct lc_series_key key = lc_series_goroutine_key(process, goroutine);
	struct group *whole = group_for(making, &key, goroutine->group);
	struct group *group = whole ? part_for(making, whole, goroutine) : NULL;
	struct verdict_goroutines *record = group ? &group->record : NULL;
	uint64_t since = lc_go_since(goroutine);
	/* As long as it was seen to stand: what it did since the last sweep is not known. */
	uint64_t age = process->last_sweep_at > since ? process->last_sweep_at - since : 0;

	if (!group || !add_goid(group, goroutine->goid))
		return -ENOMEM;
	if (!record->count++) {
		record->process = process;
		record->site = &process->sites[goroutine->site];
		record->youngest_ns = age;
		group->object = goroutine->object;
	}
	if (!record->goroutine || since < record->since) {
		record->goroutine = goroutine;
		record->since = since;
		record->oldest_ns = age;
		record->at_least = !(goroutine->flags & LC_GO_EXACT_SINCE) &&
				   (goroutine->still_since <= process->first_sweep_at ||
				    since < goroutine->still_since);
	}
	if (age < record->youngest_ns)
		record->youngest_ns = age;
	if (goroutine->object != group->object || !goroutine->object)
		group->one_object = false;
	record->ages[age_class(age)]++;
	record->due += age >= making->threshold_ns;
	record->orphans += !!(goroutine->flags & LC_GO_PARENT_ENDED);
	record->asked += !!(goroutine->flags & LC_GO_ASKED);
	record->unreachable += !!(goroutine->flags & LC_GO_UNREACHABLE);
	record->unasked += lc_go_is_internal(goroutine->kind) && !(goroutine->flags & LC_GO_ASKED);
	record->leaked += goroutine->state == LC_GO_LEAKED;
	record->awaited += !!(goroutine->flags & LC_GO_AWAITED);
	record->timed += !!(goroutine->flags & LC_GO_AWAITED_FOR_A_TIME);
	record->forgotten += !!(goroutine->flags & LC_GO_BODY_FORGOTTEN);
	record->unmoved += goroutine->still_since == goroutine->first_seen_at;
	note_lock(making, record, process, goroutine, age);
	record->stack_bytes += goroutine->stack_bytes;
	record->shares_object = record->count > 1 && group->one_object;
	return 0;
}

/* Of some members others tell: the lowest of those that were asked about. */
static const struct lc_go_retained *retained_by(const struct verdict_goroutines *record)
{
	const struct lc_go_retained *retained = NULL;
	size_t i;

	for (i = 0; record->process->retained && i < record->goid_count && !retained; i++)
		retained = lc_go_retained_of(record->process, record->goids[i]);
	return retained;
}

/* Of the first whose parent lives: where that stands. */
static uint32_t parent_stack_of(const struct verdict_goroutines *record)
{
	const struct lc_goroutine *goroutine, *parent = NULL;
	size_t i;

	for (i = 0; !parent && i < record->goid_count && i < PARENTS_ASKED; i++) {
		goroutine = lc_go_by_goid(record->process, record->goids[i]);
		parent = goroutine && goroutine->parent_goid
				 ? lc_go_by_goid(record->process, goroutine->parent_goid)
				 : NULL;
	}
	return parent ? parent->stack : 0;
}

static uint64_t bytes_of(const struct verdict_goroutines *record)
{
	return record->retained ? record->retained->heap_bytes + record->retained->stack_bytes : 0;
}

static int worst_first(const void *a, const void *b)
{
	const struct verdict_goroutines *x = a, *y = b;

	if (x->conclusion.verdict != y->conclusion.verdict)
		return x->conclusion.verdict > y->conclusion.verdict ? -1 : 1;
	if (bytes_of(x) != bytes_of(y))
		return bytes_of(x) > bytes_of(y) ? -1 : 1;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return x->oldest_ns > y->oldest_ns ? -1 : x->oldest_ns < y->oldest_ns;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* The member whose chain tells most: one in a circle, or else one that waits for somebody. */
static uint32_t node_of(const struct making *making, const struct verdict_goroutines *record)
{
	const struct graph *graph = making->view ? &making->view->graph : NULL;
	uint32_t best = GRAPH_NONE, node;
	size_t i;

	for (i = 0; graph && i < record->goid_count; i++) {
		node = graph_find_goroutine(graph, record->process->pid, record->goids[i]);
		if (node == GRAPH_NONE)
			continue;
		if (graph->nodes[node].in_cycle)
			return node;
		if (best == GRAPH_NONE || graph->nodes[best].next == GRAPH_NONE)
			best = node;
	}
	return best;
}

static void learn_trends(const struct making *making, struct group *group)
{
	struct verdict_goroutines *record = &group->record;
	struct lc_series_key site = lc_series_site_key(record->process, group->key.spawn_site - 1);

	record->wait = lc_go_wait_of(record->process, record->goroutine->goid);
	record->node = node_of(making, record);
	if (!making->series)
		return;
	record->apart = group->dead ? group->dead->record.count : 0;
	/* Of the part that nothing reaches it is not known when its members came. */
	record->has_trend = !(group->key.kind & KEY_PARTS) && group->record.goroutine->stack &&
			    trend_of(making->series, &group->key, &record->trend);
	record->has_site_trend = trend_of(making->series, &site, &record->site_trend);
}

/* A connection that the process has accepted. */
static bool is_served(const struct verdict_goroutines *record)
{
	return record->goroutine->kind == LC_GO_NETWORK && record->wait &&
	       record->wait->has_socket && (record->wait->socket.flags & LC_WAIT_SERVER);
}

/* By how much the number of goroutines that wait for an accepted connection has grown. */
static uint64_t new_connections(const struct making *making, pid_t pid)
{
	const struct group *group;
	uint64_t sum = 0;

	for (group = making->groups; group; group = group->hh.next) {
		if (group->record.process->pid == pid && is_served(&group->record) &&
		    group->record.trend.joined > group->record.trend.left)
			sum += group->record.trend.joined - group->record.trend.left;
	}
	return sum;
}

/* Is there a record of the same site that is a finding, or one that stands better for the site? */
static bool is_covered(const struct verdict_goroutine_records *records,
		       const struct verdict_goroutines *record)
{
	const struct verdict_goroutines *other;
	size_t i;

	for (i = 0; i < records->count; i++) {
		other = &records->list[i];
		if (other == record || other->site != record->site ||
		    other->process != record->process)
			continue;
		if (other->conclusion.verdict >= VERDICT_STUCK || other->whole_site ||
		    other->count > record->count)
			return true;
	}
	return false;
}

static void judge_sites(const struct making *making, struct verdict_goroutine_records *records)
{
	struct go_surroundings surroundings = surroundings_of(making);
	struct verdict_goroutines *record;
	size_t i;

	for (i = 0; i < records->count; i++) {
		record = &records->list[i];
		if (!record->has_site_trend || !record->site_trend.rises || record->site->system ||
		    record->conclusion.verdict >= VERDICT_STUCK || record->ends ||
		    is_covered(records, record))
			continue;
		surroundings.new_connections = new_connections(making, record->process->pid);
		verdict_goroutines_judge_site(record, &surroundings);
	}
}

static int judge_timers(const struct making *making, const struct lc_go *go,
			struct verdict_goroutine_records *records)
{
	struct go_surroundings surroundings = surroundings_of(making);
	const struct lc_go_process *process;
	struct verdict_timers timers;
	struct lc_series_key key;

	records->timers = calloc(go->count ?: 1, sizeof(*records->timers));
	if (!records->timers)
		return -ENOMEM;
	for (process = go->processes; process; process = process->hh.next) {
		key = lc_series_timers_key(process);
		timers = (struct verdict_timers){ .process = process };
		if (!making->series || !trend_of(making->series, &key, &timers.trend))
			continue;
		surroundings.new_connections = new_connections(making, process->pid);
		if (verdict_timers_judge(&timers, &surroundings))
			records->timers[records->timer_count++] = timers;
	}
	return 0;
}

static int finish(struct making *making, const struct lc_go *go,
		  struct verdict_goroutine_records *records)
{
	struct go_surroundings surroundings = surroundings_of(making);
	struct group *group, *next;
	size_t count = HASH_COUNT(making->groups);
	pid_t pid = 0;
	int r = 0;

	*records = (struct verdict_goroutine_records){};
	records->list = calloc(count ?: 1, sizeof(*records->list));
	HASH_ITER(hh, making->groups, group, next) {
		if (group->record.count) {
			learn_trends(making, group);
			continue;
		}
		HASH_DEL(making->groups, group);
		free(group);
	}
	for (group = making->groups; group && records->list; group = group->hh.next) {
		struct verdict_goroutines *record = &records->list[records->count++];

		*record = group->record;
		group->record.goids = NULL;
		qsort(record->goids, record->goid_count, sizeof(*record->goids), by_number);
		record->retained = retained_by(record);
		record->parent_stack = parent_stack_of(record);
		if (record->process->pid != pid) {
			pid = record->process->pid;
			surroundings.new_connections = new_connections(making, pid);
		}
		verdict_goroutines_judge(record, &surroundings);
		records->goroutines += record->count;
	}
	r = records->list ? 0 : -ENOMEM;
	judge_sites(making, records);
	r = r ?: judge_timers(making, go, records);
	HASH_ITER(hh, making->groups, group, next) {
		HASH_DEL(making->groups, group);
		free(group->record.goids);
		free(group);
	}
	if (records->count)
		qsort(records->list, records->count, sizeof(*records->list), worst_first);
	verdict_find_dependents(go, records);
	return r;
}

int verdict_goroutines_make(const struct lc_snapshot *snapshot, const struct verdict_view *view,
			    struct verdict_goroutine_records *records)
{
	const struct lc_go *go = snapshot->go;
	struct making making = {
		.series = snapshot->series,
		.view = view,
		.now = snapshot->now,
		.threshold_ns = snapshot->threshold_ns,
		.once = snapshot->once,
	};
	struct lc_go_process *process;
	size_t i;
	int r = 0, finished;

	for (process = go->processes; process; process = process->hh.next) {
		for (i = 0; i < process->count && !r; i++) {
			if (process->list[i].goid)
				r = count_answers(&making, process, &process->list[i]);
		}
		for (i = 0; i < process->count && !r; i++) {
			if (process->list[i].goid)
				r = add_member(&making, process, &process->list[i]);
		}
	}
	finished = finish(&making, go, records);
	return r ?: finished;
}

/* Of a group of more than VERDICT_GOIDS not all are listed. */
static bool is_of_group(const struct verdict_goroutines *record,
			const struct lc_goroutine *goroutine)
{
	struct lc_series_key one = lc_series_goroutine_key(record->process, goroutine),
			     group = lc_series_goroutine_key(record->process, record->goroutine);

	return bsearch(&goroutine->goid, record->goids, record->goid_count, sizeof(goroutine->goid),
		       by_number) ||
	       (record->goid_count < record->count && !memcmp(&one, &group, sizeof(one)));
}

const struct verdict_goroutines *verdict_goroutines_find(
	const struct verdict_goroutine_records *records, const struct lc_go_process *process,
	uint64_t goid)
{
	const struct lc_goroutine *goroutine = lc_go_by_goid(process, goid);
	size_t i;

	for (i = 0; goroutine && i < records->count; i++) {
		if (records->list[i].process == process &&
		    is_of_group(&records->list[i], goroutine))
			return &records->list[i];
	}
	return NULL;
}

void verdict_goroutines_release(struct verdict_goroutine_records *records)
{
	size_t i;

	for (i = 0; i < records->count; i++)
		free(records->list[i].goids);
	free(records->timers);
	free(records->list);
	*records = (struct verdict_goroutine_records){};
}
