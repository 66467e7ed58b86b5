// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the ring buffer's records to events of the model. Sizes are checked: never trust a record.
 */
#include "collect/bpf_source.h"

#include <errno.h>
#include <string.h>

void bpf_task_to_lc(const struct abi_task *from, struct lc_task *to)
{
	to->tid = from->tid;
	to->pid = from->pid;
	to->ns_tid = from->ns_tid;
	to->ns_pid = from->ns_pid;
	memcpy(to->comm, from->comm, sizeof(to->comm));
	to->comm[sizeof(to->comm) - 1] = '\0';
}

void bpf_registers_to_lc(const struct abi_registers *from, struct lc_registers *to)
{
	memcpy(to->value, from->value, sizeof(to->value));
	to->known = from->known;
}

void bpf_syscall_to_lc(const struct abi_syscall *from, struct lc_syscall *to)
{
	to->nr = from->nr < 0 ? LC_NO_SYSCALL : from->nr;
	memcpy(to->args, from->args, sizeof(to->args));
}

static int deliver(struct bpf_source *source, struct lc_event *event)
{
	int r = source->event_fn(source->event_context, event);

	if (r < 0 && !source->event_result)
		source->event_result = r;
	return 0;
}

static int blocked_received(struct bpf_source *source, const struct abi_blocked *record)
{
	uint64_t since;
	struct lc_event event = {
		.kind = LC_EVENT_BLOCK_ENDED,
		.at = record->head.at,
		.blocked_ns = record->blocked_ns,
		.stack_follows = source->skeleton->rodata->settings.short_blocks,
	};

	/* The lag of back then is better than that of now, which the kernel side had to take. */
	bpf_note_clocks(source);
	since = cpu_clocks_convert(source->clocks, record->cpu, record->exec_start);
	if (since && since < event.at)
		event.blocked_ns = event.at - since;
	event.blocked_at = event.at - event.blocked_ns;
	bpf_task_to_lc(&record->task, &event.task);
	bpf_task_to_lc(&record->waker, &event.other);
	bpf_syscall_to_lc(&record->syscall, &event.syscall);
	return deliver(source, &event);
}

static int spawn_received(struct bpf_source *source, const struct abi_spawn *record, size_t size)
{
	struct lc_event event = {
		.kind = LC_EVENT_SPAWN,
		.at = record->head.at,
		.start_time = record->start_time,
		.same_process = record->same_process,
		.stack = record + 1,
		.stack_size = record->stack_size,
	};

	if (record->stack_size > size - sizeof(*record))
		return 0;
	bpf_task_to_lc(&record->child, &event.task);
	bpf_task_to_lc(&record->parent, &event.other);
	bpf_syscall_to_lc(&record->syscall, &event.syscall);
	bpf_registers_to_lc(&record->registers, &event.registers);
	return deliver(source, &event);
}

static int stack_received(struct bpf_source *source, const struct abi_block_stack *record,
			  size_t size)
{
	struct lc_event event = {
		.kind = LC_EVENT_BLOCK_STACK,
		.at = record->head.at,
		.blocked_at = record->blocked_at,
		.blocked_ns = record->blocked_ns,
		.stack = record + 1,
		.stack_size = record->stack_size,
	};

	if (record->stack_size > size - sizeof(*record))
		return 0;
	bpf_task_to_lc(&record->task, &event.task);
	bpf_syscall_to_lc(&record->syscall, &event.syscall);
	bpf_registers_to_lc(&record->registers, &event.registers);
	return deliver(source, &event);
}

static int go_block_received(struct bpf_source *source, const struct abi_go_block *record)
{
	struct lc_go_raw_block block;
	struct lc_event event = {
		.kind = LC_EVENT_GO_BLOCK,
		.at = record->head.at,
		.task = { .tid = record->pid, .pid = record->pid },
		.blocked_at = record->parked_at,
		.blocked_ns = record->head.at - record->parked_at,
		.go_block = &block,
	};

	return bpf_go_block(source, record, &block) ? deliver(source, &event) : 0;
}

/* exec, exit, first run, failed spawn: a task and little else. */
static int plain_received(struct bpf_source *source, const struct abi_head *head, size_t size)
{
	const struct abi_first_run *first = (const void *)head;
	const struct abi_exec *exec = (const void *)head;
	const struct abi_exit *exit = (const void *)head;
	const struct abi_spawn_failed *failed = (const void *)head;
	struct lc_event event = { .at = head->at };

	if (size < sizeof(*first))
		return 0;
	bpf_task_to_lc(&first->task, &event.task);
	if (head->kind == ABI_FIRST_RUN) {
		event.kind = LC_EVENT_FIRST_RUN;
	} else if (head->kind == ABI_EXEC && size >= sizeof(*exec)) {
		event.kind = LC_EVENT_EXEC;
		event.other.tid = exec->old_tid;
	} else if (head->kind == ABI_EXIT && size >= sizeof(*exit)) {
		event.kind = LC_EVENT_EXIT;
		event.error = exit->exit_code;
	} else if (head->kind == ABI_SPAWN_FAILED && size >= sizeof(*failed)) {
		event.kind = LC_EVENT_SPAWN_FAILED;
		event.error = failed->error;
	} else {
		return 0;
	}
	return deliver(source, &event);
}

int bpf_event_received(void *context, void *data, size_t size)
{
	struct collect *collect = context;
	struct bpf_source *source = collect->bpf;
	const struct abi_head *head = data;

	if (size < sizeof(*head))
		return 0;
	switch (head->kind) {
	case ABI_BLOCKED:
		return size < sizeof(struct abi_blocked) ? 0 : blocked_received(source, data);
	case ABI_SPAWN:
		return size < sizeof(struct abi_spawn) ? 0 : spawn_received(source, data, size);
	case ABI_BLOCK_STACK:
		return size < sizeof(struct abi_block_stack) ? 0
							     : stack_received(source, data, size);
	case ABI_GO_BLOCK:
		return size < sizeof(struct abi_go_block) ? 0 : go_block_received(source, data);
	default:
		return plain_received(source, head, size);
	}
}
