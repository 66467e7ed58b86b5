// SPDX-License-Identifier: GPL-2.0-only
/*
 * leakhop check: a command with all that it forks, run to its end; what it leaves over, and what of
 * it is stuck, decides about the exit code.
 */
#include "cmd/check.h"
#include "cmd/commands.h"
#include "output/message.h"
#include "target/family.h"
#include "target/proc.h"
#include "util/cleanup.h"
#include "util/duration.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define EVENTS_NS 5000000ull /* between two times that events are taken in: many come at once */
#define FIRST_INTERVAL_NS 10000000ull
#define ASKS_AGAIN_NS 50000000ull
#define KILL_PATIENCE_NS 10000000000ull
#define VERDICT_NS 800000000ull /* for a look that a signal waits for */

static const int passed_on[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2 };

void check_remark(struct check *check, const char *format, ...)
{
	char text[sizeof(check->remarks[0])];
	va_list args;
	size_t i;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	for (i = 0; i < check->remark_count; i++) {
		if (!strcmp(check->remarks[i], text))
			return;
	}
	if (check->remark_count < CHECK_REMARKS)
		memcpy(check->remarks[check->remark_count++], text, sizeof(text));
}

/* --- the end of processes --- */

static struct check_hold *hold_of(struct check *check, pid_t pid)
{
	size_t i;

	for (i = 0; i < check->hold_count; i++) {
		if (check->holds[i].pid == pid)
			return &check->holds[i];
	}
	return NULL;
}

static void hold(struct check *check, const struct keeper_event *event)
{
	struct check_hold *hold = hold_of(check, event->pid);
	uint64_t now = now_monotonic();

	/* A signal has interrupted it, and it asks anew: its time goes on. */
	if (hold) {
		hold->id = event->id;
		if (hold->judged)
			keeper_let_end(&check->keeper, event->id);
		return;
	}
	if (check->hold_count == CHECK_HOLDS || check->timed_out_at) {
		check->unheld += !check->timed_out_at;
		keeper_let_end(&check->keeper, event->id);
		return;
	}
	check->holds[check->hold_count++] = (struct check_hold){
		.id = event->id,
		.pid = event->pid,
		.tid = event->tid,
		.exit_code = event->status,
		.since = now,
		.next = now,
	};
}

static bool has_ended(pid_t pid)
{
	struct target_stat stat;

	return target_read_stat(pid, pid, &stat) < 0 || stat.state == 'Z' || stat.state == 'X';
}

/* Returns 1 when it is to be forgotten, 0 or a negative errno. */
static int look_at_hold(struct check *check, struct check_hold *hold)
{
	int r = 0;

	if (hold->judged || !keeper_holds(&check->keeper, hold->id)) {
		hold->next = now_monotonic() + ASKS_AGAIN_NS;
		return has_ended(hold->pid);
	}
	r = check_look_at_hold(check, hold, &hold->judged);
	if (r < 0 || !hold->judged)
		return r;
	keeper_let_end(&check->keeper, hold->id);
	hold->next = now_monotonic() + ASKS_AGAIN_NS;
	return 0;
}

static int look_at_holds(struct check *check)
{
	size_t i = 0;
	int r;

	while (i < check->hold_count) {
		r = check->holds[i].next > now_monotonic() ? 0
							   : look_at_hold(check, &check->holds[i]);
		if (r < 0)
			return r;
		if (r)
			check->holds[i] = check->holds[--check->hold_count];
		else
			i++;
	}
	return 0;
}

static void let_all_end(struct check *check)
{
	while (check->hold_count)
		keeper_let_end(&check->keeper, check->holds[--check->hold_count].id);
}

static void take_end(struct check *check, const struct keeper_event *event)
{
	check->ended = true;
	check->status = event->status;
	check->ended_at = now_monotonic();
	if (WIFSIGNALED(event->status))
		check_remark(check,
			     "signal %d (%s) has ended the command: what lived then is as of the "
			     "last look, and told where it was stuck",
			     WTERMSIG(event->status), strsignal(WTERMSIG(event->status)));
}

static int take_events(struct check *check)
{
	struct keeper_event event;
	int r;

	while ((r = keeper_receive(&check->keeper, &event)) > 0) {
		check->ends = event.ends;
		check->passed = event.passed;
		switch (event.kind) {
		case KEEPER_HELD:
			hold(check, &event);
			break;
		case KEEPER_SETUID:
			check_remark(check,
				     "'%s' is to run as another user, and does not while processes "
				     "are held at their end: --no-hold does without",
				     event.text);
			break;
		case KEEPER_ENDED:
			take_end(check, &event);
			break;
		case KEEPER_ALONE:
			check->alone = true;
			return 0;
		}
	}
	return check->alone ? 0 : r;
}

/* --- signals and times --- */

