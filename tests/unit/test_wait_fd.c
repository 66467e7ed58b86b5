// SPDX-License-Identifier: GPL-2.0-only
/* Waits on descriptors: what they are, who has the other end, and what the counters prove. */
#include "test_wait.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/un.h>

static char byte;

static void read_fd(void *fd)
{
	(void)!read(*(int *)fd, &byte, 1);
}

/* As much as a signalfd or inotify wants. */
static void read_much(void *fd)
{
	char bytes[4096];

	(void)!read(*(int *)fd, bytes, sizeof(bytes));
}

/* Reads from end 0 of a pipe of which it keeps both ends. */
static void read_own(void *fds)
{
	(void)!read(((int *)fds)[0], &byte, 1);
}

static void read_other(void *fds)
{
	close(((int *)fds)[1]);
	(void)!read(((int *)fds)[0], &byte, 1);
}

static void fill(void *fds)
{
	char bytes[4096] = {};

	close(((int *)fds)[0]);
	while (write(((int *)fds)[1], bytes, sizeof(bytes)) > 0)
		;
}

static void test_pipe_of_another(void **state)
{
	struct wait_subject subject;
	struct lc_wait wait;
	struct stat st;
	int fds[2];
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	fstat(fds[0], &st);
	pid = test_fork(read_other, fds);
	close(fds[0]);
	test_await(pid, pid, SYS_read, &subject);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.kind, LC_WAIT_PIPE);
	assert_int_equal(wait.direction, LC_WAIT_READ);
	assert_int_equal(wait.fd, fds[0]);
	assert_int_equal(wait.key.object, st.st_ino);
	assert_int_equal(wait.owner_total, 1);
	assert_int_equal(wait.owners[0].pid, getpid());
	assert_int_equal(wait.owners[0].fd, fds[1]);
	assert_int_equal(wait.flags & LC_WAIT_OWN_PROCESS, 0);
	test_kill(pid);
	close(fds[1]);
}

static bool nobody_else_has(pid_t pid, const struct lc_wait *wait)
{
	struct wait_scan *scan;
	bool sure;

	assert_int_equal(wait_scan_create(NULL, &scan), 0);
	sure = wait_has_no_others(scan, pid, wait);
	wait_scan_free(scan);
	return sure;
}

static void sleep_on(void *unused)
{
	(void)unused;
	pause();
}

static void test_pipe_that_another_gets(void **state)
{
	struct wait_subject subject;
	struct lc_wait wait;
	pid_t pid, other;
	int fds[2];

	(void)state;
	if (geteuid())
		skip();
	assert_int_equal(pipe(fds), 0);
	pid = test_fork(read_other, fds);
	close(fds[0]);
	test_await(pid, pid, SYS_read, &subject);
	test_describe(&subject, NULL, &wait);
	assert_true(nobody_else_has(pid, &wait));
	other = test_fork(sleep_on, NULL);
	assert_false(nobody_else_has(pid, &wait));
	test_kill(other);
	assert_true(nobody_else_has(pid, &wait));
	close(fds[1]);
	test_kill(pid);
}

static void test_pipe_whose_only_writer_reads(void **state)
{
	struct wait_subject subject;
	struct lc_wait wait;
	int fds[2];
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	pid = test_fork(read_own, fds);
	close(fds[0]);
	close(fds[1]);
	test_await(pid, pid, SYS_read, &subject);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.owner_total, 1);
	assert_int_equal(wait.owners[0].pid, pid);
	assert_true(wait.flags & LC_WAIT_OWN_PROCESS);
	assert_true(wait.flags & LC_WAIT_OWN_THREAD);
	assert_int_equal(wait.flags & LC_WAIT_SIGNAL_HANDLER, 0);
	test_kill(pid);
}

static void test_full_pipe(void **state)
{
	struct wait_subject subject;
	struct lc_wait wait;
	int fds[2];
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	pid = test_fork(fill, fds);
	close(fds[1]);
	test_await(pid, pid, SYS_write, &subject);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.kind, LC_WAIT_PIPE);
	assert_int_equal(wait.direction, LC_WAIT_WRITE);
	assert_int_equal(wait.owners[0].pid, getpid());
	assert_int_equal(wait.owners[0].fd, fds[0]);
	test_kill(pid);
	close(fds[0]);
}

