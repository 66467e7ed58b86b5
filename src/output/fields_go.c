// SPDX-License-Identifier: GPL-2.0-only
/* The fields of a group of goroutines, and of timers: see fields.h. */
#include "model/go_holders.h"
#include "output/fields.h"
#include "output/names.h"
#include "output/text_stack.h"

#define AGE_FIELDS(F)                                                                     \
	F(below_ns, NUMBER_OR_NULL, PLAIN, ALWAYS,                                        \
	  age->number < VERDICT_AGES - 1 ? (int64_t)verdict_age_bounds[age->number] : -1, \
	  "the class's upper bound; `null`: there is none")                               \
	F(count, ID, PLAIN, ALWAYS, age->count, "how many")

FIELDS_OF(age, struct field_age, "A class of age", AGE_FIELDS);

static struct field_value ages_of(const struct verdict_goroutines *record,
				  struct field_scratch *scratch)
{
	size_t count = 0, i;

	for (i = 0; i < VERDICT_AGES; i++) {
		if (record->ages[i])
			scratch->ages[count++] = (struct field_age){ i, record->ages[i] };
	}
	return ARRAY(scratch->ages, count);
}

static double slope_of(const struct verdict_goroutines *record)
{
	if (record->whole_site)
		return record->site_trend.slope_per_s;
	return record->has_trend ? record->trend.slope_per_s : 0.0;
}

#define GROUP_FIELDS(F)                                                                          \
	F(living, NUMBER, PLAIN, ALWAYS, group->site->living, "of the go statement")             \
	F(spawned, NUMBER, PLAIN, ALWAYS, group->site->born,                                     \
	  "of the go statement, since the second look; with `--go-events` all since the probes") \
	F(ended, NUMBER, PLAIN, ALWAYS, group->site->ended, "the same")                          \
	F(slope_per_s, REAL, PLAIN, ALWAYS, slope_of(group), "members more a second")            \
	F(oldest_ns, NUMBER, PLAIN, ALWAYS, group->oldest_ns, "how long it has stood there")     \
	F(youngest_ns, NUMBER, PLAIN, ALWAYS, group->youngest_ns, "the same")                    \
	F(orphans, NUMBER, PLAIN, ALWAYS, group->orphans, "whose parent has ended")              \
	F(ages, LIST, OF(fields_age), ALWAYS, ages_of(group, scratch),                           \
	  "how many have stood for less than `below_ns`, and not less than the one before")      \
	F(trend, OBJECT, OF(fields_trend), group->has_trend, &group->trend, "in a trace")

FIELDS_OF(group, struct verdict_goroutines, "A group's numbers", GROUP_FIELDS);

static const struct lc_stack *spawn_stack(const struct field_source *source,
					  const struct verdict_goroutines *record)
{
	const struct lc_stack *stack = lc_stacks_get(source->run->stacks,
						     record->site->spawn_stack);

	return stack && stack->frame_count ? stack : NULL;
}

static const char *entry_of(const struct field_source *source,
			    const struct verdict_goroutines *record)
{
	const struct lc_stack *stack = lc_stacks_get(source->run->stacks,
						     record->site->entry_stack);

	return stack && stack->frame_count ? stack->frames[0].function : "";
}

static bool parent_lives(const struct lc_goroutine *goroutine)
{
	return goroutine->parent_goid && !(goroutine->flags & LC_GO_PARENT_ENDED);
}

#define SITE spawn_stack(source, go_spawn)
#define GO_SPAWN_FIELDS(F)                                                                       \
	F(function, TEXT, PLAIN, ALWAYS, SITE->frames[SITE->frame_count - 1].function,           \
	  "that has the go statement")                                                           \
	F(file, TEXT, PLAIN, ALWAYS, SITE->frames[0].file, "of the go statement")                \
	F(line, NUMBER, PLAIN, ALWAYS, SITE->frames[0].line, "of the go statement")              \
	F(entry, TEXT, PLAIN, ALWAYS, entry_of(source, go_spawn), "the function that it starts") \
	F(parent_goid, ID_OR_NULL, PLAIN, ALWAYS, go_spawn->goroutine->parent_goid,              \
	  "of one of them, with Go 1.21 and later")                                              \
	F(parent_alive, BOOLEAN, PLAIN, ALWAYS, parent_lives(go_spawn->goroutine), "of that one")

