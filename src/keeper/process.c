// SPDX-License-Identifier: GPL-2.0-only
/*
 * The keeper: parent of the command and, in the end, of all that it has left. It answers for those
 * of one thread by itself and tells leakhop of the others. It reads nothing that a process could
 * have made long, so that it cannot be lost over one.
 */
#include "keeper/private.h"
#include "target/family.h"
#include "target/proc.h"
#include "util/now.h"
#include "util/null.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define TOLD 1024		  /* held ones that leakhop has been told of, the last of them */
#define KEPT 10			  /* above those places */
#define PATIENCE_NS 2000000000ull /* between SIGTERM and SIGKILL */

struct state {
	struct keeper_process *process;
	int children; /* signalfd */
	uint64_t ends, passed;
	struct keeper_notice reported[TOLD];
	size_t reported_count; /* of all times */
	bool leaves;	       /* leakhop has said that it goes */
	uint64_t kill_at;      /* 0: not */
	bool setuid_reported;
};

static void tell(struct state *state, struct keeper_event *event)
{
	event->ends = state->ends;
	event->passed = state->passed;
	if (state->process->socket >= 0)
		(void)keeper_send(state->process->socket, event, sizeof(*event), -1);
}

/* --- who is held --- */

/* Rights that exec would have given: not with the filter, as no_new_privs is set for it. */
static void look_for_setuid(struct state *state, pid_t pid)
{
	struct keeper_event event = { .kind = KEEPER_SETUID, .pid = pid };
	struct target_status status;
	struct stat program;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	if (state->setuid_reported || stat(path, &program) || !(program.st_mode & S_ISUID) ||
	    target_read_status(pid, pid, &status) < 0 || status.uid == program.st_uid)
		return;
	state->setuid_reported = true;
	if (readlink(path, event.text, sizeof(event.text) - 1) < 0)
		return;
	tell(state, &event);
}

/* Where a signal has interrupted it, it asks again. */
static bool asks_again(struct state *state, const struct keeper_notice *notice)
{
	size_t i;

	for (i = 0; i < TOLD && i < state->reported_count; i++) {
		if (state->reported[i].tid == notice->tid) {
			state->reported[i].id = notice->id;
			return true;
		}
	}
	return false;
}

static bool tell_held(struct state *state, const struct keeper_notice *notice, pid_t pid)
{
	struct keeper_event event = { .kind = KEEPER_HELD,
				      .pid = pid,
				      .tid = notice->tid,
				      .status = notice->status,
				      .id = notice->id,
				      .ends = state->ends };

	event.passed = state->passed;
	if (state->process->socket < 0 || state->leaves ||
	    keeper_send(state->process->socket, &event, sizeof(event), -1) < 0)
		return false;
	if (asks_again(state, notice))
		state->ends--;
	else
		state->reported[state->reported_count++ % TOLD] = *notice;
	return true;
}

static void take_notice(struct state *state)
{
	struct keeper_notice notice;
	struct target_status status;

	if (keeper_notice_receive(state->process->listener, &notice) < 0)
		return;
	state->ends++;
	if (state->process->no_new_rights)
		look_for_setuid(state, notice.tid);
	if (target_count_tids(notice.tid) != 1 &&
	    !target_read_status(notice.tid, notice.tid, &status) && status.threads > 1) {
		if (tell_held(state, &notice, status.tgid))
			return;
		state->passed++;
	}
	keeper_notice_answer(state->process->listener, notice.id);
}

/* --- who has ended --- */

static void take_children(struct state *state)
{
	struct keeper_event event = {};
	struct signalfd_siginfo info;
	pid_t pid;

	while (read(state->children, &info, sizeof(info)) == sizeof(info))
		continue;
	while ((pid = waitpid(-1, &event.status, WNOHANG)) > 0) {
		if (pid != state->process->command)
			continue;
		event.kind = KEEPER_ENDED;
		event.pid = pid;
		tell(state, &event);
	}
	if (pid < 0 && errno == ECHILD) {
		event = (struct keeper_event){ .kind = KEEPER_ALONE };
		tell(state, &event);
		_exit(0);
	}
}

/* --- leakhop has gone --- */

static void signal_family(int number)
{
	pid_t *pids = NULL;
	size_t count = 0, i;

	if (target_family(getpid(), &pids, &count) < 0 && !pids)
		return;
	for (i = 0; i < count; i++)
		kill(pids[i], number);
	free(pids);
}

static void let_all_end(const struct state *state)
{
	size_t i;

	for (i = 0; i < TOLD && i < state->reported_count; i++)
		keeper_notice_answer(state->process->listener, state->reported[i].id);
}

/*
 * Whoever waits for the end of leakhop's output, or of another pipe that it was begun with, must
 * not wait for this process: all is closed but its own two, in the first places behind the streams.
 */
static void let_go_of_streams(struct state *state)
{
	int null = open_null(), fd;
	int children = fcntl(state->children, F_DUPFD_CLOEXEC, KEPT);
	int listener = fcntl(state->process->listener, F_DUPFD_CLOEXEC, KEPT);

	for (fd = 0; fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
	state->children = dup2(children, fd);
	state->process->listener = listener < 0 ? -1 : dup2(listener, fd + 1);
	close_range(fd + (listener < 0 ? 1 : 2), ~0u, 0);
}

static void take_word(struct state *state)
{
	char byte;
	int r = keeper_take(state->process->socket, &byte, 1, NULL);

	if (!r) {
		state->leaves = true;
		return;
	}
	close(state->process->socket);
	state->process->socket = -1;
	let_all_end(state);
	let_go_of_streams(state);
	if (state->leaves)
		return;
	signal_family(SIGTERM);
	state->kill_at = now_monotonic() + PATIENCE_NS;
}

static int patience(const struct state *state)
{
	uint64_t now = now_monotonic();

	if (!state->kill_at)
		return -1;
	return state->kill_at > now ? (int)((state->kill_at - now) / 1000000) + 1 : 0;
}

static void run_once(struct state *state)
{
	struct pollfd fds[3] = {
		{ .fd = state->children, .events = POLLIN },
		{ .fd = state->process->listener, .events = POLLIN },
		{ .fd = state->process->socket, .events = POLLIN },
	};

	if (poll(fds, 3, patience(state)) < 0)
		return;
	if (fds[1].revents & POLLIN)
		take_notice(state);
	else if (fds[1].revents & (POLLHUP | POLLERR))
		state->process->listener = -1; /* nobody has the filter any more */
	if (fds[2].revents)
		take_word(state);
	if (fds[0].revents)
		take_children(state);
	if (state->kill_at && now_monotonic() >= state->kill_at) {
		signal_family(SIGKILL);
		state->kill_at = now_monotonic() + PATIENCE_NS;
	}
}

void keeper_process_run(struct keeper_process *process)
{
	struct state state = { .process = process };
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	state.children = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
	prctl(PR_SET_NAME, "leakhop-keeper");
	fcntl(process->socket, F_SETFL, O_NONBLOCK);
	for (;;)
		run_once(&state);
}
