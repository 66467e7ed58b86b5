// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waits for processes, signals, time, SysV objects; stops; and the calls that resume after a stop.
 */
#include "test_wait.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/ptrace.h>
#include <sys/sem.h>

static volatile pid_t *shared; /* numbers that children tell */

static void sleep_long(void *argument)
{
	(void)argument;
	nanosleep(&(struct timespec){ .tv_sec = 1000 }, NULL);
}

static void wait_for_any(void *argument)
{
	(void)argument;
	*shared = test_fork(sleep_long, NULL);
	wait4(-1, NULL, 0, NULL);
}

static void wait_for_one(void *argument)
{
	(void)argument;
	test_fork(sleep_long, NULL);
	*shared = test_fork(sleep_long, NULL);
	waitid(P_PID, *shared, NULL, WEXITED);
}

/* The child is another thread's: any thread may wait for it. */
static void fork_in_thread(void *argument)
{
	pid_t pid = fork();

	(void)argument;
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		sleep_long(NULL);
	}
	*shared = pid;
	sleep_long(NULL);
}

static void wait_across_threads(void *argument)
{
	struct parked parked;

	(void)argument;
	test_start(&parked, fork_in_thread, NULL);
	while (!*shared)
		test_nap();
	wait4(-1, NULL, 0, NULL);
}

static void check_children(void (*fn)(void *), int64_t nr)
{
	struct wait_subject subject;
	struct lc_wait wait;
	pid_t pid;

	*shared = 0;
	pid = test_fork(fn, NULL);
	test_await(pid, pid, nr, &subject);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.kind, LC_WAIT_CHILD);
	assert_int_equal(wait.owner_total, 1);
	assert_int_equal(wait.owners[0].pid, *shared);
	assert_int_equal(wait.owners[0].role, LC_WAIT_CHILD_PROCESS);
	kill(*shared, SIGKILL);
	test_kill(pid);
}

static void test_children(void **state)
{
	(void)state;
	check_children(wait_for_any, SYS_wait4);
	check_children(wait_for_one, SYS_waitid);
	check_children(wait_across_threads, SYS_wait4);
}

/* Nobody's child, but traced: that is whom it waits for. */
static void trace_and_wait(void *argument)
{
	pid_t traced = *(pid_t *)argument;

	*shared = ptrace(PTRACE_SEIZE, traced, 0, 0) ? -1 : traced;
	wait4(-1, NULL, 0, NULL);
	sleep_long(NULL);
}

static void test_tracer(void **state)
{
	pid_t traced = test_fork(sleep_long, NULL), pid;
	struct wait_subject subject;
	struct lc_wait wait;

	(void)state;
	*shared = 0;
	pid = test_fork(trace_and_wait, &traced);
	while (!*shared)
		test_nap();
	if (*shared > 0) {
		test_await(pid, pid, SYS_wait4, &subject);
		test_describe(&subject, NULL, &wait);
		assert_int_equal(wait.kind, LC_WAIT_CHILD);
		assert_int_equal(wait.recorded, LC_WAIT_OUTSIDE);
		assert_int_equal(wait.owner_total, 0);
	}
	test_kill(pid);
	test_kill(traced);
	if (*shared < 0)
		skip(); /* this host lets nobody trace whom he is not the parent of */
}

#define LEAVING 1000

/* So many processes, which end one after the other once shared[1] is set. */
static void leave_in_turn(void *argument)
{
	pid_t leaving[LEAVING];
	size_t i;

	(void)argument;
	for (i = 0; i < LEAVING; i++)
		leaving[i] = test_fork(sleep_long, NULL);
	shared[1] = 1;
	while (shared[1] != 2)
		test_nap();
	for (i = 0; i < LEAVING; i++)
		test_kill(leaving[i]);
	sleep_long(NULL);
}

/* The same, where others end that are listed before the one that is traced. */
static void test_tracer_beside_others(void **state)
{
	pid_t others, traced, pid;
	struct wait_subject subject;
	struct lc_wait wait;
	unsigned i;

	(void)state;
	shared[0] = shared[1] = 0;
	others = test_fork(leave_in_turn, NULL);
	while (!shared[1])
		test_nap();
	traced = test_fork(sleep_long, NULL);
	pid = test_fork(trace_and_wait, &traced);
	while (!*shared)
		test_nap();
	if (*shared > 0)
		test_await(pid, pid, SYS_wait4, &subject);
	shared[1] = 2;
	for (i = 0; *shared > 0 && i < 100; i++) {
		test_describe(&subject, NULL, &wait);
		assert_int_equal(wait.recorded, LC_WAIT_OUTSIDE);
	}
	test_kill(others);
	test_kill(pid);
	test_kill(traced);
	if (*shared < 0)
		skip();
}

