// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the run-time system of a Go program creates, ends, parks and readies goroutines
 * (src/runtime/proc.go and netpoll.go, 1.17 to 1.27): places for probes, found by name in the table
 * of functions, which stripped programs have too.
 *
 * Probes at returns by way of the stack (uretprobes) are out of the question: Go moves and checks
 * its stacks. All functions chosen run on a thread's system stack (newcoro apart), and are in no
 * version inlined. A function that finds its stack too small begins again, and a probe at its first
 * instruction would be hit twice; and most instructions the kernel has to single-step, which costs
 * ten times the rest on a virtual machine. So a probe goes to an instruction that the kernel
 * carries out itself: the push behind that check, the check's own branch, a call.
 */
#include "runtimes/go/probes/probes.h"
#include "runtimes/go/image/pclntab.h"
#include "runtimes/go/private.h"

#include <errno.h>
#include <gelf.h>
#include <stdio.h>
#include <string.h>

#define CODE_READ 32
#define RETURNS_MAX 8
#define CALLER_BYTES 1024

enum place {
	PLACE_ENTRY,
	PLACE_RETURNS,
	PLACE_CALL, /* of the second name, in the first */
};

static const struct {
	enum lc_go_probe_kind kind;
	enum place place;
	const char *name, *callee;
	bool has_other; /* the next line, where this one is not to be found */
	bool optional;
} places[] = {
	{ LC_GO_PROBE_BORN, PLACE_CALL, "runtime.newproc.func1", "runtime.runqput", true, false },
	{ LC_GO_PROBE_BORN_RESULT, PLACE_RETURNS, "runtime.newproc1", NULL, false, false },
	{ LC_GO_PROBE_COROUTINE, PLACE_RETURNS, "runtime.newcoro", NULL, false, true },
	{ LC_GO_PROBE_ENDED, PLACE_ENTRY, "runtime.gdestroy", NULL, true, false }, /* 1.22 */
	{ LC_GO_PROBE_ENDED, PLACE_ENTRY, "runtime.goexit0", NULL, false, false },
	{ LC_GO_PROBE_PARKED, PLACE_ENTRY, "runtime.park_m", NULL, false, false },
	{ LC_GO_PROBE_READIED, PLACE_ENTRY, "runtime.ready", NULL, false, false },
	{ LC_GO_PROBE_NETWORK, PLACE_ENTRY, "runtime.netpollready", NULL, false, false },
};

static bool has_bytes(const uint8_t *code, size_t size, size_t at, const void *bytes, size_t count)
{
	return at + count <= size && !memcmp(code + at, bytes, count);
}

#define PUSH_BP 0x55

/*
 * CMPQ SP, 16(R14), or LEAQ -N(SP), R12; CMPQ R12, 16(R14); then JLS. To 1.20 no push follows: the
 * branch. Without a check: the push, or the branch behind a comparison of an argument.
 */
static size_t entry_x86(const uint8_t *code, size_t size)
{
	size_t at = 0, next = 0;

	if (has_bytes(code, size, 0, "\x49\x3b\x66\x10", 4))
		at = 4;
	else if (has_bytes(code, size, 0, "\x4c\x8d\x64\x24", 4) &&
		 has_bytes(code, size, 5, "\x4d\x3b\x66\x10", 4))
		at = 9;
	else if (has_bytes(code, size, 0, "\x4c\x8d\xa4\x24", 4) &&
		 has_bytes(code, size, 8, "\x4d\x3b\x66\x10", 4))
		at = 12;
	else if (has_bytes(code, size, 0, "\x83\xf9", 2) && size > 3 && (code[3] & 0xf0) == 0x70)
		return 3;
	if (at && has_bytes(code, size, at, "\x76", 1))
		next = at + 2;
	else if (at && has_bytes(code, size, at, "\x0f\x86", 2))
		next = at + 6;
	if (!next)
		return 0;
	return next < size && code[next] == PUSH_BP ? next : at;
}

static uint32_t instruction(const uint8_t *code, size_t at)
{
	uint32_t word;

	memcpy(&word, code + at, sizeof(word));
	return word;
}

/* A branch on a condition: the kernel can carry it out (arch/arm64/kernel/probes/decode-insn.c). */
static bool is_branch_arm64(uint32_t word)
{
	return (word & 0xff000010) == 0x54000000;
}

/*
 * What a function without a check has before its first branch, and what leaves its arguments alone.
 */
static bool is_begin_arm64(uint32_t word)
{
	return (word & 0xffe00fff) == 0xf8000ffe || /* MOVD.W R30, -N(RSP) */
	       (word & 0xffe00fff) == 0xf80003fd || /* MOVD R29, -8(RSP) */
	       word == 0xd10023fd ||		    /* SUB $8, RSP, R29 */
	       (word & 0xbfc003ff) == 0xb90003ff || /* MOVD or MOVW ZR, N(RSP) */
	       (word & 0x7f00001f) == 0x7100001f;   /* CMP $N, any */
}

