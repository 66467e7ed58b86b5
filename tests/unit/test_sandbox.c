// SPDX-License-Identifier: GPL-2.0-only
/* What comes from a worker, which may have been taken over; how long it is waited for; which file
 * systems are local. */
#include "unit.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/codec.h"
#include "sandbox/local_devices.h"
#include "sandbox/patience.h"
#include "sandbox/process.h"
#include "sandbox/sandbox.h"
#include "sandbox/spawner.h"
#include "sandbox/wire.h"
#include "sandbox/worker.h"

static struct address_names *make_names(size_t count)
{
	struct source_location places[BINARY_PLACES_MAX];
	struct address_names *names;

	for (size_t i = 0; i < count; i++)
		places[i] = (struct source_location){
			.function = i % 2 ? strdup("std::vector<int>::push_back") : NULL,
			.file = i % 3 ? strdup("/src/a b.cc") : NULL,
			.line = (unsigned)i + 1,
		};
	names = address_names_make(places, count);
	assert_non_null(names);
	names->symbol = count ? strdup("outermost") : NULL;
	names->offset = 77;
	return names;
}

static void test_names_come_back(void **state)
{
	uint8_t bytes[WIRE_PAYLOAD_MAX];
	struct address_names *names, *back = NULL;
	size_t size;

	(void)state;
	for (size_t count = 0; count <= BINARY_PLACES_MAX; count += 8) {
		names = make_names(count);
		size = codec_put_names(names, bytes, sizeof(bytes));
		assert_int_equal(codec_get_names(bytes, size, &back), 0);
		assert_int_equal(back->count, count);
		assert_int_equal(back->offset, 77);
		assert_int_equal(!back->symbol, !names->symbol);
		for (size_t i = 0; i < count; i++) {
			assert_int_equal(back->places[i].line, i + 1);
			assert_int_equal(!back->places[i].function, !names->places[i].function);
			if (names->places[i].file)
				assert_string_equal(back->places[i].file, names->places[i].file);
		}
		address_names_free(back);
		/* Whatever is cut off, it is no answer. */
		for (size_t cut = 1; cut <= size; cut++)
			assert_int_equal(codec_get_names(bytes, size - cut, &back), -EBADMSG);
		address_names_free(names);
	}
}

/* A name of megabytes is left out, and those after it are not. */
static void test_names_that_do_not_fit(void **state)
{
	struct source_location places[2] = { { .function = calloc(1, 300000), .line = 3 },
					     { .function = strdup("short"), .line = 4 } };
	uint8_t bytes[WIRE_PAYLOAD_MAX];
	struct address_names *names, *back;
	size_t size;

	(void)state;
	memset(places[0].function, 'x', 299999);
	names = address_names_make(places, 2);
	size = codec_put_names(names, bytes, sizeof(bytes));
	assert_true(size <= sizeof(bytes));
	assert_int_equal(codec_get_names(bytes, size, &back), 0);
	assert_null(back->places[0].function);
	assert_int_equal(back->places[0].line, 3);
	assert_string_equal(back->places[1].function, "short");
	address_names_free(back);
	address_names_free(names);
}

static void test_more_places_than_there_may_be(void **state)
{
	uint64_t head[2] = { BINARY_PLACES_MAX + 1, 0 };
	uint8_t bytes[4096] = {};
	struct address_names *back;

	(void)state;
	memcpy(bytes, head, sizeof(head));
	assert_int_equal(codec_get_names(bytes, sizeof(bytes), &back), -EBADMSG);
	head[0] = UINT64_MAX;
	memcpy(bytes, head, sizeof(head));
	assert_int_equal(codec_get_names(bytes, sizeof(bytes), &back), -EBADMSG);
}

static const struct stack_rule sound = {
	.found = true,
	.return_register = LC_REGISTER_PC,
	.value_count = 1,
	.operation_count = 2,
	.cfa = { .kind = RULE_IS_REGISTER, .base = LC_REGISTER_SP },
};

/* As sound, but for what change does to it. */
static int get_rule(void (*change)(struct stack_rule *rule), size_t less)
{
	size_t size = stack_rule_size(sound.value_count, sound.operation_count);
	struct stack_rule *rule = calloc(1, size), *back = NULL;
	int r;

	*rule = sound;
	rule->values[0] = (struct rule_value){ .kind = RULE_AT_EXPRESSION, .operation_count = 2 };
	if (change)
		change(rule);
	r = codec_get_rule((const uint8_t *)rule, size - less, &back);
	if (!r)
		assert_memory_equal(back, rule, size);
	free(back);
	free(rule);
	return r;
}

