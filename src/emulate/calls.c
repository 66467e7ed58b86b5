// SPDX-License-Identifier: GPL-2.0-only
/*
 * System calls of a run. None is made: those that only tell are answered, the wait is recognised,
 * and any other ends the run, or is answered as if it had gone well, where it is only to be seen
 * what comes behind it.
 */
#include "emulate/machine.h"
#include "emulate/run.h"

#include <asm/unistd.h>
#include <errno.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>

#ifndef __NR_futex_wait
#define __NR_futex_wait 455
#endif
#ifndef __NR_futex_wake
#define __NR_futex_wake 454
#endif
#define VECTORS_MAX 64

struct call {
	struct run *run;
	int64_t nr;
	uint64_t args[LC_SYSCALL_ARGS];
};

static void answer(struct call *call, int64_t result)
{
	run_set_register(call->run, machine_result, (uint64_t)result);
}

static void end_in(struct call *call, enum emulate_end end)
{
	call->run->call = call->nr;
	call->run->object = call->args[0];
	if (end == EMULATE_WAITS)
		(void)run_peek(call->run, call->args[0] - sizeof(call->run->parked),
			       &call->run->parked, sizeof(call->run->parked));
	run_end(call->run, end, EMULATE_WHY_NONE);
}

static int futex_command(const struct call *call)
{
	return (int)call->args[1] & FUTEX_CMD_MASK;
}

static bool is_futex_wait(const struct call *call)
{
	int command = futex_command(call);

	if (call->nr == __NR_futex_wait)
		return true;
	return call->nr == __NR_futex &&
	       (command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET || command == FUTEX_LOCK_PI);
}

static bool is_futex_wake(const struct call *call)
{
	int command = futex_command(call);

	return call->nr == __NR_futex &&
	       (command == FUTEX_WAKE || command == FUTEX_WAKE_BITSET || command == FUTEX_WAKE_OP);
}

/*
 * Of those that wait for descriptors: a loop that has work at hand only looks whether there is
 * more, and does not wait.
 */
static bool has_time_out(int64_t nr, const uint64_t args[LC_SYSCALL_ARGS])
{
	switch (nr) {
#ifdef __NR_poll
	case __NR_poll:
		return (int32_t)args[2] >= 0;
#endif
#ifdef __NR_epoll_wait
	case __NR_epoll_wait:
#endif
	case __NR_epoll_pwait:
		return (int32_t)args[3] >= 0;
#ifdef __NR_select
	case __NR_select:
#endif
	case __NR_pselect6:
		return args[4];
	case __NR_ppoll:
		return args[2];
#ifdef __NR_epoll_pwait2
	case __NR_epoll_pwait2:
		return args[3];
#endif
	default:
		return false;
	}
}

static bool writes(int64_t nr)
{
	return nr == __NR_write || nr == __NR_writev || nr == __NR_pwrite64 || nr == __NR_sendto ||
	       nr == __NR_sendmsg;
}

/* For what others than its own process do, and as long as it takes. */
static bool waits_for_input(const struct call *call)
{
	switch (call->nr) {
#ifdef __NR_pause
	case __NR_pause:
#endif
	case __NR_rt_sigsuspend:
	case __NR_accept:
	case __NR_accept4:
		return true;
	case __NR_rt_sigtimedwait:
		return !call->args[2];
#ifdef __NR_poll
	case __NR_poll:
#endif
#ifdef __NR_epoll_wait
	case __NR_epoll_wait:
#endif
#ifdef __NR_select
	case __NR_select:
#endif
	case __NR_epoll_pwait:
	case __NR_epoll_pwait2:
	case __NR_ppoll:
	case __NR_pselect6:
		return !has_time_out(call->nr, call->args);
	default:
		return false;
	}
}

/* Is it the wake-up that is asked about? Who waits may also be sent on to another futex. */
static bool is_asked_about(const struct call *call)
{
	const struct emulate_question *question = call->run->question;
	int command = futex_command(call);
	bool sends_on = command == FUTEX_REQUEUE || command == FUTEX_CMP_REQUEUE;

	if (question->asked != EMULATE_WHOM_WAKES)
		return false;
	if (writes(call->nr))
		return question->writes_wake;
	if (call->nr == __NR_futex && command == FUTEX_WAKE_OP &&
	    run_is_in(&question->wakes, call->args[4]))
		return true;
	return (call->nr == __NR_futex_wake || is_futex_wake(call) ||
		(call->nr == __NR_futex && sends_on)) &&
	       run_is_in(&question->wakes, call->args[0]);
}

