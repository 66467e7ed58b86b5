// SPDX-License-Identifier: GPL-2.0-only
/* A keeper and its command: events in their order; and who descends from whom. */
#include "unit.h"

#include "keeper/keeper.h"
#include "target/family.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_MS 20000

static sigset_t no_signals;

static void begin(struct keeper *keeper, char **argv, bool hold)
{
	const struct keeper_options options = {
		.argv = argv, .hold = hold, .own_group = true, .mask = &no_signals
	};
	struct error error;

	assert_int_equal(keeper_start(&options, keeper, &error), 0);
}

/* Released before the command ended: the keeper ends by itself, and is no child of a later test's.
 */
static void release_early(struct keeper *keeper)
{
	const pid_t pid = keeper->keeper;

	keeper_release(keeper);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static struct keeper_event next(struct keeper *keeper)
{
	struct pollfd fd = { .fd = keeper->socket, .events = POLLIN };
	struct keeper_event event;

	assert_int_equal(poll(&fd, 1, PATIENCE_MS), 1);
	assert_int_equal(keeper_receive(keeper, &event), 1);
	return event;
}

/* The command goes on, and ends. */
static struct keeper_event let_end(struct keeper *keeper, char **argv)
{
	struct keeper_event event;
	struct error error;

	assert_int_equal(keeper_go(keeper, argv, &error), 0);
	event = next(keeper);
	assert_int_equal(event.kind, KEEPER_ENDED);
	return event;
}

/* All have ended. */
static void release_alone(struct keeper *keeper)
{
	assert_int_equal(next(keeper).kind, KEEPER_ALONE);
	keeper_release(keeper);
}

static void test_from_start_to_end(void **state)
{
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)"exit 3", NULL };
	struct keeper_event event;
	struct keeper keeper;

	(void)state;
	begin(&keeper, argv, false);
	assert_int_equal(keeper.hold_error, -ECANCELED);
	assert_int_equal(keeper_receive(&keeper, &event), 0);
	event = let_end(&keeper, argv);
	assert_int_equal(event.pid, keeper.command);
	assert_int_equal(WEXITSTATUS(event.status), 3);
	release_alone(&keeper);
}

/* Before its keeper has got to wait for that. */
static void test_ends_at_once(void **state)
{
	char *argv[] = { (char *)"true", NULL };
	struct keeper keeper;
	unsigned i;

	(void)state;
	for (i = 0; i < 100; i++) {
		begin(&keeper, argv, false);
		assert_int_equal(let_end(&keeper, argv).status, 0);
		release_alone(&keeper);
	}
}

static void test_ends_are_counted(void **state)
{
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)"(exit 1); (exit 2); exit 0", NULL };
	struct keeper keeper;

	(void)state;
	begin(&keeper, argv, true);
	if (keeper.hold_error) {
		release_early(&keeper);
		skip();
	}
	assert_int_equal(let_end(&keeper, argv).ends, 3);
	release_alone(&keeper);
}

static void test_no_such_command(void **state)
{
	char *argv[] = { (char *)"/nonexistent/command", NULL };
	struct keeper keeper;
	struct error error;

	(void)state;
	begin(&keeper, argv, false);
	assert_int_equal(keeper_go(&keeper, argv, &error), -ENOENT);
	release_early(&keeper);
}

/* Released before it began: nothing of it stays. */
static void test_never_begun(void **state)
{
	char *argv[] = { (char *)"sleep", (char *)"60", NULL };
	struct keeper keeper;

	(void)state;
	begin(&keeper, argv, true);
	release_early(&keeper);
}

static void test_family(void **state)
{
	pid_t *pids, child;
	size_t count;
	int ends[2], ready[2];
	char byte;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (!child) {
		close(ends[1]);
		(void)!fork();
		_exit(write(ready[1], "r", 1) != 1 || read(ends[0], &byte, 1));
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(target_family(getpid(), &pids, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(pids[0], child);
	free(pids);
	assert_int_equal(target_family(child, &pids, &count), 0);
	assert_int_equal(count, 1);
	free(pids);
	close(ends[1]);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_from_start_to_end), cmocka_unit_test(test_ends_at_once),
		cmocka_unit_test(test_ends_are_counted),  cmocka_unit_test(test_no_such_command),
		cmocka_unit_test(test_never_begun),	  cmocka_unit_test(test_family),
	};

	sigemptyset(&no_signals);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
