// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads the task iterator: a stream of struct abi_thread, each with its kernel stack behind it, and
 * of struct abi_unmoved for those of which there is nothing new.
 */
#include "collect/bpf_source.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PF_KTHREAD 0x00200000

/*
 * The letter of /proc/PID/stat. Bits: include/linux/sched.h (__TASK_STOPPED 4, __TASK_TRACED 8,
 * EXIT_DEAD 0x10, EXIT_ZOMBIE 0x20, TASK_PARKED 0x40, TASK_NOLOAD 0x400), the same from 5.10 on.
 * Later ones, which stand alone and are shown as D: TASK_RTLOCK_WAIT 0x1000 (5.15), TASK_FROZEN
 * 0x8000 (6.1).
 */
static char state_letter(uint32_t state, uint32_t exit_state)
{
	if (exit_state & 0x20)
		return 'Z';
	if (exit_state & 0x10)
		return 'X';
	if (state & 0x8)
		return 't';
	if (state & 0x4)
		return 'T';
	if (state & 0x40)
		return 'P';
	if (state & 0x2)
		return state & 0x400 ? 'I' : 'D';
	if (state & 0x9000)
		return 'D';
	if (state & 0x1)
		return 'S';
	return 'R';
}

static void sample_from(const struct bpf_source *source, const struct abi_thread *thread,
			const uint64_t *kernel_stack, struct lc_sample *sample)
{
	*sample = (struct lc_sample){
		.parent_pid = thread->parent_pid,
		.state = state_letter(thread->state, thread->exit_state),
		.on_cpu = thread->on_cpu,
		.kernel_thread = thread->flags & PF_KTHREAD,
		.files = thread->files,
		.now = thread->now,
		.start_time = thread->start_time,
		.run_ns = thread->run_ns,
		.voluntary_switches = thread->voluntary_switches,
		.involuntary_switches = thread->involuntary_switches,
		.last_wake_at = thread->last_wake_at,
		.blocker = { .lock = thread->blocker.lock,
			     .kind = thread->blocker.kind,
			     .hint = thread->blocker.hint,
			     .owner_tid = thread->blocker.owner_tid,
			     .owner_pid = thread->blocker.owner_pid },
		.thread_pointer = thread->thread_pointer,
		.kernel_stack = kernel_stack,
		.kernel_depth = thread->kernel_depth,
	};
	bpf_task_to_lc(&thread->task, &sample->task);
	bpf_task_to_lc(&thread->waker, &sample->waker);
	bpf_syscall_to_lc(&thread->syscall, &sample->syscall);
	bpf_registers_to_lc(&thread->registers, &sample->registers);
	memcpy(sample->process_comm, thread->process_comm, sizeof(sample->process_comm));
	sample->process_comm[sizeof(sample->process_comm) - 1] = '\0';
	if (thread->exec_start)
		sample->still_since = cpu_clocks_convert(source->clocks, thread->cpu,
							 thread->exec_start);
	/* A new thread that never ran has the parent's value here, or none. */
	if (sample->still_since < thread->start_time)
		sample->still_since = thread->start_time;
}

/* One pass of the iterator. */
struct pass {
	struct bpf_source *source;
	collect_sample_fn fn; /* NULL: nobody listens */
	void *context;
	bool wanted_only; /* those in source->wanted */
};

static int compare_tids(const void *a, const void *b)
{
	pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

	return x < y ? -1 : x > y;
}

static bool is_wanted(const struct bpf_source *source, pid_t tid)
{
	return source->wanted_count &&
	       bsearch(&tid, source->wanted, source->wanted_count, sizeof(tid), compare_tids);
}