static void signal_all(struct check *check, int number)
{
	pid_t *pids = NULL;
	size_t count = 0, i;

	if (target_family(check->keeper.keeper, &pids, &count) < 0 && !pids)
		return;
	for (i = 0; i < count; i++)
		kill(pids[i], number);
	free(pids);
}

/*
 * Where it has a process group of its own, a signal that a person or a runner sends is for all of
 * that; at a terminal the others have got it as leakhop has.
 */
static void pass_on(struct check *check, const struct signalfd_siginfo *info)
{
	int number = (int)info->ssi_signo;
	bool for_all = number == SIGINT || number == SIGTERM || number == SIGHUP;

	if (!check->own_group && info->ssi_code == SI_KERNEL)
		return;
	if (check->own_group && for_all && !kill(-check->keeper.keeper, number))
		return;
	if (check->ended)
		signal_all(check, number);
	else
		(void)syscall(SYS_pidfd_send_signal, check->keeper.pidfd, number, NULL, 0);
}

static int take_signals(struct check *check)
{
	struct signalfd_siginfo info;
	int r = 0;

	while (!r && read(check->signals, &info, sizeof(info)) == sizeof(info)) {
		int number = (int)info.ssi_signo;

		if (number == SIGINT || number == SIGTERM) {
			snprintf(check->stopped_by, sizeof(check->stopped_by), "SIG%s",
				 sigabbrev_np(number));
			check->stop_at = now_monotonic() + VERDICT_NS;
			r = check_report_hang(check, check->stopped_by, /* counts= */ false);
			check->stop_at = 0;
		}
		pass_on(check, &info);
	}
	return r;
}

/* A look ends early where a signal waits for it, or its time is over. */
static bool stop_looking(void *context)
{
	const struct check *check = context;
	struct pollfd signals = { .fd = check->signals, .events = POLLIN };

	if (check->stop_at && now_monotonic() >= check->stop_at)
		return true;
	return poll(&signals, 1, 0) > 0;
}

static int time_out(struct check *check)
{
	char span[32], why[80];
	int r;

	duration_format(check->options->timeout_ns, span, sizeof(span));
	snprintf(why, sizeof(why), "it was not done within %s", span);
	snprintf(check->stopped_by, sizeof(check->stopped_by), "--timeout %s", span);
	check->timed_out_at = now_monotonic();
	check->kill_at = check->timed_out_at + check->options->grace_ns;
	r = check_report_hang(check, why, /* counts= */ true);
	let_all_end(check);
	signal_all(check, SIGTERM);
	return r;
}

static int take_times(struct check *check)
{
	uint64_t now = now_monotonic();

	if (check->kill_at && now >= check->kill_at) {
		signal_all(check, SIGKILL);
		check->kill_at = now + 100000000;
		return 0;
	}
	if (check->options->timeout_ns && !check->timed_out_at &&
	    now >= check->begun + check->options->timeout_ns)
		return time_out(check);
	return check_pulse(check);
}

/* --- the loop --- */

static void earlier(uint64_t *at, uint64_t other)
{
	if (other && other < *at)
		*at = other;
}

static uint64_t next_due(const struct check *check)
{
	uint64_t at = check->timed_out_at ? UINT64_MAX : check->next_sweep;
	size_t i;

	for (i = 0; i < check->hold_count; i++)
		earlier(&at, check->holds[i].next);
	earlier(&at, check->kill_at);
	if (check->options->timeout_ns && !check->timed_out_at)
		earlier(&at, check->begun + check->options->timeout_ns);
	if (check->ended)
		earlier(&at, check->ended_at + check->options->grace_ns);
	earlier(&at, check_pulse_due(check));
	return at;
}

static int wait_for_more(struct check *check)
{
	struct pollfd fds[3] = {
		{ .fd = check->signals, .events = POLLIN },
		{ .fd = check->keeper.socket, .events = POLLIN },
		{ .fd = collect_fd(check->session.observer.collect), .events = POLLIN },
	};
	uint64_t now = now_monotonic(), until = next_due(check);
	struct timespec timeout;

	if (now < check->consume_at) {
		fds[2].fd = -1;
		earlier(&until, check->consume_at);
	}
	until = until > now ? until - now : 0;
	timeout = (struct timespec){ .tv_sec = until / 1000000000, .tv_nsec = until % 1000000000 };
	if (ppoll(fds, 3, &timeout, NULL) < 0 && errno != EINTR)
		return -errno;
	if (!(fds[2].revents & POLLIN))
		return 0;
	check->consume_at = now_monotonic() + EVENTS_NS;
	return collect_consume(check->session.observer.collect, observer_event,
			       &check->session.observer);
}

/* All have ended; or the command has, and its grace is over, and nobody is held any more. */
static bool is_over(const struct check *check)
{
	if (check->alone)
		return true;
	/* Who does not even die of SIGKILL is stuck in the kernel. */
	if (check->timed_out_at)
		return now_monotonic() >=
		       check->timed_out_at + check->options->grace_ns + KILL_PATIENCE_NS;
	return check->ended && !check->hold_count &&
	       now_monotonic() >= check->ended_at + check->options->grace_ns;
}

