// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which words of objects and of global variables are pointers, in a runtime made by hand of each
 * version: a word that is none hides no leak, and where the runtime's own notes make no sense each
 * word may be one. Finalizers of what only a leak itself has are never called.
 */
#include "go_leak.h"

#define TYPE (DATA + 0x700) /* a descriptor */
#define TYPE_BITS (DATA + 0x760)
#define TYPE_SLOT (DATA_END - 8)     /* of bits that are made when they are first wanted */
#define RECORD (SPAN_BOOKS + 0x2000) /* of a finalizer */
#define SMALL_CLASS 4		     /* 16 bytes, with pointers */

static uint64_t span_at(unsigned span)
{
	return SPAN_BOOKS + span * 0x200;
}

/* In the arena's own notes, until 1.21. */
static void put_arena_bit(struct go_runtime *runtime, uint64_t address, bool pointer)
{
	const struct go_offsets *o = &runtime->process.offsets;
	uint64_t word = address % (64u << 20) / 8;
	bool two = runtime->process.version < GO_VERSION(1, 20, 0);
	uint64_t at = ARENA + o->arena_bitmap + word / (two ? 4 : 8);
	struct go_region *region = go_region_at(runtime, at);
	uint8_t *byte = &region->bytes[at - region->address];

	if (two)
		*byte |= (pointer | 0x10) << word % 4; /* and more may follow */
	else
		*byte |= pointer << word % 8;
}

/* At the end of the span, since 1.22; marks: the collector's own stand behind them. */
static void put_span_bit(struct go_runtime *runtime, unsigned span, uint64_t address, bool pointer,
			 bool marks)
{
	uint64_t word = (address - go_span_start(span)) / 8;
	uint64_t at = go_span_start(span) + PAGE - (marks ? 256 : 128) + word / 8;
	struct go_region *region = go_region_at(runtime, at);

	go_put_field(runtime, span_at(span), runtime->process.offsets.span_class, SMALL_CLASS, 1);
	region->bytes[at - region->address] |= pointer << word % 8;
	if (marks)
		go_put(runtime, go_span_start(span) + PAGE - 1, SMALL_CLASS, 1);
}

static void put_bit(struct go_runtime *runtime, uint64_t address, bool pointer)
{
	if (runtime->process.version < GO_VERSION(1, 22, 0))
		put_arena_bit(runtime, address, pointer);
	else
		put_span_bit(runtime, SPAN_BOXES, address, pointer,
			     runtime->process.version >= GO_VERSION(1, 26, 0));
}

/* A variable leads to a box, whose second word is the channel. */
static uint64_t put_box(struct leak *leak)
{
	uint64_t box;

	(void)go_new(&leak->runtime, SPAN_BOXES);
	box = go_new(&leak->runtime, SPAN_BOXES);
	go_put_word(&leak->runtime, GLOBAL, box);
	go_put_word(&leak->runtime, box + 8, leak->channel);
	return box;
}

static void test_a_word_that_is_no_pointer(void **state)
{
	static const uint32_t versions[] = {
		GO_VERSION(1, 17, 0), GO_VERSION(1, 18, 0), GO_VERSION(1, 19, 0),
		GO_VERSION(1, 20, 0), GO_VERSION(1, 21, 0), GO_VERSION(1, 22, 0),
		GO_VERSION(1, 23, 0), GO_VERSION(1, 24, 0), GO_VERSION(1, 25, 0),
		GO_VERSION(1, 26, 0), GO_VERSION(1, 27, 0),
	};
	struct leak leak;
	uint64_t box;
	size_t i;
	int pointer;

	(void)state;
	for (i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		for (pointer = 0; pointer < 2; pointer++) {
			leak_start(&leak, versions[i]);
			box = put_box(&leak);
			put_bit(&leak.runtime, box, true);
			put_bit(&leak.runtime, box + 8, pointer);
			assert_dead(&leak, !pointer);
		}
	}
}

/* Behind the last pointer the bits of 1.19 and older are what was there before. */
static void test_bits_behind_the_last_pointer(void **state)
{
	struct go_runtime *runtime;
	struct leak leak;
	uint64_t box, at;

	(void)state;
	runtime = leak_start(&leak, GO_VERSION(1, 19, 0));
	box = put_box(&leak);
	put_bit(runtime, box + 8, true);
	at = ARENA + runtime->process.offsets.arena_bitmap + box % (64u << 20) / 32;
	go_put(runtime, at, 0x22 << box / 8 % 4, 1); /* of the second word only */
	assert_dead(&leak, true);
}