FIELDS_OF(go_spawn, struct verdict_goroutines, "A go statement", GO_SPAWN_FIELDS);

static const char *const channel_directions[] = { "send", "receive", NULL };

#define CHANNEL_FIELDS(F)                                                                          \
	F(direction, TEXT, ONE_OF(channel_directions), ALWAYS, channel->send ? "send" : "receive", \
	  "of this case")                                                                          \
	F(channel, HEX, PLAIN, ALWAYS, channel->address, "its address; 0: nil")                    \
	F(length, NUMBER, PLAIN, ALWAYS, channel->length, "elements in its buffer")                \
	F(capacity, NUMBER, PLAIN, ALWAYS, channel->capacity, "of its buffer")                     \
	F(closed, BOOLEAN, PLAIN, ALWAYS, channel->closed, "")                                     \
	F(timer, BOOLEAN, PLAIN, ALWAYS, channel->timer, "true: a timer's")                        \
	F(context, BOOLEAN, PLAIN, ALWAYS, channel->context, "true: the Done of a context")        \
	F(receivers, NUMBER, PLAIN, ALWAYS, channel->receivers, "that wait there")                 \
	F(senders, NUMBER, PLAIN, ALWAYS, channel->senders, "that wait there")

FIELDS_OF(channel, struct lc_go_channel, "A channel", CHANNEL_FIELDS);

static const char *const families[] = {
	[LC_GO_FAMILY_NONE] = "",
	[LC_GO_FAMILY_CHANNEL] = "channel",
	[LC_GO_FAMILY_SYNC] = "synchronisation",
	[LC_GO_FAMILY_EXTERNAL] = "external",
	NULL,
};

static const char *const pool_kinds[] = {
	[LC_GO_POOL_NONE] = "",
	[LC_GO_POOL_CHANNEL] = "channel",
	[LC_GO_POOL_SEMAPHORE] = "semaphore",
	[LC_GO_POOL_CONNECTIONS] = "connections",
	NULL,
};

#define GO_POOL_FIELDS(F)                                                                    \
	F(kind, TEXT, ONE_OF(pool_kinds), ALWAYS, pool_kinds[go_pool->kind],                 \
	  "a full channel of tokens, golang.org/x/sync/semaphore, or those of database/sql") \
	F(used, NUMBER, PLAIN, ALWAYS, go_pool->used, "slots, or what weighs as much")       \
	F(size, NUMBER, PLAIN, ALWAYS, go_pool->size, "how many there are")                  \
	F(waiters, NUMBER, PLAIN, ALWAYS, go_pool->waiters, "that wait for one, of all places")

FIELDS_OF(go_pool, struct lc_go_pool, "A pool whose slots are all in use", GO_POOL_FIELDS);

static const char *const network_directions[] = { "read", "write", NULL };

/* What its thread waits for in a call. */
static const struct lc_wait *thread_wait(const struct verdict_goroutines *record)
{
	return record->thread ? record->thread->wait : NULL;
}

static bool has_cases(const struct lc_go_wait *wait)
{
	return wait && wait->case_count;
}

/* Of a lock of one of these kinds, which was found. */
static bool is_lock(const struct verdict_goroutines *record, enum lc_go_kind kind,
		    enum lc_go_kind or_kind)
{
	return record->wait && record->wait->address &&
	       (record->goroutine->kind == kind || record->goroutine->kind == or_kind);
}

static bool is_network(const struct verdict_goroutines *record)
{
	return record->wait && record->goroutine->kind == LC_GO_NETWORK && record->wait->fd >= 0;
}

static const char *const holdings[] = {
	[LC_GO_HOLDS_LIKELY] = "likely",
	[LC_GO_HOLDS] = "holds",
	[LC_GO_HOLDS_NEXT] = "next",
	NULL,
};

