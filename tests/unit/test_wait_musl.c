// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects of musl. The test compiles itself a second time with musl-gcc, as the program whose
 * threads are looked at; where there is no musl-gcc it is skipped.
 */
#ifdef WAIT_MUSL_TARGET

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_barrier_t barrier;
static pthread_t sleeper;
static sem_t semaphore;

static void *sleep_long(void *argument)
{
	(void)argument;
	pause();
	return NULL;
}

static void initialise(void)
{
	pause();
}

static void *run_once(void *argument)
{
	(void)argument;
	pthread_once(&once, initialise);
	return NULL;
}

/* Tells its tid and where the condition variable is, and blocks in what is asked for. */
static void *block(void *kind)
{
	const char *name = kind;

	printf("%d %lx\n", gettid(), (unsigned long)&condition);
	fflush(stdout);
	if (!strcmp(name, "normal") || !strcmp(name, "recursive"))
		pthread_mutex_lock(&mutex);
	else if (!strcmp(name, "cond"))
		pthread_cond_wait(&condition, &mutex);
	else if (!strcmp(name, "write"))
		pthread_rwlock_wrlock(&rwlock);
	else if (!strcmp(name, "sem"))
		sem_wait(&semaphore);
	else if (!strcmp(name, "barrier"))
		pthread_barrier_wait(&barrier);
	else if (!strcmp(name, "join"))
		pthread_join(sleeper, NULL);
	else if (!strcmp(name, "once"))
		pthread_once(&once, initialise);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_mutexattr_t attributes;
	pthread_t thread;

	(void)argc;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pthread_mutexattr_init(&attributes);
	if (!strcmp(argv[1], "recursive"))
		pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&mutex, &attributes);
	pthread_barrier_init(&barrier, NULL, 3);
	sem_init(&semaphore, 0, 0);
	if (strcmp(argv[1], "cond"))
		pthread_mutex_lock(&mutex);
	pthread_rwlock_rdlock(&rwlock);
	pthread_create(&sleeper, NULL, strcmp(argv[1], "once") ? sleep_long : run_once, NULL);
	while (!strcmp(argv[1], "once") && *(volatile int *)&once == 0)
		usleep(1000);
	pthread_create(&thread, NULL, block, argv[1]);
	pause();
	return 0;
}

#else

#include "test_wait.h"

#include <fcntl.h>

static unsigned long condition;
static char program[] = "/tmp/leakhop-musl-XXXXXX";

static int compile(void **state)
{
	char command[1024];
	int fd = mkstemp(program);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	snprintf(command, sizeof(command),
		 "command -v musl-gcc >/dev/null && musl-gcc -O1 -D_GNU_SOURCE -DWAIT_MUSL_TARGET "
		 "-x c -o %s %s",
		 program, __FILE__);
	if (system(command))
		program[0] = '\0';
	return 0;
}

static int clean(void **state)
{
	(void)state;
	if (*program)
		unlink(program);
	return 0;
}

/* Starts the program; the thread that blocks. */
static pid_t start(const char *kind, pid_t *ret_tid)
{
	char text[64] = "";
	int fds[2];
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (!pid) {
		dup2(fds[1], 1);
		execl(program, program, kind, NULL);
		_exit(127);
	}
	close(fds[1]);
	assert_true(read(fds[0], text, sizeof(text) - 1) > 0);
	close(fds[0]);
	assert_int_equal(sscanf(text, "%d %lx", ret_tid, &condition), 2);
	return pid;
}

static void check(const char *kind, const char *function, bool stripped_too,
		  enum lc_wait_kind expected, struct lc_wait *ret)
{
	const char *const names[] = { "__timedwait_cp", function, NULL };
	struct wait_subject subject;
	pid_t pid, tid;

	if (!*program)
		skip();
	pid = start(kind, &tid);
	test_await(pid, tid, SYS_futex, &subject);
	if (stripped_too) {
		test_describe(&subject, NULL, ret);
		assert_int_equal(ret->kind, expected);
	}
	test_describe(&subject, names, ret);
	assert_int_equal(ret->kind, expected);
	assert_int_equal(ret->flags & (LC_WAIT_OWNER_GONE | LC_WAIT_OBJECT_FREE), 0);
	test_kill(pid);
}

static void test_mutexes(void **state)
{
	struct lc_wait wait;

	(void)state;
	check("normal", "__pthread_mutex_timedlock", true, LC_WAIT_MUTEX, &wait);
	assert_int_equal(wait.recorded, LC_WAIT_NOT_RECORDED);
	check("recursive", "__pthread_mutex_timedlock", true, LC_WAIT_MUTEX, &wait);
	assert_int_equal(wait.recorded, LC_WAIT_RECORDED);
	assert_int_equal(wait.owners[0].tid, wait.owners[0].pid); /* the main thread */
}

static void test_others(void **state)
{
	struct lc_wait wait;

	(void)state;
	check("cond", "__pthread_cond_timedwait", true, LC_WAIT_CONDITION, &wait);
	/* The variable itself: the word slept on is one of the waiter's stack. */
	assert_int_equal(wait.key.object, condition);
	check("write", "__pthread_rwlock_timedwrlock", false, LC_WAIT_RWLOCK, &wait);
	assert_int_equal(wait.readers, 1);
	assert_int_equal(wait.direction, LC_WAIT_LOCK);
	check("sem", "sem_timedwait", false, LC_WAIT_SEMAPHORE, &wait);
	check("barrier", "pthread_barrier_wait", false, LC_WAIT_BARRIER, &wait);
	check("once", "__pthread_once_full", false, LC_WAIT_ONCE, &wait);
	assert_int_equal(wait.recorded, LC_WAIT_RECORDED);
	assert_int_equal(wait.owner_total, 1);
	/* The thread that was made first. */
	assert_true(wait.owners[0].tid > wait.owners[0].pid);
	assert_int_equal(wait.flags & LC_WAIT_OWNER_SELF, 0);
	check("join", "__pthread_timedjoin_np", true, LC_WAIT_JOIN, &wait);
	assert_int_equal(wait.owner_total, 1);
	assert_int_equal(wait.owners[0].role, LC_WAIT_JOINEE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mutexes),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, compile, clean);
}

#endif