static int loop(struct check *check)
{
	int r = 0;

	while (!r && !is_over(check)) {
		r = wait_for_more(check);
		r = r ?: take_signals(check);
		r = r ?: take_events(check);
		if (check->alone)
			break;
		r = r ?: look_at_holds(check);
		r = r ?: take_times(check);
		if (!r && !check->timed_out_at && now_monotonic() >= check->next_sweep)
			r = check_sweep(check);
	}
	return r;
}

/* A case of its own, however short it lives. */
static void note_command(struct check *check)
{
	const char *name = check->session.options->child_argv[0], *slash = strrchr(name, '/');

	check->processes[0].pid = check->keeper.command;
	snprintf(check->processes[0].comm, sizeof(check->processes[0].comm), "%s",
		 slash ? slash + 1 : name);
	check->process_count = 1;
}

static int run(struct check *check)
{
	const struct session_options *options = check->session.options;
	struct error error = {};
	int r = keeper_go(&check->keeper, options->child_argv, &error);

	if (r < 0)
		return session_fail(options, r, &error);
	note_command(check);
	check->interval_ns = FIRST_INTERVAL_NS;
	check->begun = check->next_sweep = now_monotonic();
	check->pulse.ran_at = check->pulse.wrote_at = check->begun;
	r = loop(check);
	if (!r && !check->alone)
		r = check_look_at_rest(check);
	let_all_end(check);
	keeper_leave(&check->keeper);
	if (r == -EPIPE) {
		error_say(&error, r, "the process that keeps the command's was killed");
		return session_fail(options, -EIO, &error);
	}
	if (r < 0) {
		error_set(&error, r, "cannot go on");
		return session_fail(options, r, &error);
	}
	return check_report(check);
}

/* --- the start --- */

static int open_signals(sigset_t *ret_before)
{
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < sizeof(passed_on) / sizeof(passed_on[0]); i++)
		sigaddset(&set, passed_on[i]);
	sigprocmask(SIG_BLOCK, &set, ret_before);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static bool has_terminal(void)
{
	_cleanup_close_ int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	return fd >= 0;
}

/*
 * Yama's ptrace_scope 1 has a process read by its ancestors only (security/yama/yama_lsm.c): this
 * one is, a reader beside it is not.
 */
static bool only_ancestors_read(void)
{
	char text[16];

	return target_read_file("/proc/sys/kernel/yama/ptrace_scope", text, sizeof(text)) > 0 &&
	       *text == '1' && !capng_have_capability(CAPNG_EFFECTIVE, CAP_SYS_PTRACE);
}

static void say_no_hold(struct check *check)
{
	const char *why;

	if (check->options->no_hold) {
		check_remark(check, "--no-hold: what processes leave over is not looked at");
		return;
	}
	if (!check->keeper.hold_error)
		return;
	switch (check->keeper.hold_error) {
	case -EBUSY:
		why = "there is a listener already, as where one check runs in another";
		break;
	case -EINVAL:
	case -EOPNOTSUPP:
	case -ENOSYS:
		why = "this kernel does not tell of system calls (seccomp user notification)";
		break;
	default:
		why = strerror(-check->keeper.hold_error);
	}
	check_remark(
		check,
		"processes cannot be held at their end, so what they leave over is not known: %s",
		why);
}

int command_check(int argc, char **argv)
{
	struct check_options options;
	struct keeper_options keeper = {};
	struct check *check = calloc(1, sizeof(*check));
	struct error error = {};
	sigset_t mask;
	int r;

	if (!check)
		return EXIT_COULD_NOT;
	check_options_parse(&options, argc, argv);
	check->options = &options;
	r = check_read_baseline(check, &error);
	if (r < 0)
		return session_fail(&options.session, r, &error);
	check->own_group = keeper.own_group = !has_terminal();
	check->signals = open_signals(&mask);
	keeper.argv = options.session.child_argv;
	keeper.hold = !options.no_hold;
	keeper.mask = &mask;
	r = keeper_start(&keeper, &check->keeper, &error);
	if (r < 0)
		return session_fail(&options.session, r, &error);
	options.command = check->keeper.command;
	options.session.observe.collect.filter.pid_count = 1;
	options.session.observe.collect.filter.ancestor = check->keeper.keeper;
	options.session.stop = stop_looking;
	options.session.reads_itself = only_ancestors_read();
	say_no_hold(check);
	r = session_open(&options.session, &check->session);
	if (!r) {
		r = run(check);
		if (session_close(&check->session, EXIT_RAN) != EXIT_RAN && !r)
			r = EXIT_COULD_NOT;
	}
	keeper_release(&check->keeper);
	found_release(&check->founds);
	baseline_release(&check->baseline);
	blame_release(&check->blame);
	free(check);
	return r;
}