#define UNLOCK text_telling_frame(source->run, go_holder->stack)
#define GO_HOLDER_FIELDS(F)                                                                      \
	F(goid, ID, PLAIN, ALWAYS, go_holder->goid, "the goroutine")                             \
	F(how, TEXT, ONE_OF(holdings), ALWAYS, holdings[go_holder->how],                         \
	  "`holds`: it would unlock it; `likely`: it may; `next`: a writer, who has an RWMutex " \
	  "to "                                                                                  \
	  "itself and waits for readers to leave")                                               \
	F(deferred, BOOLEAN, PLAIN, ALWAYS, go_holder->deferred, "the unlock is")                \
	F(function, TEXT, PLAIN, ALWAYS, UNLOCK ? UNLOCK->function : "", "that unlocks it")      \
	F(file, TEXT, PLAIN, ALWAYS, UNLOCK ? UNLOCK->file : "", "of the unlock")                \
	F(line, NUMBER, PLAIN, ALWAYS, UNLOCK ? UNLOCK->line : 0, "of the unlock")

FIELDS_OF(go_holder, struct lc_go_holder, "Who holds a lock", GO_HOLDER_FIELDS);

static const struct lc_go_held *held_of(const struct verdict_goroutines *record)
{
	return lc_go_held_for(record->process, record->goroutine);
}

#define WAIT go_wait->wait
#define GO_WAIT_FIELDS(F)                                                                          \
	F(kind, TEXT, PLAIN, ALWAYS, lc_go_kind_name(go_wait->goroutine->kind), "")                \
	F(family, TEXT, ONE_OF(families), ALWAYS,                                                  \
	  families[lc_go_family_of(go_wait->goroutine->kind)], "of it")                            \
	F(reason, TEXT, PLAIN, ALWAYS, WAIT ? WAIT->reason : "", "in the runtime's words")         \
	F(thread_wait, OBJECT, OF(fields_wait), thread_wait(go_wait), thread_wait(go_wait),        \
	  "in a call: what its thread waits for")                                                  \
	F(bubble_root, ID, PLAIN, WAIT && WAIT->bubble_root, WAIT->bubble_root,                    \
	  "the root goroutine of the bubble of testing/synctest that it is in")                    \
	F(cases, LIST, OF(fields_channel), has_cases(WAIT), ARRAY(WAIT->cases, WAIT->case_count),  \
	  "of a select; one for a send or receive")                                                \
	F(cases_total, NUMBER, PLAIN, has_cases(WAIT), WAIT->case_total,                           \
	  "with those that are not listed")                                                        \
	F(address, HEX, PLAIN, WAIT && WAIT->address, WAIT->address,                               \
	  "of a lock, WaitGroup or Cond")                                                          \
	F(waiters, NUMBER, PLAIN, WAIT && WAIT->address, WAIT->waiters, "the same")                \
	F(counter, INTEGER, PLAIN, is_lock(go_wait, LC_GO_WAITGROUP, LC_GO_WAITGROUP),             \
	  WAIT->counter, "of a WaitGroup")                                                         \
	F(locked, BOOLEAN, PLAIN, is_lock(go_wait, LC_GO_MUTEX, LC_GO_MUTEX), WAIT->locked,        \
	  "of a Mutex")                                                                            \
	F(readers, INTEGER, PLAIN, is_lock(go_wait, LC_GO_RWMUTEX_READ, LC_GO_RWMUTEX_WRITE),      \
	  WAIT->readers, "of an RWMutex: how many hold it")                                        \
	F(writer, BOOLEAN, PLAIN, is_lock(go_wait, LC_GO_RWMUTEX_READ, LC_GO_RWMUTEX_WRITE),       \
	  WAIT->writer, "of an RWMutex: true: one holds it or is next")                            \
	F(holders, LIST, OF(fields_go_holder), held_of(go_wait),                                   \
	  ARRAY(held_of(go_wait)->holders, held_of(go_wait)->count),                               \
	  "of a Mutex or RWMutex: who holds it, as far as it was found, the certain ones first")   \
	F(holders_known, BOOLEAN, PLAIN, held_of(go_wait), held_of(go_wait)->known,                \
	  "of a Mutex or RWMutex: these are all, and none is only likely")                         \
	F(pool, OBJECT, OF(fields_go_pool), WAIT && WAIT->pool.kind, &WAIT->pool,                  \
	  "of channels: the pool that they wait for, whose slots are all in use")                  \
	F(fd, NUMBER, PLAIN, is_network(go_wait), WAIT->fd, "of the network")                      \
	F(direction, TEXT, ONE_OF(network_directions), is_network(go_wait),                        \
	  WAIT->writes ? "write" : "read", "of the network")                                       \
	F(deadline, TIME, PLAIN, is_network(go_wait), WAIT->has_deadline ? WAIT->until : 0,        \
	  "of the network; `null`: there is none")                                                 \
	F(socket, OBJECT, OF(fields_wait), is_network(go_wait) && WAIT->has_socket, &WAIT->socket, \
	  "of the network: both ends")                                                             \
	F(until, TIME, PLAIN, WAIT && go_wait->goroutine->kind == LC_GO_SLEEP, WAIT->until,        \
	  "of a sleep")