/*
 * MOVD 16(g), R16; [MOVD RSP, R17 or SUB $N, RSP, R17;] CMP; BLS: the branch. Without this check
 * the first branch.
 */
static size_t entry_arm64(const uint8_t *code, size_t size)
{
	size_t at;

	if (size < 4)
		return 0;
	if (instruction(code, 0) == 0xf9400b90) {
		for (at = 4; at <= 12 && at + 4 <= size; at += 4) {
			if ((instruction(code, at) & 0xff00001f) == 0x54000009)
				return at;
		}
		return 0;
	}
	for (at = 0; at + 4 <= size; at += 4) {
		if (is_branch_arm64(instruction(code, at)))
			return at;
		if (!is_begin_arm64(instruction(code, at)))
			return 0;
	}
	return 0;
}

size_t go_probe_entry(bool arm64, const uint8_t *code, size_t size)
{
	return arm64 ? entry_arm64(code, size) : entry_x86(code, size);
}

bool go_probe_call(bool arm64, const uint8_t *code, size_t size, uint64_t from, uint64_t to)
{
	int64_t distance = (int64_t)(to - from);

	if (arm64) /* BL */
		return size >= 4 && !(distance & 3) &&
		       instruction(code, 0) == (0x94000000u | ((distance >> 2) & 0x3ffffff));
	distance -= 5; /* CALL */
	return size >= 5 && code[0] == 0xe8 && instruction(code, 1) == (uint32_t)distance;
}

bool go_probe_return(bool arm64, const uint8_t *code, size_t size)
{
	return arm64 ? size >= 4 && instruction(code, 0) == 0xd65f03c0 : size && code[0] == 0xc3;
}

struct placing {
	const struct go_image *image;
	struct lc_go_probes *probes;
	bool arm64;
};

static bool add(struct placing *placing, enum lc_go_probe_kind kind, uint64_t vaddr)
{
	struct lc_go_probes *probes = placing->probes;
	uint64_t offset;

	if (!go_image_offset(placing->image, vaddr, 1, &offset) ||
	    probes->count == LC_GO_PROBES_MAX)
		return false;
	probes->list[probes->count++] = (struct lc_go_probe){
		.kind = kind,
		.offset = offset,
	};
	return true;
}

static bool place_at_entry(struct placing *placing, enum lc_go_probe_kind kind, uint64_t entry)
{
	const uint8_t *code = go_image_bytes(placing->image, entry, CODE_READ);

	return code && add(placing, kind, entry + go_probe_entry(placing->arm64, code, CODE_READ));
}

/*
 * Where a frame ends there is a return, or code of those who never had one: the call for a greater
 * stack.
 */
static bool place_at_returns(struct placing *placing, enum lc_go_probe_kind kind, uint64_t entry)
{
	uint64_t ends[RETURNS_MAX];
	struct go_function function;
	const uint8_t *code;
	size_t count, i, returns = 0;

	if (!pclntab_function(placing->image->table, entry, &function))
		return false;
	count = pclntab_frame_ends(placing->image->table, &function, ends, RETURNS_MAX);
	for (i = 0; i < count; i++) {
		code = go_image_bytes(placing->image, ends[i], 4);
		if (!code || !go_probe_return(placing->arm64, code, 4))
			continue;
		if (!add(placing, kind, ends[i]))
			return false;
		returns++;
	}
	return returns > 0 && count < RETURNS_MAX;
}

/* All four bytes of the distance must fit: what looks like a call of it is one. */
static bool place_at_call(struct placing *placing, enum lc_go_probe_kind kind, uint64_t entry,
			  uint64_t callee)
{
	struct go_function function;
	const uint8_t *code;
	uint64_t at;
	bool found = false;

	for (at = entry; callee && at < entry + CALLER_BYTES; at += placing->arm64 ? 4 : 1) {
		code = go_image_bytes(placing->image, at, 5);
		if (!code || !go_probe_call(placing->arm64, code, 5, at, callee))
			continue;
		if (!pclntab_function(placing->image->table, at, &function) ||
		    function.entry != entry)
			break;
		if (!add(placing, kind, at))
			return false;
		found = true;
	}
	return found;
}

static bool place_one(struct placing *placing, size_t number)
{
	const struct go_pclntab *table = placing->image->table;
	uint64_t entry = pclntab_named(table, places[number].name);

	if (!entry)
		return false;
	switch (places[number].place) {
	case PLACE_CALL:
		return place_at_call(placing, places[number].kind, entry,
				     pclntab_named(table, places[number].callee));
	case PLACE_RETURNS:
		return place_at_returns(placing, places[number].kind, entry);
	default:
		return place_at_entry(placing, places[number].kind, entry);
	}
}

