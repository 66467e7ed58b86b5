// SPDX-License-Identifier: GPL-2.0-only
/* Waits for the end of a thread or process, and threads that were stopped from outside. */
#include "verdict/rules/private.h"

static void waits_for_end(struct judged *judged)
{
	const struct lc_wait *wait = judged->wait;

	if (rules_follow(judged, "waits-for-a-finding"))
		return;
	if (wait->flags & LC_WAIT_OBJECT_FREE && !(wait->flags & LC_WAIT_NO_WAKER)) {
		judge(judged, VERDICT_IDLE, "just-ended", "whom it waits for is ending just now");
		return;
	}
	if (wait->kind == LC_WAIT_CHILD && wait->recorded == LC_WAIT_OUTSIDE) {
		judge(judged, VERDICT_IDLE, "traces", "it waits for what those do that it traces");
		return;
	}
	if (wait->recorded == LC_WAIT_DEAD || wait->recorded == LC_WAIT_NOBODY) {
		judge(judged, VERDICT_LEAK, "nobody-to-end",
		      "there is none left whose end it could be told of");
		judge_proof(judged, "%s", wait->object);
		judge_remedy(judged, "join a thread once, and only one that pthread_create has "
				     "started and nobody detaches");
		return;
	}
	judge(judged, VERDICT_IDLE, "waits-for-end", "whom it waits for works, or waits for work");
	judge_otherwise(judged,
			"it takes the verdict of whom it waits for, if that becomes a finding");
}

void rules_process(struct judged *judged)
{
	switch (judged->wait->kind) {
	case LC_WAIT_TRACER:
		judge(judged, VERDICT_SUSPECT, "traced", "a tracer (a debugger) holds it");
		judge_remedy(judged, "let the tracer continue or detach");
		return;
	case LC_WAIT_STOPPED:
		judge(judged, VERDICT_SUSPECT, "stopped",
		      "it was stopped by a signal (job control, SIGSTOP)");
		judge_remedy(judged, "kill -CONT %d lets it go on", judged->thread->task.pid);
		return;
	case LC_WAIT_FROZEN:
		judge(judged, VERDICT_SUSPECT, "frozen", "its cgroup is frozen");
		judge_remedy(judged, "thaw the cgroup (cgroup.freeze, freezer.state)");
		return;
	case LC_WAIT_SUPERVISOR:
		judge(judged, VERDICT_SUSPECT, "supervised",
		      "who supervises its system calls (a seccomp listener) has not answered yet");
		judge_remedy(judged,
			     "look at the process that has its seccomp listener: an agent of its "
			     "container, or a leakhop check");
		return;
	default:
		waits_for_end(judged);
	}
}