static bool is_same_wait(const struct call *call)
{
	const struct emulate_question *question = call->run->question;
	uint64_t pc = run_register(call->run, machine_registers[LC_REGISTER_PC]);
	uint64_t sp = run_register(call->run, machine_registers[LC_REGISTER_SP]);
	const struct emulate_range *object = &question->object;

	if (call->nr != question->call.nr || pc != question->registers.value[LC_REGISTER_PC] ||
	    sp != question->registers.value[LC_REGISTER_SP] ||
	    has_time_out(call->nr, call->args) != has_time_out(call->nr, question->call.args))
		return false;
	if (question->interpreter.state) /* whatever it has made anew to wait in */
		return run_sum_of_frames(call->run) == call->run->frames;
	return object->end ? run_is_in(object, call->args[0])
			   : call->args[0] == question->call.args[0];
}

/* An interpreter's thread waits in an object of its own each time, which is signalled as the first.
 */
static bool is_woken_again(struct call *call)
{
	if (!call->run->again)
		return false;
	call->run->again = false;
	call->run->first_passages = call->run->passage_count;
	return run_signal(call->run, call->args[0]);
}

static void end_in_wait(struct call *call)
{
	struct run *run = call->run;

	if (is_same_wait(call) && (run_goes_round(run) || is_woken_again(call)))
		answer(call, (int64_t)run->question->result);
	else if (!is_same_wait(call))
		end_in(call,
		       call->args[0] == run->lock && run->lock ? EMULATE_LOCKED : EMULATE_WAITS);
	else if (run->question->interpreter.state) /* which changes this and that as it goes */
		end_in(call, run->made_up ? EMULATE_CAME_BACK : EMULATE_SLEEPS_AGAIN);
	else if (run->made_up || !pages_are_unchanged(run->pages, run_is_free, run))
		end_in(call, EMULATE_CAME_BACK);
	else
		end_in(call, EMULATE_SLEEPS_AGAIN);
}

/* Would the kernel let it sleep? Not where the word is not what the program believes. */
static bool futex_refuses(struct call *call)
{
	uint64_t expected = call->nr == __NR_futex ? call->args[2] : call->args[1];
	uint32_t value = 0;

	if (call->nr == __NR_futex && futex_command(call) == FUTEX_LOCK_PI)
		return false;
	return run_peek(call->run, call->args[0], &value, sizeof(value)) &&
	       value != (uint32_t)expected;
}

static int read_clock(const struct run *run, clockid_t clock, struct timespec *ret)
{
	*ret = (struct timespec){ .tv_sec = 1 };
	return run->early ? 0 : clock_gettime(clock, ret);
}

static bool answer_time(struct call *call)
{
	struct timespec time;
	struct timeval day;

	call->run->told_time |= call->nr == __NR_clock_gettime || call->nr == __NR_gettimeofday;
	if (call->nr == __NR_clock_gettime) {
		if (read_clock(call->run, (clockid_t)call->args[0], &time) < 0)
			answer(call, -EINVAL);
		else
			answer(call, run_poke(call->run, call->args[1], &time, sizeof(time))
					     ? 0
					     : -EFAULT);
		return true;
	}
	if (call->nr != __NR_gettimeofday)
		return false;
	(void)read_clock(call->run, CLOCK_REALTIME, &time);
	day = (struct timeval){ time.tv_sec, time.tv_nsec / 1000 };
	answer(call, run_poke(call->run, call->args[0], &day, sizeof(day)) ? 0 : -EFAULT);
	return true;
}

/* From a descriptor that has nothing. */
static bool reads_nothing(const struct call *call)
{
	const struct emulate_question *question = call->run->question;

	if (call->nr != __NR_read && call->nr != __NR_recvfrom)
		return false;
	for (size_t i = 0; i < question->empty_count && i < EMULATE_EMPTY; i++) {
		if ((int32_t)call->args[0] == question->empty[i])
			return true;
	}
	return false;
}

