// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who is left over: see leftover.h. Threads that a runtime has for itself are told by the module
 * that they stand in, and there by the names that it gives them: a runtime's own facts, as the
 * goroutines are that Go calls its own.
 */
#include "verdict/leftover.h"

#include <stdio.h>
#include <string.h>

/*
 * HotSpot names its threads by the system's names, too, cut to 15 bytes
 * (os::set_native_thread_name). Java's own daemons are those of java.lang.ref, jdk.internal.misc
 * and the launcher.
 */
static const char *const java_own[] = {
	"GC Thread#",	   "G1 ",
	"ParallelGC Thre", "Shenandoah ",
	"ZDriver",	   "ZDirector",
	"ZStat",	   "ZUncommitter",
	"ZWorker",	   "Runtime Worker",
	"VM Thread",	   "VM Periodic Tas",
	"C1 CompilerThre", "C2 CompilerThre",
	"JVMCI",	   "Reference Handl",
	"Finalizer",	   "Signal Dispatch",
	"Service Thread",  "Monitor Deflati",
	"Notification T",  "Common-Cleaner",
	"Sweeper thread",  "Attach Listener",
	"DestroyJavaVM",   "Cleaner-",
	"process reaper",  "Concurrent Mark",
	"Gang worker#",	   "StressDefaultMe",
	"C1 Compiler",	   "C2 Compiler",
	"Surrogate Locke", "java",
};

/* Pools and timers of the JDK that a program has no way to end. */
static const char *const jdk_own[] = { "ForkJoinPool.co", "CompletableFutu", "Keep-Alive-Time" };

static const char *const node_own[] = { "node", "libuv-worker", "V8Worker", "DelayedTaskSche",
					"SignalInspector" };

static const struct {
	const char *module; /* its file's name begins so */
	const char *const *names;
	size_t count; /* 0: all that stand in it */
} runtimes[] = {
	{ "libjvm.so", java_own, sizeof(java_own) / sizeof(java_own[0]) },
	{ "libjvm.so", jdk_own, sizeof(jdk_own) / sizeof(jdk_own[0]) },
	{ "node", node_own, sizeof(node_own) / sizeof(node_own[0]) },
	{ "libtsan.so", NULL, 0 },
	{ "libasan.so", NULL, 0 },
	/* OpenMP's pools have no end: the standard gives a program no way to end them. */
	{ "libgomp.so", NULL, 0 },
	{ "libomp.so", NULL, 0 },
	{ "libiomp5.so", NULL, 0 },
};

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

static bool is_named(const char *comm, const char *const *names, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (begins(comm, names[i]))
			return true;
	}
	return !count;
}

static bool is_of_runtime(const struct lc_thread *thread, const struct lc_stack *stack)
{
	size_t i, f;

	for (i = 0; i < sizeof(runtimes) / sizeof(runtimes[0]); i++) {
		for (f = 0; stack && f < stack->frame_count; f++) {
			if (begins(base_of(stack->frames[f].module), runtimes[i].module) &&
			    is_named(thread->task.comm, runtimes[i].names, runtimes[i].count))
				return true;
		}
	}
	return false;
}

/*
 * The C library's own: from its start on it is in no code but that, as is who calls the functions
 * of timers (SIGEV_THREAD).
 */
static bool is_of_libc(const struct lc_stack *stack)
{
	size_t f;

	if (!stack || !stack->frame_count || stack->end != LC_STACK_WHOLE)
		return false;
	for (f = 0; f < stack->frame_count; f++) {
		const char *module = base_of(stack->frames[f].module);

		if (!begins(module, "libc.so") && !begins(module, "libpthread") &&
		    !begins(module, "librt") && !begins(module, "ld-musl") &&
		    !begins(module, "[vdso]"))
			return false;
	}
	return true;
}

/* The scheduler's own: it began in the runtime, or its stack says nothing else. */
static bool is_of_go(const struct leftover_end *end, const struct lc_go_process *process,
		     const struct lc_stack *stack)
{
	size_t f;

	if (!process || process->unsupported[0])
		return false;
	for (f = 0; stack && f < stack->frame_count; f++) {
		if (!strncmp(stack->frames[f].function, "runtime.", 8))
			return true;
	}
	return (end->stacks || !process->links_c) && (!stack || !stack->frame_count);
}

bool leftover_others(const struct leftover_end *end, struct verdict_record *record)
{
	size_t i, kept = 0;

	if (record->thread->task.pid != end->pid)
		return false;
	for (i = 0; i < record->count; i++) {
		if (record->tids[i].tid != end->pid && record->tids[i].tid != end->tid)
			record->tids[kept++] = record->tids[i];
	}
	record->count = kept;
	return kept;
}

bool leftover_has(const struct verdict_record *record, pid_t tid)
{
	size_t i;

	for (i = 0; i < record->count; i++) {
		if (record->tids[i].tid == tid)
			return true;
	}
	return false;
}

/* What a rule has found already says more, and stays. */
static void conclude(const struct leftover_end *end, struct conclusion *conclusion,
		     const char *what)
{
	if (conclusion->verdict >= VERDICT_STUCK)
		return;
	conclusion->verdict = VERDICT_LEAK;
	conclusion->rule = "left-over";
	snprintf(conclusion->reason, sizeof(conclusion->reason),
		 "process %d ends (exit code %d), and %s: nobody has ended it or waited for it",
		 end->pid, end->exit_code, what);
	conclusion->proof[0] = '\0';
}

bool leftover_thread(const struct leftover_end *end, const struct lc_go *go,
		     const struct lc_stacks *stacks, struct verdict_record *record)
{
	const struct lc_thread *thread = record->thread;
	const struct lc_stack *stack = lc_stacks_get(stacks, record->user_stack);

	if (thread->task.pid != end->pid || thread->ended_at ||
	    is_of_go(end, lc_go_find(go, end->pid), stack) || is_of_runtime(thread, stack) ||
	    is_of_libc(stack))
		return false;
	conclude(end, &record->conclusion, "this thread lives");
	if (!record->conclusion.remedy[0])
		snprintf(record->conclusion.remedy, sizeof(record->conclusion.remedy),
			 "tell it to end, and join it, before the process ends");
	return true;
}

/*
 * What packages of Go's own start once in a process, and never end. "cmd/" begins the packages of
 * Go's tools and of no others: whoever runs `go test` does not test go.
 */
static bool is_started_once(const struct lc_stacks *stacks, const struct lc_go_site *site)
{
	static const char *const entries[] = { "os/signal.loop", "runtime/trace.Start.func1",
					       "runtime.ensureSigM.func1" };
	const struct lc_stack *stack = lc_stacks_get(stacks, site->entry_stack);
	size_t i;

	if (stack && stack->frame_count && begins(stack->frames[0].function, "cmd/"))
		return true;

	for (i = 0; stack && stack->frame_count && i < sizeof(entries) / sizeof(entries[0]); i++) {
		if (!strcmp(stack->frames[0].function, entries[i]))
			return true;
	}
	return false;
}

bool leftover_goroutines(const struct leftover_end *end, const struct lc_stacks *stacks,
			 struct verdict_goroutines *record)
{
	if (record->process->pid != end->pid || record->site->system ||
	    record->goroutine->goid == 1 || is_started_once(stacks, record->site) ||
	    (record->count == 1 && record->goroutine->tid == end->tid))
		return false;
	conclude(end, &record->conclusion, "this goroutine lives");
	return true;
}