static void open_fifo(void *path)
{
	(void)!open(path, O_RDONLY);
}

static void open_fifo_to_write(void *path)
{
	(void)!open(path, O_WRONLY);
}

/* Whoever has the path may open the other end: nobody is known who could not. */
static void check_fifo_open(char *name, void (*fn)(void *), const char *words, bool writes)
{
	struct wait_subject subject;
	struct lc_wait wait;
	pid_t pid = test_fork(fn, name);

	test_await(pid, pid, SYS_openat, &subject);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.kind, LC_WAIT_FIFO);
	assert_int_equal(wait.direction, LC_WAIT_OPEN);
	assert_int_equal(wait.recorded, LC_WAIT_OUTSIDE);
	assert_int_equal(!!(wait.flags & LC_WAIT_OPENS_TO_WRITE), writes);
	assert_non_null(strstr(wait.object, name));
	assert_non_null(strstr(wait.object, words));
	test_kill(pid);
}

static void test_fifo(void **state)
{
	char path[] = "/tmp/leakhop-unit-XXXXXX";
	struct wait_subject subject;
	struct lc_wait wait;
	char name[64];
	pid_t pid;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(path));
	snprintf(name, sizeof(name), "%s/fifo", path);
	assert_int_equal(mkfifo(name, 0600), 0);
	check_fifo_open(name, open_fifo, "to be opened for writing by another", false);
	check_fifo_open(name, open_fifo_to_write, "to be opened for reading by another", true);
	fd = open(name, O_RDWR);
	pid = test_fork(read_fd, &fd);
	test_await(pid, pid, SYS_read, &subject);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.kind, LC_WAIT_FIFO);
	assert_int_equal(wait.owner_total, 2); /* opened for both by both */
	test_kill(pid);
	close(fd);
	unlink(name);
	rmdir(path);
}

static void test_unix_pair(void **state)
{
	struct wait_subject subject;
	struct lc_wait wait;
	int fds[2];
	pid_t pid;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	pid = test_fork(read_other, fds);
	close(fds[0]);
	test_await(pid, pid, SYS_read, &subject);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.kind, LC_WAIT_UNIX);
	assert_int_equal(wait.owners[0].pid, getpid());
	assert_int_equal(wait.owners[0].role, LC_WAIT_PEER);
	assert_int_equal(wait.owners[0].fd, fds[1]);
	assert_int_equal(wait.flags & LC_WAIT_PEER_UNREAD, 0);
	test_kill(pid);
	close(fds[1]);
}

struct server {
	struct sockaddr_un address;
	socklen_t size;
	int listener;
};

static void start_unix_server(struct server *server, int backlog)
{
	static int number;

	*server = (struct server){ .address.sun_family = AF_UNIX };
	server->size = offsetof(struct sockaddr_un, sun_path) + 1 +
		       sprintf(server->address.sun_path + 1, "leakhop-unit-%d-%d", getpid(),
			       number++);
	server->listener = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(server->listener, (struct sockaddr *)&server->address, server->size),
			 0);
	assert_int_equal(listen(server->listener, backlog), 0);
}

static void connect_and_read(void *argument)
{
	struct server *server = argument;
	int fd;

	close(server->listener);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (!connect(fd, (struct sockaddr *)&server->address, server->size))
		(void)!read(fd, &byte, 1);
}

static void test_unix_not_accepted(void **state)
{
	struct wait_subject subject;
	struct server server;
	struct lc_wait wait;
	pid_t first, second;

	(void)state;
	start_unix_server(&server, 0);
	first = test_fork(connect_and_read, &server);
	test_await(first, first, SYS_read, &subject);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.kind, LC_WAIT_UNIX);
	assert_true(wait.flags & LC_WAIT_NOT_ACCEPTED);
	assert_int_equal(wait.owners[0].pid, getpid());
	assert_int_equal(wait.owners[0].role, LC_WAIT_LISTENER);
	second = test_fork(connect_and_read, &server);
	test_await(second, second, SYS_connect, &subject);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.kind, LC_WAIT_UNIX);
	assert_int_equal(wait.direction, LC_WAIT_CONNECT);
	assert_true(wait.flags & LC_WAIT_BACKLOG_FULL);
	assert_int_equal(wait.owners[0].pid, getpid());
	test_kill(first);
	test_kill(second);
	close(server.listener);
}