/* With collectors that mark in the arena only, as can be chosen since 1.25. */
static void test_bits_without_marks(void **state)
{
	struct leak leak;
	uint64_t box;

	(void)state;
	leak_start(&leak, GO_VERSION(1, 26, 0));
	box = put_box(&leak);
	put_span_bit(&leak.runtime, SPAN_BOXES, box + 8, /* pointer= */ false, /* marks= */ false);
	assert_dead(&leak, true);
	leak_start(&leak, GO_VERSION(1, 26, 0));
	box = put_box(&leak);
	put_span_bit(&leak.runtime, SPAN_BOXES, box + 8, /* pointer= */ true, /* marks= */ false);
	assert_dead(&leak, false);
}

/* What ends in anything but the span's class or nothing has its bits in some other place. */
static void test_bits_that_make_no_sense(void **state)
{
	static const uint8_t ends[] = { 1, SMALL_CLASS + 2, 0xff };
	struct go_runtime *runtime;
	struct leak leak;
	uint64_t box;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ends); i++) {
		runtime = leak_start(&leak, GO_NEWEST);
		box = put_box(&leak);
		put_bit(runtime, box + 8, false);
		go_put(runtime, go_span_start(SPAN_BOXES) + PAGE - 1, ends[i], 1);
		assert_dead(&leak, false);
	}
	/* The same before the collector marked there, and in a version that is not known. */
	runtime = leak_start(&leak, GO_VERSION(1, 24, 0));
	box = put_box(&leak);
	put_bit(runtime, box + 8, false);
	go_put(runtime, go_span_start(SPAN_BOXES) + PAGE - 1, SMALL_CLASS, 1);
	assert_dead(&leak, false);
	runtime = leak_start(&leak, GO_NEWEST);
	box = put_box(&leak);
	put_bit(runtime, box + 8, false);
	runtime->process.version = GO_VERSION(1, 28, 0);
	assert_int_equal(go_runtime_sweep(runtime, 1000, 1), 0);
	assert_dead(&leak, false);
	/* An arena whose notes cannot be read. */
	runtime = leak_start(&leak, GO_VERSION(1, 21, 0));
	put_box(&leak);
	runtime->process.offsets.arena_bitmap = 0x70000000;
	assert_dead(&leak, false);
}

/* What a type says of itself. */
struct type {
	uint64_t size, pointer_bytes;
	uint8_t flags, kind;
	uint64_t bits;
};

static void put_type(struct go_runtime *runtime, const struct type *type)
{
	go_put_word(runtime, TYPE, type->size);
	go_put_word(runtime, TYPE + 8, type->pointer_bytes);
	go_put(runtime, TYPE + 20, type->flags, 1);
	go_put(runtime, TYPE + 23, type->kind, 1);
	go_put_word(runtime, TYPE + 32, type->bits);
	go_put(runtime, TYPE_BITS, 1, 8); /* the first word is a pointer */
	runtime->process.modules[0].types = TYPE;
	runtime->process.modules[0].etypes = TYPE + 0x40;
}

/*
 * A variable leads to an object of 1 KiB that has the channel in a word; its type stands before
 * what it holds.
 */
static struct go_runtime *put_typed(struct leak *leak, uint32_t version, const struct type *type,
				    size_t word)
{
	struct go_runtime *runtime = leak_start(leak, version);
	uint64_t at = go_span_start(SPAN_BOXES);

	go_put_span(runtime, SPAN_BOXES, at, 1, 1024, /* in use */ 1);
	go_put_field(runtime, span_at(SPAN_BOXES), runtime->process.offsets.span_class, 0x40, 1);
	put_type(runtime, type);
	go_put_word(runtime, GLOBAL, at + 1024);
	go_put_word(runtime, at + 1024, TYPE);
	go_put_word(runtime, at + 1024 + 8 + word * 8, leak->channel);
	return runtime;
}

