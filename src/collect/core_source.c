// SPDX-License-Identifier: GPL-2.0-only
/*
 * The threads of a core as a source of samples: each is as it was when the core was made, whenever
 * it is looked at. Not known are how long it had stood there, its name (that of the process is
 * taken), and of a thread that was not blocked what it did.
 */
#include "collect/source.h"
#include "target/core.h"
#include "util/plural.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define NAMED_MOST 3 /* files */

static const struct target_core *core_of(const struct collect *collect)
{
	return collect->options.source_context;
}

/* The last part of a path is enough to know a library by. */
static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void say_files(struct collect *collect, enum target_core_build build, const char *words)
{
	const struct target_core *core = core_of(collect);
	char list[160] = "";
	size_t count = 0, used = 0, i;

	for (i = 0; i < core->file_count; i++) {
		if (!core->files[i].is_code || core->files[i].build != build)
			continue;
		if (++count <= NAMED_MOST)
			used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%.48s",
						 count > 1 ? ", " : "",
						 base_name(core->files[i].path));
	}
	if (count > NAMED_MOST)
		snprintf(list + used, sizeof(list) - used, " and %zu more", count - NAMED_MOST);
	if (count)
		collect_add_limit(collect, words, list);
}

static void say_damage(struct collect *collect)
{
	const struct target_core *core = core_of(collect);

	if (core->bytes_missing)
		collect_add_limit(
			collect,
			"the core was cut off: %llu MiB of what it should have are missing",
			(unsigned long long)(core->bytes_missing >> 20) + 1);
	if (core->notes_cut || core->threads_refused)
		collect_add_limit(collect, "the core's notes are damaged: threads may be missing");
	if (core->segments_refused)
		collect_add_limit(
			collect,
			"the core is damaged: of its memory %zu piece%s lie%s over others, "
			"or past a bound",
			core->segments_refused, plural(core->segments_refused),
			core->segments_refused == 1 ? "s" : "");
	if (core->files_refused)
		collect_add_limit(collect, "the core names more than %u files: some have no names",
				  TARGET_CORE_FILES_MAX);
}

/* What a core has not got is told once. */
static int core_open(struct collect *collect, struct error *error)
{
	(void)error;
	collect_add_limit(collect, "a core is one moment: since when a thread waits is not in it, "
				   "nor are descriptors, signal handlers and names of threads");
	if (!core_of(collect)->file_count)
		collect_add_limit(collect, "the core does not name the files that were mapped: "
					   "code in them is not read and has no names");
	say_files(collect, TARGET_CORE_MISSING,
		  "not found here, so their code has no names and stacks are guessed there: %s "
		  "(--symfs DIR, --exe FILE)");
	say_files(collect, TARGET_CORE_OTHER,
		  "of another build than in the core, so not used: %s (--symfs DIR, --exe FILE)");
	say_files(collect, TARGET_CORE_UNCHECKED,
		  "taken as they lie here, since the core does not tell which build it had: %s");
	say_damage(collect);
	return 0;
}

static void core_close(struct collect *collect)
{
	(void)collect;
}

/* Its first thread has the number of the process. */
static pid_t own_pid(const struct target_core *core)
{
	const struct target_core_thread *first = target_core_thread(core, core->pid);

	return first ? first->own_tid : core->pid;
}

static void fill(const struct target_core *core, const struct target_core_thread *thread,
		 struct lc_sample *sample)
{
	*sample = (struct lc_sample){
		.task = { .tid = thread->tid,
			  .pid = core->pid,
			  .ns_tid = thread->own_tid,
			  .ns_pid = own_pid(core) },
		.state = thread->call.nr == LC_NO_SYSCALL ? 'R' : 'S',
		.now = core->opened_at,
		.syscall = thread->call,
		.registers = thread->registers,
		.thread_pointer = thread->thread_pointer,
	};
	memcpy(sample->task.comm, core->comm, sizeof(sample->task.comm));
	memcpy(sample->process_comm, core->comm, sizeof(sample->process_comm));
}

static bool has(const pid_t *list, size_t count, pid_t id)
{
	size_t i;

	for (i = 0; i < count && list[i] != id; i++)
		;
	return i < count;
}

static bool fits(const struct collect_filter *filter, const struct target_core *core,
		 const struct target_core_thread *thread)
{
	return filter->user_threads &&
	       (!filter->pid_count || has(filter->pids, filter->pid_count, core->pid)) &&
	       (!filter->tid_count || has(filter->tids, filter->tid_count, thread->tid)) &&
	       (!filter->comm || !strcmp(filter->comm, core->comm));
}

static int core_sweep(struct collect *collect, uint64_t kernel_stack_after_ns, collect_sample_fn fn,
		      void *context)
{
	const struct target_core *core = core_of(collect);
	struct lc_sample sample;
	size_t i;
	int r = 0;

	(void)kernel_stack_after_ns;
	for (i = 0; i < core->thread_count && r >= 0; i++) {
		if (!fits(&collect->options.filter, core, &core->threads[i]))
			continue;
		fill(core, &core->threads[i], &sample);
		r = fn(context, &sample);
	}
	return r < 0 ? r : 0;
}

static int core_sample_thread(struct collect *collect, pid_t pid, pid_t tid,
			      struct lc_sample *ret_sample)
{
	const struct target_core *core = core_of(collect);
	const struct target_core_thread *thread = target_core_thread(core, tid);

	if (!thread || pid != core->pid)
		return -ESRCH;
	fill(core, thread, ret_sample);
	return 0;
}

static int core_fd(const struct collect *collect)
{
	(void)collect;
	return -1;
}

static int core_consume(struct collect *collect, collect_event_fn fn, void *context)
{
	(void)collect;
	(void)fn;
	(void)context;
	return 0;
}

static struct cpu_clocks *core_clocks(const struct collect *collect)
{
	(void)collect;
	return NULL;
}

static void core_lost(const struct collect *collect, struct collect_lost *ret_lost)
{
	*ret_lost = (struct collect_lost){ .targets = core_of(collect)->threads_refused };
}

const struct collect_source collect_core_source = {
	.name = "core",
	.open = core_open,
	.close = core_close,
	.sweep = core_sweep,
	.sample_thread = core_sample_thread,
	.fd = core_fd,
	.consume = core_consume,
	.clocks = core_clocks,
	.lost = core_lost,
};
