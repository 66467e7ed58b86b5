// SPDX-License-Identifier: GPL-2.0-only
/* Where probes go in the machine code of Go's functions; and how exact events are taken in. */
#include "runtimes/go/probes/probes.h"
#include "model/goroutines.h"
#include "unit.h"

static void test_entries_that_need_no_single_step(void **state)
{
	/*
	 * As compiled by 1.21 to 1.27: CMPQ SP, 16(R14) with a short and a long branch, and greater
	 * frames.
	 */
	static const uint8_t near_branch[] = "\x49\x3b\x66\x10\x76\x18\x55";
	static const uint8_t far_branch[] = "\x49\x3b\x66\x10\x0f\x86\x81\x02\x00\x00\x55";
	static const uint8_t greater[] = "\x4c\x8d\x64\x24\xb0\x4d\x3b\x66\x10\x76\x18\x55";
	static const uint8_t great[] =
		"\x4c\x8d\xa4\x24\xb0\xfe\xff\xff\x4d\x3b\x66\x10\x0f\x86\x81"
		"\x02\x00\x00\x55";
	static const uint8_t none[] = "\x55\x48\x89\xe5\x48\x83\xec\x08";
	/* To 1.20: SUBQ follows; and CMPL CX, $'r'; JEQ */
	static const uint8_t no_push[] = "\x49\x3b\x66\x10\x0f\x86\x4d\x01\x00\x00\x48\x83\xec\x28";
	static const uint8_t compares[] = "\x83\xf9\x72\x74\x08\x81\xf9\xe9";

	(void)state;
	assert_int_equal(go_probe_entry(false, near_branch, sizeof(near_branch)), 6);
	assert_int_equal(go_probe_entry(false, far_branch, sizeof(far_branch)), 10);
	assert_int_equal(go_probe_entry(false, greater, sizeof(greater)), 11);
	assert_int_equal(go_probe_entry(false, great, sizeof(great)), 18);
	assert_int_equal(go_probe_entry(false, none, sizeof(none)), 0);
	assert_int_equal(go_probe_entry(false, no_push, sizeof(no_push)), 4);
	assert_int_equal(go_probe_entry(false, compares, sizeof(compares)), 3);
	assert_int_equal(go_probe_entry(false, far_branch, 4), 0);
	assert_int_equal(go_probe_entry(false, far_branch, 0), 0);
}

static void test_calls(void **state)
{
	static const uint8_t call[] = "\xe8\x7b\x51\x00\x00"; /* of go1.26.8 */
	static const uint32_t bl = 0x97fffffe;		      /* two instructions back */

	(void)state;
	assert_true(go_probe_call(false, call, 5, 0x4538a0, 0x458a20));
	assert_false(go_probe_call(false, call, 5, 0x4538a0, 0x458a21));
	assert_false(go_probe_call(false, call, 4, 0x4538a0, 0x458a20));
	assert_false(go_probe_call(false, (const uint8_t *)"\xe9\x7b\x51\x00\x00", 5, 0x4538a0,
				   0x458a20));
	assert_true(go_probe_call(true, (const uint8_t *)&bl, 4, 0x1008, 0x1000));
	assert_false(go_probe_call(true, (const uint8_t *)&bl, 4, 0x1008, 0x1004));
}

static void test_arm64(void **state)
{
	/* MOVD 16(R28), R16; CMP R16, RSP; BLS; MOVD.W R30, -96(RSP) */
	static const uint32_t check[] = { 0xf9400b90, 0xeb3063ff, 0x54001029, 0xf81a0ffe };
	static const uint32_t none[] = { 0xf81a0ffe, 0xf9400b90, 0xeb3063ff, 0xd65f03c0 };
	/* runtime.netpollready of 1.19: CMPW $114, R2; BEQ; and of 1.26, with a frame before it */
	static const uint32_t bare[] = { 0x7101c85f, 0x54000060, 0x7103a45f };
	static const uint32_t frame[] = { 0xf81e0ffe, 0xf81f83fd, 0xd10023fd,
					  0xb90017ff, 0x7101c85f, 0x54000060 };
	/* An argument is changed before the branch. */
	static const uint32_t changed[] = { 0xf81e0ffe, 0xaa1f03e1, 0x7101c85f, 0x54000060 };

	(void)state;
	assert_int_equal(go_probe_entry(true, (const uint8_t *)bare, sizeof(bare)), 4);
	assert_int_equal(go_probe_entry(true, (const uint8_t *)frame, sizeof(frame)), 20);
	assert_int_equal(go_probe_entry(true, (const uint8_t *)frame, 20), 0);
	assert_int_equal(go_probe_entry(true, (const uint8_t *)changed, sizeof(changed)), 0);
	assert_int_equal(go_probe_entry(true, (const uint8_t *)check, sizeof(check)), 8);
	assert_int_equal(go_probe_entry(true, (const uint8_t *)none, sizeof(none)), 0);
	assert_true(go_probe_return(true, (const uint8_t *)&none[3], 4));
	assert_false(go_probe_return(true, (const uint8_t *)&none[0], 4));
	assert_false(go_probe_return(true, (const uint8_t *)&none[3], 3));
}

static void test_returns(void **state)
{
	(void)state;
	assert_true(go_probe_return(false, (const uint8_t *)"\xc3", 1));
	assert_false(go_probe_return(false, (const uint8_t *)"\x48\x89\x44\x24", 4));
	assert_false(go_probe_return(false, (const uint8_t *)"\xc3", 0));
}

static struct lc_go_process *process_new(struct lc_go *go)
{
	struct lc_go_process *process = lc_go_get(go, 1, 1);

	assert_non_null(process);
	assert_int_equal(lc_go_begin_events(process, 100), 0);
	return process;
}

