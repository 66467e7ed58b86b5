// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads the BPF programs to fit this kernel, attaches them, and takes all of it away again. Maps
 * and programs that the kernel lacks, or that were not asked for, are not loaded: what the kernel
 * can't do may stand in a branch that its verifier never enters. Relies on libbpf 1.0 and
 * features.h.
 */
#include "collect/bpf_source.h"
#include "collect/features.h"
#include "collect/functions.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <bpf/btf.h>

/* A whole host spawns in bursts, each spawn with its copy of a stack. */
#define RING_GROWTH 4

/* libbpf's print function has no context argument: one load at a time keeps its words here. */
static __thread struct bpf_source *loading;

static int keep_words(enum libbpf_print_level level, const char *format, va_list args)
{
	size_t used;

	if (!loading || level == LIBBPF_DEBUG)
		return 0;
	used = strlen(loading->load_log);
	if (used > sizeof(loading->load_log) / 2)
		used = 0;
	return vsnprintf(loading->load_log + used, sizeof(loading->load_log) - used, format, args);
}

static int32_t subsystem_index(const char *controller)
{
	struct btf *btf = btf__load_vmlinux_btf();
	const struct btf_type *type;
	int32_t id, index = -1;
	char name[64];
	int i;

	if (!*controller || libbpf_get_error(btf))
		return -1;
	snprintf(name, sizeof(name), "%s_cgrp_id", controller);
	id = btf__find_by_name_kind(btf, "cgroup_subsys_id", BTF_KIND_ENUM);
	type = id > 0 ? btf__type_by_id(btf, id) : NULL;
	for (i = 0; type && i < btf_vlen(type); i++) {
		const struct btf_enum *value = btf_enum(type) + i;

		if (!strcmp(btf__name_by_offset(btf, value->name_off), name))
			index = value->val;
	}
	btf__free(btf);
	return index;
}

/* Which optional things this kernel has, and the user did not forbid. */
static void settings_of_features(struct abi_settings *settings, const struct collect *collect)
{
	const struct collect_features *features = &collect->features;
	unsigned without = collect->options.without;

	settings->have_task_storage = features->list[COLLECT_TASK_STORAGE].state == COLLECT_YES &&
				      !(without & COLLECT_WITHOUT_TASK_STORAGE);
	settings->have_pt_regs_helper = features->list[COLLECT_PT_REGS].state == COLLECT_YES &&
					!(without & COLLECT_WITHOUT_PT_REGS);
	settings->have_btf_pointers = features->list[COLLECT_TRACING].state == COLLECT_YES &&
				      !(without & COLLECT_WITHOUT_TP_BTF);
	settings->have_current_btf = features->current_task_btf && settings->have_btf_pointers;
	settings->coarse_clock = settings->have_current_btf && features->always_ticks;
	/* Both need the task as a BTF pointer, which a raw tracepoint does not get. */
	if (!settings->have_btf_pointers)
		settings->have_task_storage = settings->have_pt_regs_helper = 0;
}

static int fill_settings(struct abi_settings *settings, const struct collect *collect,
			 struct error *error)
{
	const struct collect_options *options = &collect->options;
	const struct collect_filter *filter = &options->filter;
	char controller[32] = "";
	int r;

	*settings = (struct abi_settings){
		.threshold_ns = options->threshold_ns,
		.stack_bytes = options->stack_bytes,
		.all = filter->all,
		.children = filter->children,
		.user_threads = filter->user_threads,
		.kernel_threads = !filter->kernel_threads		     ? 0
				  : collect_busy_kernel_threads_only(filter) ? 2
									     : 1,
		.by_pid = filter->pid_count > 0,
		.by_tid = filter->tid_count > 0,
		.by_comm = filter->comm != NULL,
		.by_cgroup = filter->cgroup != NULL,
		.short_blocks = options->short_blocks,
		.cgroup_subsystem = -1,
	};
	if (filter->comm)
		memcpy(settings->comm, filter->comm,
		       strnlen(filter->comm, sizeof(settings->comm) - 1));
	settings_of_features(settings, collect);
	if (!filter->cgroup)
		return 0;
	r = cgroup_find(filter->cgroup, (uint64_t *)&settings->cgroup_id, controller,
			sizeof(controller), error);
	if (r < 0)
		return r;
	settings->cgroup_subsystem = subsystem_index(controller);
	return 0;
}