static void test_an_object_with_its_type(void **state)
{
	static const struct {
		struct type type;
		size_t word; /* that has the channel */
		bool dead;
	} cases[] = {
		{ { 24, 8, 0, 25, TYPE_BITS }, 0, false },
		{ { 24, 8, 0, 25, TYPE_BITS }, 1, true },
		{ { 24, 8, 0, 25, TYPE_BITS }, 2, true },
		{ { 24, 8, 0, 25, TYPE_BITS }, 3, false }, /* the next element */
		{ { 24, 8, 0, 25, TYPE_BITS }, 121, true },
		{ { 24, 8, 0, 25, TYPE_BITS }, 120, false },
		{ { 8, 24, 0, 25, TYPE_BITS }, 1, false }, /* more pointers than bytes */
		{ { 24, 0, 0, 25, TYPE_BITS }, 1, false }, /* none at all */
		{ { 24, 9, 0, 25, TYPE_BITS }, 1, false },
		{ { 20, 8, 0, 25, TYPE_BITS }, 1, false },
		{ { 24, 8, 0, 25, 0x10 }, 1, false },	      /* bits that cannot be read */
		{ { 24, 8, 0x10, 25, TYPE_BITS }, 1, false }, /* that are not there yet */
		{ { 24, 8, 0x10, 25, TYPE_SLOT }, 1, false }, /* that are just being made */
	};
	struct go_runtime *runtime;
	struct leak leak;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		runtime = put_typed(&leak, GO_NEWEST, &cases[i].type, cases[i].word);
		go_put_word(runtime, TYPE_SLOT, DATA + 0x10);
		assert_dead(&leak, cases[i].dead);
	}
}

static void test_a_type_that_is_none(void **state)
{
	static const struct type type = { 24, 8, 0, 25, TYPE_BITS },
				 program = { 24, 8, 0, 25 | 0x40, TYPE_BITS };
	struct go_runtime *runtime;
	struct leak leak;

	(void)state;
	runtime = put_typed(&leak, GO_NEWEST, &type, 1);
	runtime->process.modules[0].etypes = TYPE; /* made by reflection */
	assert_dead(&leak, false);
	runtime = put_typed(&leak, GO_NEWEST, &type, 1);
	go_put_word(runtime, go_span_start(SPAN_BOXES) + 1024, TYPE + 4);
	assert_dead(&leak, false);
	put_typed(&leak, GO_VERSION(1, 23, 0), &program, 1);
	assert_dead(&leak, false);
	put_typed(&leak, GO_VERSION(1, 22, 0), &type, 1);
	assert_dead(&leak, true);
}

/* The one object of its span: what its type is, the span says. */
static void test_an_object_of_its_own_span(void **state)
{
	static const struct type type = { 24, 8, 0, 25, TYPE_BITS };
	const struct go_offsets *o;
	struct go_runtime *runtime;
	struct leak leak;
	size_t word;
	int noted;

	(void)state;
	for (word = 0; word < 3; word++) {
		for (noted = 0; noted < 2; noted++) {
			runtime = leak_start(&leak, GO_NEWEST);
			o = &runtime->process.offsets;
			go_put_span(runtime, SPAN_BOXES, go_span_start(SPAN_BOXES), 1, PAGE, 1);
			put_type(runtime, &type);
			go_put_field(runtime, span_at(SPAN_BOXES), o->span_large_type,
				     noted ? TYPE : 0, 8);
			go_put_word(runtime, GLOBAL, go_span_start(SPAN_BOXES));
			go_put_word(runtime, go_span_start(SPAN_BOXES) + 24 + word * 8,
				    leak.channel);
			assert_dead(&leak, noted && word);
		}
	}
}

/* --- global variables --- */
#define VARIABLES_BITS (DATA + 0x7c0)

/* Without pointers, with some, zeroed with some, zeroed without: as Go's linker has them. */
static void put_variables(struct go_runtime *runtime)
{
	struct go_module *module = &runtime->process.modules[0];

	module->noptrdata = DATA;
	module->noptrdata_end = DATA + 0x80;
	module->with_data = (struct go_variables){ DATA + 0x80, BSS, VARIABLES_BITS };
	module->with_bss = (struct go_variables){ BSS, HEAP_BOOKS, VARIABLES_BITS };
	module->noptrbss = HEAP_BOOKS;
	module->noptrbss_end = DATA_END;
	go_put(runtime, VARIABLES_BITS, 0x0b, 1);
}

static void test_a_variable_that_is_no_pointer(void **state)
{
	static const struct {
		uint64_t at;
		bool dead;
	} cases[] = {
		{ DATA, true },		{ DATA + 0x78, true },	{ DATA + 0x80, false },
		{ DATA + 0x88, false }, { DATA + 0x90, true },	{ DATA + 0x98, false },
		{ DATA + 0xa0, true },	{ DATA_END - 8, true },
	};
	struct leak leak;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		leak_start(&leak, GO_NEWEST);
		put_variables(&leak.runtime);
		go_put_word(&leak.runtime, cases[i].at, leak.channel);
		assert_dead(&leak, cases[i].dead);
	}
}

/* C's variables may stand between them; parts that are not in order, or have no bits, are not
 * believed. */
