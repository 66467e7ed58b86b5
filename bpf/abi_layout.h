/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where each field of abi.h lies, in bytes: the same in BPF and in user space, on x86-64 and on
 * arm64, since a field that one side sees elsewhere would be read as another without a word.
 * Included by abi.h, at its end; tests/bpf_size tells a field that has no line here.
 */
#define ABI_SIZE(type, bytes) _Static_assert(sizeof(struct type) == (bytes), #type)
#define ABI_AT(type, field, bytes) \
	_Static_assert(__builtin_offsetof(struct type, field) == (bytes), #type "." #field)

ABI_SIZE(abi_head, 16);
ABI_AT(abi_head, kind, 0);
ABI_AT(abi_head, size, 4);
ABI_AT(abi_head, at, 8);

ABI_SIZE(abi_task, 32);
ABI_AT(abi_task, tid, 0);
ABI_AT(abi_task, pid, 4);
ABI_AT(abi_task, ns_tid, 8);
ABI_AT(abi_task, ns_pid, 12);
ABI_AT(abi_task, comm, 16);

ABI_SIZE(abi_registers, 272);
ABI_AT(abi_registers, value, 0);
ABI_AT(abi_registers, known, 264);

ABI_SIZE(abi_syscall, 56);
ABI_AT(abi_syscall, nr, 0);
ABI_AT(abi_syscall, args, 8);

ABI_SIZE(abi_blocked, 160);
ABI_AT(abi_blocked, head, 0);
ABI_AT(abi_blocked, task, 16);
ABI_AT(abi_blocked, waker, 48);
ABI_AT(abi_blocked, syscall, 80);
ABI_AT(abi_blocked, exec_start, 136);
ABI_AT(abi_blocked, blocked_ns, 144);
ABI_AT(abi_blocked, cpu, 152);
ABI_AT(abi_blocked, state, 156);

ABI_SIZE(abi_spawn, 424);
ABI_AT(abi_spawn, head, 0);
ABI_AT(abi_spawn, parent, 16);
ABI_AT(abi_spawn, child, 48);
ABI_AT(abi_spawn, syscall, 80);
ABI_AT(abi_spawn, registers, 136);
ABI_AT(abi_spawn, start_time, 408);
ABI_AT(abi_spawn, stack_size, 416);
ABI_AT(abi_spawn, same_process, 420);

ABI_SIZE(abi_exec, 56);
ABI_AT(abi_exec, head, 0);
ABI_AT(abi_exec, task, 16);
ABI_AT(abi_exec, old_tid, 48);
ABI_AT(abi_exec, pad, 52);

ABI_SIZE(abi_exit, 56);
ABI_AT(abi_exit, head, 0);
ABI_AT(abi_exit, task, 16);
ABI_AT(abi_exit, exit_code, 48);
ABI_AT(abi_exit, pad, 52);

ABI_SIZE(abi_block_stack, 400);
ABI_AT(abi_block_stack, head, 0);
ABI_AT(abi_block_stack, task, 16);
ABI_AT(abi_block_stack, syscall, 48);
ABI_AT(abi_block_stack, registers, 104);
ABI_AT(abi_block_stack, blocked_at, 376);
ABI_AT(abi_block_stack, blocked_ns, 384);
ABI_AT(abi_block_stack, stack_size, 392);
ABI_AT(abi_block_stack, pad, 396);

ABI_SIZE(abi_spawn_failed, 56);
ABI_AT(abi_spawn_failed, head, 0);
ABI_AT(abi_spawn_failed, task, 16);
ABI_AT(abi_spawn_failed, error, 48);
ABI_AT(abi_spawn_failed, pad, 52);

ABI_SIZE(abi_first_run, 48);
ABI_AT(abi_first_run, head, 0);
ABI_AT(abi_first_run, task, 16);

ABI_SIZE(abi_blocker, 24);
ABI_AT(abi_blocker, lock, 0);
ABI_AT(abi_blocker, kind, 8);
ABI_AT(abi_blocker, hint, 12);
ABI_AT(abi_blocker, owner_tid, 16);
ABI_AT(abi_blocker, owner_pid, 20);

ABI_SIZE(abi_thread, 552);
ABI_AT(abi_thread, size, 0);
ABI_AT(abi_thread, kernel_depth, 4);
ABI_AT(abi_thread, task, 8);
ABI_AT(abi_thread, process_comm, 40);
ABI_AT(abi_thread, parent_pid, 56);
ABI_AT(abi_thread, state, 60);
ABI_AT(abi_thread, exit_state, 64);
ABI_AT(abi_thread, flags, 68);
ABI_AT(abi_thread, cpu, 72);
ABI_AT(abi_thread, on_cpu, 76);
ABI_AT(abi_thread, now, 80);
ABI_AT(abi_thread, start_time, 88);
ABI_AT(abi_thread, exec_start, 96);
ABI_AT(abi_thread, clock_offset, 104);
ABI_AT(abi_thread, run_ns, 112);
ABI_AT(abi_thread, voluntary_switches, 120);
ABI_AT(abi_thread, involuntary_switches, 128);
ABI_AT(abi_thread, syscall, 136);
ABI_AT(abi_thread, registers, 192);
ABI_AT(abi_thread, last_wake_at, 464);
ABI_AT(abi_thread, wakes, 472);
ABI_AT(abi_thread, waker, 480);
ABI_AT(abi_thread, blocker, 512);
ABI_AT(abi_thread, thread_pointer, 536);
ABI_AT(abi_thread, files, 544);

ABI_SIZE(abi_unmoved, 24);
ABI_AT(abi_unmoved, size, 0);
ABI_AT(abi_unmoved, tid, 4);
ABI_AT(abi_unmoved, start_time, 8);
ABI_AT(abi_unmoved, now, 16);

ABI_SIZE(abi_futex_key, 16);
ABI_AT(abi_futex_key, address, 0);
ABI_AT(abi_futex_key, pid, 8);
ABI_AT(abi_futex_key, pad, 12);

ABI_SIZE(abi_futex_wake, 48);
ABI_AT(abi_futex_wake, at, 0);
ABI_AT(abi_futex_wake, calls, 8);
ABI_AT(abi_futex_wake, empty_calls, 16);
ABI_AT(abi_futex_wake, tid, 24);
ABI_AT(abi_futex_wake, woken, 28);
ABI_AT(abi_futex_wake, comm, 32);

ABI_SIZE(abi_epoll_key, 8);
ABI_AT(abi_epoll_key, pid, 0);
ABI_AT(abi_epoll_key, fd, 4);

ABI_SIZE(abi_epoll_return, 32);
ABI_AT(abi_epoll_return, at, 0);
ABI_AT(abi_epoll_return, returns, 8);
ABI_AT(abi_epoll_return, last_change, 16);
ABI_AT(abi_epoll_return, events, 24);
ABI_AT(abi_epoll_return, pad, 28);

ABI_SIZE(abi_go_process, 40);
ABI_AT(abi_go_process, generation, 0);
ABI_AT(abi_go_process, g_m, 4);
ABI_AT(abi_go_process, g_goid, 8);
ABI_AT(abi_go_process, g_gopc, 12);
ABI_AT(abi_go_process, g_startpc, 16);
ABI_AT(abi_go_process, g_sched_bp, 20);
ABI_AT(abi_go_process, g_waitreason, 24);
ABI_AT(abi_go_process, m_curg, 28);
ABI_AT(abi_go_process, poll_rg, 32);
ABI_AT(abi_go_process, poll_wg, 36);

ABI_SIZE(abi_go_key, 16);
ABI_AT(abi_go_key, goid, 0);
ABI_AT(abi_go_key, pid, 8);
ABI_AT(abi_go_key, generation, 12);

ABI_SIZE(abi_go_note, 128);
ABI_AT(abi_go_note, born_at, 0);
ABI_AT(abi_go_note, parent, 8);
ABI_AT(abi_go_note, parked_at, 16);
ABI_AT(abi_go_note, ready_at, 24);
ABI_AT(abi_go_note, ready_by, 32);
ABI_AT(abi_go_note, ready_kind, 40);
ABI_AT(abi_go_note, ready_depth, 44);
ABI_AT(abi_go_note, ready_stack, 48);

ABI_SIZE(abi_go_birth, 200);
ABI_AT(abi_go_birth, depth, 0);
ABI_AT(abi_go_birth, parents_depth, 4);
ABI_AT(abi_go_birth, stack, 8);
ABI_AT(abi_go_birth, parents_stack, 104);

ABI_SIZE(abi_go_site_key, 24);
ABI_AT(abi_go_site_key, spawn_pc, 0);
ABI_AT(abi_go_site_key, entry_pc, 8);
ABI_AT(abi_go_site_key, pid, 16);
ABI_AT(abi_go_site_key, generation, 20);

ABI_SIZE(abi_go_site, 16);
ABI_AT(abi_go_site, born, 0);
ABI_AT(abi_go_site, ended, 8);

ABI_SIZE(abi_go_counts, 32);
ABI_AT(abi_go_counts, born, 0);
ABI_AT(abi_go_counts, ended, 8);
ABI_AT(abi_go_counts, parked, 16);
ABI_AT(abi_go_counts, readied, 24);

ABI_SIZE(abi_go_block, 304);
ABI_AT(abi_go_block, head, 0);
ABI_AT(abi_go_block, goid, 16);
ABI_AT(abi_go_block, parked_at, 24);
ABI_AT(abi_go_block, by, 32);
ABI_AT(abi_go_block, pid, 40);
ABI_AT(abi_go_block, generation, 44);
ABI_AT(abi_go_block, by_kind, 48);
ABI_AT(abi_go_block, reason, 52);
ABI_AT(abi_go_block, depth, 56);
ABI_AT(abi_go_block, by_depth, 60);
ABI_AT(abi_go_block, stack, 64);
ABI_AT(abi_go_block, by_stack, 224);

ABI_SIZE(abi_settings, 56);
ABI_AT(abi_settings, threshold_ns, 0);
ABI_AT(abi_settings, stack_bytes, 8);
ABI_AT(abi_settings, cgroup_subsystem, 12);
ABI_AT(abi_settings, all, 16);
ABI_AT(abi_settings, children, 17);
ABI_AT(abi_settings, user_threads, 18);
ABI_AT(abi_settings, kernel_threads, 19);
ABI_AT(abi_settings, by_pid, 20);
ABI_AT(abi_settings, by_tid, 21);
ABI_AT(abi_settings, by_comm, 22);
ABI_AT(abi_settings, by_cgroup, 23);
ABI_AT(abi_settings, short_blocks, 24);
ABI_AT(abi_settings, have_task_storage, 25);
ABI_AT(abi_settings, have_pt_regs_helper, 26);
ABI_AT(abi_settings, have_btf_pointers, 27);
ABI_AT(abi_settings, have_current_btf, 28);
ABI_AT(abi_settings, coarse_clock, 29);
ABI_AT(abi_settings, pad, 30);
ABI_AT(abi_settings, cgroup_id, 32);
ABI_AT(abi_settings, comm, 40);

ABI_SIZE(abi_self, 8);
ABI_AT(abi_self, tgid, 0);
ABI_AT(abi_self, namespace_level, 4);

ABI_SIZE(abi_lost, 32);
ABI_AT(abi_lost, ring_full, 0);
ABI_AT(abi_lost, stack_copies, 8);
ABI_AT(abi_lost, targets_full, 16);
ABI_AT(abi_lost, go_full, 24);

ABI_SIZE(abi_clock_step, 16);
ABI_AT(abi_clock_step, task_clock, 0);
ABI_AT(abi_clock_step, offset, 8);

ABI_SIZE(abi_clock, 2080);
ABI_AT(abi_clock, offset, 0);
ABI_AT(abi_clock, step_offset, 8);
ABI_AT(abi_clock, count, 16);
ABI_AT(abi_clock, pad, 24);
ABI_AT(abi_clock, steps, 32);

#undef ABI_AT
#undef ABI_SIZE
