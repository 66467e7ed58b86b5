/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who is of interest. The hot paths ask is_target(), a load for most that are not; what the user
 * named (pid, tid, comm, cgroup) is compared with a task only in wanted(): in the sweep, at fork
 * and at exec, which then keep the targets map.
 */
#ifndef LEAKHOP_FILTER_BPF_H
#define LEAKHOP_FILTER_BPF_H

#include "kernel_compat.bpf.h"

/* The number that a task has in the PID namespace at this depth; 0 if it is not in it. */
static __always_inline __u32 pid_number(struct task_struct *task, __u32 level)
{
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	struct upid number = {};

	if (!pid || level > BPF_CORE_READ(pid, level) || level > 32)
		return 0;
	bpf_core_read(&number, bpf_core_type_size(struct upid),
		      (void *)pid + bpf_core_field_offset(struct pid, numbers) +
			      level * bpf_core_type_size(struct upid));
	return number.nr;
}

static __always_inline __u32 pid_innermost(struct task_struct *task)
{
	struct pid *pid = BPF_CORE_READ(task, thread_pid);

	return pid ? pid_number(task, BPF_CORE_READ(pid, level)) : 0;
}

static __always_inline void describe(struct abi_task *to, struct task_struct *task)
{
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);

	to->tid = pid_number(task, self.namespace_level);
	to->pid = pid_number(leader, self.namespace_level);
	to->ns_tid = pid_innermost(task);
	to->ns_pid = pid_innermost(leader);
	bpf_core_read_str(to->comm, sizeof(to->comm), &task->comm);
}

/*
 * The same for the running task, which is done at each wake-up of a target: by plain loads where
 * the task can be loaded from, which is a third of what the helpers take.
 */
static __always_inline void describe_current(struct abi_task *to)
{
	struct task_struct *task;
	__u64 id;

	if (self.namespace_level) {
		describe(to, (void *)bpf_get_current_task());
		return;
	}
	if (settings.have_current_btf) {
		task = bpf_get_current_task_btf();
		to->tid = to->ns_tid = task->pid;
		to->pid = to->ns_pid = task->tgid;
		((__u64 *)to->comm)[0] = *(__u64 *)&task->comm[0];
		((__u64 *)to->comm)[1] = *(__u64 *)&task->comm[8];
		return;
	}
	id = bpf_get_current_pid_tgid();
	to->tid = to->ns_tid = (__u32)id;
	to->pid = to->ns_pid = id >> 32;
	bpf_get_current_comm(to->comm, sizeof(to->comm));
}

static __always_inline bool same_comm(const char *comm)
{
	for (int i = 0; i < ABI_COMM_LEN; i++) {
		if (comm[i] != settings.comm[i])
			return false;
		if (!comm[i])
			return true;
	}
	return true;
}

static __always_inline bool has_comm(struct task_struct *task)
{
	char comm[ABI_COMM_LEN];

	bpf_core_read(comm, sizeof(comm), &task->comm);
	comm[ABI_COMM_LEN - 1] = 0;
	return same_comm(comm);
}

/* Is the task in the wanted cgroup, or below it? An id is the inode of the cgroup's folder. */
static __always_inline bool in_cgroup(struct task_struct *task)
{
	struct cgroup_subsys_state *css = NULL;
	struct cgroup *cgroup;

	if (settings.cgroup_subsystem < 0) {
		cgroup = BPF_CORE_READ(task, cgroups, dfl_cgrp);
	} else {
		struct css_set *set = BPF_CORE_READ(task, cgroups);
		/* Outside of bpf_core_read(), which would relocate settings, too. */
		__u64 at = bpf_core_field_offset(struct css_set, subsys) +
			   (settings.cgroup_subsystem & 31) * sizeof(css);

		bpf_probe_read_kernel(&css, sizeof(css), (void *)set + at);
		cgroup = BPF_CORE_READ(css, cgroup);
	}
	for (int depth = 0; depth < ABI_CGROUP_DEPTH && cgroup; depth++) {
		if (BPF_CORE_READ(cgroup, kn, id) == settings.cgroup_id)
			return true;
		css = BPF_CORE_READ(cgroup, self.parent);
		if (!css)
			return false;
		cgroup = BPF_CORE_READ(css, cgroup);
	}
	return false;
}