FIELDS_OF(go_wait, struct verdict_goroutines, "What a goroutine waits for", GO_WAIT_FIELDS);

#define LABEL_FIELDS(F)                                            \
	F(text, TEXT, PLAIN, ALWAYS, label->text, "key and value") \
	F(count, ID, PLAIN, ALWAYS, label->count, "how many have it, of the first thousand")

FIELDS_OF(label, struct verdict_label, "A label", LABEL_FIELDS);

/* An array of texts of one size: a link is its text. */
#define HELD_FIELDS(F) F(, TEXT, PLAIN, ALWAYS, (const char *)held, "")
FIELDS_OF(held, char, NULL, HELD_FIELDS);

static const struct lc_go_path *path_of(const struct verdict_goroutines *record)
{
	return lc_go_path_of(record->process, record->goroutine->goid);
}

static struct field_value links_of(const struct lc_go_path *path)
{
	return field_array(path->links[0], path->count, sizeof(path->links[0]));
}

#define HELD_BY_FIELDS(F)                                                                         \
	F(links, LIST, OF(fields_held), ALWAYS, links_of(held_by),                                \
	  "the first is of what always lives: a global variable, a goroutine that can run; each " \
	  "leads "                                                                                \
	  "to the next one, the last of which it waits for")                                      \
	F(left_out, NUMBER, PLAIN, ALWAYS, held_by->left_out, "how many more, in their midst")

FIELDS_OF(held_by, struct lc_go_path, "Why something lives", HELD_BY_FIELDS);

#define RETAINED_TYPE_FIELDS(F)                                                                   \
	F(type, TEXT, PLAIN, ALWAYS, retained_type->name, "\"\": it is not known")                \
	F(size, NUMBER, PLAIN, !retained_type->name[0], retained_type->size, "bytes of one")      \
	F(pointers, BOOLEAN, PLAIN, ALWAYS, retained_type->pointers, "there may be some in them") \
	F(count, ID, PLAIN, ALWAYS, retained_type->count, "how many")                             \
	F(bytes, NUMBER, PLAIN, ALWAYS, retained_type->bytes, "all of them")

FIELDS_OF(retained_type, struct lc_go_retained_type, "Objects that are retained",
	  RETAINED_TYPE_FIELDS);

#define RETAINED_FIELDS(F)                                                                        \
	F(bytes, NUMBER, PLAIN, ALWAYS, retained->heap_bytes + retained->stack_bytes, "all")      \
	F(stack_bytes, NUMBER, PLAIN, ALWAYS, retained->stack_bytes, "of stacks")                 \
	F(heap_bytes, NUMBER, PLAIN, ALWAYS, retained->heap_bytes, "of the heap")                 \
	F(objects, NUMBER, PLAIN, ALWAYS, retained->objects, "in the heap")                       \
	F(shared_bytes, NUMBER, PLAIN, ALWAYS, retained->shared_bytes,                            \
	  "that several of such groups hold together, and nothing else does: of the process")     \
	F(types, LIST, OF(fields_retained_type), ALWAYS, ARRAY(retained->types, retained->count), \
	  "the largest six")

FIELDS_OF(retained, struct lc_go_retained, "What goroutines hold and nothing else does",
	  RETAINED_FIELDS);

