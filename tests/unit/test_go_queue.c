// SPDX-License-Identifier: GPL-2.0-only
/* Objects that wait to be read: each comes once, and by address, however many there are. */
#include "go_leak.h"

#include "runtimes/go/heap/reach_search.h"

#define MANY 200000u

/* A span of many objects of 16 bytes, of which no memory is there: none is read. */
static void begin(struct leak *leak, struct search *search)
{
	struct go_runtime *runtime = leak_start(leak, GO_NEWEST);
	const struct go_offsets *o = &runtime->process.offsets;

	go_put_field(runtime, SPAN_BOOKS + SPAN_BOXES * 0x200, o->span_start, HEAP + (1ull << 26),
		     8);
	go_put_field(runtime, SPAN_BOOKS + SPAN_BOXES * 0x200, o->span_npages, 3 << 13, 8);
	go_put_field(runtime, SPAN_BOOKS + SPAN_BOXES * 0x200, o->span_nelems, 0, 2);
	assert_int_equal(go_runtime_sweep(runtime, 1000, 1), 0);
	assert_true(go_heap_bytes(&runtime->process) == 0);
	*search = (struct search){ .process = &runtime->process };
	assert_int_equal(go_heap_read(&runtime->process, &search->heap), 0);
	assert_int_equal(reach_marks_begin(search), 0);
}

static void test_each_comes_once(void **state)
{
	uint64_t start = HEAP + (1ull << 26), last;
	const struct go_span *span;
	const uint64_t *objects;
	struct search search;
	struct leak leak;
	size_t count, total = 0, i;
	uint8_t *seen = calloc(MANY, 1);

	(void)state;
	assert_non_null(seen);
	begin(&leak, &search);
	span = go_heap_span(&search.heap, start);
	assert_non_null(span);
	for (i = 0; i < MANY; i++) /* each third one first, and so on */
		reach_enqueue(&search, start + i * 7919 % MANY * 16, span->first + i * 7919 % MANY);
	while (reach_has_objects(&search)) {
		count = reach_dequeue(&search, &objects);
		assert_true(count > 0);
		for (i = 0, last = 0; i < count; last = objects[i++]) {
			assert_true(objects[i] > last && (objects[i] - start) / 16 < MANY);
			assert_int_equal(seen[(objects[i] - start) / 16]++, 0);
		}
		total += count;
	}
	assert_int_equal(total, MANY);
	assert_int_equal(search.error, 0);
	free(seen);
	reach_release(&search);
	leak_end(&leak);
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
		cmocka_unit_test(test_the_number_of_an_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