/* Those that change nothing. */
static bool answer_harmless(struct call *call)
{
	const struct emulate_question *question = call->run->question;

	if (answer_time(call))
		return true;
	if (reads_nothing(call)) {
		answer(call, -EAGAIN);
		return true;
	}
	switch (call->nr) {
	case __NR_gettid:
		answer(call, question->tid);
		return true;
	case __NR_getpid:
		answer(call, question->pid);
		return true;
	case __NR_sched_yield:
		answer(call, 0);
		return true;
	case __NR_futex:
		/* Of its own lock: who waits for that is not the thread's business. */
		if (call->args[0] != call->run->lock || futex_command(call) != FUTEX_WAKE)
			return false;
		answer(call, 0);
		return true;
	default:
		return false;
	}
}

/* What a thread does at its end: the answer is known, and nothing else depends on it. */
static bool is_tidying(int64_t nr)
{
	return nr == __NR_rt_sigprocmask || nr == __NR_madvise || nr == __NR_munmap ||
	       nr == __NR_set_robust_list;
}

static bool ends_thread(int64_t nr)
{
	return nr == __NR_exit || nr == __NR_exit_group || nr == __NR_execve;
}

static int64_t bytes_of_vectors(struct call *call)
{
	struct iovec vectors[VECTORS_MAX];
	uint64_t count = call->args[2] < VECTORS_MAX ? call->args[2] : VECTORS_MAX;
	int64_t bytes = 0;

	if (!run_peek(call->run, call->args[1], vectors, count * sizeof(vectors[0])))
		return -EFAULT;
	for (uint64_t i = 0; i < count; i++)
		bytes += (int64_t)vectors[i].iov_len;
	return bytes;
}

/* As if it had gone well: all was written; nothing is to be read; there is no more memory. */
static int64_t made_up_answer(struct call *call)
{
	switch (call->nr) {
	case __NR_write:
	case __NR_pwrite64:
	case __NR_sendto:
		return (int64_t)call->args[2];
	case __NR_writev:
		return bytes_of_vectors(call);
	case __NR_mmap:
	case __NR_brk:
	case __NR_clone:
#ifdef __NR_clone3
	case __NR_clone3:
#endif
		return -ENOMEM;
	default:
		return 0;
	}
}

void run_system_call(struct run *run)
{
	struct call call = { .run = run, .nr = (int64_t)run_register(run, machine_syscall_number) };

	for (size_t i = 0; i < LC_SYSCALL_ARGS; i++)
		call.args[i] = run_register(run, machine_syscall_args[i]);
	if (is_asked_about(&call))
		end_in(&call, EMULATE_WAKES);
	else if (is_futex_wait(&call) && futex_refuses(&call))
		answer(&call, -EAGAIN);
	else if (is_futex_wait(&call) || is_same_wait(&call))
		end_in_wait(&call);
	else if (answer_harmless(&call))
		return;
	else if (ends_thread(call.nr))
		end_in(&call, EMULATE_ENDS);
	else if (!run->follows)
		end_in(&call, EMULATE_ACTS);
	else if (run->question->asked == EMULATE_WHOM_WAKES && waits_for_input(&call))
		end_in(&call, EMULATE_RESTS);
	else {
		/* Whom a wake-up finds is of no account to who wakes. */
		run->made_up |= !is_futex_wake(&call) && !is_tidying(call.nr);
		run->guessed |= !is_futex_wake(&call) && !is_tidying(call.nr) && !writes(call.nr);
		run->effect = true;
		answer(&call, made_up_answer(&call));
	}
}

/* The arguments are where those of any function are, and on both machines that of a system call. */
void run_vdso_call(struct run *run)
{
	enum vdso_function function = vdso_find(run->vdso,
						run->paused_at - run->question->vdso.start);
	struct call call = { .run = run };

	for (size_t i = 0; i < 3; i++)
		call.args[i] = run_register(run, machine_syscall_args[i]);
	switch (function) {
	case VDSO_CLOCK_GETTIME:
		call.nr = __NR_clock_gettime;
		break;
	case VDSO_GETTIMEOFDAY:
		call.nr = __NR_gettimeofday;
		break;
	case VDSO_TIME:
		run->told_time = true;
		answer(&call, run->early ? 1 : time(NULL));
		break;
	default:
		run_end(run, EMULATE_NOT_KNOWN, EMULATE_UNREADABLE);
		return;
	}
	if (call.nr)
		(void)answer_time(&call);
	if (machine_leave_function(run->unicorn, run->uc, run_register(run, machine_result)) < 0)
		run_end(run, EMULATE_NOT_KNOWN, EMULATE_UNREADABLE);
}
