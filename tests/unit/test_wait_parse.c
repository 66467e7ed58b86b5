// SPDX-License-Identifier: GPL-2.0-only
/* The parsers of descriptors, sockets and locks, on good text and on what a stranger may write. */
#include "unit.h"

#include "target/fd.h"
#include "target/locks.h"
#include "target/net.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/unix_diag.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>

static void test_links(void **state)
{
	struct target_fd fd;
	char link[4096];

	(void)state;
	target_fd_parse("pipe:[4711]", &fd);
	assert_int_equal(fd.kind, TARGET_FD_PIPE);
	assert_int_equal(fd.inode, 4711);
	target_fd_parse("socket:[18446744073709551615]", &fd);
	assert_int_equal(fd.kind, TARGET_FD_SOCKET);
	target_fd_parse("anon_inode:[eventfd]", &fd);
	assert_int_equal(fd.kind, TARGET_FD_ANONYMOUS);
	assert_string_equal(fd.name, "eventfd");
	target_fd_parse("anon_inode:inotify", &fd);
	assert_string_equal(fd.name, "inotify");
	target_fd_parse("anon_inode:[", &fd);
	assert_string_equal(fd.name, "[");
	target_fd_parse("/tmp/pipe:[1]", &fd);
	assert_int_equal(fd.kind, TARGET_FD_PATH);
	memset(link, 'x', sizeof(link) - 1);
	link[sizeof(link) - 1] = '\0';
	target_fd_parse(link, &fd);
	assert_int_equal(strlen(fd.name), sizeof(fd.name) - 1);
	target_fd_parse("", &fd);
	assert_string_equal(fd.name, "");
}

static void test_fdinfo(void **state)
{
	struct target_epoll_member member;
	struct target_fdinfo info;

	(void)state;
	target_fdinfo_parse("pos:\t0\nflags:\t02004002\nmnt_id:\t15\nino:\t1038\n"
			    "eventfd-count:               2a\neventfd-id: 7\n",
			    &info);
	assert_int_equal(info.flags, 02004002);
	assert_int_equal(info.inode, 1038);
	assert_int_equal(info.eventfd_count, 42);
	assert_int_equal(info.eventfd_id, 7);
	assert_false(info.has_timer);
	target_fdinfo_parse("it_value: (5, 000000007)\nit_interval: (0, 0)\n", &info);
	assert_int_equal(info.timer_left, 5000000007);
	target_fdinfo_parse("it_value: (0, 0)\n", &info);
	assert_true(info.has_timer);
	assert_int_equal(info.timer_left, 0);
	target_fdinfo_parse("it_value: (18446744073709551615, 1)\n", &info);
	assert_true(info.timer_left > 0);
	target_fdinfo_parse(
		"lock:\t1: FLOCK  ADVISORY  WRITE 5 fe:00:1 0 EOF\nlock:\t2: x\nscm_fds: 3\n",
		&info);
	assert_int_equal(info.locks, 1);
	assert_int_equal(info.held[0].kind, TARGET_LOCK_FLOCK);
	assert_true(info.held[0].writes);
	assert_int_equal(info.held[0].inode, 1);
	assert_int_equal(info.scm_fds, 3);
	target_fdinfo_parse("lock:\t1: OFDLCK ADVISORY  READ -1 fe:00:9 5 9\nlock:\t1: x\n"
			    "lock:\t1: FLOCK ADVISORY READ 1 0:0:1 0 EOF\n"
			    "lock:\t1: FLOCK ADVISORY READ 1 0:0:2 0 EOF\n"
			    "lock:\t1: FLOCK ADVISORY READ 1 0:0:3 0 EOF\n"
			    "lock:\t1: FLOCK ADVISORY READ 1 0:0:4 0 EOF",
			    &info);
	assert_int_equal(info.locks, 5);
	assert_int_equal(info.held[0].end, 9);
	assert_int_equal(info.held[TARGET_FD_LOCKS - 1].inode, 3);
	target_fdinfo_parse("Pid:\t-1\ntty-index:\t4\nsigmask:\t0000000000000200", &info);
	assert_int_equal(info.pid, -1);
	assert_int_equal(info.tty_index, 4);
	assert_int_equal(info.signals, 0x200);
	target_fdinfo_parse("\n\n:::\nflags:\nPid: x\n", &info);
	assert_int_equal(info.eventfd_id, -1);
	assert_true(target_epoll_parse(
		"tfd:       12 events: 40000019 data: c  pos:0 ino:40e sdev:10", &member));
	assert_int_equal(member.fd, 12);
	assert_int_equal(member.events, 0x40000019);
	assert_int_equal(member.inode, 0x40e);
	assert_false(target_epoll_parse("tfd: x", &member));
}

static void test_locks(void **state)
{
	struct target_lock lock;

	(void)state;
	assert_true(target_lock_parse("1: FLOCK  ADVISORY  WRITE 123 fe:00:131 0 EOF\n", &lock));
	assert_int_equal(lock.kind, TARGET_LOCK_FLOCK);
	assert_int_equal(lock.depth, 0);
	assert_int_equal(lock.pid, 123);
	assert_int_equal(lock.major, 0xfe);
	assert_int_equal(lock.inode, 131);
	assert_true(lock.end == UINT64_MAX);
	assert_true(target_lock_parse("1: -> FLOCK  ADVISORY  READ  124 fe:00:131 0 EOF\n", &lock));
	assert_int_equal(lock.depth, 1);
	assert_false(lock.writes);
	assert_true(
		target_lock_parse("1:  -> POSIX  ADVISORY  READ  124 fe:00:131 10 14\n", &lock));
	assert_int_equal(lock.depth, 2);
	assert_int_equal(lock.start, 10);
	assert_int_equal(lock.end, 14);
	assert_true(target_lock_parse("9: OFDLCK ADVISORY  WRITE -1 00:1a:5 0 0", &lock));
	assert_int_equal(lock.pid, -1);
	assert_true(target_lock_parse("9: LEASE  ACTIVE    READ 7 00:1a:5 0 EOF", &lock));
	assert_false(target_lock_parse("", &lock));
	assert_false(target_lock_parse("1:", &lock));
	assert_false(target_lock_parse("1: FROCK ADVISORY WRITE 1 fe:00:1 0 EOF", &lock));
	assert_false(target_lock_parse("-> -> ->", &lock));
}