static void vfork_and_wait(void *argument)
{
	(void)argument;
	if (!vfork()) {
		*shared = getpid();
		sleep_long(NULL);
		_exit(0);
	}
}

static void test_vfork(void **state)
{
	struct wait_subject subject;
	struct lc_wait wait;
	pid_t pid;

	(void)state;
	*shared = 0;
	pid = test_fork(vfork_and_wait, NULL);
	while (!*shared)
		test_nap();
	test_await(pid, pid, -2, &subject);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.kind, LC_WAIT_VFORK);
	assert_int_equal(wait.owners[0].pid, *shared);
	kill(*shared, SIGKILL);
	test_kill(pid);
}

/* A lock of the kernel, as the kernel notes it of a thread in state D. */
static void test_kernel_lock(void **state)
{
	struct wait_subject subject;
	struct lc_wait wait;
	pid_t pid = test_fork(sleep_long, NULL);

	(void)state;
	test_await(pid, pid, SYS_clock_nanosleep, &subject);
	subject.state = 'D';
	subject.kernel_function = "rwsem_down_write_slowpath";
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.kind, LC_WAIT_KERNEL);
	assert_int_equal(wait.recorded, LC_WAIT_NOT_RECORDED);
	assert_int_equal(wait.owner_total, 0);

	subject.blocker = (struct lc_blocker){ .lock = 0xff00,
					       .kind = LC_BLOCKER_RWSEM_WRITER,
					       .owner_tid = getpid(),
					       .owner_pid = getpid() };
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.kind, LC_WAIT_KERNEL);
	assert_int_equal(wait.recorded, LC_WAIT_RECORDED);
	assert_int_equal(wait.direction, LC_WAIT_LOCK);
	assert_int_equal(wait.key.space, LC_WAIT_SPACE_KERNEL);
	assert_int_equal(wait.owners[0].tid, getpid());
	assert_int_equal(wait.owners[0].role, LC_WAIT_HOLDER);
	/* One of many readers, or who last had a semaphore: only a hint. */
	subject.blocker.hint = 1;
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.owners[0].role, LC_WAIT_LAST_USER);
	subject.blocker.owner_tid = 0;
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.recorded, LC_WAIT_NOT_RECORDED);
	test_kill(pid);
}

static void await_state(pid_t pid, char state, struct wait_subject *subject)
{
	struct target_stat stat = {};

	while (stat.state != state) {
		test_nap();
		assert_int_equal(target_read_stat(pid, pid, &stat), 0);
	}
	subject->state = state;
}

static void test_stop_and_trace(void **state)
{
	struct wait_subject subject;
	struct lc_wait wait;
	pid_t pid = test_fork(sleep_long, NULL);

	(void)state;
	test_await(pid, pid, SYS_clock_nanosleep, &subject);
	kill(pid, SIGSTOP);
	await_state(pid, 'T', &subject);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.kind, LC_WAIT_STOPPED);
	kill(pid, SIGCONT);
	/* The sleep goes on as another call, with the same arguments. */
	test_await(pid, pid, SYS_restart_syscall, &subject);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.kind, LC_WAIT_SLEEP);
	assert_true(wait.flags & LC_WAIT_RESTARTED);
	assert_string_equal(wait.op, "clock_nanosleep");
	if (!ptrace(PTRACE_SEIZE, pid, 0, 0) && !ptrace(PTRACE_INTERRUPT, pid, 0, 0)) {
		await_state(pid, 't', &subject);
		test_describe(&subject, NULL, &wait);
		assert_int_equal(wait.kind, LC_WAIT_TRACER);
		assert_int_equal(wait.owners[0].pid, getpid());
	}
	test_kill(pid);
}

static void timed_poll(void *argument)
{
	struct pollfd *fd = argument;

	poll(fd, 1, 1000000);
}

static void test_restarted_poll(void **state)
{
	struct wait_subject subject;
	struct pollfd one = { .events = POLLIN };
	struct lc_wait wait;
	int fds[2];
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	one.fd = fds[0];
	pid = test_fork(timed_poll, &one);
	test_await(pid, pid, SYS_poll, &subject);
	kill(pid, SIGSTOP);
	await_state(pid, 'T', &subject);
	kill(pid, SIGCONT);
	/* ppoll begins anew. */
	test_await(pid, pid, SYS_poll == SYS_ppoll ? SYS_ppoll : SYS_restart_syscall, &subject);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.kind, LC_WAIT_PIPE);
	assert_int_equal(wait.via, LC_WAIT_POLL);
	assert_int_equal(wait.fd, fds[0]);
	test_kill(pid);
	close(fds[0]);
	close(fds[1]);
}

