// SPDX-License-Identifier: GPL-2.0-only
/* The line that says that a run lives, on a terminal made for it. */
#include "unit.h"

#include "cmd/progress.h"
#include "util/now.h"

#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define SECOND 1000000000ull

/* A terminal in place of stderr. */
struct terminal {
	int master, kept;
	char text[4096];
};

static int set_up(void **state)
{
	struct terminal *terminal = calloc(1, sizeof(*terminal));
	struct winsize size = { .ws_row = 24, .ws_col = 80 };
	int slave;

	assert_non_null(terminal);
	if (openpty(&terminal->master, &slave, NULL, NULL, &size)) { /* there are none: skipped */
		free(terminal);
		return 0;
	}
	fcntl(terminal->master, F_SETFL, O_NONBLOCK);
	terminal->kept = dup(STDERR_FILENO);
	dup2(slave, STDERR_FILENO);
	close(slave);
	*state = terminal;
	return 0;
}

static int tear_down(void **state)
{
	struct terminal *terminal = *state;

	if (!terminal)
		return 0;
	dup2(terminal->kept, STDERR_FILENO);
	close(terminal->kept);
	close(terminal->master);
	free(terminal);
	return 0;
}

/* What came out of it since it was read last. */
static const char *said(struct terminal *terminal)
{
	ssize_t size = read(terminal->master, terminal->text, sizeof(terminal->text) - 1);

	terminal->text[size > 0 ? size : 0] = '\0';
	return terminal->text;
}

/* As if it had begun so many seconds ago. */
static struct progress begun(void **state, uint64_t seconds)
{
	struct progress progress;

	if (!*state)
		skip();
	progress_init(&progress, true, true);
	progress.run_began = now_monotonic() - seconds * SECOND - SECOND / 2;
	return progress;
}

static void test_from_a_minute_on(void **state)
{
	struct progress progress = begun(state, 58);

	assert_false(progress_is_long(&progress));
	progress_live(&progress, "%d sweeps", 3);
	assert_string_equal(said(*state), "");
	progress = begun(state, 71);
	assert_true(progress_is_long(&progress));
	progress_live(&progress, "%d sweeps", 3);
	assert_string_equal(said(*state), "\r\033[Kleakhop: 1m 11s, 3 sweeps");
}

static void test_once_a_second_in_place(void **state)
{
	struct progress progress = begun(state, 100);

	progress_live(&progress, "1");
	said(*state);
	progress_live(&progress, "2");
	assert_string_equal(said(*state), "");
	progress.last_shown -= SECOND;
	progress_live(&progress, "3");
	assert_string_equal(said(*state), "\r\033[Kleakhop: 1m 40s, 3");
}

static void test_wiped_once(void **state)
{
	struct progress progress = begun(state, 100);

	progress_clear(&progress);
	assert_string_equal(said(*state), "");
	progress_live(&progress, "1");
	said(*state);
	/* A sweep between two of them leaves it where it is. */
	progress_begin(&progress);
	progress_say(&progress, "reading threads");
	progress_end(&progress);
	assert_string_equal(said(*state), "");
	progress_clear(&progress);
	assert_string_equal(said(*state), "\r\033[K");
	progress_clear(&progress);
	assert_string_equal(said(*state), "");
}

/* What takes long takes the line's place, and is wiped with it. */
static void test_work_takes_its_place(void **state)
{
	struct progress progress = begun(state, 100);

	progress_live(&progress, "1");
	said(*state);
	progress_begin(&progress);
	progress.work_began -= 2 * SECOND;
	progress.last_shown -= SECOND;
	progress_say(&progress, "reading %s", "\x1b]0;evil\a");
	assert_string_equal(said(*state), "\r\033[Kreading ?]0;evil? ...");
	progress_end(&progress);
	assert_string_equal(said(*state), "\r\033[K");
}

static void test_never(void **state)
{
	struct progress progress = begun(state, 100);

	progress.wanted = false;
	progress_live(&progress, "1");
	progress = begun(state, 100);
	progress.alone = false;
	progress_live(&progress, "1");
	assert_string_equal(said(*state), "");
	dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
	progress_init(&progress, true, true);
	assert_false(progress.wanted);
}

/* A line that wraps could not be wiped. */
static void test_narrow(void **state)
{
	struct progress progress = begun(state, 100);
	struct winsize size = { .ws_row = 24, .ws_col = 20 };

	ioctl(STDERR_FILENO, TIOCSWINSZ, &size);
	progress_live(&progress, "1234567890");
	assert_string_equal(said(*state), "\r\033[Kleakhop: 1m 40s, 12");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_from_a_minute_on, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_once_a_second_in_place, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_wiped_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_work_takes_its_place, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_never, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_narrow, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