/*
 * The tracepoint programs stand in sections raw_tp/NAME, which every kernel takes. Where it can,
 * they are loaded as tp_btf instead: the same arguments, but fields can be read by a plain load.
 * (The other way round libbpf would insist on the section's kind.)
 */
static int make_tp_btf(struct bpf_program *program, const char *tracepoint)
{
	int r = bpf_program__set_type(program, BPF_PROG_TYPE_TRACING);

	r = r ?: bpf_program__set_expected_attach_type(program, BPF_TRACE_RAW_TP);
	return r ?: bpf_program__set_attach_target(program, 0, tracepoint);
}

/* "raw_tp/sched_switch" -> "sched_switch"; NULL for the iterator and the probes of Go. */
static const char *tracepoint_of(const struct bpf_program *program)
{
	const char *section = bpf_program__section_name(program);

	return strncmp(section, "raw_tp/", 7) ? NULL : section + 7;
}

static int choose_programs(struct collect *collect)
{
	const struct collect_options *options = &collect->options;
	struct leakhop_bpf *skeleton = collect->bpf->skeleton;
	const struct abi_settings *settings = (const void *)&skeleton->rodata->settings;
	struct leakhop_bpf *s = skeleton;
	uint32_t functions = collect->features.functions;
	bool syscalls = options->events && !functions && options->calls == COLLECT_CALLS_ALWAYS &&
			!(options->without & COLLECT_WITHOUT_SYSCALLS);
	bool storage = settings->have_task_storage;
	struct bpf_program *program;
	int r;

	if (options->filter.all)
		bpf_map__set_max_entries(s->maps.events,
					 RING_GROWTH * bpf_map__max_entries(s->maps.events));
	bpf_map__set_autocreate(s->maps.notes_storage, storage);
	bpf_map__set_autocreate(s->maps.notes_hash, !storage);
	bpf_program__set_autoload(s->progs.leakhop_waking, options->events);
	bpf_program__set_autoload(s->progs.leakhop_fork, options->events);
	bpf_program__set_autoload(s->progs.leakhop_exec, options->events);
	bpf_program__set_autoload(s->progs.leakhop_exit, options->events);
	bpf_program__set_autoload(s->progs.leakhop_syscall_exit, syscalls);
	bpf_program__set_autoload(s->progs.leakhop_block_end,
				  options->events && options->short_blocks);
	bpf_go_choose(collect);
	bpf_object__for_each_program(program, s->obj) {
		if (functions_is_for_one(program))
			bpf_program__set_autoload(program, functions_is_among(program, functions));
		if (!settings->have_btf_pointers || !bpf_program__autoload(program) ||
		    !tracepoint_of(program))
			continue;
		r = make_tp_btf(program, tracepoint_of(program));
		if (r < 0)
			return r;
	}
	return 0;
}

static int load_failed(struct bpf_source *source, int r, struct error *error)
{
	char *end = strchr(source->load_log, '\n');

	if (end)
		*end = '\0';
	if (r == -EPERM) {
		error_say(error, r, "not permitted to load BPF programs");
		error_remedy(error, "run it as root (sudo); see `leakhop doctor`");
		return r;
	}
	error_say(error, -EOPNOTSUPP, "this kernel does not take the BPF programs: %s (%s)",
		  strerror(-r), source->load_log[0] ? source->load_log : "no reason given");
	error_remedy(error, "see `leakhop doctor`; --without may find a way round");
	return -EOPNOTSUPP;
}

static int fill_requests(struct bpf_source *source, const struct collect_filter *filter)
{
	int pids = bpf_map__fd(source->skeleton->maps.requested_pids);
	int tids = bpf_map__fd(source->skeleton->maps.requested_tids);
	uint32_t one = 1;
	size_t i;

	for (i = 0; i < filter->pid_count; i++) {
		if (bpf_map_update_elem(pids, &filter->pids[i], &one, BPF_ANY))
			return -errno;
	}
	for (i = 0; i < filter->tid_count; i++) {
		if (bpf_map_update_elem(tids, &filter->tids[i], &one, BPF_ANY))
			return -errno;
	}
	return 0;
}

static int attach_all(struct bpf_source *source, bool raw)
{
	struct leakhop_bpf *skeleton = source->skeleton;
	struct bpf_program *program;
	struct bpf_link *link;
	const char *name;

	bpf_object__for_each_program(program, skeleton->obj) {
		name = tracepoint_of(program);
		if ((!name && !functions_is_for_one(program)) || !bpf_program__autoload(program))
			continue;
		link = raw && name ? bpf_program__attach_raw_tracepoint(program, name)
				   : bpf_program__attach_trace(program);
		if (!link)
			return -errno;
		source->links[source->link_count++] = link;
	}
	return 0;
}

