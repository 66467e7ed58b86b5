// SPDX-License-Identifier: GPL-2.0-only
/*
 * The loop around the emulator, and what is looked at before each instruction and access. Whatever
 * changes the way (a system call, an instruction to be skipped) is done between two runs of the
 * library, which is begun again behind it.
 */
#include "emulate/clock.h"
#include "emulate/run.h"
#include "emulate/machine.h"

#include <asm/unistd.h>
#include <string.h>

#define LOOK_AT_CLOCK 1024
#define NOWHERE 1 /* an address at which no instruction is */

void run_end(struct run *run, enum emulate_end end, enum emulate_why why)
{
	if (run->ended)
		return;
	run->ended = true;
	run->end = end;
	run->why = why;
	(void)run->unicorn->uc_emu_stop(run->uc);
}

uint64_t run_register(struct run *run, int number)
{
	uint64_t value = 0;

	(void)run->unicorn->uc_reg_read(run->uc, number, &value);
	return value;
}

void run_set_register(struct run *run, int number, uint64_t value)
{
	(void)run->unicorn->uc_reg_write(run->uc, number, &value);
}

bool run_peek(struct run *run, uint64_t address, void *buffer, size_t size)
{
	return pages_touch(run->pages, address, size) &&
	       !run->unicorn->uc_mem_read(run->uc, address, buffer, size);
}

static uint64_t word_at(struct run *run, uint64_t address, size_t size)
{
	uint64_t value = 0;

	(void)run_peek(run, address, &value, size < sizeof(value) ? size : sizeof(value));
	return value;
}

bool run_poke(struct run *run, uint64_t address, const void *bytes, size_t size)
{
	uint64_t fresh = 0;
	size_t first = size < sizeof(fresh) ? size : sizeof(fresh);

	if (!pages_touch(run->pages, address, size))
		return false;
	memcpy(&fresh, bytes, first);
	run_note_write(run, address, size, word_at(run, address, first), fresh);
	return !run->unicorn->uc_mem_write(run->uc, address, bytes, size);
}

/* --- hooks --- */

static void pause_at(struct run *run, enum run_pause pause, uint64_t address, size_t size)
{
	run->pause = pause;
	run->paused_at = address;
	run->paused_size = size;
	(void)run->unicorn->uc_emu_stop(run->uc);
}

static void note_branch(struct run *run, uint64_t address, const uint8_t *code, size_t size)
{
	struct run_branch *branch = &run->branches[run->branch_count];

	run->branches_next = true;
	run->falls_to = address + size;
	*branch = (struct run_branch){ .at = address, .code_size = (uint8_t)size };
	memcpy(branch->code, code, size);
}

/* Was the branch before taken? */
static void settle_branch(struct run *run, uint64_t address)
{
	if (!run->branches_next)
		return;
	run->branches_next = false;
	run->branches[run->branch_count++].taken = address != run->falls_to;
}

static void note_call(struct run *run, uint64_t address, const uint8_t *code, size_t size)
{
	while (run->depth && run->callers[run->depth - 1] == address)
		run->depth--;
	if (!machine_is_call(code, size))
		return;
	if (run->depth == RUN_CALLERS)
		memmove(run->callers, run->callers + 1, sizeof(run->callers[0]) * --run->depth);
	run->callers[run->depth++] = address + size;
}

#if defined(__x86_64__)
/* Bytes of an operand in memory: ModRM, SIB, displacement (Intel SDM volume 2, 2.1.5). */
static size_t operand_size(const uint8_t *code)
{
	unsigned mod = code[0] >> 6, rm = code[0] & 7;
	size_t size = 1 + (rm == 4);

	if (mod == 1)
		return size + 1;
	if (mod == 2 || (mod == 0 && (rm == 5 || (rm == 4 && (code[1] & 7) == 5))))
		return size + 4;
	return size;
}

/*
 * The dynamic linker binds a function when it is first called, and saves vector registers around
 * that (_dl_runtime_resolve_xsavec of glibc), by instructions that emulators lack: xsavec, xsave,
 * xrstor. Returns the size of one of these, or 0.
 */
static size_t size_to_skip(struct run *run, const uint8_t code[RUN_CODE])
{
	size_t rex = (code[0] & 0xf0) == 0x40;
	const uint8_t *at = code + rex;
	unsigned kind = at[2] >> 3 & 7;
	bool saves = (at[1] == 0xc7 || at[1] == 0xae) && kind == 4;

	if (at[0] != 0x0f || at[2] >= 0xc0 || !(saves || (at[1] == 0xae && kind == 5)))
		return 0;
	run->resolves = saves;
	return rex + 2 + operand_size(at + 2);
}
#else
static size_t size_to_skip(struct run *run, const uint8_t code[RUN_CODE])
{
	(void)run;
	(void)code;
	return 0;
}
#endif

static void note_entry(struct run *run, uint64_t address)
{
	if (!run->enters)
		return;
	run->entry.at = address;
	run->entry.sp = run_register(run, machine_registers[LC_REGISTER_SP]);
	for (size_t i = 0; i < 3; i++)
		run->entry.args[i] = run_register(run, machine_syscall_args[i]);
}

