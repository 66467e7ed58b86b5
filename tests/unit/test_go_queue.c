// SPDX-License-Identifier: GPL-2.0-only
/* Objects that wait to be read: each comes once, and by address, however many there are. */
#include "go_leak.h"

#include "runtimes/go/heap/reach_search.h"

#define MANY 200000u

#define START (HEAP + (1ull << 26))

/* A span of many objects of 16 bytes, of which no memory is there: none is read. */
static void begin(struct leak *leak, struct search *search)
{
	struct go_runtime *runtime = leak_start(leak, GO_NEWEST);
	const struct go_offsets *o = &runtime->process.offsets;

	go_put_field(runtime, SPAN_BOOKS + SPAN_BOXES * 0x200, o->span_start, START, 8);
	go_put_field(runtime, SPAN_BOOKS + SPAN_BOXES * 0x200, o->span_npages, 3 << 13, 8);
	go_put_field(runtime, SPAN_BOOKS + SPAN_BOXES * 0x200, o->span_nelems, 0, 2);
	assert_int_equal(go_runtime_sweep(runtime, 1000, 1), 0);
	assert_true(go_heap_bytes(&runtime->process) == 0);
	*search = (struct search){ .process = &runtime->process };
	assert_int_equal(go_heap_read(&runtime->process, &search->heap), 0);
	search->bits = reach_bits_new(&runtime->process);
	assert_non_null(search->bits);
	assert_int_equal(reach_marks_begin(search), 0);
}

static void put(struct search *search, const struct go_span *span, size_t i)
{
	reach_enqueue(search, START + i * 16, span->first + i);
}

/*
 * However many there are. What is put in while some are read, as often as it may be, is told again,
 * unless it was taken meanwhile.
 */
static void test_each_comes_once(void **state)
{
	static const size_t counts[] = { 1, 100, 20000, MANY };
	const struct go_span *span;
	const uint64_t *objects;
	struct search search;
	struct leak leak;
	size_t count, total, turns, c, i, at;
	uint64_t last, number;
	uint8_t *seen = calloc(MANY, 1);

	(void)state;
	assert_non_null(seen);
	for (c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
		begin(&leak, &search);
		span = go_heap_span(&search.heap, START);
		assert_non_null(span);
		memset(seen, 0, MANY);
		for (i = 0; i < counts[c]; i++) /* each third one first, and so on */
			put(&search, span, i * 7919 % MANY);
		put(&search, span, 0);
		for (total = 0, turns = 0; reach_has_objects(&search); turns++) {
			count = reach_dequeue(&search, true, &objects);
			for (i = 0, last = 0; i < count; last = objects[i++]) {
				at = (objects[i] - START) / 16;
				assert_true(objects[i] > last && at < MANY);
				number = reach_take(&search, span->first + at,
						    span->first + at + 1);
				seen[at] += number == span->first + at;
				total += number == span->first + at;
			}
			if (!turns)
				put(&search, span, counts[c] - 1);
			assert_true(turns < 10000);
		}
		for (i = 0; i < counts[c]; i++)
			assert_in_range(seen[i * 7919 % MANY], 1, 2);
		assert_in_range(total, counts[c], counts[c] + 1);
		assert_int_equal(search.error, 0);
		reach_release(&search);
		leak_end(&leak);
	}
	free(seen);
}

/*
 * What was told and not taken is told to nobody a second time who cannot begin the heap anew; to
 * who can, and after reach_queue_again(), all of it is.
 */
static void test_what_is_not_taken(void **state)
{
	static const size_t counts[] = { 100, 20000, MANY };
	const struct go_span *span;
	const uint64_t *objects;
	struct search search;
	struct leak leak;
	size_t c, i, told, count, turn;
	uint8_t *seen = calloc(MANY, 1);

	(void)state;
	assert_non_null(seen);
	for (c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
		begin(&leak, &search);
		span = go_heap_span(&search.heap, START);
		for (i = 0; i < counts[c]; i++)
			put(&search, span, i);
		for (turn = 0; turn < 3; turn++) {
			memset(seen, 0, MANY);
			for (told = 0;
			     (count = reach_dequeue(&search, /* again= */ !told, &objects));
			     told += count) {
				for (i = 0; i < count; i++)
					assert_int_equal(seen[(objects[i] - START) / 16]++, 0);
			}
			assert_int_equal(told, counts[c]);
			if (turn)
				reach_queue_again(&search);
		}
		for (i = 0; i < counts[c]; i++)
			assert_true(reach_take(&search, span->first + i, span->first + i + 1) ==
				    span->first + i);
		reach_queue_again(&search);
		assert_false(reach_has_objects(&search));
		assert_int_equal(reach_dequeue(&search, true, &objects), 0);
		reach_release(&search);
		leak_end(&leak);
	}
	free(seen);
}

/* Multiplying by the reciprocal is dividing, for each byte of a span of each size. */
static void test_the_number_of_an_object(void **state)
{
	struct go_span span = { .start = HEAP };
	uint64_t size, offset, bytes;

	(void)state;
	for (size = 8; size <= 32768; size += 8) {
		span.size = size;
		span.reciprocal = UINT32_MAX / (uint32_t)size + 1;
		bytes = 1u << 17;
		for (offset = 0; offset < bytes; offset += 61)
			assert_int_equal(go_heap_index(&span, HEAP + offset), offset / size);
		offset = bytes / size * size;
		assert_int_equal(go_heap_index(&span, HEAP + offset - 1), offset / size - 1);
		assert_int_equal(go_heap_index(&span, HEAP + offset), offset / size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_comes_once),
		cmocka_unit_test(test_what_is_not_taken),
		cmocka_unit_test(test_the_number_of_an_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