/*
 * A CPU's clock lag is known from its first switch away from a task on. Going there and leaving
 * makes one happen at once, on each CPU that this thread may use.
 */
static void visit_cpus(const struct bpf_source *source)
{
	struct timespec nap = { .tv_nsec = 1000 };
	cpu_set_t before, one;
	size_t cpu;

	if (sched_getaffinity(0, sizeof(before), &before))
		return;
	for (cpu = 0; cpu < source->cpus && cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &before))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (!sched_setaffinity(0, sizeof(one), &one))
			nanosleep(&nap, NULL);
	}
	sched_setaffinity(0, sizeof(before), &before);
}

static int bpf_allocate(struct bpf_source *source)
{
	int cpus = libbpf_num_possible_cpus();

	source->cpus = cpus < 1 ? 1 : cpus > ABI_CPUS ? ABI_CPUS : cpus;
	source->sweep_buffer = malloc(SWEEP_BUFFER_BYTES);
	source->clock_counts = calloc(source->cpus, sizeof(source->clock_counts[0]));
	if (!source->sweep_buffer || !source->clock_counts)
		return -ENOMEM;
	return cpu_clocks_create(source->cpus, &source->clocks);
}

static size_t clocks_bytes(const struct bpf_source *source)
{
	size_t page = sysconf(_SC_PAGESIZE);

	return (source->cpus * sizeof(struct abi_clock) + page - 1) / page * page;
}

static int map_clocks(struct bpf_source *source)
{
	void *mapped = mmap(NULL, clocks_bytes(source), PROT_READ, MAP_SHARED,
			    bpf_map__fd(source->skeleton->maps.clocks), 0);

	if (mapped == MAP_FAILED)
		return -errno;
	source->kernel_clocks = mapped;
	return 0;
}

/*
 * The iterator comes first: it tells the programs who leakhop itself is and who is of interest,
 * before any of them runs.
 */
static int bpf_start(struct collect *collect)
{
	struct bpf_source *source = collect->bpf;
	int r;

	r = fill_requests(source, &collect->options.filter);
	r = r ?: map_clocks(source);
	if (r < 0)
		return r;
	source->iterator = bpf_program__attach_iter(source->skeleton->progs.leakhop_sweep, NULL);
	if (!source->iterator)
		return -errno;
	r = bpf_sweep_unseen(collect);
	if (r < 0)
		return r;
	r = attach_all(source, !source->skeleton->rodata->settings.have_btf_pointers);
	if (r < 0)
		return r;
	if (collect->options.events) {
		source->ring = ring_buffer__new(bpf_map__fd(source->skeleton->maps.events),
						bpf_event_received, collect, NULL);
		if (!source->ring)
			return -errno;
	}
	visit_cpus(source);
	return bpf_go_start(collect);
}

static int bpf_load(struct collect *collect, struct error *error)
{
	struct bpf_source *source = collect->bpf;
	int r;

	source->skeleton = leakhop_bpf__open();
	if (!source->skeleton)
		return load_failed(source, -errno, error);
	r = fill_settings((struct abi_settings *)&source->skeleton->rodata->settings, collect,
			  error);
	if (r < 0)
		return r;
	bpf_map__set_max_entries(source->skeleton->maps.clocks, source->cpus);
	r = choose_programs(collect);
	r = r ?: leakhop_bpf__load(source->skeleton);
	if (!r)
		r = bpf_start(collect);
	return r < 0 ? load_failed(source, r, error) : 0;
}

static void bpf_unload(struct bpf_source *source)
{
	size_t i;

	ring_buffer__free(source->ring);
	bpf_link__destroy(source->iterator);
	for (i = 0; i < source->link_count; i++)
		bpf_link__destroy(source->links[i]);
	if (source->kernel_clocks)
		munmap((void *)source->kernel_clocks, clocks_bytes(source));
	leakhop_bpf__destroy(source->skeleton);
	source->ring = NULL;
	source->iterator = NULL;
	source->link_count = 0;
	source->kernel_clocks = NULL;
	source->skeleton = NULL;
	source->load_log[0] = '\0';
}

