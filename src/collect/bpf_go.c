// SPDX-License-Identifier: GPL-2.0-only
/*
 * Uprobes in Go processes, as perf events: the kernel takes them away with their descriptors,
 * however leakhop ends. One set of programs serves all processes, told apart by a table
 * (bpf/go.bpf.c).
 */
#include "collect/bpf_source.h"
#include "util/now.h"

#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <uthash.h>

#define PROCESSES_MAX 64 /* as the table's */
#define MEASURED_CALLS 1000
#define REMOVERS 32

struct go_target {
	UT_hash_handle hh;
	pid_t pid;
	uint32_t generation;
	struct bpf_link *links[LC_GO_PROBES_MAX];
	size_t link_count;
};

struct bpf_go {
	struct go_target *targets;
	uint32_t generations;
	uint64_t probe_ns;
	struct bpf_link *measured; /* taken away with the others, since that takes time */
};

/*
 * A place to measure a probe at: takes a "goroutine" as Go's functions do, and goes on as they do,
 * where the probe stands.
 */
void bpf_go_measured(const void *goroutine);
extern const char bpf_go_measured_probe[];
#if defined(__x86_64__)
__asm__(".text\n.globl bpf_go_measured, bpf_go_measured_probe\n"
	".type bpf_go_measured, @function\n"
	"bpf_go_measured:\n\tmov %rdi, %rax\n"
	"bpf_go_measured_probe:\n\tpush %rbp\n\tpop %rbp\n\tret\n"
	".size bpf_go_measured, . - bpf_go_measured\n");
#else
__asm__(".text\n.globl bpf_go_measured, bpf_go_measured_probe\n"
	".type bpf_go_measured, %function\n"
	"bpf_go_measured:\n"
	"bpf_go_measured_probe:\n\tstp x29, x30, [sp, #-16]!\n\tldp x29, x30, [sp], #16\n\tret\n"
	".size bpf_go_measured, . - bpf_go_measured\n");
#endif

static bool wanted(const struct collect *collect)
{
	return collect->options.go_events && collect->options.events &&
	       !(collect->options.without & COLLECT_WITHOUT_UPROBES) &&
	       collect->features.list[COLLECT_UPROBES].state == COLLECT_YES;
}

void bpf_go_choose(struct collect *collect)
{
	struct leakhop_bpf *s = collect->bpf->skeleton;
	bool load = wanted(collect);

	bpf_program__set_autoload(s->progs.leakhop_go_born, load);
	bpf_program__set_autoload(s->progs.leakhop_go_made, load);
	bpf_program__set_autoload(s->progs.leakhop_go_coroutine, load);
	bpf_program__set_autoload(s->progs.leakhop_go_ended, load);
	bpf_program__set_autoload(s->progs.leakhop_go_parked, load);
	bpf_program__set_autoload(s->progs.leakhop_go_readied, load);
	bpf_program__set_autoload(s->progs.leakhop_go_network, load);
	bpf_map__set_autocreate(s->maps.go_processes, load);
	bpf_map__set_autocreate(s->maps.go_goroutines, load);
	bpf_map__set_autocreate(s->maps.go_births, load);
	bpf_map__set_autocreate(s->maps.go_sites, load);
	bpf_map__set_autocreate(s->maps.go_counts, load);
}

static uint64_t time_calls(void)
{
	uint64_t start = now_monotonic(), goroutine = 1; /* with its goid at 0 */
	int i;

	for (i = 0; i < MEASURED_CALLS; i++)
		bpf_go_measured(&goroutine);
	return now_monotonic() - start;
}

/* The first object is the program itself. */
static int find_offset(struct dl_phdr_info *info, size_t size, void *context)
{
	uint64_t *offset = context, vaddr = (uintptr_t)bpf_go_measured_probe - info->dlpi_addr;
	int i;

	(void)size;
	for (i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *header = &info->dlpi_phdr[i];

		if (header->p_type == PT_LOAD && vaddr >= header->p_vaddr &&
		    vaddr - header->p_vaddr < header->p_filesz)
			*offset = vaddr - header->p_vaddr + header->p_offset;
	}
	return 1;
}

/* What was noted meanwhile. */
static void forget_measuring(const struct bpf_source *source, const uint32_t *pid)
{
	size_t size = libbpf_num_possible_cpus() * sizeof(struct abi_go_counts);
	struct abi_go_key key = { .goid = 1, .pid = *pid };
	struct abi_go_counts *none = calloc(1, size);
	uint32_t zero = 0;

	bpf_map_delete_elem(bpf_map__fd(source->skeleton->maps.go_processes), pid);
	bpf_map_delete_elem(bpf_map__fd(source->skeleton->maps.go_goroutines), &key);
	if (none)
		bpf_map_update_elem(bpf_map__fd(source->skeleton->maps.go_counts), &zero, none,
				    BPF_ANY);
	free(none);
}