static void test_counts_take_the_place_of_what_sweeps_see(void **state)
{
	struct lc_go_sample sample = { .goid = 7,
				       .spawn_pc = 10,
				       .entry_pc = 20,
				       .state = LC_GO_WAITING,
				       .kind = LC_GO_SLEEP };
	struct lc_go_site_count count = { .spawn_pc = 10, .entry_pc = 20, .born = 5, .ended = 3 };
	struct lc_go go = {};
	struct lc_go_process *process = process_new(&go);
	int i;
	bool is_new;

	(void)state;
	for (i = 0; i < 3; i++) {
		lc_go_begin_sweep(process, 200 + i);
		sample.goid++;
		assert_non_null(lc_go_note(process, 0, &sample, 200 + i, &is_new));
		lc_go_end_sweep(process);
	}
	assert_int_equal(process->sites[0].born, 0);
	assert_ptr_equal(lc_go_count_site(process, &count, &is_new), &process->sites[0]);
	assert_false(is_new);
	count.born = 9;
	lc_go_count_site(process, &count, &is_new);
	assert_int_equal(process->sites[0].born, 9);
	assert_int_equal(process->sites[0].ended, 3);
	count.entry_pc = 21;
	assert_ptr_equal(lc_go_count_site(process, &count, &is_new), &process->sites[1]);
	assert_true(is_new);
	assert_int_equal(process->events->born, 18);
	assert_int_equal(process->events->ended, 6);
	lc_go_release(&go);
}

static void test_only_the_time_of_this_wait_is_taken(void **state)
{
	struct lc_goroutine waits = {
		.goid = 3, .state = LC_GO_WAITING, .kind = LC_GO_CHAN_RECEIVE, .first_seen_at = 500
	};
	struct lc_go_exact exact = {
		.born_at = 100, .parent_goid = 2, .parked_at = 300, .ready_at = 250
	};
	struct lc_goroutine goroutine = waits;

	(void)state;
	lc_go_apply_exact(&goroutine, &exact, 500);
	assert_int_equal(goroutine.waits_since, 300);
	assert_int_equal(goroutine.first_seen_at, 100);
	assert_int_equal(goroutine.parent_goid, 2);
	assert_int_equal(goroutine.flags, LC_GO_EXACT_SINCE | LC_GO_EXACT_BIRTH);

	goroutine = waits; /* it has parked anew since */
	exact.parked_at = 600;
	lc_go_apply_exact(&goroutine, &exact, 500);
	assert_int_equal(goroutine.waits_since, 0);

	goroutine = waits; /* it has been readied */
	exact.parked_at = 300;
	exact.ready_at = 301;
	lc_go_apply_exact(&goroutine, &exact, 500);
	assert_int_equal(goroutine.waits_since, 0);

	goroutine = waits; /* one that does not park, and one that runs */
	exact.ready_at = 0;
	goroutine.kind = LC_GO_COROUTINE;
	lc_go_apply_exact(&goroutine, &exact, 500);
	assert_int_equal(goroutine.waits_since, 0);
	goroutine.kind = LC_GO_CHAN_RECEIVE;
	goroutine.state = LC_GO_RUNNING;
	lc_go_apply_exact(&goroutine, &exact, 500);
	assert_int_equal(goroutine.waits_since, 0);
}

static void test_an_exact_time_stays_as_long_as_the_wait(void **state)
{
	struct lc_go_sample sample = {
		.goid = 7, .state = LC_GO_WAITING, .kind = LC_GO_SLEEP, .waits_since = 150
	};
	struct lc_go go = {};
	struct lc_go_process *process = process_new(&go);
	struct lc_goroutine *goroutine;
	bool is_new;

	(void)state;
	lc_go_begin_sweep(process, 200);
	goroutine = lc_go_note(process, 0, &sample, 200, &is_new);
	goroutine->waits_since = 180;
	goroutine->flags |= LC_GO_EXACT_SINCE;
	goroutine = lc_go_note(process, 0, &sample, 300, &is_new);
	assert_int_equal(goroutine->waits_since, 180);
	sample.tracking_seq++;
	goroutine = lc_go_note(process, 0, &sample, 400, &is_new);
	assert_int_equal(goroutine->waits_since, 150);
	assert_false(goroutine->flags & LC_GO_EXACT_SINCE);
	lc_go_release(&go);
}

static void test_the_longest_blocks_are_kept(void **state)
{
	struct lc_go_block block = {};
	struct lc_go go = {};
	struct lc_go_process *process = process_new(&go);
	uint64_t i;

	(void)state;
	for (i = 0; i < 3 * LC_GO_BLOCKS; i++) {
		block.goid = i;
		block.blocked_ns = i * 7919 % 1000;
		lc_go_keep_block(process, &block);
	}
	assert_int_equal(process->events->block_count, 3 * LC_GO_BLOCKS);
	assert_int_equal(process->events->kept, LC_GO_BLOCKS);
	for (i = 1; i < LC_GO_BLOCKS; i++)
		assert_true(process->events->blocks[i - 1].blocked_ns >=
			    process->events->blocks[i].blocked_ns);
	lc_go_release(&go);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries_that_need_no_single_step),
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_arm64),
		cmocka_unit_test(test_returns),
		cmocka_unit_test(test_counts_take_the_place_of_what_sweeps_see),
		cmocka_unit_test(test_only_the_time_of_this_wait_is_taken),
		cmocka_unit_test(test_an_exact_time_stays_as_long_as_the_wait),
		cmocka_unit_test(test_the_longest_blocks_are_kept),
	};

	return cmocka_run_group_tests_name("go_probes", tests, NULL, NULL);
}
