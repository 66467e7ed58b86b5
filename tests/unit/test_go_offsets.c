// SPDX-License-Identifier: GPL-2.0-only
/* Offsets that a program's DWARF lies about. */
#include "unit.h"

#include "runtimes/go/image/offsets.h"

static const uint32_t versions[] = {
	GO_VERSION(1, 17, 0), GO_VERSION(1, 19, 0), GO_VERSION(1, 21, 0), GO_VERSION(1, 23, 0),
	GO_VERSION(1, 24, 0), GO_VERSION(1, 25, 0), GO_VERSION(1, 26, 0), GO_VERSION(1, 27, 0),
};

#define VERSIONS (sizeof(versions) / sizeof(versions[0]))

/* What is true stays, in each version. */
static void test_the_table_is_within_its_bounds(void **state)
{
	struct go_offsets none, table, offsets;
	size_t i;

	(void)state;
	memset(&none, 0xff, sizeof(none));
	for (i = 0; i < VERSIONS; i++) {
		go_offsets_for(versions[i], &table);
		offsets = table;
		go_offsets_bound(&offsets, &none);
		assert_memory_equal(&offsets, &table, sizeof(table));
	}
}

/* A structure of which one field lies is the table's, and the others stay as they are told. */
static void test_a_lie_costs_its_structure_its_word(void **state)
{
	const int32_t lies[] = { INT32_MAX,	     1 << 30, GO_CHANNEL_MAX,
				 GO_CHANNEL_MAX - 7, -2,      INT32_MIN };
	struct go_offsets table, offsets;
	size_t i;

	(void)state;
	go_offsets_for(GO_VERSION(1, 26, 0), &table);
	for (i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		offsets = table;
		offsets.hchan_qcount = lies[i];
		offsets.hchan_closed += 4;
		offsets.sudog_c += 8;
		go_offsets_bound(&offsets, &table);
		assert_int_equal(offsets.hchan_qcount, table.hchan_qcount);
		assert_int_equal(offsets.hchan_closed, table.hchan_closed);
		assert_int_equal(offsets.sudog_c, table.sudog_c + 8);
	}
}

/* Each size and each offset, alone. */
static void test_each_word_is_held_to_its_bound(void **state)
{
	struct go_offsets table, offsets;
	size_t i;

	(void)state;
	go_offsets_for(GO_VERSION(1, 26, 0), &table);
	for (i = 0; i < sizeof(table) / sizeof(int32_t); i++) {
		offsets = table;
		((int32_t *)&offsets)[i] = GO_STRUCTURE_MAX + 1;
		go_offsets_bound(&offsets, &table);
		assert_memory_equal(&offsets, &table, sizeof(table));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_table_is_within_its_bounds),
		cmocka_unit_test(test_a_lie_costs_its_structure_its_word),
		cmocka_unit_test(test_each_word_is_held_to_its_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