/* What one hit costs: the trap, the program for a wait, and the way back. */
static uint64_t measure_probe(struct bpf_source *source)
{
	struct {
		uint32_t pid;
		struct abi_go_process process; /* all offsets 0 */
	} row = { .pid = getpid() };
	const typeof(source->skeleton->maps) *maps = &source->skeleton->maps;
	uint64_t offset = 0, without, with;

	dl_iterate_phdr(find_offset, &offset);
	if (!offset)
		return 0;
	if (bpf_map_update_elem(bpf_map__fd(maps->go_processes), &row.pid, &row.process, BPF_ANY))
		return 0;
	without = time_calls();
	source->go->measured = bpf_program__attach_uprobe(source->skeleton->progs.leakhop_go_parked,
							  false, 0, "/proc/self/exe", offset);
	if (!source->go->measured)
		return 0;
	time_calls();
	with = time_calls();
	forget_measuring(source, &row.pid);
	return with > without ? (with - without) / MEASURED_CALLS : 0;
}

int bpf_go_start(struct collect *collect)
{
	struct bpf_source *source = collect->bpf;

	if (!wanted(collect))
		return 0;
	source->go = calloc(1, sizeof(*source->go));
	if (!source->go)
		return -ENOMEM;
	source->go->probe_ns = measure_probe(source);
	return 0;
}

/* Links that are to be taken away: the next one is whoever's turn it is. */
struct removal {
	struct bpf_link **links;
	size_t count;
	_Atomic size_t next;
};

static void *remove_links(void *argument)
{
	struct removal *removal = argument;
	size_t i;

	while ((i = removal->next++) < removal->count)
		bpf_link__destroy(removal->links[i]);
	return NULL;
}

/*
 * The kernel takes some 0.1 s to be sure that nobody is in a probe any more. Those who wait for
 * that at the same time wait together.
 */
static void remove_together(struct bpf_link **links, size_t count)
{
	struct removal removal = { .links = links, .count = count };
	pthread_t threads[REMOVERS];
	size_t started = 0;

	while (started < REMOVERS && started + 1 < count &&
	       !pthread_create(&threads[started], NULL, remove_links, &removal))
		started++;
	remove_links(&removal);
	while (started)
		pthread_join(threads[--started], NULL);
}

static struct go_target *find_target(const struct bpf_source *source, pid_t pid)
{
	struct go_target *target = NULL;

	if (source && source->go)
		HASH_FIND(hh, source->go->targets, &pid, sizeof(pid), target);
	return target;
}

/* The counts of a process make room for those of others. */
static void drop_sites(struct bpf_source *source, const struct go_target *target)
{
	int fd = bpf_map__fd(source->skeleton->maps.go_sites);
	struct abi_go_site_key kept, key, *last = NULL;

	while (!bpf_map_get_next_key(fd, last, &key)) {
		if (key.generation == target->generation && !bpf_map_delete_elem(fd, &key))
			continue;
		kept = key;
		last = &kept;
	}
}

static void drop_target(struct bpf_source *source, struct go_target *target)
{
	uint32_t pid = target->pid;

	remove_together(target->links, target->link_count);
	drop_sites(source, target);
	bpf_map_delete_elem(bpf_map__fd(source->skeleton->maps.go_processes), &pid);
	HASH_DEL(source->go->targets, target);
	free(target);
}

void bpf_go_stop(struct bpf_source *source)
{
	struct bpf_link *links[PROCESSES_MAX * LC_GO_PROBES_MAX + 1];
	struct go_target *target;
	size_t i, count = 0;

	if (!source->go)
		return;
	for (target = source->go->targets; target; target = target->hh.next) {
		for (i = 0; i < target->link_count; i++)
			links[count++] = target->links[i];
		target->link_count = 0;
	}
	if (source->go->measured)
		links[count++] = source->go->measured;
	remove_together(links, count);
	while (source->go->targets)
		drop_target(source, source->go->targets);
	free(source->go);
	source->go = NULL;
}

