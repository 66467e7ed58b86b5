// SPDX-License-Identifier: GPL-2.0-only
/*
 * A descriptor that is on its way to another process while all are read: who has a pipe is told
 * once it has arrived. It arrives at a moment of the test's choice: in what is called between two
 * looks.
 */
#include "test_wait.h"

#include <sys/socket.h>

static int sockets[2], got;
static bool receives;

static void send_descriptor(int fd)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { .header = { CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS } };
	struct iovec part = { "", 1 };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control.space) };

	memcpy(CMSG_DATA(&control.header), &fd, sizeof(int));
	assert_int_equal(sendmsg(sockets[0], &message, 0), 1);
}

static int receive_descriptor(void)
{
	char byte, control[CMSG_SPACE(sizeof(int))];
	struct iovec part = { &byte, 1 };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	int fd;

	assert_int_equal(recvmsg(sockets[1], &message, 0), 1);
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
	return fd;
}

/* The C library's, that leakhop calls from one look to the next. */
int usleep(useconds_t us)
{
	if (receives && got < 0)
		got = receive_descriptor();
	return nanosleep(&(struct timespec){ .tv_nsec = us * 1000l }, NULL);
}

/* Reads from end 0 of a pipe of which it keeps both ends, and nothing else of this test's. */
static void read_own(void *fds)
{
	char byte;

	close(sockets[0]);
	close(sockets[1]);
	(void)!read(((int *)fds)[0], &byte, 1);
}

/* What is told of a reader that has both ends, while sent, or what stands for it, is on its way. */
static void look(bool writing_end, bool arrives, struct lc_wait *ret)
{
	struct wait_subject subject;
	int fds[2];
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sockets), 0);
	assert_int_equal(pipe(fds), 0);
	pid = test_fork(read_own, fds);
	close(fds[0]);
	test_await(pid, pid, SYS_read, &subject);
	send_descriptor(writing_end ? fds[1] : STDIN_FILENO);
	close(fds[1]);
	receives = arrives;
	got = -1;
	test_describe(&subject, NULL, ret);
	test_kill(pid);
	if (got >= 0)
		close(got);
	close(sockets[0]);
	close(sockets[1]);
}

static void test_the_other_end_arrives(void **state)
{
	struct lc_wait wait;

	(void)state;
	look(true, true, &wait);
	assert_int_equal(wait.owner_total, 2);
	assert_int_equal(wait.flags & LC_WAIT_OWN_PROCESS, 0);
}

static void test_something_else_arrives(void **state)
{
	struct lc_wait wait;

	(void)state;
	look(false, true, &wait);
	assert_int_equal(wait.owner_total, 1);
	assert_true(wait.flags & LC_WAIT_OWN_THREAD);
	assert_int_equal(wait.flags & LC_WAIT_INCOMPLETE, 0);
}

static void test_nothing_arrives(void **state)
{
	struct lc_wait wait;

	(void)state;
	look(true, false, &wait);
	assert_true(wait.flags & LC_WAIT_INCOMPLETE);
	assert_int_equal(wait.flags & LC_WAIT_OWN_PROCESS, 0);
}

/* What is sent to a leakhop, or by its parent to a worker, is a file and no pipe. */
static void test_what_leakhop_is_sent(void **state)
{
	struct lc_wait wait;
	char name[16];

	(void)state;
	assert_int_equal(prctl(PR_GET_NAME, name), 0);
	assert_int_equal(prctl(PR_SET_NAME, "leakhop-files"), 0);
	look(false, false, &wait);
	assert_int_equal(prctl(PR_SET_NAME, name), 0);
	assert_true(wait.flags & LC_WAIT_OWN_THREAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_other_end_arrives),
		cmocka_unit_test(test_something_else_arrives),
		cmocka_unit_test(test_nothing_arrives),
		cmocka_unit_test(test_what_leakhop_is_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
