// SPDX-License-Identifier: GPL-2.0-only
/* Signals and deadlines: see ending.h. */
#include "cmd/ending.h"
#include "cmd/exit_codes.h"
#include "util/now.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define READ_ON_NS 700000000ull /* after it was asked for, or was to end */
#define SECOND 1000000000ull
#define STEP_NS (2 * SECOND) /* after its time it has to have worked in each of these */
#define WORK_NS 2000000ull   /* of CPU time: so much is left where hundreds want it */
#define STEPS_MOST 60

/* What signal handlers share with the rest; there is one process, and so one of it. */
static struct {
	volatile sig_atomic_t asked;
	int fd;
	uint64_t asked_at, deadline; /* 0: none */
	uint64_t worked;	     /* CPU time when that was looked at last; 0: it was not */
	unsigned steps;
} ending = { .fd = -1 };

static void end_at_once(int number)
{
	struct sigaction by_default = { .sa_handler = SIG_DFL };
	sigset_t set;

	sigaction(number, &by_default, NULL);
	sigemptyset(&set);
	sigaddset(&set, number);
	raise(number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void give_up_in(uint64_t ns)
{
	struct itimerval timer = { .it_value = { .tv_sec = ns / SECOND + 1 } };

	ending.worked = 0;
	setitimer(ITIMER_REAL, &timer, NULL);
}

/* Is the report being made, if slowly? Who waits for a target or a reader does not work. */
static bool still_works(void)
{
	struct itimerval timer = { .it_value = { .tv_sec = STEP_NS / SECOND } };
	uint64_t before = ending.worked;
	struct timespec time;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time))
		return false;
	ending.worked = (uint64_t)time.tv_sec * SECOND + (uint64_t)time.tv_nsec;
	return (!before || ending.worked - before > WORK_NS) && ++ending.steps < STEPS_MOST &&
	       !setitimer(ITIMER_REAL, &timer, NULL);
}

static void take(int number)
{
	const uint64_t one = 1;
	int saved = errno;

	if (ending.asked)
		end_at_once(number);
	ending.asked_at = now_monotonic();
	ending.asked = 1;
	give_up_in(ENDING_PATIENCE_NS);
	if (write(ending.fd, &one, sizeof(one)) < 0)
		ending.asked = 1; /* nobody waits: it is seen by ending_asked() */
	errno = saved;
}

static void give_up(int number)
{
	static const char text[] =
		"leakhop: ended without its report: a target does not let itself "
		"be read, nobody takes the output, or the host is too busy\n";

	(void)number;
	if (still_works())
		return;
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(EXIT_COULD_NOT);
	_exit(EXIT_COULD_NOT);
}

static int catch (int number, void (*handler)(int), int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

	return sigaction(number, &action, NULL) ? -errno : 0;
}

int ending_begin(void)
{
	struct sigaction hangup;
	int r;

	ending.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (ending.fd < 0)
		return -errno;
	r = catch (SIGINT, take, SA_RESTART);
	r = r ?: catch (SIGTERM, take, SA_RESTART);
	r = r ?: catch (SIGALRM, give_up, SA_RESTART);
	if (!r && !sigaction(SIGHUP, NULL, &hangup) && hangup.sa_handler != SIG_IGN)
		r = catch (SIGHUP, take, SA_RESTART);
	return r;
}

int ending_fd(void)
{
	return ending.fd;
}

bool ending_asked(void)
{
	return ending.asked;
}

void ending_set_deadline(uint64_t at)
{
	uint64_t now = now_monotonic();

	ending.deadline = at;
	give_up_in((at > now ? at - now : 0) + ENDING_PATIENCE_NS);
}

bool ending_is_due(void *context)
{
	(void)context;
	return (ending.asked && now_monotonic() - ending.asked_at > READ_ON_NS) ||
	       (ending.deadline && now_monotonic() > ending.deadline + READ_ON_NS);
}