static struct bpf_program *program_for(const struct leakhop_bpf *s, enum lc_go_probe_kind kind)
{
	switch (kind) {
	case LC_GO_PROBE_BORN:
		return s->progs.leakhop_go_born;
	case LC_GO_PROBE_BORN_RESULT:
		return s->progs.leakhop_go_made;
	case LC_GO_PROBE_COROUTINE:
		return s->progs.leakhop_go_coroutine;
	case LC_GO_PROBE_ENDED:
		return s->progs.leakhop_go_ended;
	case LC_GO_PROBE_PARKED:
		return s->progs.leakhop_go_parked;
	case LC_GO_PROBE_READIED:
		return s->progs.leakhop_go_readied;
	default:
		return s->progs.leakhop_go_network;
	}
}

static int add_row(struct bpf_source *source, const struct lc_go_probes *probes,
		   uint32_t generation)
{
	struct abi_go_process row = {
		.generation = generation,
		.g_m = probes->g_m,
		.g_goid = probes->g_goid,
		.g_gopc = probes->g_gopc,
		.g_startpc = probes->g_startpc,
		.g_sched_bp = probes->g_sched_bp,
		.g_waitreason = probes->g_waitreason,
		.m_curg = probes->m_curg,
		.poll_rg = probes->poll_rg,
		.poll_wg = probes->poll_wg,
	};
	uint32_t pid = probes->pid;

	return bpf_map_update_elem(bpf_map__fd(source->skeleton->maps.go_processes), &pid, &row,
				   BPF_ANY)
		       ? -errno
		       : 0;
}

static int attach_probes(struct bpf_source *source, const struct lc_go_probes *probes,
			 struct go_target *target)
{
	struct bpf_link *link;
	size_t i;

	for (i = 0; i < probes->count && i < LC_GO_PROBES_MAX; i++) {
		link = bpf_program__attach_uprobe(
			program_for(source->skeleton, probes->list[i].kind), false, probes->pid,
			probes->path, probes->list[i].offset);
		if (!link)
			return -errno;
		target->links[target->link_count++] = link;
	}
	return 0;
}

int collect_go_attach(struct collect *collect, const struct lc_go_probes *probes,
		      struct error *error)
{
	struct bpf_source *source = collect->bpf;
	struct go_target *target;
	libbpf_print_fn_t before;
	int r;

	if (!source || !source->go)
		return error_say(error, -EOPNOTSUPP, "no probes here");
	if (find_target(source, probes->pid))
		return -EEXIST;
	if (HASH_COUNT(source->go->targets) == PROCESSES_MAX)
		return error_say(error, -ENOSPC, "probes are in %d Go processes already",
				 PROCESSES_MAX);
	target = calloc(1, sizeof(*target));
	if (!target)
		return error_set(error, -ENOMEM, "cannot watch process %d", probes->pid);
	target->pid = probes->pid;
	target->generation = ++source->go->generations;
	HASH_ADD(hh, source->go->targets, pid, sizeof(target->pid), target);
	before = libbpf_set_print(NULL);
	r = add_row(source, probes, target->generation);
	r = r ?: attach_probes(source, probes, target);
	libbpf_set_print(before);
	if (r < 0) {
		drop_target(source, target);
		return error_set(error, r, "cannot put probes into process %d", probes->pid);
	}
	return 0;
}

void collect_go_detach(struct collect *collect, pid_t pid)
{
	struct go_target *target = find_target(collect->bpf, pid);

	if (target)
		drop_target(collect->bpf, target);
}

bool collect_go_attached(const struct collect *collect, pid_t pid)
{
	return find_target(collect->bpf, pid) != NULL;
}

/* Numbers as in bpf/abi.h. */
static enum lc_go_readier readier_of(uint32_t kind)
{
	switch (kind) {
	case ABI_GO_BY_ITSELF:
		return LC_GO_READIER_GOROUTINE;
	case ABI_GO_BY_RUNTIME:
		return LC_GO_READIER_RUNTIME;
	case ABI_GO_BY_NETWORK:
		return LC_GO_READIER_NETWORK;
	default:
		return LC_GO_READIER_UNKNOWN;
	}
}

static size_t copy_frames(uint64_t *to, const __u64 *from, uint32_t depth, size_t capacity)
{
	size_t i;

	for (i = 0; i < depth && i < capacity; i++)
		to[i] = from[i];
	return i;
}

bool bpf_go_block(const struct bpf_source *source, const struct abi_go_block *record,
		  struct lc_go_raw_block *ret)
{
	struct go_target *target = find_target(source, record->pid);