static void test_sleep(void **state)
{
	struct wait_subject subject;
	struct lc_wait wait;
	pid_t pid = test_fork(sleep_long, NULL);

	(void)state;
	test_await(pid, pid, SYS_clock_nanosleep, &subject);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.kind, LC_WAIT_SLEEP);
	assert_true(wait.has_timeout);
	assert_true(wait.ends_at > subject.blocked_since + 999000000000ull);
	test_kill(pid);
}

static void sigwait_one(void *argument)
{
	sigset_t set;
	int number;

	(void)argument;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sigwait(&set, &number);
}

static void pause_blocked(void *argument)
{
	sigset_t set;

	(void)argument;
	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	pause();
}

static void test_signals(void **state)
{
	struct wait_subject subject;
	struct lc_wait wait;
	pid_t pid;

	(void)state;
	pid = test_fork(sigwait_one, NULL);
	test_await(pid, pid, SYS_rt_sigtimedwait, &subject);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.kind, LC_WAIT_SIGNAL);
	assert_non_null(strstr(wait.object, "0x200"));
	test_kill(pid);
	pid = test_fork(pause_blocked, NULL);
	test_await(pid, pid, SYS_pause, &subject);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.kind, LC_WAIT_SIGNAL);
	assert_true(wait.flags & LC_WAIT_ALL_BLOCKED);
	test_kill(pid);
}

static void take(void *id)
{
	struct sembuf operation = { .sem_num = 1, .sem_op = -1 };

	semop(*(int *)id, &operation, 1);
}

static void receive(void *id)
{
	char message[64];

	msgrcv(*(int *)id, message, 8, 7, 0);
}

static void test_sysv(void **state)
{
	struct sembuf operation = { .sem_num = 1, .sem_op = 1 };
	struct {
		long type;
		char text[8];
	} message = { .type = 3 };
	struct wait_subject subject;
	struct lc_wait wait;
	int id = semget(IPC_PRIVATE, 2, 0600);
	pid_t pid;

	(void)state;
	assert_true(id >= 0);
	assert_int_equal(semop(id, &operation, 1), 0);
	operation.sem_op = -1;
	assert_int_equal(semop(id, &operation, 1), 0);
	pid = test_fork(take, &id);
	test_await(pid, pid, SYS_semtimedop, &subject);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.kind, LC_WAIT_SYSV_SEMAPHORE);
	assert_int_equal(wait.owners[0].pid, getpid());
	assert_int_equal(wait.owners[0].role, LC_WAIT_LAST_USER);
	assert_int_equal(wait.value, 0);
	test_kill(pid);
	semctl(id, 0, IPC_RMID);

	id = msgget(IPC_PRIVATE, 0600);
	assert_int_equal(msgsnd(id, &message, 8, 0), 0);
	pid = test_fork(receive, &id);
	test_await(pid, pid, SYS_msgrcv, &subject);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.kind, LC_WAIT_SYSV_QUEUE);
	assert_true(wait.flags & LC_WAIT_PENDING);
	assert_int_equal(wait.owners[0].pid, getpid());
	test_kill(pid);
	msgctl(id, IPC_RMID, NULL);
}

static void receive_posix(void *queue)
{
	char message[8192];

	mq_receive(*(mqd_t *)queue, message, sizeof(message), NULL);
}

static void test_posix_queue(void **state)
{
	struct wait_subject subject;
	struct lc_wait wait;
	char name[64];
	mqd_t queue;
	pid_t pid;

	(void)state;
	snprintf(name, sizeof(name), "/leakhop-unit-%d", getpid());
	queue = mq_open(name, O_RDWR | O_CREAT, 0600, NULL);
	if (queue < 0)
		skip();
	pid = test_fork(receive_posix, &queue);
	test_await(pid, pid, SYS_mq_timedreceive, &subject);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.kind, LC_WAIT_POSIX_QUEUE);
	assert_int_equal(wait.owner_total, 2);
	assert_non_null(strstr(wait.object, name));
	test_kill(pid);
	mq_close(queue);
	mq_unlink(name);
}