static void test_variables_that_make_no_sense(void **state)
{
	struct go_module *module;
	struct leak leak;
	unsigned i;

	(void)state;
	for (i = 0; i < 6; i++) {
		leak_start(&leak, GO_NEWEST);
		put_variables(&leak.runtime);
		module = &leak.runtime.process.modules[0];
		if (i == 0)
			module->noptrdata_end = DATA + 0x40; /* what follows is nobody's */
		else if (i == 1)
			module->noptrdata_end = DATA + 0x90;
		else if (i == 2)
			module->with_data.bits = 0;
		else if (i == 3)
			module->with_bss.bits = 0x10;
		else if (i == 4)
			module->noptrbss_end = DATA_END + 8;
		else
			module->noptrdata_end = DATA - 8;
		go_put_word(&leak.runtime, i == 3 ? BSS + 0x80 : DATA + 0x78, leak.channel);
		assert_dead(&leak, false);
	}
}

#if defined(__x86_64__) /* where the maps are known */
/* --- finalizers --- */
enum holder {
	NOBODY,
	LIVE_WORD, /* of the receiver's frame */
	DEAD_WORD,
	MAIN_TOO,
	BY_A_BOX,     /* that the live word leads to */
	BY_SOMETHING, /* the same, but what of it is a pointer is not known */
	NO_FRAME,     /* that has maps */
};

/* A box that has the channel, and a finalizer; the receiver has the box. */
static void assert_finalizer(enum holder holder, bool dead, unsigned kind)
{
	struct go_program program;
	struct go_runtime *runtime;
	struct leak leak;
	uint64_t box, between;

	runtime = leak_start(&leak, GO_VERSION(1, 26, 0));
	go_program_make(&program, "main.f", 0);
	assert_true(go_program_begin(&program));
	leak_put_frames(&leak, leak.receiver, &program, AT_A_CALL - (holder == NO_FRAME ? 2 : 0));
	between = go_new(runtime, SPAN_BOXES);
	box = go_new(runtime, SPAN_BOXES);
	go_put_word(runtime, box + 8, leak.channel);
	go_put_word(runtime, between, box);
	put_bit(runtime, box + 8, true);
	put_bit(runtime, between, true);
	if (holder == BY_SOMETHING)
		go_put(runtime, go_span_start(SPAN_BOXES) + PAGE - 1, 0x77, 1);
	if (holder != NOBODY)
		go_put_stack(runtime, leak.receiver, holder == DEAD_WORD ? 3 : 2,
			     holder == BY_A_BOX || holder == BY_SOMETHING ? between : box);
	if (holder == MAIN_TOO)
		go_put_word(runtime, GLOBAL, box);
	go_put_field(runtime, span_at(SPAN_BOXES), runtime->process.offsets.span_specials, RECORD,
		     8);
	go_put_word(runtime, RECORD + 8, box - go_span_start(SPAN_BOXES));
	go_put_field(runtime, RECORD, runtime->process.offsets.special_kind, kind, 1);
	if (kind != 2)
		go_put_word(runtime, RECORD + 24, leak.channel); /* what is called has it */
	assert_dead(&leak, dead);
	go_program_end(&program);
}

/* What only a leak itself has stays as long as it does. */
static void test_a_finalizer_that_is_never_called(void **state)
{
	static const unsigned finalizer = 2, cleanup = 7, weak = 3, profile = 4;

	(void)state;
	assert_finalizer(NOBODY, false, finalizer);
	assert_finalizer(LIVE_WORD, true, finalizer);
	assert_finalizer(DEAD_WORD, false, finalizer);
	assert_finalizer(MAIN_TOO, false, finalizer);
	assert_finalizer(BY_A_BOX, true, finalizer);
	assert_finalizer(BY_SOMETHING, false, finalizer);
	assert_finalizer(NO_FRAME, false, finalizer);
	assert_finalizer(LIVE_WORD, true, cleanup);
	assert_finalizer(NOBODY, false, cleanup);
	assert_finalizer(LIVE_WORD, false, weak); /* whoever asks gets it */
	assert_finalizer(LIVE_WORD, false, profile);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_word_that_is_no_pointer),
		cmocka_unit_test(test_bits_behind_the_last_pointer),
		cmocka_unit_test(test_bits_without_marks),
		cmocka_unit_test(test_bits_that_make_no_sense),
		cmocka_unit_test(test_an_object_with_its_type),
		cmocka_unit_test(test_a_type_that_is_none),
		cmocka_unit_test(test_an_object_of_its_own_span),
		cmocka_unit_test(test_a_variable_that_is_no_pointer),
		cmocka_unit_test(test_variables_that_make_no_sense),
#if defined(__x86_64__)
		cmocka_unit_test(test_a_finalizer_that_is_never_called),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