/* Does the process of this task fit what the user asked for? All that was given must fit. */
static __always_inline bool wanted(struct task_struct *task)
{
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);
	__u32 number;

	if (BPF_CORE_READ(task, tgid) == self.tgid)
		return false;
	if (settings.by_pid) {
		number = pid_number(leader, self.namespace_level);
		if (!bpf_map_lookup_elem(&requested_pids, &number))
			return false;
	}
	if (settings.by_tid) {
		number = pid_number(task, self.namespace_level);
		if (!bpf_map_lookup_elem(&requested_tids, &number))
			return false;
	}
	if (settings.by_comm && !has_comm(leader) && !has_comm(task))
		return false;
	if (settings.by_cgroup && !in_cgroup(task))
		return false;
	return settings.all || settings.by_pid || settings.by_tid || settings.by_comm ||
	       settings.by_cgroup;
}

static __always_inline void add_target(__u32 tgid)
{
	__u32 one = 1;

	target_marks[tgid & (TARGET_MARKS - 1)] = 1;
	if (bpf_map_update_elem(&targets, &tgid, &one, BPF_ANY))
		__sync_fetch_and_add(&lost.targets_full, 1);
}

/*
 * Does its process descend from one of interest? By the parents that they have now: whose parent
 * has ended belongs to init or a subreaper, and is known only if it was seen before.
 */
static __always_inline bool descends_from_target(struct task_struct *task)
{
	struct task_struct *at = BPF_CORE_READ(task, group_leader), *parent;
	__u32 tgid;

	for (int depth = 0; depth < ABI_FAMILY_DEPTH; depth++) {
		parent = BPF_CORE_READ(at, real_parent, group_leader);
		if (!parent || parent == at)
			return false;
		tgid = BPF_CORE_READ(parent, tgid);
		if (bpf_map_lookup_elem(&targets, &tgid))
			return true;
		at = parent;
	}
	__sync_fetch_and_add(&lost.targets_full, 1);
	return false;
}

static __always_inline bool everything_is_target(void)
{
	return settings.all && !settings.by_comm && !settings.by_cgroup;
}

/*
 * A worker of leakhop (src/sandbox), by its name and its parents: what it does for a sweep would be
 * the work of the next one. One that begins others stands between leakhop and some of them.
 */
static __always_inline bool is_own_worker(struct task_struct *task)
{
	struct task_struct *leader, *parent;
	const char name[] = "leakhop-";
	char comm[ABI_COMM_LEN] = {};

	if (!everything_is_target())
		return false;
	leader = BPF_CORE_READ(task, group_leader);
	bpf_core_read_str(comm, sizeof(comm), &leader->comm);
	for (int i = 0; i < sizeof(name) - 1; i++) {
		if (comm[i] != name[i])
			return false;
	}
	parent = BPF_CORE_READ(leader, real_parent);
	return BPF_CORE_READ(parent, tgid) == self.tgid ||
	       BPF_CORE_READ(parent, group_leader, real_parent, tgid) == self.tgid;
}

/* The hot question. flags are task_struct.flags, tid and tgid of the initial namespace. */
static __always_inline bool is_target(__u32 flags, __u32 tid, __u32 tgid)
{
	if (flags & PF_KTHREAD) {
		if (!settings.kernel_threads)
			return false;
	} else if (!settings.user_threads) {
		return false;
	}
	if (everything_is_target())
		return tgid != self.tgid;
	if (!target_marks[tgid & (TARGET_MARKS - 1)] || !bpf_map_lookup_elem(&targets, &tgid))
		return false;
	return !settings.by_tid || bpf_map_lookup_elem(&target_tids, &tid);
}

static __always_inline bool current_is_target(void)
{
	__u64 id = bpf_get_current_pid_tgid();

	return is_target(0, (__u32)id, id >> 32);
}

#endif