/* What a kernel does not take at its functions costs no more than these. */
static int bpf_open(struct collect *collect, struct error *error)
{
	libbpf_print_fn_t before;
	struct bpf_source *source;
	int r;

	source = collect->bpf = calloc(1, sizeof(*source));
	if (!source)
		return error_set(error, -ENOMEM, "cannot start");
	r = bpf_allocate(source);
	if (r < 0)
		return error_set(error, r, "cannot start");
	before = libbpf_set_print(keep_words);
	loading = source;
	r = bpf_load(collect, error);
	if (r == -EOPNOTSUPP && collect->features.functions) {
		collect->features.functions = 0;
		bpf_unload(source);
		r = bpf_load(collect, error);
	}
	loading = NULL;
	libbpf_set_print(before);
	return r;
}

static void bpf_close(struct collect *collect)
{
	struct bpf_source *source = collect->bpf;

	if (!source)
		return;
	bpf_go_stop(source);
	bpf_unload(source);
	free(source->clock_counts);
	cpu_clocks_free(source->clocks);
	free(source->sweep_buffer);
	free(source->wanted);
	free(source);
	collect->bpf = NULL;
}

static int bpf_fd(const struct collect *collect)
{
	return collect->bpf->ring ? ring_buffer__epoll_fd(collect->bpf->ring) : -1;
}

static int bpf_consume(struct collect *collect, collect_event_fn fn, void *context)
{
	struct bpf_source *source = collect->bpf;
	int r;

	if (!source->ring)
		return 0;
	source->event_fn = fn;
	source->event_context = context;
	source->event_result = 0;
	r = ring_buffer__consume(source->ring);
	return r < 0 ? r : source->event_result;
}

static struct cpu_clocks *bpf_clocks(const struct collect *collect)
{
	return collect->bpf->clocks;
}

static void bpf_lost(const struct collect *collect, struct collect_lost *ret_lost)
{
	const struct leakhop_bpf *skeleton = collect->bpf->skeleton;

	*ret_lost = (struct collect_lost){
		.events = skeleton->bss->lost.ring_full,
		.stack_copies = skeleton->bss->lost.stack_copies,
		.targets = skeleton->bss->lost.targets_full,
		.goroutines = skeleton->bss->lost.go_full,
	};
}

bool collect_futex_wake(struct collect *collect, pid_t pid, uint64_t address,
			struct lc_futex_wake *ret_wake)
{
	struct abi_futex_key key = { .address = address, .pid = pid };
	struct abi_futex_wake wake;

	if (!collect->bpf ||
	    bpf_map_lookup_elem(bpf_map__fd(collect->bpf->skeleton->maps.futex_wakes), &key, &wake))
		return false;
	*ret_wake = (struct lc_futex_wake){ .at = wake.at,
					    .calls = wake.calls,
					    .empty_calls = wake.empty_calls,
					    .tid = wake.tid,
					    .woken = wake.woken };
	memcpy(ret_wake->comm, wake.comm, sizeof(ret_wake->comm) - 1);
	return true;
}

bool collect_epoll_return(struct collect *collect, pid_t pid, int fd,
			  struct lc_epoll_return *ret_return)
{
	struct abi_epoll_key key = { .pid = pid, .fd = fd };
	struct abi_epoll_return set;

	if (!collect->bpf ||
	    bpf_map_lookup_elem(bpf_map__fd(collect->bpf->skeleton->maps.epoll_returns), &key,
				&set))
		return false;
	*ret_return = (struct lc_epoll_return){ .at = set.at,
						.returns = set.returns,
						.last_change = set.last_change,
						.events = set.events };
	return true;
}

size_t collect_costs(struct collect *collect, struct collect_cost *costs, size_t capacity)
{
	struct bpf_program *program;
	size_t count = 0;

	if (!collect->bpf)
		return 0;
	bpf_object__for_each_program(program, collect->bpf->skeleton->obj) {
		struct bpf_prog_info info = {};
		uint32_t size = sizeof(info);

		if (count == capacity || bpf_program__fd(program) < 0 ||
		    bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size))
			continue;
		costs[count++] = (struct collect_cost){ .program = bpf_program__name(program),
							.runs = info.run_cnt,
							.run_ns = info.run_time_ns };
	}
	return count;
}

const struct collect_source collect_bpf_source = {
	.name = "bpf",
	.open = bpf_open,
	.close = bpf_close,
	.sweep = bpf_sweep,
	.fd = bpf_fd,
	.consume = bpf_consume,
	.clocks = bpf_clocks,
	.lost = bpf_lost,
};
