/* SPDX-License-Identifier: GPL-2.0-only */
/* The state of the BPF source, and what its files share. Private to this folder. */
#ifndef LEAKHOP_COLLECT_BPF_SOURCE_H
#define LEAKHOP_COLLECT_BPF_SOURCE_H

#include "collect/clock.h"
#include "collect/source.h"

#include "../../bpf/abi.h"
#include "leakhop.skel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

/* Big enough for the largest record of the iterator, several times. */
#define SWEEP_BUFFER_BYTES (256 << 10)

struct bpf_source {
	struct leakhop_bpf *skeleton;
	struct ring_buffer *ring;
	struct bpf_link *iterator;
	struct bpf_link *links[24]; /* of the programs at tracepoints and functions */
	size_t link_count;
	struct cpu_clocks *clocks;
	size_t cpus;
	const struct abi_clock *kernel_clocks; /* the map, by mmap; NULL before it is loaded */
	uint64_t *clock_counts;		       /* steps taken in, by CPU */
	char *sweep_buffer;
	bool sweep_taken_in; /* the last sweep was: what the kernel's notes rest on */
	pid_t *wanted;	     /* threads that the reader wants in full; sorted */
	size_t wanted_count, wanted_capacity;
	char load_log[4096]; /* the last of what libbpf had to say */
	struct bpf_go *go;   /* bpf_go.c; NULL: no goroutine events */
	/* during one collect_poll() */
	collect_event_fn event_fn;
	void *event_context;
	int event_result;
};

/* bpf_events.c: the ring buffer's callback. context is struct collect. */
int bpf_event_received(void *context, void *data, size_t size);

/* bpf_sweep.c; the second makes the kernel look at all, and tells nobody. */
int bpf_sweep(struct collect *collect, uint64_t kernel_stack_after_ns, collect_sample_fn fn,
	      void *context);
int bpf_sweep_unseen(struct collect *collect);

/* bpf_go.c: chooses what to load, before that; and gets ready or takes all probes away. */
void bpf_go_choose(struct collect *collect);
int bpf_go_start(struct collect *collect);
void bpf_go_stop(struct bpf_source *source);

/* The block of a process that has probes, and of this program; false: of one before. */
bool bpf_go_block(const struct bpf_source *source, const struct abi_go_block *record,
		  struct lc_go_raw_block *ret);

/* Takes in what the kernel side noted of the CPUs' clocks since the last call. */
void bpf_note_clocks(struct bpf_source *source);

/* Copies for the plain types of the model. */
void bpf_task_to_lc(const struct abi_task *from, struct lc_task *to);
void bpf_registers_to_lc(const struct abi_registers *from, struct lc_registers *to);
void bpf_syscall_to_lc(const struct abi_syscall *from, struct lc_syscall *to);

/*
 * cgroup.c: the folder's inode and the hierarchy's controller, "" for v2. 0, -ENOENT,
 * -ENAMETOOLONG.
 */
int cgroup_find(const char *path, uint64_t *ret_id, char *ret_controller, size_t size,
		struct error *error);

/*
 * The same of one line of /proc/self/mountinfo (proc.rst, section 3.5), which is cut into words:
 * false where it is no cgroup hierarchy that has path.
 */
bool cgroup_try_mount(char *line, const char *path, uint64_t *ret_id, char *ret_controller,
		      size_t size);

#endif