static void change_return(struct stack_rule *rule)
{
	rule->return_register = LC_REGISTER_COUNT;
}
static void change_count(struct stack_rule *rule)
{
	rule->value_count = 2;
}
static void change_operations(struct stack_rule *rule)
{
	rule->operation_count = 3;
}
static void change_range(struct stack_rule *rule)
{
	rule->values[0].first_operation = 1;
}
static void change_far(struct stack_rule *rule)
{
	rule->values[0].first_operation = UINT64_MAX;
}
static void change_number(struct stack_rule *rule)
{
	rule->values[0].number = LC_REGISTER_COUNT;
}
static void change_base(struct stack_rule *rule)
{
	rule->cfa.base = LC_REGISTER_COUNT;
}
static void change_kind(struct stack_rule *rule)
{
	rule->cfa.kind = RULE_IS_EXPRESSION + 1;
}
static void change_flag(struct stack_rule *rule)
{
	memset(&rule->signal, 2, 1);
}

static void test_rules_that_lie(void **state)
{
	void (*const changes[])(struct stack_rule *) = {
		change_return, change_count, change_operations, change_range, change_far,
		change_number, change_base,  change_kind,	change_flag,
	};

	(void)state;
	assert_int_equal(get_rule(NULL, 0), 0);
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		assert_int_equal(get_rule(changes[i], 0), -EBADMSG);
	assert_int_equal(get_rule(NULL, 1), -EBADMSG);
	assert_int_equal(get_rule(NULL, stack_rule_size(1, 2)), -EBADMSG);
}

static void test_descriptions_that_lie(void **state)
{
	static struct binary_description description, back;
	const uint8_t *bytes = (const uint8_t *)&description;

	(void)state;
	strcpy(description.build_id, "0123abcd");
	assert_int_equal(codec_get_description(bytes, sizeof(description), &back), 0);
	assert_int_equal(codec_get_description(bytes, sizeof(description) - 1, &back), -EBADMSG);
	description.segment_count = BINARY_SEGMENTS_MAX + 1;
	assert_int_equal(codec_get_description(bytes, sizeof(description), &back), -EBADMSG);
	description.segment_count = 0;
	strcpy(description.build_id, "01\033[2J");
	assert_int_equal(codec_get_description(bytes, sizeof(description), &back), -EBADMSG);
	memset(description.build_id, 'a', sizeof(description.build_id));
	assert_int_equal(codec_get_description(bytes, sizeof(description), &back), -EBADMSG);
}

#define SECOND 1000000000ull

/* A hundred files that each use up all their time take seconds, not minutes; later one has its time
 * again. */
static void test_patience_runs_out(void **state)
{
	struct patience patience;
	uint64_t now = 1000 * SECOND, begun = now, waited;

	(void)state;
	patience_begin(&patience, now);
	assert_int_equal(patience_for(&patience, now, 0), 2 * SECOND);
	assert_true(patience_for(&patience, now, UINT64_C(1) << 30) > 30 * SECOND);
	for (int i = 0; i < 100; i++) {
		waited = patience_for(&patience, now, 0);
		assert_true(waited > 0);
		now += waited;
		patience_lose(&patience, now, waited);
	}
	assert_true(now - begun < 30 * SECOND);
	now += 300 * SECOND;
	assert_int_equal(patience_for(&patience, now, 0), 2 * SECOND);
}

static void test_local_file_systems(void **state)
{
	static const char *const others[] = {
		"36 35 0:44 / /mnt rw shared:1 - fuse.sshfs host: rw",
		"36 35 0:44 / /mnt rw - nfs4 host:/x rw",
		"36 35 0:44 / /mnt rw - ext4x /dev/x rw",
		"36 35 0:44 / /mnt rw shared:1",
		"",
		"36 35 x:44 / /mnt rw - ext4 /dev/x rw",
	};
	dev_t device = 0;

	(void)state;
	assert_true(local_devices_parse("36 35 98:3 / / rw,relatime master:1 - ext4 /dev/root rw",
					&device));
	assert_int_equal(device, makedev(98, 3));
	assert_true(local_devices_parse("36 35 0:99 /a\\040- /b rw - overlay overlay rw", &device));
	assert_int_equal(device, makedev(0, 99));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(local_devices_parse(others[i], &device));
}

/*
 * A worker that was taken over: asked what a file is, it asks for a debug file with a build-id of
 * pages. Asked for a rule, it answers how many files it has.
 */