static void test_inet_lines(void **state)
{
	struct target_socket socket;
	char text[INET6_ADDRSTRLEN];

	(void)state;
	assert_true(target_net_parse_inet_line("   0: 0100007F:1F90 0200007F:0016 01 "
					       "00000005:00000007 01:00000000 00000003     0   "
					       "     0 54321 1 0000000000000000 20 4 30 10 -1",
					       AF_INET, IPPROTO_TCP, &socket));
	assert_int_equal(socket.inode, 54321);
	assert_int_equal(socket.state, TCP_ESTABLISHED);
	assert_int_equal(socket.send_queue, 5);
	assert_int_equal(socket.receive_queue, 7);
	assert_int_equal(socket.inet.timer, 1);
	assert_int_equal(socket.inet.retransmits, 3);
	assert_int_equal(socket.inet.local_port, 8080);
	assert_string_equal(inet_ntop(AF_INET, &socket.inet.local, text, sizeof(text)),
			    "127.0.0.1");
	assert_int_equal(target_inet_role(&socket), -1);
	assert_true(target_net_parse_inet_line(
		"   0: 00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000 "
		"0A "
		"00000000:00000000 00:00000000 00000000     0        0 5 1 0",
		AF_INET6, IPPROTO_TCP, &socket));
	assert_string_equal(inet_ntop(AF_INET6, &socket.inet.local, text, sizeof(text)), "::1");
	assert_false(target_net_parse_inet_line("  sl  local_address rem_address", AF_INET,
						IPPROTO_TCP, &socket));
	assert_false(target_net_parse_inet_line("0: 01:1 02:2 01 0:0 0:0 0 0 0 1", AF_INET,
						IPPROTO_TCP, &socket));
	assert_true(target_net_parse_unix_line(
		"0000000000000000: 00000002 00000000 00010000 0001 01 777 @abstract name\n",
		&socket));
	assert_int_equal(socket.state, TCP_LISTEN);
	assert_int_equal(socket.inode, 777);
	assert_memory_equal(socket.local.name, "\0abstract name", 14);
	assert_false(socket.local.has_peer);
	assert_false(target_net_parse_unix_line("Num       RefCount Protocol", &socket));
}

static void test_messages(void **state)
{
	struct {
		struct unix_diag_msg message;
		struct nlattr peer;
		uint32_t peer_inode;
		struct nlattr bad;
	} local = {
		.message = { .udiag_family = AF_UNIX, .udiag_state = 1, .udiag_ino = 9 },
		.peer = { .nla_type = UNIX_DIAG_PEER, .nla_len = 8 },
		.peer_inode = 10,
		.bad = { .nla_type = UNIX_DIAG_NAME, .nla_len = 60000 },
	};
	struct inet_diag_msg inet = { .idiag_family = AF_INET, .idiag_inode = 5 };
	struct target_sockets pending = {};
	struct target_socket socket;
	size_t size;

	(void)state;
	assert_true(target_net_parse_unix(&local, sizeof(local), &pending, &socket));
	assert_int_equal(socket.inode, 9);
	assert_int_equal(socket.local.peer, 10);
	assert_int_equal(socket.local.name_length, 0);
	for (size = 0; size < sizeof(local); size++)
		(void)target_net_parse_unix(&local, size, &pending, &socket);
	assert_false(target_net_parse_unix(&local, 4, &pending, &socket));
	for (size = 0; size < sizeof(inet); size++)
		assert_false(target_net_parse_inet(&inet, size, IPPROTO_TCP, &socket));
	assert_true(target_net_parse_inet(&inet, sizeof(inet), IPPROTO_TCP, &socket));
	assert_false(socket.inet.has_info);
	target_sockets_release(&pending);
}

/* The client's SYN counts as one byte acknowledged. */
static void test_role(void **state)
{
	struct target_socket socket = {
		.protocol = IPPROTO_TCP,
		.state = TCP_ESTABLISHED,
		.inet = { .has_info = true,
			  .has_bytes_sent = true,
			  .bytes_sent = 5,
			  .bytes_acked = 6 },
	};

	(void)state;
	assert_int_equal(target_inet_role(&socket), 1);
	socket.inet.bytes_acked = 5;
	assert_int_equal(target_inet_role(&socket), 0);
	socket.inet.bytes_acked = 99;
	assert_int_equal(target_inet_role(&socket), -1);
	socket.inet.bytes_acked = 5;
	socket.state = TCP_FIN_WAIT1;
	assert_int_equal(target_inet_role(&socket), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_links),	 cmocka_unit_test(test_fdinfo),
		cmocka_unit_test(test_locks),	 cmocka_unit_test(test_inet_lines),
		cmocka_unit_test(test_messages), cmocka_unit_test(test_role),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