static int note_wanted(struct bpf_source *source, pid_t tid)
{
	size_t capacity = source->wanted_capacity ? 2 * source->wanted_capacity : 64;
	pid_t *grown;

	if (source->wanted_count == source->wanted_capacity) {
		grown = realloc(source->wanted, capacity * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		source->wanted = grown;
		source->wanted_capacity = capacity;
	}
	source->wanted[source->wanted_count++] = tid;
	return 0;
}

static int give_unmoved(struct pass *pass, const struct abi_unmoved *thread)
{
	struct lc_sample sample = { .task.tid = thread->tid,
				    .start_time = thread->start_time,
				    .now = thread->now,
				    .unmoved = true };
	int r = pass->fn(pass->context, &sample);

	return r == COLLECT_WANTS_WHOLE ? note_wanted(pass->source, thread->tid) : r;
}

static int give_whole(struct pass *pass, const struct abi_thread *thread)
{
	struct lc_sample sample;

	if (pass->wanted_only && !is_wanted(pass->source, thread->task.tid))
		return 0;
	sample_from(pass->source, thread, (const uint64_t *)(thread + 1), &sample);
	return pass->fn(pass->context, &sample);
}

/* tid 0: not in our PID namespace. */
static int give_record(struct pass *pass, const void *record, uint32_t size)
{
	const struct abi_unmoved *unmoved = record;
	const struct abi_thread *whole = record;

	if (!pass->fn)
		return 0;
	if (size == sizeof(*unmoved))
		return unmoved->tid ? give_unmoved(pass, unmoved) : 0;
	return whole->task.tid ? give_whole(pass, whole) : 0;
}

static bool is_sound(const struct abi_thread *thread, uint32_t size)
{
	return size >= sizeof(*thread) && size <= SWEEP_BUFFER_BYTES &&
	       thread->kernel_depth <= (size - sizeof(*thread)) / sizeof(uint64_t);
}

/* Gives the records that lie in the buffer to the end; returns how many bytes they were. */
static ssize_t give_records(struct pass *pass, const char *buffer, size_t size)
{
	const struct abi_thread *thread;
	size_t at = 0;
	int r;

	while (size - at >= sizeof(struct abi_unmoved)) {
		thread = (const void *)(buffer + at);
		if (thread->size != sizeof(struct abi_unmoved) && !is_sound(thread, thread->size))
			return -EPROTO;
		if (thread->size > size - at)
			break;
		r = give_record(pass, thread, thread->size);
		if (r < 0)
			return r;
		at += thread->size;
	}
	return at;
}

/*
 * Takes in the steps of a CPU's clock that are new. One that is being written just now is left for
 * later.
 */
static void note_clock(struct bpf_source *source, size_t cpu)
{
	const volatile struct abi_clock *clock = &source->kernel_clocks[cpu];
	uint64_t count = __atomic_load_n(&clock->count, __ATOMIC_ACQUIRE), number;

	number = count > ABI_CLOCK_STEPS ? count - ABI_CLOCK_STEPS : 0;
	if (number < source->clock_counts[cpu])
		number = source->clock_counts[cpu];
	for (; number < count; number++) {
		const volatile struct abi_clock_step *step =
			&clock->steps[number % ABI_CLOCK_STEPS];

		cpu_clocks_note(source->clocks, cpu, step->task_clock, step->offset);
	}
	source->clock_counts[cpu] = count;
}

void bpf_note_clocks(struct bpf_source *source)
{
	size_t cpu;

	for (cpu = 0; cpu < source->cpus; cpu++)
		note_clock(source, cpu);
}

static int run_pass(struct pass *pass)
{
	struct bpf_source *source = pass->source;
	_cleanup_close_ int fd = bpf_iter_create(bpf_link__fd(source->iterator));
	ssize_t got, given;
	size_t held = 0;

	if (fd < 0)
		return -errno;
	for (;;) {
		got = read(fd, source->sweep_buffer + held, SWEEP_BUFFER_BYTES - held);
		if (got < 0) {
			if (errno == EINTR || errno == EAGAIN)
				continue;
			return -errno;
		}
		if (got == 0)
			return held ? -EPROTO : 0;
		held += got;
		given = give_records(pass, source->sweep_buffer, held);
		if (given < 0)
			return given;
		held -= given;
		memmove(source->sweep_buffer, source->sweep_buffer + given, held);
	}
}

/* Once more, for those that somebody wants to know more of. The notes stay as they are: nobody
 * hears of the others. */
static int run_wanted(struct pass *pass)
{
	struct bpf_source *source = pass->source;

	if (!source->wanted_count)
		return 0;
	qsort(source->wanted, source->wanted_count, sizeof(source->wanted[0]), compare_tids);
	source->skeleton->bss->sweep_whole = 1;
	source->skeleton->bss->sweep_silent = 1;
	pass->wanted_only = true;
	return run_pass(pass);
}

int bpf_sweep(struct collect *collect, uint64_t kernel_stack_after_ns, collect_sample_fn fn,
	      void *context)
{
	struct bpf_source *source = collect->bpf;
	struct pass pass = { .source = source, .fn = fn, .context = context };
	bool stacks = kernel_stack_after_ns != UINT64_MAX;
	int r;

	bpf_note_clocks(source);
	source->wanted_count = 0;
	source->skeleton->bss->sweep_stack_after_ns = kernel_stack_after_ns;
	source->skeleton->bss->sweep_due_ns = stacks ? kernel_stack_after_ns
						     : collect->options.threshold_ns;
	source->skeleton->bss->sweep_whole = !source->sweep_taken_in;
	source->skeleton->bss->sweep_silent = 0;
	source->sweep_taken_in = false;
	r = run_pass(&pass);
	r = r ?: run_wanted(&pass);
	source->sweep_taken_in = !r;
	return r;
}

int bpf_sweep_unseen(struct collect *collect)
{
	struct pass pass = { .source = collect->bpf };

	bpf_note_clocks(collect->bpf);
	collect->bpf->skeleton->bss->sweep_stack_after_ns = UINT64_MAX;
	collect->bpf->skeleton->bss->sweep_whole = 1;
	collect->bpf->skeleton->bss->sweep_silent = 1;
	return run_pass(&pass);
}