static int work_evilly(void)
{
	int32_t files = 0;
	static struct wire_message in;
	static uint8_t payload[16384];
	struct wire_head ask = { .operation = WIRE_FIND_DEBUG, .size = sizeof(payload) };
	struct wire_head answer = { .operation = WIRE_ANSWER, .result = -EIO };

	memset(payload + 1, 0x41, sizeof(payload) - 1); /* behind an empty name */
	while (!wire_receive(WORKER_SOCKET, 0, &in)) {
		if (in.fd >= 0)
			close(in.fd);
		files += (in.head.operation == WIRE_OPEN) - (in.head.operation == WIRE_CLOSE);
		if (in.head.operation == WIRE_OPEN || in.head.operation == WIRE_RULE) {
			answer.result = in.head.operation == WIRE_OPEN ? 0 : -files;
			wire_send(WORKER_SOCKET, &answer, NULL, -1);
		} else if (in.head.operation == WIRE_CLOSE) {
			continue;
		} else if (in.head.operation == WIRE_FOUND) {
			answer.result = in.head.result == -EBADMSG ? -ENOTSUP : -EIO;
			wire_send(WORKER_SOCKET, &answer, NULL, -1);
		} else {
			wire_send(WORKER_SOCKET, &ask, payload, -1);
		}
	}
	return 0;
}

static void test_an_evil_worker_asks_back(void **state)
{
	const struct sandbox_options options = { .audience = { .remark = NULL } };
	static struct binary_description description;
	struct binary_files *files = NULL;
	int fd = memfd_create("file", MFD_CLOEXEC);

	(void)state;
	assert_int_equal(sandbox_open(&options, &files), 0);
	assert_int_equal(files->does->describe(files, fd, &description), -ENOTSUP);
	files->does->free(files);
	close(fd);
}

/* So many are open at once; the others are sent again when they are asked about. */
static void test_a_worker_has_so_many_files(void **state)
{
	const struct sandbox_options options = { .audience = { .remark = NULL } };
	struct binary_files *files = NULL;
	struct stack_rule *rule = NULL;
	uint64_t number, turn;
	int fd = memfd_create("file", MFD_CLOEXEC);

	(void)state;
	assert_int_equal(sandbox_open(&options, &files), 0);
	for (number = 1; number <= 600; number++) {
		assert_int_equal(files->does->open(files, number, fd, "file"), 0);
		assert_int_equal(files->does->rule(files, number, 0, &rule),
				 number < 256 ? -(int)number : -256);
	}
	for (turn = 0; turn < 3; turn++)
		assert_int_equal(files->does->rule(files, 1 + turn, 0, &rule), -256);
	files->does->close(files, 1);
	assert_int_equal(files->does->rule(files, 600, 0, &rule), -255);
	files->does->close(files, 300); /* which it has not got */
	assert_int_equal(files->does->rule(files, 600, 0, &rule), -255);
	files->does->free(files);
	close(fd);
}

static pid_t youngest_child(void)
{
	char path[64];
	FILE *file;
	int pid = 0;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	file = fopen(path, "re");
	assert_non_null(file);
	while (fscanf(file, "%d", &pid) == 1)
		continue;
	fclose(file);
	assert_int_not_equal(pid, 0);
	return pid;
}

/* A late answer, of a host that had no time for the spawner, is no answer to the next question. */
static void test_late_spawner(void **state)
{
	struct pollfd ended = { .events = POLLIN };
	struct sandbox_spawner *spawner;
	int late[2], next[2], pidfd;
	pid_t pid, worker;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, late), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, next), 0);
	assert_int_equal(sandbox_open_spawner(&spawner), 0);
	pid = youngest_child();
	assert_int_equal(kill(pid, SIGSTOP), 0);
	assert_int_equal(spawner_spawn(spawner, WORKER_READER, late[1], &worker, &pidfd), -ETIME);
	close(late[0]);
	close(late[1]);
	assert_int_equal(kill(pid, SIGCONT), 0);
	assert_int_equal(spawner_spawn(spawner, WORKER_READER, next[1], &worker, &pidfd), 0);
	ended.fd = pidfd;
	assert_int_equal(poll(&ended, 1, 500), 0);
	close(next[0]);
	close(next[1]);
	assert_int_equal(poll(&ended, 1, 20000), 1);
	close(pidfd);
	sandbox_close_spawner(spawner);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], FILES_WORKER) == 0)
		return work_evilly();
	if (argc == 2 && strcmp(argv[1], READER_WORKER) == 0)
		return sandbox_work(argv[1]);

	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_come_back),
		cmocka_unit_test(test_names_that_do_not_fit),
		cmocka_unit_test(test_more_places_than_there_may_be),
		cmocka_unit_test(test_rules_that_lie),
		cmocka_unit_test(test_descriptions_that_lie),
		cmocka_unit_test(test_patience_runs_out),
		cmocka_unit_test(test_an_evil_worker_asks_back),
		cmocka_unit_test(test_a_worker_has_so_many_files),
		cmocka_unit_test(test_local_file_systems),
		cmocka_unit_test(test_late_spawner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