#define DEPENDENT text_telling_frame(source->run, dependents->goroutine->stack)
#define DEPENDENTS_FIELDS(F)                                                                     \
	F(count, ID, PLAIN, ALWAYS, dependents->count, "how many")                               \
	F(goid, ID, PLAIN, ALWAYS, dependents->goroutine->goid, "of one of their group")         \
	F(function, TEXT, PLAIN, ALWAYS, DEPENDENT ? DEPENDENT->function : "", "where it waits") \
	F(file, TEXT, PLAIN, ALWAYS, DEPENDENT ? DEPENDENT->file : "", "the same")               \
	F(line, NUMBER, PLAIN, ALWAYS, DEPENDENT ? DEPENDENT->line : 0, "the same")

FIELDS_OF(dependents, struct verdict_dependents, "Who waits for a goroutine", DEPENDENTS_FIELDS);

static const char *const subject_kinds[] = { "waits", "started", NULL };

#define WHO subject->subject.who
#define SUBJECT_FIELDS(F)                                                                       \
	F(kind, TEXT, ONE_OF(subject_kinds), ALWAYS, subject_kinds[!WHO],                       \
	  "they wait for these, or one of these was started for them")                          \
	F(count, NUMBER, PLAIN, ALWAYS, WHO ? WHO->count : 0, "how many wait")                  \
	F(goid, ID_OR_NULL, PLAIN, ALWAYS, WHO ? WHO->goroutine->goid : 0,                      \
	  "of one of the group that waits")                                                     \
	F(function, TEXT, PLAIN, ALWAYS, subject->subject.place->function, "the program's own") \
	F(file, TEXT, PLAIN, ALWAYS, subject->subject.place->file, "the same")                  \
	F(line, NUMBER, PLAIN, ALWAYS, subject->subject.place->line, "the same")                \
	F(text, TEXT, PLAIN, ALWAYS, subject->words,                                            \
	  "in what call, and for what: \"wait in net/http.Get for the answer of 10.0.0.5:443, " \
	  "through this one\"")

FIELDS_OF(subject, struct field_subject, "Whom a library's goroutines serve", SUBJECT_FIELDS);

static const void *subject_fields(const struct field_source *source,
				  const struct verdict_goroutines *record,
				  struct field_scratch *scratch)
{
	struct field_subject *subject = &scratch->subject;

	if (!subject_of(source->run, record, &subject->subject))
		return NULL;
	subject_words(record, &subject->subject, subject->words, sizeof(subject->words));
	return subject;
}

#define HEAP_FIELDS(F)                                                                     \
	F(bytes, NUMBER, PLAIN, ALWAYS, heap->heap_bytes, "in use")                        \
	F(growth_bytes, INTEGER, PLAIN, ALWAYS, heap->heap_bytes - heap->first_heap_bytes, \
	  "by how many they have grown since the first look")

FIELDS_OF(heap, struct lc_go_process, "A heap", HEAP_FIELDS);

/* --- what probes have seen --- */
static const char *const readiers[] = {
	[LC_GO_READIER_UNKNOWN] = "",
	[LC_GO_READIER_GOROUTINE] = "goroutine",
	[LC_GO_READIER_RUNTIME] = "runtime",
	[LC_GO_READIER_NETWORK] = "network",
	NULL,
};

#define READIER_FRAME text_telling_frame(source->run, readier->stack)
#define READIER_FIELDS(F)                                                                   \
	F(function, TEXT, PLAIN, ALWAYS, READIER_FRAME ? READIER_FRAME->function : "",      \
	  "where it did that")                                                              \
	F(file, TEXT, PLAIN, ALWAYS, READIER_FRAME ? READIER_FRAME->file : "", "the same")  \
	F(line, NUMBER, PLAIN, ALWAYS, READIER_FRAME ? READIER_FRAME->line : 0, "the same") \
	F(kind, TEXT, ONE_OF(readiers), ALWAYS, readiers[readier->kind],                    \
	  "`runtime`: a timer, say; `network`: a descriptor became ready")                  \
	F(goid, ID_OR_NULL, PLAIN, ALWAYS, readier->goid, "of a goroutine")