static void test_kernel_and_gone(void **state)
{
	struct wait_subject subject = { .task = { .pid = getpid(), .tid = getpid() },
					.state = 'D' };
	struct wait_scan *scan;
	struct lc_wait wait;

	(void)state;
	subject.syscall.nr = LC_NO_SYSCALL;
	subject.kernel_function = "handle_userfault";
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.kind, LC_WAIT_USERFAULTFD);
	subject.syscall.nr = SYS_fsync;
	subject.syscall.args[0] = 0;
	subject.kernel_function = "jbd2_log_wait_commit";
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.kind, LC_WAIT_KERNEL);
	assert_int_equal(wait.fd, 0);
	assert_string_equal(wait.kernel_function, "jbd2_log_wait_commit");
	subject.task.pid = subject.task.tid = INT32_MAX;
	assert_int_equal(wait_scan_create(NULL, &scan), 0);
	assert_int_equal(wait_describe(scan, &subject, &wait), -ESRCH);
	wait_scan_free(scan);
}

static pthread_mutex_t inner_mutex = PTHREAD_MUTEX_INITIALIZER;

static void lock_inner(void *argument)
{
	(void)argument;
	pthread_mutex_lock(&inner_mutex);
}

/* The first process of a PID namespace: thread 2 waits for the lock of thread 1. */
static void lock_in_namespace(void *argument)
{
	struct parked parked;

	if (unshare(CLONE_NEWPID))
		_exit(0);
	if (!fork()) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pthread_mutex_lock(&inner_mutex);
		test_start(&parked, lock_inner, argument);
		pause();
	}
}

static int first_number(void *context, pid_t number)
{
	*(pid_t *)context = number;
	return 0;
}

static pid_t only_child(pid_t pid)
{
	char path[64], text[64] = "";

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	while (!*text) {
		test_nap();
		if (kill(pid, 0) || target_read_file(path, text, sizeof(text)) < 0)
			return 0;
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return 0;
	}
	return atoi(text);
}

static void test_owner_in_another_pid_namespace(void **state)
{
	pid_t outer = test_fork(lock_in_namespace, NULL), pid = only_child(outer), tid;
	struct wait_subject subject;
	struct lc_wait wait;

	(void)state;
	if (!pid)
		skip(); /* not privileged */
	test_await(pid, pid, SYS_pause, &subject);
	do { /* the last one listed is the waiter */
		assert_int_equal(target_for_each_tid(pid, first_number, &tid), 0);
	} while (tid == pid);
	test_await(pid, tid, SYS_futex, &subject);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.kind, LC_WAIT_MUTEX);
	assert_int_equal(wait.owners[0].tid, pid);
	assert_int_equal(wait.owners[0].ns_tid, 1);
	assert_int_equal(wait.flags & (LC_WAIT_OWNER_GONE | LC_WAIT_OWNER_ELSEWHERE), 0);
	kill(pid, SIGKILL);
	test_kill(outer);
}

/* Whatever a thread has in its registers, a description comes out. */
static void test_rubbish_arguments(void **state)
{
	struct wait_subject subject = { .task = { .pid = getpid(), .tid = getpid() },
					.state = 'S' };
	struct wait_scan *scan;
	struct lc_wait wait;
	unsigned seed = 4711;

	(void)state;
	assert_int_equal(wait_scan_create(NULL, &scan), 0);
	for (int nr = 0; nr < 460; nr++) {
		for (int round = 0; round < 4; round++) {
			for (int i = 0; i < LC_SYSCALL_ARGS; i++) {
				uint64_t small = rand_r(&seed) % 64, any = (uint64_t)rand_r(&seed)
									   << 33;

				subject.syscall.args[i] = round == 0   ? UINT64_MAX
							  : round == 1 ? small
							  : round == 2 ? any ^ rand_r(&seed)
								       : (uintptr_t)&wait + small;
			}
			subject.syscall.nr = nr;
			subject.sp = subject.syscall.args[0];
			assert_int_equal(wait_describe(scan, &subject, &wait), 0);
			assert_true(strnlen(wait.object, sizeof(wait.object)) <
				    sizeof(wait.object));
			assert_true(wait.owner_count <= LC_WAIT_OWNERS);
			assert_true(wait.member_count <= LC_WAIT_MEMBERS);
		}
	}
	wait_scan_free(scan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_children),
		cmocka_unit_test(test_tracer),
		cmocka_unit_test(test_tracer_beside_others),
		cmocka_unit_test(test_vfork),
		cmocka_unit_test(test_stop_and_trace),
		cmocka_unit_test(test_kernel_lock),
		cmocka_unit_test(test_restarted_poll),
		cmocka_unit_test(test_sleep),
		cmocka_unit_test(test_signals),
		cmocka_unit_test(test_sysv),
		cmocka_unit_test(test_posix_queue),
		cmocka_unit_test(test_kernel_and_gone),
		cmocka_unit_test(test_owner_in_another_pid_namespace),
		cmocka_unit_test(test_rubbish_arguments),
	};

	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
