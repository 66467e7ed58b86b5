// SPDX-License-Identifier: GPL-2.0-only
/* Which field is which column: see columns.h. Names are the fields' own. */
#include "record/columns.h"
#include "model/snapshot.h"
#include "record/rows.h"

#define SIZE(member) sizeof(((OF *)NULL)->member)
#define COLUMN(name, member, kind, most)                                       \
	{                                                                      \
#name, offsetof(OF, member), SIZE(member), RECORD_##kind, most \
	}
#define U(name, member) COLUMN(name, member, UNSIGNED, 0)
#define E(name, member, most) COLUMN(name, member, UNSIGNED, most)
#define S(name, member) COLUMN(name, member, SIGNED, 0)
#define B(name, member) COLUMN(name, member, BOOLEAN, 0)
#define T(name, member) COLUMN(name, member, TIME, 0)
#define X(name, member) COLUMN(name, member, TEXT, 0)
#define L(name, member) COLUMN(name, member, LETTER, 0)
#define O(name, member) COLUMN(name, member, OPTIONAL, 0)
#define K(name, member) COLUMN(name, member, STACK, 0)

#define TASK(prefix, member)                                                                      \
	S(prefix##tid, member.tid), S(prefix##pid, member.pid), S(prefix##ns_tid, member.ns_tid), \
		S(prefix##ns_pid, member.ns_pid), X(prefix##comm, member.comm)
#define CALL(prefix, member)                                                      \
	S(prefix##syscall, member.nr), U(prefix##arg0, member.args[0]),           \
		U(prefix##arg1, member.args[1]), U(prefix##arg2, member.args[2]), \
		U(prefix##arg3, member.args[3]), U(prefix##arg4, member.args[4]), \
		U(prefix##arg5, member.args[5])
#define KEY(prefix, member)                                                                   \
	E(prefix##space, member.space, LC_WAIT_SPACE_KERNEL), U(prefix##scope, member.scope), \
		U(prefix##id, member.object), U(prefix##part, member.part)
#define BLOCKS(member) \
	U(blocks, member.count), U(blocks_ns, member.total_ns), U(longest_ns, member.max_ns)

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define TABLE(variable, table, list, ...)                                                    \
	const struct record_table variable = {                                               \
		.name = table,                                                               \
		.keys = { __VA_ARGS__ },                                                     \
		.key_count = sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(const char *), \
		.columns = list,                                                             \
		.count = COUNT(list),                                                        \
	}

#define OF struct record_run
static const struct record_column run_columns[] = {
	X(version, version),
	X(command, command),
	X(host, host),
	X(kernel, kernel),
	X(arch, arch),
	X(source, source),
	S(started, started),
	S(ended, ended),
	S(realtime_offset, realtime_offset),
	T(now, now),
	T(threshold_ns, threshold_ns),
	B(once, once),
	B(all_threads, all_threads),
	B(life, life),
	B(user_stacks, user_stacks),
	B(kernel_stacks, kernel_stacks),
	B(threads, threads),
	B(goroutines, goroutines),
	B(go_events, go_events),
	B(short_blocks, short_blocks),
	B(names_hidden, names_hidden),
	B(stopped, stopped),
	B(finished, finished),
	U(threads_seen, threads_seen),
	U(lost_events, lost_events),
	U(lost_stacks, lost_stacks),
	U(lost_threads, lost_threads),
	U(lost_goroutines, lost_goroutines),
	U(unasked_goroutines, unasked_goroutines),
	U(user_ns, user_ns),
	U(system_ns, system_ns),
	U(rss_bytes, rss_bytes),
	U(load_ns, load_ns),
	U(sweeps, sweeps),
	U(go_first_sweep_ns, go_first_sweep_ns),
	U(go_longest_sweep_ns, go_longest_sweep_ns),
	U(bpf_runs, bpf_runs),
	U(bpf_ns, bpf_ns),
	U(go_born, go_counts.born),
	U(go_ended, go_counts.ended),
	U(go_parked, go_counts.parked),
	U(go_readied, go_counts.readied),
	U(go_runs, go_counts.runs),
	U(go_run_ns, go_counts.run_ns),
	U(go_probe_ns, go_probe_ns),
	U(not_recorded, not_recorded),
	S(thinned_before, thinned_before),
};
TABLE(record_run_table, "run", run_columns, "id");
#undef OF

#define OF struct record_sweep
static const struct record_column sweep_columns[] = {
	S(at, at),	     T(now, now),	  T(counted_at, counted_at),
	U(threads, threads), U(blocked, blocked), U(goroutines, goroutines),
};
TABLE(record_sweep_table, "sweep", sweep_columns, "number");
#undef OF

#define OF struct record_thread_row
static const struct record_column thread_columns[] = {
	B(asked, asked),
	B(sampled, sampled),
	O(wait, wait),
	U(first_sweep, first_sweep),
	O(gone_sweep, gone_sweep),
	TASK(, thread.task),
	X(process_comm, thread.process_comm),
	S(parent_pid, thread.parent_pid),
	T(start_time, thread.start_time),
	T(ended_at, thread.ended_at),
	B(kernel_thread, thread.kernel_thread),
	T(seen_at, thread.seen_at),
	L(state, thread.state),
	B(on_cpu, thread.on_cpu),
	B(blocked, thread.blocked),
	B(at_least, thread.at_least),
	T(blocked_since, thread.blocked_since),
	U(rearms, thread.rearms),
	T(armed_at, thread.armed_at),
	T(rearmed_at, thread.rearmed_at),
	U(period_ns, thread.period_ns),
	B(wait_confirmed, thread.wait_confirmed),
	T(wait_read_at, thread.wait_read_at),
	T(steady_from, thread.steady_from),
	T(ran_at, thread.ran_at),
	T(free_since, thread.free_since),
	K(user_stack, thread.user_stack),
	K(kernel_stack, thread.kernel_stack),
	S(stack_error, thread.stack_error),
	B(moving, thread.moving),
	CALL(, thread.syscall),
	U(sp, thread.sp),
	U(pc, thread.pc),
	U(blocker_lock, thread.blocker.lock),
	U(blocker_kind, thread.blocker.kind),
	U(blocker_hint, thread.blocker.hint),
	S(blocker_tid, thread.blocker.owner_tid),
	S(blocker_pid, thread.blocker.owner_pid),
	U(run_ns, thread.run_ns),
	U(voluntary_switches, thread.voluntary_switches),
	U(involuntary_switches, thread.involuntary_switches),
	T(spawned_at, thread.spawned_at),
	TASK(spawner_, thread.spawner),
	K(spawn_stack, thread.spawn_stack),
	T(first_run_at, thread.first_run_at),
	T(first_seen_at, thread.first_seen_at),
	U(first_run_ns, thread.first_run_ns),
	U(first_voluntary, thread.first_voluntary),
	U(first_involuntary, thread.first_involuntary),
	T(last_wake_at, thread.last_wake_at),
	TASK(waker_, thread.waker),
	BLOCKS(thread.blocks),
	B(end_noted, thread.end_noted),
	U(spawn_failures, thread.spawn_failures),
	S(spawn_error, thread.spawn_error),
};
const struct record_table record_thread = {
	.name = "thread",
	.keys = { "id" },
	.key_count = 1,
	.columns = thread_columns,
	.count = COUNT(thread_columns),
	.where = "gone_sweep IS NULL",
};
#undef OF

#define OF struct lc_block
static const struct record_column longest_columns[] = {
	T(at, at),
	U(ns, ns),
	S(syscall, syscall_nr),
	K(user_stack, user_stack),
	S(waker_tid, waker_tid),
	X(waker_comm, waker_comm),
};
TABLE(record_longest, "thread_longest", longest_columns, "thread", "n");
#undef OF

#define OF struct lc_site
static const struct record_column place_columns[] = {
	K(user_stack, user_stack),
	S(syscall, syscall_nr),
	T(last_at, last_at),
	BLOCKS(blocks),
};
TABLE(record_place, "thread_place", place_columns, "thread", "n");
#undef OF

#define OF struct lc_repeat
static const struct record_column repeat_columns[] = {
	S(syscall, id.syscall_nr),
	U(argument, id.argument),
	U(sp, id.sp),
	U(pc, id.pc),
	U(count, count),
	U(max_ns, max_ns),
	U(total_ns, total_ns),
	T(last_at, last_at),
	T(last_used_at, last_used_at),
	U(peer, peer),
	K(user_stack, user_stack),
};
TABLE(record_repeat, "thread_repeat", repeat_columns, "thread", "n");
#undef OF

#define OF struct lc_wait
static const struct record_column wait_columns[] = {
	E(kind, kind, LC_WAIT_KIND_COUNT - 1),
	E(via, via, LC_WAIT_KIND_COUNT - 1),
	E(direction, direction, LC_WAIT_EVENT),
	E(recorded, recorded, LC_WAIT_OUTSIDE),
	KEY(key_, key),
	KEY(mutex_, mutex),
	U(peer, peer),
	U(flags, flags),
	S(fd, fd),
	B(has_value, has_value),
	B(has_timeout, has_timeout),
	U(expected, expected),
	U(value, value),
	T(ends_at, ends_at),
	U(position, position),
	U(readers, readers),
	U(most, limit),
	U(threads, threads),
	S(waker, waker),
	B(tcp_known, tcp.known),
	U(tcp_state, tcp.state),
	U(retransmits, tcp.retransmits),
	U(backoff, tcp.backoff),
	U(receive_queue, tcp.receive_queue),
	U(send_queue, tcp.send_queue),
	U(peer_receive_queue, tcp.peer_receive_queue),
	U(unacknowledged, tcp.unacknowledged),
	U(sent_ms_ago, tcp.sent_ms_ago),
	U(received_ms_ago, tcp.received_ms_ago),
	U(bytes_sent, tcp.bytes_sent),
	U(bytes_received, tcp.bytes_received),
	E(protocol, protocol, LC_WAIT_PROTOCOL_LAST),
	X(op, op),
	X(object, object),
	X(kernel_function, kernel_function),
	X(unreadable, unreadable),
	X(condition, condition),
	X(run, run),
	X(address, address),
	E(owner_count, owner_count, LC_WAIT_OWNERS),
	U(owner_total, owner_total),
	E(member_count, member_count, LC_WAIT_MEMBERS),
	U(member_total, member_total),
};
TABLE(record_wait, "wait", wait_columns, "id");
#undef OF

#define OF struct lc_wait_owner
static const struct record_column owner_columns[] = {
	S(pid, pid),	   S(tid, tid),
	S(ns_tid, ns_tid), S(fd, fd),
	L(state, state),   E(role, role, LC_WAIT_AWAITED),
	X(comm, comm),	   T(start_time, start_time),
};
TABLE(record_owner, "wait_owner", owner_columns, "wait", "n");
#undef OF

#define OF struct lc_wait_member
static const struct record_column member_columns[] = {
	S(fd, fd),
	U(events, events),
	E(kind, kind, LC_WAIT_KIND_COUNT - 1),
	B(can_fire, can_fire),
	U(flags, flags),
	KEY(key_, key),
	X(object, object),
};
TABLE(record_member, "wait_member", member_columns, "wait", "n");
#undef OF

#define OF struct lc_holding
static const struct record_column holding_columns[] = {
	KEY(key_, key),	 S(owner, owner),     T(first_seen, first_seen),
	T(since, since), T(seen_at, seen_at), U(changes, changes),
};
TABLE(record_holding, "lock", holding_columns, "n");
#undef OF

#define OF struct record_cgroup_row
static const struct record_column cgroup_columns[] = {
	U(pid, pid),
	X(path, cgroup.path),
	X(runtime, cgroup.runtime),
	X(container_id, cgroup.container_id),
	X(container, cgroup.container),
	X(pod_uid, cgroup.pod_uid),
	X(pod, cgroup.pod),
	X(pod_namespace, cgroup.pod_namespace),
	X(unit, cgroup.unit),
};
TABLE(record_cgroup, "process_cgroup", cgroup_columns, "n");
#undef OF

#define OF struct lc_series_group
static const struct record_column group_columns[] = {
	U(pid, key.pid),
	U(kind, key.kind),
	U(block_site, key.block_site),
	U(spawn_site, key.spawn_site),
	T(first_at, first_at),
	U(joined, joined),
	U(gone, left),
};
TABLE(record_group, "grouped", group_columns, "number");
#undef OF

#define OF struct record_go_row
static const struct record_column go_process_columns[] = {
	S(pid, process.pid),
	T(start_time, process.start_time),
	X(comm, process.comm),
	X(version, process.version),
	X(unsupported, process.unsupported),
	X(other_runtime, process.other_runtime),
	U(living, process.living),
	U(sweep, process.sweep),
	T(first_sweep_at, process.first_sweep_at),
	T(last_sweep_at, process.last_sweep_at),
	U(greatest_goid, process.greatest_goid),
	U(first_greatest_goid, process.first_greatest_goid),
	U(refused, process.refused),
	U(timers, process.timers),
	U(timers_lasting, process.timers_lasting),
	T(timers_end_ns, process.timers_end_ns),
	B(timers_known, process.timers_known),
	X(timer_function, process.timer_function),
	U(heap_bytes, process.heap_bytes),
	U(first_heap_bytes, process.first_heap_bytes),
	E(search, process.search, LC_GO_SEARCH_STOOD),
	B(events_refused, process.events_refused),
	B(has_events, has_events),
	T(events_since, events.since),
	U(events_born, events.born),
	U(events_ended, events.ended),
	U(events_blocks, events.block_count),
	U(events_block_ns, events.block_ns),
};
TABLE(record_go_process, "go_process", go_process_columns, "id");
#undef OF

#define OF struct lc_go_site
static const struct record_column go_site_columns[] = {
	K(spawn_stack, spawn_stack),
	K(entry_stack, entry_stack),
	E(system, system, LC_GO_SYSTEM_LAST),
	U(living, living),
	U(born, born),
	U(ended, ended),
};
TABLE(record_go_site, "go_site", go_site_columns, "process", "number");
#undef OF

#define OF struct lc_goroutine
static const struct record_column goroutine_columns[] = {
	U(goid, goid),
	U(address, address),
	U(parent_goid, parent_goid),
	T(first_seen_at, first_seen_at),
	T(still_since, still_since),
	T(waits_since, waits_since),
	U(object, object),
	U(site, site),
	K(stack, stack),
	U(stack_bytes, stack_bytes),
	S(tid, tid),
	U(flags, flags),
	E(state, state, LC_GO_LEAKED),
	E(kind, kind, LC_GO_KIND_COUNT - 1),
	E(raw_kind, raw_kind, LC_GO_KIND_COUNT - 1),
	U(reason, reason),
	U(tracking_seq, tracking_seq),
	B(locked, locked),
};
TABLE(record_goroutine, "goroutine", goroutine_columns, "process", "place");
#undef OF

#define OF struct record_go_wait_row
static const struct record_column go_wait_columns[] = {
	U(goid, wait.goid),
	X(reason, reason),
	U(bubble_root, wait.bubble_root),
	E(case_count, wait.case_count, LC_GO_CASES),
	U(case_total, wait.case_total),
	U(address, wait.address),
	B(locked, wait.locked),
	B(starving, wait.starving),
	S(readers, wait.readers),
	B(writer, wait.writer),
	S(counter, wait.counter),
	U(waiters, wait.waiters),
	E(pool, wait.pool.kind, LC_GO_POOL_KIND_COUNT - 1),
	U(pool_used, wait.pool.used),
	U(pool_size, wait.pool.size),
	U(pool_waiters, wait.pool.waiters),
	T(until, wait.until),
	S(fd, wait.fd),
	B(writes, wait.writes),
	B(has_deadline, wait.has_deadline),
	O(socket, socket),
};
TABLE(record_go_wait, "go_wait", go_wait_columns, "process", "n");
#undef OF

#define OF struct lc_go_channel
static const struct record_column go_case_columns[] = {
	U(address, address), U(length, length),	  U(capacity, capacity), U(receivers, receivers),
	U(senders, senders), B(send, send),	  B(closed, closed),	 B(timer, timer),
	B(tokens, tokens),   B(context, context), T(until, until),
};
TABLE(record_go_case, "go_case", go_case_columns, "process", "wait", "n");
#undef OF

#define OF struct lc_go_releasers
static const struct record_column go_releasers_columns[] = {
	U(goid, goid),	    E(count, count, LC_GO_RELEASERS),
	U(total, total),    B(known, known),
	U(goid0, goids[0]), U(goid1, goids[1]),
	U(goid2, goids[2]), U(goid3, goids[3]),
	U(goid4, goids[4]), U(goid5, goids[5]),
	U(goid6, goids[6]), U(goid7, goids[7]),
};
TABLE(record_go_releasers, "go_releasers", go_releasers_columns, "process", "n");
#undef OF

#define OF struct lc_go_held
#define HOLDER(n)                                                   \
	U(goid##n, holders[n].goid), K(stack##n, holders[n].stack), \
		E(how##n, holders[n].how, LC_GO_HOLDS_NEXT), B(deferred##n, holders[n].deferred)
static const struct record_column go_held_columns[] = {
	U(address, address),
	B(to_read, to_read),
	B(known, known),
	B(never, never),
	T(asked_at, asked_at),
	U(most, most),
	U(runs, runs),
	U(ended, ended),
	U(instructions, instructions),
	E(count, count, LC_GO_HOLDERS),
	U(total, total),
	HOLDER(0),
	HOLDER(1),
	HOLDER(2),
	HOLDER(3),
};
TABLE(record_go_held, "go_held", go_held_columns, "process", "n");
#undef HOLDER
#undef OF

#define OF struct lc_go_path
static const struct record_column go_path_columns[] = {
	U(goid, goid),	    E(count, count, LC_GO_LINKS), U(left_out, left_out), X(link0, links[0]),
	X(link1, links[1]), X(link2, links[2]),		  X(link3, links[3]),	 X(link4, links[4]),
	X(link5, links[5]), X(link6, links[6]),		  X(link7, links[7]),	 X(link8, links[8]),
	X(link9, links[9]), X(link10, links[10]),	  X(link11, links[11]),
};
TABLE(record_go_path, "go_path", go_path_columns, "process", "n");
#undef OF

#define OF struct lc_go_retained
#define RETAINED_TYPE(n)                                                                         \
	X(type##n, types[n].name), U(size##n, types[n].size), B(pointers##n, types[n].pointers), \
		U(count##n, types[n].count), U(bytes##n, types[n].bytes)
static const struct record_column go_retained_columns[] = {
	U(goid, goid),
	U(goroutines, goroutines),
	U(stack_bytes, stack_bytes),
	U(heap_bytes, heap_bytes),
	U(objects, objects),
	U(shared_bytes, shared_bytes),
	E(count, count, LC_GO_RETAINED_TYPES),
	RETAINED_TYPE(0),
	RETAINED_TYPE(1),
	RETAINED_TYPE(2),
	RETAINED_TYPE(3),
	RETAINED_TYPE(4),
	RETAINED_TYPE(5),
};
TABLE(record_go_retained, "go_retained", go_retained_columns, "process", "n");
#undef OF

#define OF struct lc_go_lock
static const struct record_column go_served_columns[] = {
	U(address, address),
	U(count, served.count),
	T(first_at, served.first_at),
	T(last_at, served.last_at),
};
TABLE(record_go_served, "go_lock", go_served_columns, "process", "n");
#undef OF

#define OF struct lc_go_block
static const struct record_column go_block_columns[] = {
	U(goid, goid),
	T(since, since),
	T(blocked_ns, blocked_ns),
	U(by_goid, by),
	K(stack, stack),
	K(by_stack, by_stack),
	E(readier, readier, LC_GO_READIER_NETWORK),
	E(kind, kind, LC_GO_KIND_COUNT - 1),
};
TABLE(record_go_block, "go_block", go_block_columns, "process", "n");
#undef OF

#define OF struct record_go_exact
static const struct record_column go_exact_columns[] = {
	S(pid, pid),
	U(goid, goid),
	T(born_at, exact.born_at),
	U(parent_goid, exact.parent_goid),
	T(parked_at, exact.parked_at),
	T(ready_at, exact.ready_at),
	U(ready_by, exact.ready_by),
	E(readier, exact.readier, LC_GO_READIER_NETWORK),
	K(ready_stack, ready_stack),
	K(birth_stack, birth_stack),
	K(parents_birth_stack, parents_birth_stack),
};
TABLE(record_go_exact, "go_exact", go_exact_columns, "n");
#undef OF

#define OF struct lc_futex_wake
static const struct record_column futex_wake_columns[] = {
	T(at, at),   U(calls, calls), U(empty_calls, empty_calls),
	S(tid, tid), U(woken, woken), X(comm, comm),
};
TABLE(record_futex_wake, "futex_wake", futex_wake_columns, "tid_waiting");
#undef OF

#define OF struct lc_epoll_return
static const struct record_column epoll_return_columns[] = {
	T(at, at),
	U(returns, returns),
	T(last_change, last_change),
	U(events, events),
};
TABLE(record_epoll_return, "epoll_return", epoll_return_columns, "tid_waiting");
#undef OF

const struct record_table *const record_tables[] = {
	&record_run_table,  &record_sweep_table,  &record_thread,
	&record_longest,    &record_place,	  &record_repeat,
	&record_wait,	    &record_owner,	  &record_member,
	&record_holding,    &record_cgroup,	  &record_group,
	&record_go_process, &record_go_site,	  &record_goroutine,
	&record_go_wait,    &record_go_case,	  &record_go_releasers,
	&record_go_held,    &record_go_path,	  &record_go_retained,
	&record_go_served,  &record_go_block,	  &record_go_exact,
	&record_futex_wake, &record_epoll_return, NULL,
};