	if (!target || target->generation != record->generation)
		return false;
	*ret = (struct lc_go_raw_block){
		.goid = record->goid,
		.parked_at = record->parked_at,
		.ready_at = record->head.at,
		.by = record->by,
		.readier = readier_of(record->by_kind),
		.reason = record->reason,
	};
	ret->depth = copy_frames(ret->stack, record->stack, record->depth, LC_GO_BLOCK_FRAMES);
	ret->by_depth = copy_frames(ret->by_stack, record->by_stack, record->by_depth,
				    LC_GO_READY_FRAMES);
	return true;
}

/* What a map has of a goroutine; false: nothing. */
static bool look_up(const struct collect *collect, const struct bpf_map *map, pid_t pid,
		    uint64_t goid, void *value)
{
	const struct go_target *target = find_target(collect->bpf, pid);
	struct abi_go_key key = { .goid = goid, .pid = pid };

	if (!target)
		return false;
	key.generation = target->generation;
	return !bpf_map_lookup_elem(bpf_map__fd(map), &key, value);
}

bool collect_go_goroutine(struct collect *collect, pid_t pid, uint64_t goid,
			  struct lc_go_exact *ret_exact)
{
	struct abi_go_note note;

	if (!look_up(collect, collect->bpf->skeleton->maps.go_goroutines, pid, goid, &note))
		return false;
	*ret_exact = (struct lc_go_exact){
		.born_at = note.born_at,
		.parent_goid = note.parent,
		.parked_at = note.parked_at,
		.ready_at = note.ready_at,
		.ready_by = note.ready_by,
		.readier = readier_of(note.ready_kind),
	};
	ret_exact->ready_depth = copy_frames(ret_exact->ready_stack, note.ready_stack,
					     note.ready_depth, LC_GO_READY_FRAMES);
	return true;
}

bool collect_go_birth(struct collect *collect, pid_t pid, uint64_t goid,
		      struct lc_go_birth *ret_birth)
{
	struct abi_go_birth birth;

	if (!look_up(collect, collect->bpf->skeleton->maps.go_births, pid, goid, &birth))
		return false;
	ret_birth->depth = copy_frames(ret_birth->stack, birth.stack, birth.depth,
				       LC_GO_BIRTH_FRAMES);
	ret_birth->parents_depth = copy_frames(ret_birth->parents_stack, birth.parents_stack,
					       birth.parents_depth, LC_GO_BIRTH_FRAMES);
	return true;
}

int collect_go_sites(struct collect *collect, pid_t pid, collect_go_site_fn fn, void *context)
{
	struct go_target *target = find_target(collect->bpf, pid);
	struct abi_go_site_key key, *last = NULL;
	struct abi_go_site site;
	int fd, r = 0;

	if (!target)
		return 0;
	fd = bpf_map__fd(collect->bpf->skeleton->maps.go_sites);
	/* Rows are removed by drop_sites() only, so the walk sees each. */
	while (!r && !bpf_map_get_next_key(fd, last, &key)) {
		struct lc_go_site_count count = { .spawn_pc = key.spawn_pc,
						  .entry_pc = key.entry_pc };

		last = &key;
		if (key.pid != (uint32_t)pid || key.generation != target->generation ||
		    bpf_map_lookup_elem(fd, &key, &site))
			continue;
		count.born = site.born;
		count.ended = site.ended;
		r = fn(context, &count);
	}
	return r < 0 ? r : 0;
}

void collect_go_counts(struct collect *collect, struct lc_go_counts *ret_counts)
{
	struct bpf_source *source = collect->bpf;
	struct abi_go_counts *counts;
	struct collect_cost costs[32];
	uint32_t zero = 0;
	size_t i, count;

	*ret_counts = (struct lc_go_counts){};
	if (!source || !source->go)
		return;
	counts = calloc(libbpf_num_possible_cpus(), sizeof(*counts));
	if (counts &&
	    !bpf_map_lookup_elem(bpf_map__fd(source->skeleton->maps.go_counts), &zero, counts)) {
		for (i = 0; i < (size_t)libbpf_num_possible_cpus(); i++) {
			ret_counts->born += counts[i].born;
			ret_counts->ended += counts[i].ended;
			ret_counts->parked += counts[i].parked;
			ret_counts->readied += counts[i].readied;
		}
	}
	free(counts);
	count = collect_costs(collect, costs, 32);
	for (i = 0; i < count; i++) {
		if (strncmp(costs[i].program, "leakhop_go_", 11))
			continue;
		ret_counts->runs += costs[i].runs;
		ret_counts->run_ns += costs[i].run_ns;
	}
}

uint64_t collect_go_probe_ns(const struct collect *collect)
{
	return collect->bpf && collect->bpf->go ? collect->bpf->go->probe_ns : 0;
}