FIELDS_OF(readier, struct field_readier, "Who made a goroutine ready to run", READIER_FIELDS);

static const void *readier_of(const struct verdict_goroutines *record,
			      struct field_scratch *scratch)
{
	const struct lc_go_exact *exact = &record->exact;

	if (!exact->ready_at)
		return NULL;
	scratch->readier = (struct field_readier){ exact->readier, exact->ready_by,
						   record->ready_stack };
	return &scratch->readier;
}

#define EXACT_FIELDS(F)                                                                       \
	F(born, TIME, PLAIN, ALWAYS, exact->exact.born_at, "")                                \
	F(parent_goid, NUMBER_OR_NULL, PLAIN, ALWAYS,                                         \
	  exact->exact.born_at ? (int64_t)exact->exact.parent_goid : -1, "")                  \
	F(since_is_exact, BOOLEAN, PLAIN, ALWAYS, exact->goroutine->flags &LC_GO_EXACT_SINCE, \
	  "`since` is the moment, seen by a probe")                                           \
	F(readied, TIME, PLAIN, ALWAYS, exact->exact.ready_at, "when that last happened")     \
	F(readied_by, OBJECT_OR_NULL, OF(fields_readier), ALWAYS, readier_of(exact, scratch), "")

FIELDS_OF(exact, struct verdict_goroutines, "What probes have seen of a goroutine", EXACT_FIELDS);

static const char *const goroutine_kind[] = { "goroutine", NULL };

#define GOROUTINES_FIELDS(F)                                                                      \
	F(verdict, TEXT, ONE_OF(field_verdicts), ALWAYS,                                          \
	  verdict_name(goroutines->conclusion.verdict), "this and the next four as of threads")   \
	F(rule, TEXT, PLAIN, ALWAYS, goroutines->conclusion.rule, "")                             \
	F(reason, TEXT, PLAIN, ALWAYS, goroutines->conclusion.reason, "")                         \
	F(proof, TEXT, PLAIN, ALWAYS, goroutines->conclusion.proof, "")                           \
	F(remedy, TEXT, PLAIN, ALWAYS, remedy_of_goroutines(source->run, goroutines), "")         \
	F(kind, TEXT, ONE_OF(goroutine_kind), ALWAYS, "goroutine", "")                            \
	F(pid, ID, PLAIN, ALWAYS, goroutines->process->pid, "the process")                        \
	F(comm, TEXT, PLAIN, ALWAYS, goroutines->process->comm, "its name")                       \
	FIELDS_CGROUP(F, field_cgroup(source, goroutines->process->pid))                          \
	F(go_version, TEXT, PLAIN, ALWAYS, goroutines->process->version,                          \
	  "that the program was built with")                                                      \
	F(goids, LIST, OF(fields_number), ALWAYS,                                                 \
	  ARRAY(goroutines->goids, goroutines->goid_count), "the goroutines, at most 10,000")     \
	F(count, NUMBER, PLAIN, ALWAYS,                                                           \
	  goroutines->whole_site ? goroutines->site->living : goroutines->count,                  \
	  "how many they are")                                                                    \
	F(since, TIME, PLAIN, ALWAYS, goroutines->since, "when the oldest of them came to stand") \
	F(blocked_ns, NUMBER, PLAIN, ALWAYS, goroutines->oldest_ns, "how long that is")           \
	F(blocked_at_least, BOOLEAN, PLAIN, ALWAYS, goroutines->at_least,                         \
	  "true: it stood there before the first look")                                           \
	F(group, OBJECT, OF(fields_group), ALWAYS, goroutines, "how many, and how long")          \
	F(spawn, OBJECT_OR_NULL, OF(fields_go_spawn), ALWAYS,                                     \
	  spawn_stack(source, goroutines) ? goroutines : NULL,                                    \
	  "the go statement; `null` for main")                                                    \
	F(wait, OBJECT, OF(fields_go_wait), ALWAYS, goroutines, "what they wait for")             \
	F(chain, LIST, OF(fields_link), ALWAYS, field_chain(source, goroutines->node, scratch),   \
	  "of waits, from one of them on")                                                        \
	F(held_by, OBJECT, OF(fields_held_by), path_of(goroutines), path_of(goroutines),          \
	  "of one of them: by what way that is reached; of suspects")                             \
	F(awaited_by, LIST, OF(fields_dependents), goroutines->dependent_count,                   \
	  ARRAY(goroutines->dependents, goroutines->dependent_count),                             \
	  "of findings and suspects: groups that wait for what just one of these has at hand")    \
	F(subject, OBJECT_OR_NULL, OF(fields_subject),                                            \
	  goroutines->conclusion.verdict >= VERDICT_SUSPECT,                                      \
	  subject_fields(source, goroutines, scratch),                                            \
	  "of findings and suspects: whom they serve; `null` where they stand in the program's "  \
	  "own "                                                                                  \
	  "code, or that is not known")                                                           \
	F(labels, LIST, OF(fields_label), ALWAYS,                                                 \
	  ARRAY(goroutines->labels, goroutines->label_count),                                     \
	  "those set by pprof.Do, the most frequent four")                                        \
	F(memory_bytes, NUMBER, PLAIN, ALWAYS, goroutines->stack_bytes, "of their stacks")        \
	F(retained, OBJECT, OF(fields_retained), goroutines->retained, goroutines->retained,      \
	  "what only they hold: of those that nothing can wake; with `--retained` of all")        \
	F(heap, OBJECT_OR_NULL, OF(fields_heap), ALWAYS,                                          \
	  goroutines->process->heap_bytes ? goroutines->process : NULL,                           \
	  "of the whole process; `null`: not found")                                              \
	F(tid, ID_OR_NULL, PLAIN, ALWAYS, goroutines->goroutine->tid,                             \
	  "of one of them: the thread that runs it or is in its call")                            \
	F(locked_to_thread, BOOLEAN, PLAIN, ALWAYS, goroutines->goroutine->locked, "of that one") \
	F(stack, STACK, PLAIN, ALWAYS, goroutines->goroutine->stack,                              \
	  "frames, the innermost first")                                                          \
	F(exact, OBJECT_OR_NULL, OF(fields_exact), goroutines->process->events,                   \
	  goroutines->has_exact ? goroutines : NULL,                                              \
	  "with `--go-events`: of the one that waits longest; `null`: nothing was seen of it")    \
	F(type, TEXT, ONE_OF(field_record_types), source->record_type, source->record_type,       \
	  "with `--json=lines`")

