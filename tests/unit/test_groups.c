// SPDX-License-Identifier: GPL-2.0-only
/* Groups of several recordings: which are the same, and what has changed. */
#include "unit.h"

#include "verdict/groups.h"

#include <stdio.h>

/* A build of a program: its stacks have other addresses, and lines that are shifted. */
struct build {
	struct lc_stacks *stacks;
	unsigned shift;
	const char *folder;
	uint64_t base;
	size_t source;
	enum verdict verdict;
};

static void make_build(struct build *build, unsigned shift, const char *folder)
{
	*build = (struct build){
		.shift = shift, .folder = folder, .base = shift * 1000, .verdict = VERDICT_IDLE
	};
	assert_int_equal(lc_stacks_create(0, &build->stacks), 0);
}

static uint32_t stack(struct build *build, const char *function, unsigned line)
{
	char module[64];
	struct lc_frame frames[] = {
		{ .function = "wait", .module = "/lib/libc.so.6", .file = "wait.c", .line = 7 },
		{ .function = function,
		  .module = module,
		  .file = "a.c",
		  .line = line + build->shift,
		  .offset = build->base + line,
		  .address = build->base + line },
		{ .function = "main", .module = module, .file = "a.c", .line = 90 + build->shift },
	};
	const struct lc_raw_frame raw = { .module = 1, .vaddr = build->base++ };
	uint32_t id;

	snprintf(module, sizeof(module), "%s/server", build->folder);
	assert_int_equal(lc_stacks_intern(build->stacks, &raw, 1, LC_STACK_WHOLE, &id), 0);
	assert_int_equal(lc_stacks_set_frames(build->stacks, id, frames, 3), 0);
	return id;
}

static void add(struct verdict_groups *groups, struct build *build, const char *function,
		unsigned line, size_t count)
{
	struct verdict_group group = { .verdict = build->verdict,
				       .source = build->source,
				       .rule = "waits-for-work",
				       .wait = "condition variable",
				       .comm = "server",
				       .stacks = build->stacks,
				       .stack = stack(build, function, line),
				       .count = count,
				       .oldest_ns = count };

	assert_int_equal(verdict_groups_add(groups, &group), 0);
}

static const struct verdict_difference *find(const struct verdict_differences *differences,
					     const char *function, unsigned line)
{
	size_t i;

	for (i = 0; i < differences->count; i++) {
		const struct verdict_difference *one = &differences->list[i];
		const struct verdict_group *group = one->after ? one->after : one->before;
		const struct lc_frame *frame =
			&lc_stacks_get(group->stacks, group->stack)->frames[1];

		if (!strcmp(frame->function, function) && (!line || frame->line == line))
			return one;
	}
	fail_msg("nothing is said of %s:%u", function, line);
	return NULL;
}

static void test_shifted_lines_are_no_change(void **state)
{
	struct verdict_groups before = {}, after = {};
	struct verdict_differences differences;
	struct build old, new;

	(void)state;
	make_build(&old, 0, "/opt/1.0/bin");
	make_build(&new, 12, "/opt/1.1/bin");
	add(&before, &old, "worker", 10, 4);
	add(&before, &old, "worker", 20, 2);
	add(&before, &old, "acceptor", 50, 1);
	add(&before, &old, "drained", 60, 3);
	add(&before, &old, "shrinks", 70, 9);
	add(&after, &new, "shrinks", 70, 8);
	add(&after, &new, "worker", 10, 4);
	add(&after, &new, "worker", 20, 7);
	add(&after, &new, "acceptor", 50, 1);
	add(&after, &new, "leaks", 80, 5);
	assert_int_equal(verdict_compare(&before, &after, &differences), 0);
	assert_int_equal(differences.count, 6);
	assert_int_equal(differences.changes[CHANGE_NEW], 1);
	assert_int_equal(differences.changes[CHANGE_GROWN], 1);
	assert_int_equal(differences.changes[CHANGE_SHRUNK], 1);
	assert_int_equal(differences.changes[CHANGE_SAME], 2);
	assert_int_equal(differences.changes[CHANGE_GONE], 1);
	assert_int_equal(find(&differences, "leaks", 0)->change, CHANGE_NEW);
	assert_int_equal(find(&differences, "worker", 32)->change, CHANGE_GROWN);
	assert_int_equal(find(&differences, "worker", 32)->before->count, 2);
	assert_int_equal(find(&differences, "worker", 22)->change, CHANGE_SAME);
	assert_int_equal(find(&differences, "drained", 0)->change, CHANGE_GONE);
	assert_int_equal(differences.list[0].change, CHANGE_NEW);
	verdict_differences_release(&differences);
	verdict_groups_release(&before);
	verdict_groups_release(&after);
	lc_stacks_free(old.stacks);
	lc_stacks_free(new.stacks);
}

