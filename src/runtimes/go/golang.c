// SPDX-License-Identifier: GPL-2.0-only
/* The processes that were looked at, and the names of their stacks: see golang.h. */
#include "runtimes/go/golang.h"
#include "runtimes/go/image/open.h"
#include "runtimes/go/image/pclntab.h"
#include "runtimes/go/private.h"
#include "target/core.h"
#include "target/file.h"
#include "target/proc.h"
#include "util/compare.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define KNOWN_MAX 16384
#define FRAMES_NAMED (GO_FRAMES_MAX * 2)
/* A program may load Go later, as a shared library. */
#define LOOK_AGAIN_NS 10000000000ull
/* One that has just been started has its run-time system soon. */
#define LOOK_AGAIN_SOON_NS 1000000ull

static void forget(struct golang *golang, struct go_known *known)
{
	HASH_DEL(golang->known, known);
	go_process_free(known->process);
	free(known);
}

static void golang_close(struct runtime *runtime)
{
	struct golang *golang = golang_of(runtime);

	while (golang->known)
		forget(golang, golang->known);
	go_images_release(&golang->images);
	free(golang->kinds);
	free(golang);
}

static struct go_known *find(struct golang *golang, pid_t pid)
{
	struct go_known *known;

	HASH_FIND(hh, golang->known, &pid, sizeof(pid), known);
	if (known)
		known->used = true;
	return known;
}

struct go_process *go_known_process(struct golang *golang, pid_t pid)
{
	struct go_known *known = find(golang, pid);

	return known ? known->process : NULL;
}

static void golang_keep(struct runtime *runtime, const pid_t *pids, size_t count)
{
	struct golang *golang = golang_of(runtime);
	struct go_known *known, *next;

	HASH_ITER(hh, golang->known, known, next) {
		if (!known->used && !bsearch(&known->pid, pids, count, sizeof(*pids), compare_pids))
			forget(golang, known);
		else
			known->used = false;
	}
	go_images_begin_drop(&golang->images);
	for (known = golang->known; known; known = known->hh.next) {
		if (known->process)
			go_images_hold(&golang->images, known->process);
	}
	go_images_drop(&golang->images);
}

static void golang_forget(struct runtime *runtime, struct lc_go *model, pid_t pid)
{
	struct golang *golang = golang_of(runtime);
	struct lc_go_process *process = lc_go_find(model, pid);
	struct go_known *known = find(golang, pid);

	if (process)
		lc_go_forget(model, process);
	if (known)
		forget(golang, known);
}

/* The file that a process executes; 0 if that can't be seen. */
static uint64_t executable(pid_t pid)
{
	struct stat status;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	/* A server that the file may lie on is not asked. */
	return target_path_status(path, &status) < 0 ? 0 : status.st_ino;
}

/* What tells one process from the next of its number, and its name. */
static int identify(const struct golang *golang, pid_t pid, struct target_stat *ret_stat,
		    uint64_t *ret_exe)
{
	const struct target_core *core = target_core_of(golang->images.access);

	if (!core) {
		*ret_exe = executable(pid);
		return target_read_stat(pid, pid, ret_stat);
	}
	if (pid != core->pid)
		return -ESRCH;
	*ret_exe = 0;
	*ret_stat = (struct target_stat){ .state = 'S' };
	memcpy(ret_stat->comm, core->comm, sizeof(ret_stat->comm));
	return 0;
}

int go_know_process(struct golang *golang, pid_t pid, uint64_t now, struct go_known **ret,
		    struct target_stat *stat)
{
	struct go_known *known = find(golang, pid);
	uint64_t exe, look_again = LOOK_AGAIN_SOON_NS;
	int r = identify(golang, pid, stat, &exe);

	if (r < 0)
		return r;
	if (known && (known->start_time != stat->start_ticks || known->exe != exe)) {
		forget(golang, known);
		known = NULL;
	} else if (known && known->error && now - known->looked_at >= known->look_again) {
		look_again = known->look_again * 2;
		forget(golang, known);
		known = NULL;
	}
	if (!known) {
		if (HASH_COUNT(golang->known) >= KNOWN_MAX)
			return -ENOSPC;
		known = calloc(1, sizeof(*known));
		if (!known)
			return -ENOMEM;
		known->pid = pid;
		known->start_time = stat->start_ticks;
		known->exe = exe;
		known->looked_at = now;
		known->error = go_process_open(&golang->images, pid, now, &known->process,
					       known->version_text, known->reason);
		known->look_again = known->error == -ENOTSUP && look_again < LOOK_AGAIN_NS
					    ? look_again
					    : LOOK_AGAIN_NS;
		HASH_ADD(hh, golang->known, pid, sizeof(pid), known);
	} else if (known->process) {
		go_process_refresh(&golang->images, known->process, now);
	}
	*ret = known;
	return 0;
}

static void golang_know(struct runtime *runtime, pid_t pid, uint64_t now)
{
	struct golang *golang = golang_of(runtime);
	struct target_stat stat;
	struct go_known *known;

	if (!find(golang, pid))
		(void)go_know_process(golang, pid, now, &known, &stat);
}