struct tcp {
	struct sockaddr_in address;
	int listener;
	int client; /* of who asks */
};

static void start_tcp_server(struct tcp *tcp)
{
	socklen_t size = sizeof(tcp->address);

	*tcp = (struct tcp){ .address.sin_family = AF_INET };
	tcp->address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	tcp->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(tcp->listener, (struct sockaddr *)&tcp->address, size), 0);
	assert_int_equal(listen(tcp->listener, 5), 0);
	getsockname(tcp->listener, (struct sockaddr *)&tcp->address, &size);
}

/* Connects, says one word, and waits for the answer. */
static void ask(void *argument)
{
	struct tcp *tcp = argument;
	int fd;

	close(tcp->listener);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(fd, (struct sockaddr *)&tcp->address, sizeof(tcp->address)) ||
	    write(fd, "hello", 5) < 0)
		_exit(1);
	(void)!read(fd, &byte, 1);
}

static void test_tcp(void **state)
{
	struct wait_subject subject;
	struct lc_wait wait;
	struct tcp tcp;
	pid_t pid;
	int fd;

	(void)state;
	start_tcp_server(&tcp);
	pid = test_fork(ask, &tcp);
	test_await(pid, pid, SYS_read, &subject);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.kind, LC_WAIT_TCP);
	assert_true(wait.flags & LC_WAIT_NOT_ACCEPTED);
	assert_true(wait.flags & LC_WAIT_CLIENT);
	assert_int_equal(wait.owner_total, 1);
	assert_int_equal(wait.owners[0].pid, getpid());
	assert_int_equal(wait.owners[0].role, LC_WAIT_LISTENER);
	assert_int_equal(wait.owners[0].fd, tcp.listener);
	fd = accept(tcp.listener, NULL, NULL);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.owners[0].role, LC_WAIT_PEER);
	assert_int_equal(wait.flags & LC_WAIT_NOT_ACCEPTED, 0);
	assert_true(wait.flags & LC_WAIT_PEER_UNREAD);
	assert_true(wait.flags & LC_WAIT_SPOKE_LAST);
	assert_true(wait.flags & LC_WAIT_NEVER_HEARD);
	assert_int_equal(wait.owners[0].pid, getpid());
	assert_int_equal(wait.owners[0].fd, fd);
	assert_int_equal(wait.tcp.bytes_sent, 5);
	assert_int_equal(wait.tcp.peer_receive_queue, 5);
	assert_int_equal(read(fd, (char[8]){}, 8), 5);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.flags & LC_WAIT_PEER_UNREAD, 0);
	test_kill(pid);
	close(fd);
	close(tcp.listener);
}

static void connect_only(void *argument)
{
	struct tcp *tcp = argument;

	close(tcp->listener);
	(void)!connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&tcp->address,
		       sizeof(tcp->address));
}

/* Past the backlog the kernel drops what comes: who should make room is known all the same. */
static void test_tcp_backlog_full(void **state)
{
	struct wait_subject subject;
	struct lc_wait wait;
	struct tcp tcp;
	struct pollfd full;
	pid_t first, second;

	(void)state;
	start_tcp_server(&tcp);
	assert_int_equal(listen(tcp.listener, 0), 0);
	first = test_fork(connect_only, &tcp);
	full = (struct pollfd){ .fd = tcp.listener, .events = POLLIN };
	assert_int_equal(poll(&full, 1, PATIENCE_S * 1000), 1);
	second = test_fork(connect_only, &tcp);
	test_await(second, second, SYS_connect, &subject);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.direction, LC_WAIT_CONNECT);
	assert_int_equal(wait.owners[0].pid, getpid());
	assert_int_equal(wait.owners[0].role, LC_WAIT_LISTENER);
	assert_true(wait.flags & LC_WAIT_BACKLOG_FULL);
	test_kill(first);
	test_kill(second);
	close(tcp.listener);
}