/* Equal lines first: what is new stands between the two that were there. */
static void test_lines_tell_equals_apart(void **state)
{
	struct verdict_groups before = {}, after = {};
	struct verdict_differences differences;
	struct build build;

	(void)state;
	make_build(&build, 0, "/bin");
	add(&before, &build, "worker", 10, 4);
	add(&before, &build, "worker", 30, 2);
	add(&after, &build, "worker", 10, 4);
	add(&after, &build, "worker", 20, 6);
	add(&after, &build, "worker", 30, 2);
	assert_int_equal(verdict_compare(&before, &after, &differences), 0);
	assert_int_equal(find(&differences, "worker", 10)->change, CHANGE_SAME);
	assert_int_equal(find(&differences, "worker", 20)->change, CHANGE_NEW);
	assert_int_equal(find(&differences, "worker", 30)->change, CHANGE_SAME);
	verdict_differences_release(&differences);
	verdict_groups_release(&before);
	verdict_groups_release(&after);
	lc_stacks_free(build.stacks);
}

/* Another kind of wait, program, or function is another group. */
static void test_what_makes_a_fingerprint(void **state)
{
	struct verdict_groups groups = {};
	struct build build, other;
	size_t i, k;

	(void)state;
	make_build(&build, 0, "/bin");
	make_build(&other, 5, "/usr/bin");
	add(&groups, &build, "worker", 10, 1);
	add(&groups, &build, "workers", 10, 1);
	groups.list[1].comm[0] = 'S';
	assert_int_equal(verdict_groups_add(&groups, &groups.list[1]), 0);
	groups.list[1].wait = "mutex";
	assert_int_equal(verdict_groups_add(&groups, &groups.list[1]), 0);
	for (i = 0; i < groups.count; i++) {
		for (k = 0; k < i; k++)
			assert_true(groups.list[i].fingerprint != groups.list[k].fingerprint);
	}
	add(&groups, &other, "worker", 10, 1);
	assert_int_equal(groups.count, 5); /* another line */
	assert_true(groups.list[4].fingerprint == groups.list[0].fingerprint);
	add(&groups, &other, "worker", 10, 3);
	assert_int_equal(groups.count, 5);
	assert_int_equal(groups.list[4].count, 4);
	verdict_groups_release(&groups);
	lc_stacks_free(build.stacks);
	lc_stacks_free(other.stacks);
}

static void test_many_hosts_are_one_line(void **state)
{
	struct verdict_groups groups = {};
	struct verdict_unions unions;
	struct build build;

	(void)state;
	make_build(&build, 0, "/bin");
	for (build.source = 0; build.source < 3; build.source++) {
		build.verdict = VERDICT_LEAK;
		add(&groups, &build, "leaks", 10 + (unsigned)build.source, 10 * (build.source + 1));
		add(&groups, &build, "leaks", 20, 1);
		build.verdict = VERDICT_IDLE;
		add(&groups, &build, "idle", 30, 1000);
	}
	build.source = 1;
	build.verdict = VERDICT_DEADLOCK;
	add(&groups, &build, "locked", 40, 2);
	assert_int_equal(verdict_unite(&groups, &unions), 0);
	assert_int_equal(unions.count, 3);
	assert_int_equal(unions.list[0].count, 63);
	assert_int_equal(unions.list[0].sources, 3);
	assert_int_equal(unions.list[0].list[0]->source, 2);
	assert_int_equal(unions.list[0].list[0]->count, 31);
	assert_int_equal(unions.list[1].worst->verdict, VERDICT_DEADLOCK);
	assert_int_equal(unions.list[1].sources, 1);
	assert_int_equal(unions.list[2].count, 3000);
	verdict_unions_release(&unions);
	verdict_groups_release(&groups);
	lc_stacks_free(build.stacks);
}

static void test_nothing(void **state)
{
	struct verdict_groups none = {}, some = {};
	struct verdict_differences differences;
	struct verdict_unions unions;
	struct build build;

	(void)state;
	make_build(&build, 0, "/bin");
	assert_int_equal(verdict_compare(&none, &some, &differences), 0);
	assert_int_equal(differences.count, 0);
	verdict_differences_release(&differences);
	assert_int_equal(verdict_unite(&none, &unions), 0);
	assert_int_equal(unions.count, 0);
	verdict_unions_release(&unions);
	add(&some, &build, "worker", 10, 1);
	assert_int_equal(verdict_compare(&some, &none, &differences), 0);
	assert_int_equal(differences.list[0].change, CHANGE_GONE);
	verdict_differences_release(&differences);
	verdict_groups_release(&some);
	lc_stacks_free(build.stacks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shifted_lines_are_no_change),
		cmocka_unit_test(test_lines_tell_equals_apart),
		cmocka_unit_test(test_what_makes_a_fingerprint),
		cmocka_unit_test(test_many_hosts_are_one_line),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