static int golang_sweep(struct runtime *runtime, struct lc_go *model, pid_t pid, uint64_t now,
			unsigned attempts, struct lc_go_process **ret_process)
{
	struct golang *golang = golang_of(runtime);
	struct lc_go_process *process;
	struct target_stat stat;
	struct go_known *known;
	int r = go_know_process(golang, pid, now, &known, &stat);

	if (r < 0 || (known->error && known->error != -ENOTSUP))
		return r < 0 ? r : known->error;
	process = lc_go_get(model, pid, known->start_time);
	if (!process)
		return -ENOMEM;
	*ret_process = process;
	memcpy(process->comm, stat.comm, sizeof(process->comm));
	memcpy(process->version, known->version_text, sizeof(process->version));
	memcpy(process->unsupported, known->reason, sizeof(process->unsupported));
	if (known->error)
		return known->error;
	snprintf(process->other_runtime, sizeof(process->other_runtime), "%s",
		 known->process->other_runtime ?: "");
	process->links_c = known->process->links_c;
	return go_sweep(golang, known->process, process, now, attempts);
}

static struct lc_frame frame_of(const struct go_image *image, const struct go_call *call,
				uint64_t vaddr)
{
	return (struct lc_frame){
		.function = call->function,
		.file = call->file,
		.line = call->line,
		.module = image->path,
		.offset = vaddr - call->entry,
		.inlined = call->inlined,
		.go = true,
		.own = go_image_is_own(image, call->function),
	};
}

/* The calls behind one raw frame, as frames with names. */
static size_t name_frame(struct golang *golang, const struct lc_raw_frame *raw, bool alone,
			 struct lc_frame *frames, size_t capacity)
{
	const struct go_image *image = go_images_numbered(&golang->images, raw->module);
	struct go_call calls[GO_INLINED_MAX];
	size_t i, count = 0, used = 0;

	if (image)
		count = pclntab_calls(image, raw->vaddr, raw->interrupted, calls);
	if (!count && capacity) {
		frames[0] = (struct lc_frame){ .address = raw->address, .offset = raw->vaddr };
		return 1;
	}
	for (i = 0; i < count && used < capacity; i++) {
		/*
		 * Go's own dumps leave out what the compiler made, too; but a stack is never empty.
		 */
		if (calls[i].wrapper && !alone)
			continue;
		frames[used] = frame_of(image, &calls[i], raw->vaddr);
		frames[used++].address = raw->address;
	}
	return used;
}

static size_t golang_calls(struct runtime *runtime, uint64_t device, uint64_t inode, uint64_t vaddr,
			   struct lc_frame *frames, size_t capacity)
{
	const struct go_image *image = go_images_of_file(&golang_of(runtime)->images, device,
							 inode);
	struct go_call calls[GO_INLINED_MAX];
	size_t i, count = 0;

	if (image && image->table)
		count = pclntab_calls(image, vaddr, /* exact= */ true, calls);
	for (i = 0; i < count && i < capacity; i++)
		frames[i] = frame_of(image, &calls[i], vaddr);
	return i;
}

static int golang_name(struct runtime *runtime, uint32_t id)
{
	struct golang *golang = golang_of(runtime);
	const struct lc_stack *stack = lc_stacks_get(golang->stacks, id);
	struct lc_frame *frames;
	size_t i, count = 0;
	int r;

	if (!stack || stack->frames)
		return 0;
	frames = calloc(FRAMES_NAMED, sizeof(*frames));
	if (!frames)
		return -ENOMEM;
	for (i = 0; i < stack->raw_count && count < FRAMES_NAMED; i++)
		count += name_frame(golang, &stack->raw[i], stack->raw_count == 1, frames + count,
				    FRAMES_NAMED - count);
	r = lc_stacks_set_frames(golang->stacks, id, frames, count);
	free(frames);
	return r;
}

static const struct runtime_operations operations = {
	.close = golang_close,
	.sweep = golang_sweep,
	.keep = golang_keep,
	.forget = golang_forget,
	.describe = golang_describe,
	.holders = golang_holders,
	.forward = golang_forward,
	.stands = golang_stands,
	.called = golang_called,
	.reach = golang_reach,
	.explain = golang_explain,
	.retained = golang_retained,
	.name = golang_name,
	.labels = golang_labels,
	.know = golang_know,
	.calls = golang_calls,
	.probes = golang_probes,
	.note_site = golang_note_site,
	.note_block = golang_note_block,
	.intern = golang_intern,
	.dump = golang_dump,
};

int golang_open(struct lc_stacks *stacks, struct target_access *access, struct binary_files *files,
		struct runtime **ret_runtime)
{
	struct golang *golang = calloc(1, sizeof(*golang));

	if (!golang)
		return -ENOMEM;
	golang->runtime.does = &operations;
	golang->stacks = stacks;
	golang->images.access = access;
	golang->images.files = files;
	*ret_runtime = &golang->runtime;
	return 0;
}