/* Up to the end of what can be read. False: nothing of it. */
static bool read_code(struct run *run, uint64_t address, uint8_t code[RUN_CODE])
{
	uint64_t left = EMULATE_PAGE - address % EMULATE_PAGE;

	memset(code, 0, RUN_CODE);
	if (left < RUN_CODE && pages_get(run->pages, address + left))
		left = RUN_CODE;
	return !run->unicorn->uc_mem_read(run->uc, address, code,
					  left < RUN_CODE ? left : RUN_CODE);
}

static void look_at_code(struct run *run, uint64_t address, size_t size)
{
	uint8_t code[RUN_CODE];
	struct page *page = pages_get(run->pages, address);
	size_t skipped;

	if (!page || !read_code(run, address, code))
		return run_end(run, EMULATE_NOT_KNOWN, EMULATE_UNREADABLE);
	skipped = size_to_skip(run, code);
	if (!skipped &&
	    size > RUN_CODE) { /* what the library says of those that it does not know */
		note_entry(run, address);
		return pause_at(run, RUN_STRANGE, address, 0);
	}
	if (page->dirty && page->writable && !run_is_free(run, address))
		return run_end(run, EMULATE_NOT_KNOWN, EMULATE_CHANGES_CODE);
	page->executed = true;
	note_entry(run, address);
	note_call(run, address, code, size);
	run->jumps_by_memory = machine_is_jump_by_memory(code, size);
	run->enters = run->jumps_by_memory || machine_is_call(code, size);
	if (skipped)
		pause_at(run, RUN_SKIPS, address, skipped);
	else if (machine_is_system_call(code, size))
		pause_at(run, RUN_SYSTEM_CALL, address, size);
	else if (!run->effect && run->branch_count < RUN_BRANCHES && machine_is_branch(code, size))
		note_branch(run, address, code, size);
}

static void on_instruction(uc_engine *uc, uint64_t address, uint32_t size, void *context)
{
	struct run *run = ((struct run_slot *)context)->run;

	(void)uc;
	if (run->ended || run->pause)
		return;
	run->at = address;
	settle_branch(run, address);
	if (++run->instructions > EMULATE_INSTRUCTIONS ||
	    (run->instructions % LOOK_AT_CLOCK == 0 && emulate_clock() > run->pages->deadline))
		return run_end(run, EMULATE_NOT_KNOWN, EMULATE_LONG);
	if (run->given_back)
		run_give_back(run);
	if (run_is_in(&run->question->vdso, address))
		return pause_at(run, RUN_VDSO, address, 0);
	if (run_is_known(run, address))
		return pause_at(run, RUN_KNOWN, address, 0);
	look_at_code(run, address, size);
}

static bool on_unmapped(uc_engine *uc, uc_mem_type type, uint64_t address, int size, int64_t value,
			void *context)
{
	struct run *run = ((struct run_slot *)context)->run;

	(void)uc;
	(void)type;
	(void)value;
	if (!pages_touch(run->pages, address, (size_t)size))
		run_end(run, EMULATE_NOT_KNOWN, run->pages->why);
	return !run->ended;
}

/*
 * May this be what the thread waits for? Not its own variables, the object of the wait and what is
 * the library's; but where what it waits for is on its own stack, others have been given that.
 */
static bool is_shared(const struct run *run, uint64_t address)
{
	const struct emulate_question *question = run->question;
	const struct emulate_range lock = { run->lock, run->lock + question->lock_size };

	if (run_is_in(&question->object, address) || run_is_in(&lock, address) ||
	    run_is_in(&question->library, address) || run_is_in(&question->own[1], address))
		return false;
	return !run_is_in(&question->own[0], address) ||
	       (question->call.nr == __NR_futex &&
		run_is_in(&question->own[0], question->call.args[0]));
}

static bool is_noted(const struct run *run, uint64_t address)
{
	for (size_t i = 0; i < run->read_count; i++) {
		if (run->reads[i].address == address)
			return true;
	}
	return false;
}

void run_note_read(struct run *run, uint64_t address, size_t size)
{
	struct run_read *read = &run->reads[run->read_count];

	run_note_tested(run, address, size, /* read= */ true);
	if (run->question->interpreter.state)
		return run_note_code(run, address);
	if (run->effect || run->ended || run->read_count == RUN_READS || size < 1 ||
	    run->resolves || run->jumps_by_memory || !is_shared(run, address) ||
	    is_noted(run, address))
		return;
	/* Of a vector the first word: a change of that changes what is compared. */
	*read = (struct run_read){ .address = address, .size = size > 8 ? 8 : (uint32_t)size };
	read->value = word_at(run, address, read->size);
	run->read_count++;
}

static void on_read(uc_engine *uc, uc_mem_type type, uint64_t address, int size, int64_t value,
		    void *context)
{
	(void)uc;
	(void)type;
	(void)value;
	run_note_read(((struct run_slot *)context)->run, address, size < 0 ? 0 : (size_t)size);
}