static void serve(void *argument)
{
	struct tcp *tcp = argument;
	int fd = accept(tcp->listener, NULL, NULL);

	close(tcp->client);
	close(tcp->listener);
	(void)!read(fd, &byte, 1);
	(void)!read(fd, &byte, 1);
}

static void test_tcp_server_side(void **state)
{
	struct wait_subject subject;
	struct lc_wait wait;
	struct tcp tcp;
	pid_t pid;

	(void)state;
	start_tcp_server(&tcp);
	tcp.client = -1;
	pid = test_fork(serve, &tcp);
	test_await(pid, pid, SYS_accept, &subject);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.kind, LC_WAIT_TCP);
	assert_int_equal(wait.direction, LC_WAIT_ACCEPT);
	assert_int_equal(wait.fd, tcp.listener);
	tcp.client = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(tcp.client, (struct sockaddr *)&tcp.address, sizeof(tcp.address)),
			 0);
	test_await(pid, pid, SYS_read, &subject);
	test_describe(&subject, NULL, &wait);
	assert_true(wait.flags & LC_WAIT_SERVER);
	assert_true(wait.flags & LC_WAIT_NEVER_SPOKE);
	assert_true(wait.flags & LC_WAIT_NEVER_HEARD);
	assert_int_equal(wait.flags & (LC_WAIT_SPOKE_LAST | LC_WAIT_HEARD_LAST), 0);
	assert_int_equal(wait.owners[0].pid, getpid());
	test_kill(pid);
	close(tcp.client);
	close(tcp.listener);
}

static void receive(void *fd)
{
	(void)!recv(*(int *)fd, &byte, 1, 0);
}

static void test_udp_and_netlink(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	struct wait_subject subject;
	struct lc_wait wait;
	pid_t pid;
	int fd;

	(void)state;
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	pid = test_fork(receive, &fd);
	test_await(pid, pid, SYS_recvfrom, &subject);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.kind, LC_WAIT_UDP);
	assert_non_null(strstr(wait.object, "UDP 0.0.0.0:"));
	test_kill(pid);
	close(fd);
	fd = socket(AF_NETLINK, SOCK_RAW, 0);
	pid = test_fork(receive, &fd);
	test_await(pid, pid, SYS_recvfrom, &subject);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.kind, LC_WAIT_NETLINK);
	test_kill(pid);
	close(fd);
}

static void check_anonymous(int fd, enum lc_wait_kind kind, uint64_t flags)
{
	pid_t pid = test_fork(read_much, &fd);
	struct wait_subject subject;
	struct lc_wait wait;

	test_await(pid, pid, SYS_read, &subject);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.kind, kind);
	assert_int_equal(wait.fd, fd);
	assert_int_equal(wait.flags & LC_WAIT_NEVER_FIRES, flags);
	test_kill(pid);
	close(fd);
}

static void test_anonymous(void **state)
{
	struct itimerspec hour = { .it_value.tv_sec = 3600 };
	sigset_t signals;
	int fd;

	(void)state;
	sigemptyset(&signals);
	sigaddset(&signals, SIGUSR1);
	check_anonymous(eventfd(0, 0), LC_WAIT_EVENTFD, 0);
	check_anonymous(timerfd_create(CLOCK_MONOTONIC, 0), LC_WAIT_TIMERFD, LC_WAIT_NEVER_FIRES);
	fd = timerfd_create(CLOCK_MONOTONIC, 0);
	timerfd_settime(fd, 0, &hour, NULL);
	check_anonymous(fd, LC_WAIT_TIMERFD, 0);
	check_anonymous(signalfd(-1, &signals, 0), LC_WAIT_SIGNALFD, 0);
	check_anonymous(inotify_init(), LC_WAIT_INOTIFY, 0);
}