static bool place_all(struct placing *placing)
{
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		/* newproc1() makes those of coroutines, too. */
		if (places[i].kind == LC_GO_PROBE_COROUTINE && placing->probes->count &&
		    placing->probes->list[0].kind == LC_GO_PROBE_BORN_RESULT)
			continue;
		if (place_one(placing, i))
			i += places[i].has_other;
		else if (!places[i].has_other && !places[i].optional)
			return false;
	}
	return true;
}

/* Arguments in registers: amd64 from 1.17 on, arm64 from 1.18 on. */
static int machine_of(const struct go_image *image, bool *ret_arm64)
{
	GElf_Ehdr header;

	if (!gelf_getehdr(image->elf, &header))
		return -ENOTSUP;
	*ret_arm64 = header.e_machine == EM_AARCH64;
	if (*ret_arm64)
		return image->version && image->version < GO_VERSION(1, 18, 0) ? -ENOTSUP : 0;
	return header.e_machine == EM_X86_64 ? 0 : -ENOTSUP;
}

static int fill_fields(const struct go_offsets *o, struct lc_go_probes *ret)
{
	const int32_t needed[] = { o->g_m,	 o->g_goid,	  o->g_gopc,
				   o->g_startpc, o->g_sched_bp,	  o->g_waitreason,
				   o->m_curg,	 o->poll_desc_rg, o->poll_desc_wg };
	size_t i;

	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (needed[i] < 0)
			return -ENOTSUP;
	}
	ret->g_m = o->g_m;
	ret->g_goid = o->g_goid;
	ret->g_gopc = o->g_gopc;
	ret->g_startpc = o->g_startpc;
	ret->g_sched_bp = o->g_sched_bp;
	ret->g_waitreason = o->g_waitreason;
	ret->m_curg = o->m_curg;
	ret->poll_rg = o->poll_desc_rg;
	ret->poll_wg = o->poll_desc_wg;
	return 0;
}

int golang_probes(struct runtime *runtime, pid_t pid, struct lc_go_probes *ret)
{
	struct golang *golang = golang_of(runtime);
	const struct go_process *process = go_known_process(golang, pid);
	struct placing placing = { .probes = ret };
	size_t i;

	if (!process)
		return -ENOENT;
	/* The run-time system is in one of the modules: not in a plugin's. */
	for (i = 0; i < process->module_count; i++) {
		*ret = (struct lc_go_probes){ .pid = pid };
		placing.image = process->modules[i].image;
		if (machine_of(placing.image, &placing.arm64) ||
		    fill_fields(&process->offsets, ret) || !place_all(&placing))
			continue;
		snprintf(ret->path, sizeof(ret->path), "/proc/self/fd/%d", placing.image->fd);
		return 0;
	}
	return -ENOTSUP;
}

int golang_note_site(struct runtime *runtime, struct lc_go_process *process,
		     const struct lc_go_site_count *count)
{
	struct golang *golang = golang_of(runtime);
	const struct go_process *known = go_known_process(golang, process->pid);
	struct lc_go_site *site;
	bool is_new;

	site = lc_go_count_site(process, count, &is_new);
	if (site && is_new && known)
		go_fill_site(golang, known, site, count->spawn_pc, count->entry_pc);
	return 0;
}

uint32_t golang_intern(struct runtime *runtime, pid_t pid, const uint64_t *addresses, size_t count)
{
	struct golang *golang = golang_of(runtime);
	const struct go_process *process = go_known_process(golang, pid);
	struct lc_raw_frame frames[LC_GO_BLOCK_FRAMES];
	const struct go_module *module;
	uint32_t id = 0;
	size_t i;

	for (i = 0; process && i < count && i < LC_GO_BLOCK_FRAMES; i++) {
		module = go_process_module(process, addresses[i]);
		if (!module)
			break;
		frames[i] = (struct lc_raw_frame){
			.address = addresses[i],
			.module = module->image->number,
			.vaddr = addresses[i] - module->bias,
		};
	}
	if (process && i && lc_stacks_intern(golang->stacks, frames, i, LC_STACK_WHOLE, &id) < 0)
		return 0;
	return id;
}

int golang_note_block(struct runtime *runtime, struct lc_go_process *process,
		      const struct lc_go_raw_block *raw)
{
	struct golang *golang = golang_of(runtime);
	const struct go_process *known = go_known_process(golang, process->pid);
	struct lc_go_block block = {
		.goid = raw->goid,
		.since = raw->parked_at,
		.blocked_ns = raw->ready_at - raw->parked_at,
		.by = raw->by,
		.readier = raw->readier,
	};

	if (!known || raw->ready_at < raw->parked_at)
		return 0;
	block.kind = known->kinds[raw->reason];
	if (block.kind == LC_GO_RUNTIME) /* its helpers wait for work */
		return 0;
	block.stack = golang_intern(runtime, process->pid, raw->stack, raw->depth);
	block.by_stack = golang_intern(runtime, process->pid, raw->by_stack, raw->by_depth);
	lc_go_keep_block(process, &block);
	return 0;
}