FIELDS_OF(goroutines, struct verdict_goroutines, "A group of goroutines", GOROUTINES_FIELDS);

static const char *const timers_kind[] = { "timers", NULL };

#define TIMERS_FIELDS(F)                                                                           \
	F(verdict, TEXT, ONE_OF(field_verdicts), ALWAYS, verdict_name(timers->conclusion.verdict), \
	  "this and the next four as of threads")                                                  \
	F(rule, TEXT, PLAIN, ALWAYS, timers->conclusion.rule, "")                                  \
	F(reason, TEXT, PLAIN, ALWAYS, timers->conclusion.reason, "")                              \
	F(proof, TEXT, PLAIN, ALWAYS, timers->conclusion.proof, "")                                \
	F(remedy, TEXT, PLAIN, ALWAYS, timers->conclusion.remedy, "")                              \
	F(kind, TEXT, ONE_OF(timers_kind), ALWAYS, "timers", "")                                   \
	F(pid, ID, PLAIN, ALWAYS, timers->process->pid, "the process")                             \
	F(comm, TEXT, PLAIN, ALWAYS, timers->process->comm, "its name")                            \
	F(count, NUMBER, PLAIN, ALWAYS, timers->process->timers, "how many")                       \
	F(function, TEXT, PLAIN, ALWAYS, timers->process->timer_function,                          \
	  "that most of those looked at call")                                                     \
	F(trend, OBJECT, OF(fields_trend), ALWAYS, &timers->trend, "their number over time")       \
	F(type, TEXT, ONE_OF(field_record_types), source->record_type, source->record_type,        \
	  "with `--json=lines`")

FIELDS_OF(timers, struct verdict_timers, "Timers that only grow", TIMERS_FIELDS);