static void test_eventfd_is_the_same_in_two_processes(void **state)
{
	struct wait_subject subject;
	struct lc_wait one, other;
	int fd = eventfd(0, 0), decoy = eventfd(0, 0);
	pid_t a = test_fork(read_much, &fd), b = test_fork(read_much, &fd);

	(void)state;
	test_await(a, a, SYS_read, &subject);
	test_describe(&subject, NULL, &one);
	test_await(b, b, SYS_read, &subject);
	test_describe(&subject, NULL, &other);
	assert_int_equal(one.key.space, LC_WAIT_SPACE_EVENTFD);
	assert_memory_equal(&one.key, &other.key, sizeof(one.key));
	assert_int_equal(one.owner_total, 3);
	test_kill(a);
	test_kill(b);
	close(fd);
	close(decoy);
}

struct set {
	int fds[4];
	int epoll;
};

static void poll_two(void *argument)
{
	struct set *set = argument;
	struct pollfd fds[2] = { { .fd = set->fds[0], .events = POLLIN },
				 { .fd = set->fds[2], .events = POLLIN } };

	poll(fds, 2, -1);
}

static void poll_one(void *argument)
{
	struct set *set = argument;
	struct pollfd one = { .fd = set->fds[0], .events = POLLIN };

	close(set->fds[1]);
	poll(&one, 1, 100000);
}

static void select_two(void *argument)
{
	struct set *set = argument;
	fd_set readable;

	FD_ZERO(&readable);
	FD_SET(set->fds[0], &readable);
	FD_SET(set->fds[2], &readable);
	select(20, &readable, NULL, NULL, NULL);
}

static void wait_epoll(void *argument)
{
	struct epoll_event event;

	epoll_wait(((struct set *)argument)->epoll, &event, 1, -1);
}

static void test_sets(void **state)
{
	struct epoll_event event = { .events = EPOLLIN };
	struct wait_subject subject;
	struct lc_wait wait;
	struct set set;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(set.fds), 0);
	assert_int_equal(pipe(set.fds + 2), 0);
	set.epoll = epoll_create1(0);
	epoll_ctl(set.epoll, EPOLL_CTL_ADD, set.fds[0], &event);
	event.events = EPOLLIN | EPOLLONESHOT;
	epoll_ctl(set.epoll, EPOLL_CTL_ADD, set.fds[2], &event);

	pid = test_fork(poll_one, &set);
	test_await(pid, pid, SYS_poll, &subject);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.kind, LC_WAIT_PIPE);
	assert_int_equal(wait.via, LC_WAIT_POLL);
	assert_true(wait.has_timeout);
	assert_int_equal(wait.owners[0].pid, getpid());
	test_kill(pid);

	pid = test_fork(select_two, &set);
	test_await(pid, pid, SYS_pselect6, &subject);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.kind, LC_WAIT_POLL);
	assert_int_equal(wait.member_total, 2);
	test_kill(pid);

	pid = test_fork(wait_epoll, &set);
	test_await(pid, pid, SYS_epoll_wait, &subject);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.kind, LC_WAIT_EPOLL);
	assert_int_equal(wait.member_count, 2);
	assert_int_equal(wait.members[0].kind, LC_WAIT_PIPE);
	assert_true(wait.members[0].can_fire);
	assert_true(wait.flags & LC_WAIT_CAN_FIRE);
	assert_false(wait.has_timeout);
	test_kill(pid);
	close(set.epoll);

	/* Only the poller itself has the writing ends. */
	pid = test_fork(poll_two, &set);
	for (int i = 0; i < 4; i++)
		close(set.fds[i]);
	test_await(pid, pid, SYS_poll, &subject);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.kind, LC_WAIT_POLL);
	assert_int_equal(wait.flags & LC_WAIT_CAN_FIRE, 0);
	assert_true(wait.flags & LC_WAIT_NEVER_FIRES);
	test_kill(pid);
}

static void flock_again(void *path)
{
	flock(open(path, O_RDWR), LOCK_EX);
}

static void flock_twice(void *path)
{
	flock(open(path, O_RDWR), LOCK_EX);
	flock(open(path, O_RDWR), LOCK_EX);
}

static void flock_and_end(void *fd)
{
	flock(*(int *)fd, LOCK_EX);
	_exit(0);
}