static void on_write(uc_engine *uc, uc_mem_type type, uint64_t address, int size, int64_t value,
		     void *context)
{
	struct run *run = ((struct run_slot *)context)->run;
	struct page *page = pages_get(run->pages, address);

	(void)uc;
	(void)type;
	if (run->ended || !page)
		return;
	if (page->executed) /* what was compiled of it may go on being run */
		return run_end(run, EMULATE_NOT_KNOWN, EMULATE_CHANGES_CODE);
	run_note_write(run, address, (size_t)size, word_at(run, address, (size_t)size),
		       (uint64_t)value);
}

/* --- the loop --- */

static void go_behind(struct run *run)
{
	run_set_register(run, machine_registers[LC_REGISTER_PC], run->paused_at + run->paused_size);
}

static void settle_pause(struct run *run)
{
	enum run_pause pause = run->pause;

	run->pause = RUN_GOES_ON;
	if (pause == RUN_SYSTEM_CALL) {
		go_behind(run);
		run_system_call(run);
	} else if (pause == RUN_SKIPS) {
		go_behind(run);
	} else if (pause == RUN_VDSO) {
		run_vdso_call(run);
	} else if (pause == RUN_KNOWN) {
		run_known_call(run);
	} else if (!run_string_function(run)) {
		run_end(run, EMULATE_NOT_KNOWN, EMULATE_INSTRUCTION);
	}
}

static void set_registers(struct run *run)
{
	const struct emulate_question *question = run->question;

	for (size_t i = 0; i < LC_REGISTER_COUNT; i++)
		run_set_register(run, machine_registers[i], question->registers.value[i]);
	run_set_register(run, machine_result, question->result);
	run_set_register(run, machine_thread_pointer, question->thread_pointer);
#if defined(__x86_64__)
	const uint64_t zero[2] = { 0, 0 };

	run_set_register(run, UC_X86_REG_EFLAGS, 0x202);
	(void)run->unicorn->uc_reg_write(run->uc, UC_X86_REG_XMM15, zero); /* Go's calls want it */
#endif
}

static bool patch(struct run *run, const struct emulate_patch *patch)
{
	uint64_t value = patch->value;

	if (patch->size < 1 || patch->size > sizeof(value))
		return false;
	if (patch->add)
		value += word_at(run, patch->address, patch->size);
	if (!pages_touch(run->pages, patch->address, patch->size))
		return false;
	pages_note_write(run->pages, patch->address, patch->size);
	return !run->unicorn->uc_mem_write(run->uc, patch->address, &value, patch->size);
}

static bool set_memory(struct run *run)
{
	const struct emulate_question *question = run->question;
	size_t i;

	for (i = 0; i < question->patch_count && i < EMULATE_PATCHES; i++) {
		if (!patch(run, &question->patches[i]))
			return false;
	}
	if (question->interpreter.parks && question->patch_count &&
	    !run_hand_over(run, question->call.args[0]))
		return false;
	if (run->turned && !run_turn(run))
		return false;
	if (!run->other)
		return true;
	return patch(run, &(struct emulate_patch){ .address = run->other->address,
						   .size = run->other->size,
						   .value = run->other_value });
}

static const struct {
	int kind;
	void *function;
} hooks[] = {
	{ UC_HOOK_CODE, on_instruction },
	{ UC_HOOK_MEM_UNMAPPED, on_unmapped },
	{ UC_HOOK_MEM_READ, on_read },
	{ UC_HOOK_MEM_WRITE, on_write },
};

bool run_add_hooks(const struct unicorn *unicorn, uc_engine *uc, struct run_slot *slot)
{
	uc_hook handle;

	for (size_t i = 0; i < sizeof(hooks) / sizeof(hooks[0]); i++) {
		if (unicorn->uc_hook_add(uc, &handle, hooks[i].kind, hooks[i].function, slot,
					 (uint64_t)1, (uint64_t)0))
			return false;
	}
	return true;
}

static void go(struct run *run)
{
	uint64_t pc;
	uc_err error;

	while (!run->ended) {
		pc = run_register(run, machine_registers[LC_REGISTER_PC]);
		error = run->unicorn->uc_emu_start(run->uc, pc, NOWHERE, 0, 0);
		if (error == UC_ERR_INSN_INVALID && !run->ended)
			run->pause = RUN_STRANGE;
		if (run->pause)
			settle_pause(run);
		else if (error || !run->ended)
			run_end(run, EMULATE_NOT_KNOWN, EMULATE_INSTRUCTION);
	}
}

void run_forward(struct run *run)
{
	run->slot->run = run;
	run->pages->deadline = emulate_clock() + run->patience * EMULATE_RUN_NS;
	run->lock = run->question->lock;
	run->frames = run_sum_of_frames(run);
	run_begin_known(run);
	set_registers(run);
	if (set_memory(run))
		go(run);
	else
		run_end(run, EMULATE_NOT_KNOWN, EMULATE_UNREADABLE);
	run->slot->run = NULL;
}
