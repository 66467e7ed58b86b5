// SPDX-License-Identifier: GPL-2.0-only
/* Memory that is copied by a thread while who asked goes on; of this process itself. */
#include "unit.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "target/ahead.h"

#define PAGE 4096
#define PIECES 700 /* more than one call takes */

struct asked {
	struct target_piece pieces[PIECES];
	uint32_t copies[PIECES];
};

/* On one processor there is none. */
static struct target_ahead *begin(void)
{
	struct target_ahead *ahead = target_ahead_new();
	cpu_set_t processors;

	if (!sched_getaffinity(0, sizeof(processors), &processors) && CPU_COUNT(&processors) < 2)
		skip();
	assert_non_null(ahead);
	return ahead;
}

static void ask(struct target_ahead *ahead, struct asked *asked, const uint32_t *from, size_t count)
{
	const struct target_task task = { NULL, getpid(), getpid() };

	for (size_t i = 0; i < count; i++)
		asked->pieces[i] = (struct target_piece){ (uintptr_t)&from[i], &asked->copies[i], 4,
							  false };
	target_ahead_begin(ahead, &task, asked->pieces, count);
}

/* What was begun ends in that order, each with its own, as often as the ring goes round. */
static void test_in_order(void **state)
{
	struct target_ahead *ahead = begin();
	struct asked *asked = calloc(TARGET_AHEAD_MOST, sizeof(*asked));
	uint32_t *from = calloc(PIECES, sizeof(*from));
	size_t turn, i, k;

	(void)state;
	assert_true(asked && from);
	for (i = 0; i < PIECES; i++)
		from[i] = i * 7919;
	for (turn = 0; turn < 300; turn++) {
		for (k = 0; k < 1 + turn % TARGET_AHEAD_MOST; k++) {
			memset(&asked[k], 0xff, sizeof(*asked));
			ask(ahead, &asked[k], from + k, PIECES - k);
		}
		for (k = 0; k < 1 + turn % TARGET_AHEAD_MOST; k++) {
			assert_int_equal(target_ahead_end(ahead), 0);
			for (i = 0; i < PIECES - k; i++) {
				assert_true(asked[k].pieces[i].read);
				assert_int_equal(asked[k].copies[i], (i + k) * 7919);
			}
		}
	}
	target_ahead_free(ahead);
	free(asked);
	free(from);
}

/* What is not there is left out; what cannot be asked at all is an error of that request alone. */
static void test_what_cannot_be_read(void **state)
{
	const struct target_task nobody = { NULL, 0x7ffffff0, 0x7ffffff0 };
	struct target_ahead *ahead = begin();
	uint8_t *pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			      -1, 0);
	uint32_t copies[2] = {};
	const struct target_task task = { NULL, getpid(), getpid() };
	struct target_piece pieces[2] = { { (uintptr_t)pages + PAGE, &copies[0], 4, true },
					  { (uintptr_t)pages, &copies[1], 4, false } };
	struct target_piece other = { (uintptr_t)pages, &copies[0], 4, true };

	(void)state;
	assert_ptr_not_equal(pages, MAP_FAILED);
	memset(pages, 7, PAGE);
	assert_int_equal(mprotect(pages + PAGE, PAGE, PROT_NONE), 0);
	assert_int_equal(munmap(pages + PAGE, PAGE), 0);
	target_ahead_begin(ahead, &nobody, &other, 1);
	target_ahead_begin(ahead, &task, pieces, 2);
	assert_int_equal(target_ahead_end(ahead), -ESRCH);
	assert_false(other.read);
	assert_int_equal(target_ahead_end(ahead), 0);
	assert_false(pieces[0].read);
	assert_true(pieces[1].read);
	assert_int_equal(copies[1], 0x07070707);
	target_ahead_free(ahead);
	munmap(pages, PAGE);
}

static enum target_way refuse(struct target_access *access, pid_t pid)
{
	(void)access;
	(void)pid;
	return TARGET_REFUSED;
}

/* The thread reads nothing that this process may not read itself. */
static void test_refused(void **state)
{
	const struct target_access_operations operations = { .way = refuse };
	struct target_access access = { .does = &operations };
	const struct target_task task = { &access, getpid(), getpid() };
	struct target_ahead *ahead = begin();
	uint32_t from = 1, copy = 0;
	struct target_piece piece = { (uintptr_t)&from, &copy, 4, true };
	struct asked *asked = calloc(1, sizeof(*asked));

	(void)state;
	assert_non_null(asked);
	ask(ahead, asked, &from, 1);
	target_ahead_begin(ahead, &task, &piece, 1);
	assert_int_equal(target_ahead_end(ahead), 0);
	assert_int_equal(asked->copies[0], 1);
	assert_int_equal(target_ahead_end(ahead), -ETIME);
	assert_false(piece.read);
	assert_int_equal(copy, 0);
	target_ahead_free(ahead);
	free(asked);
}

/* A signal is for who asks: where it is blocked there, nobody has it. */
static void test_no_signal(void **state)
{
	struct target_ahead *ahead;
	struct asked *asked = calloc(1, sizeof(*asked));
	const struct timespec now = {};
	uint32_t from = 1;
	sigset_t one;

	(void)state;
	ahead = begin();
	assert_non_null(asked);
	sigemptyset(&one);
	sigaddset(&one, SIGUSR1);
	assert_int_equal(sigprocmask(SIG_BLOCK, &one, NULL), 0);
	assert_int_equal(kill(getpid(), SIGUSR1), 0);
	ask(ahead, asked, &from, 1);
	assert_int_equal(target_ahead_end(ahead), 0);
	assert_int_equal(sigtimedwait(&one, NULL, &now), SIGUSR1);
	assert_int_equal(sigprocmask(SIG_UNBLOCK, &one, NULL), 0);
	target_ahead_free(ahead);
	free(asked);
}

/* Whoever goes away while some is not ended gets all of it back. */
static void test_free_before_the_end(void **state)
{
	struct asked *asked = calloc(TARGET_AHEAD_MOST, sizeof(*asked));
	uint32_t *from = calloc(PIECES, sizeof(*from));
	struct target_ahead *ahead;
	size_t turn, k;

	(void)state;
	assert_true(asked && from);
	for (turn = 0; turn < 50; turn++) {
		ahead = begin();
		for (k = 0; k < turn % (TARGET_AHEAD_MOST + 1); k++)
			ask(ahead, &asked[k], from, PIECES);
		target_ahead_free(ahead);
		memset(asked, 0x55, TARGET_AHEAD_MOST * sizeof(*asked));
		assert_int_equal(asked[TARGET_AHEAD_MOST - 1].copies[PIECES - 1], 0x55555555);
	}
	free(asked);
	free(from);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_order),
		cmocka_unit_test(test_what_cannot_be_read),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_no_signal),
		cmocka_unit_test(test_free_before_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