static void lock_range(void *path)
{
	struct flock range = { .l_type = F_WRLCK, .l_start = 10, .l_len = 5 };

	fcntl(open(path, O_RDWR), F_SETLKW, &range);
}

static void test_file_locks(void **state)
{
	struct flock range = { .l_type = F_WRLCK, .l_start = 12, .l_len = 1 };
	char path[] = "/tmp/leakhop-unit-XXXXXX";
	int fd = mkstemp(path);
	struct wait_subject subject;
	struct lc_wait wait;
	pid_t pid;

	(void)state;
	assert_int_equal(flock(fd, LOCK_EX), 0);
	pid = test_fork(flock_again, path);
	test_await(pid, pid, SYS_flock, &subject);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.kind, LC_WAIT_FILE_LOCK);
	assert_int_equal(wait.direction, LC_WAIT_LOCK);
	assert_int_equal(wait.key.space, LC_WAIT_SPACE_LOCK);
	/* The child has a copy of the descriptor that locks, and so is a holder too. */
	assert_int_equal(wait.owner_total, 2);
	assert_false(wait.flags & LC_WAIT_OWNER_SELF);
	/* Without ours it is the only one. */
	close(fd);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.owner_total, 1);
	assert_true(wait.flags & LC_WAIT_OWNER_SELF);
	assert_int_equal(wait.flags & LC_WAIT_TAKER_GONE, 0);
	test_kill(pid);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);

	assert_int_equal(fcntl(fd, F_SETLK, &range), 0);
	pid = test_fork(lock_range, path);
	test_await(pid, pid, SYS_fcntl, &subject);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.owner_total, 1);
	assert_int_equal(wait.owners[0].pid, getpid());
	assert_int_equal(wait.flags & LC_WAIT_OWNER_SELF, 0);
	test_kill(pid);
	close(fd);

	fd = open(path, O_RDWR);
	pid = test_fork(flock_and_end, &fd);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	pid = test_fork(flock_again, path);
	test_await(pid, pid, SYS_flock, &subject);
	test_describe(&subject, NULL, &wait);
	assert_true(wait.flags & LC_WAIT_TAKER_GONE);
	assert_int_equal(wait.owners[0].pid, getpid());
	assert_int_equal(wait.owners[0].fd, fd);
	test_kill(pid);
	close(fd);

	pid = test_fork(flock_twice, path);
	test_await(pid, pid, SYS_flock, &subject);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.owner_total, 1);
	assert_true(wait.flags & LC_WAIT_OWNER_SELF);
	test_kill(pid);
	unlink(path);
}

static void test_terminal(void **state)
{
	struct wait_subject subject;
	struct lc_wait wait;
	int master, slave;
	pid_t pid;

	(void)state;
	master = posix_openpt(O_RDWR | O_NOCTTY);
	if (master < 0 || grantpt(master) || unlockpt(master))
		skip();
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	if (slave < 0)
		skip();
	pid = test_fork(read_own, (int[2]){ slave, -1 });
	test_await(pid, pid, SYS_read, &subject);
	test_describe(&subject, NULL, &wait);
	assert_int_equal(wait.kind, LC_WAIT_TTY);
	assert_int_equal(wait.owner_total, 2);
	assert_int_equal(wait.owners[0].role, LC_WAIT_MASTER);
	test_kill(pid);
	close(slave);
	close(master);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pipe_of_another),
		cmocka_unit_test(test_pipe_that_another_gets),
		cmocka_unit_test(test_pipe_whose_only_writer_reads),
		cmocka_unit_test(test_full_pipe),
		cmocka_unit_test(test_fifo),
		cmocka_unit_test(test_unix_pair),
		cmocka_unit_test(test_unix_not_accepted),
		cmocka_unit_test(test_tcp),
		cmocka_unit_test(test_tcp_backlog_full),
		cmocka_unit_test(test_tcp_server_side),
		cmocka_unit_test(test_udp_and_netlink),
		cmocka_unit_test(test_anonymous),
		cmocka_unit_test(test_eventfd_is_the_same_in_two_processes),
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_file_locks),
		cmocka_unit_test(test_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
