// SPDX-License-Identifier: GPL-2.0-only
/* Versions of Go, and what the tables of fields and wait reasons say of them. */
#include "unit.h"

#include "runtimes/go/sched/goroutine.h"
#include "runtimes/go/image/image.h"

static void test_parse(void **state)
{
	(void)state;
	assert_int_equal(go_version_parse("go1.23.4"), GO_VERSION(1, 23, 4));
	assert_int_equal(go_version_parse("go1.23.4"), 0x011704);
	assert_int_equal(go_version_parse("go1.26"), GO_VERSION(1, 26, 0));
	assert_int_equal(go_version_parse("go1.19.8 X:boringcrypto"), GO_VERSION(1, 19, 8));
	assert_int_equal(go_version_parse("go1.27rc1"), GO_VERSION(1, 27, 0));
	assert_int_equal(go_version_parse("go1.21.3-vendor"), GO_VERSION(1, 21, 3));
	assert_int_equal(go_version_parse("devel go1.22-abcdef Mon"), GO_VERSION(1, 22, 0));
	assert_int_equal(go_version_parse("go1.20.999"), GO_VERSION(1, 20, 255));
	assert_int_equal(go_version_parse("devel +abcdef"), 0);
	assert_int_equal(go_version_parse("go1.x"), 0);
	assert_int_equal(go_version_parse("go1.999"), 0);
	assert_int_equal(go_version_parse("go2.1"), 0);
	assert_int_equal(go_version_parse(""), 0);
}

static struct go_offsets offsets(unsigned minor, unsigned patch)
{
	struct go_offsets ret;

	go_offsets_for(GO_VERSION(1, minor, patch), &ret);
	return ret;
}

static void test_offsets(void **state)
{
	(void)state;
	assert_int_equal(offsets(17, 0).g_size, 392);
	assert_int_equal(offsets(20, 14).g_size, 392);
	assert_int_equal(offsets(21, 0).g_size, 408);
	assert_int_equal(offsets(23, 5).g_goid, 160);
	assert_int_equal(offsets(25, 0).g_goid, 152);
	assert_int_equal(offsets(26, 8).g_size, 456);
	assert_int_equal(offsets(25, 3).sudog_c, 80);
	assert_int_equal(offsets(26, 0).sudog_c, 88);
	assert_int_equal(offsets(22, 1).timer_when, 8);
	assert_int_equal(offsets(24, 1).timer_when, 16);
	assert_int_equal(offsets(27, 1).timer_when, 24);
	/* Patch releases that differ. */
	assert_int_equal(offsets(17, 8).poll_desc_self, 224);
	assert_int_equal(offsets(17, 9).poll_desc_self, 232);
	assert_int_equal(offsets(23, 2).poll_desc_self, 256);
	assert_int_equal(offsets(23, 3).poll_desc_self, 272);
	/* Fields that came, or did not exist yet. */
	assert_int_equal(offsets(20, 1).g_parent_goid, GO_NO_FIELD);
	assert_int_equal(offsets(21, 1).g_parent_goid, 272);
	assert_int_equal(offsets(17, 1).module_gofunc, GO_NO_FIELD);
	assert_int_equal(offsets(18, 0).module_gofunc, 304);
	assert_int_equal(offsets(24, 9).g_bubble, GO_NO_FIELD);
	assert_int_equal(offsets(25, 0).bubble_id, 72);
	/* Beyond both ends: the nearest. */
	assert_int_equal(offsets(16, 0).g_size, 392);
	assert_int_equal(offsets(40, 0).g_size, offsets(27, 255).g_size);
}

static void test_every_version_has_the_fields(void **state)
{
	struct go_offsets o;
	unsigned minor;

	(void)state;
	for (minor = 17; minor <= 27; minor++) {
		o = offsets(minor, 0);
		assert_int_equal(o.g_stack_lo, 0);
		assert_int_equal(o.g_stack_hi, 8);
		assert_int_equal(o.g_sched_sp, 56);
		assert_int_equal(o.g_sched_pc, 64);
		assert_true(o.g_size > 0 && o.g_size <= GO_DESCRIPTOR_MAX);
		assert_true(o.g_atomicstatus > 0 && o.g_goid > 0 && o.g_waitreason > 0);
		assert_true(o.g_tracking_seq > o.g_waitreason && o.g_tracking_seq < o.g_size);
		assert_true(o.m_procid > 0 && o.module_next > 0 && o.module_text > 0);
		assert_true(o.hchan_recvq > 0 && o.sudog_waitlink > 0 && o.poll_desc_self > 0);
	}
}

static const char *reason(unsigned minor, unsigned number)
{
	const struct go_reason *found = go_reason_for(GO_VERSION(1, minor, 0), number);

	return found ? found->text : "(none)";
}

static void test_reasons(void **state)
{
	(void)state;
	assert_string_equal(reason(19, 14), "chan receive");
	assert_string_equal(reason(25, 14), "chan receive");
	assert_string_equal(reason(26, 14), "sleep"); /* numbered anew */
	assert_string_equal(reason(26, 19), "chan receive");
	assert_string_equal(reason(24, 18), "semacquire");
	assert_string_equal(reason(25, 19), "semacquire");
	assert_string_equal(reason(27, 13), "semacquire");
	assert_string_equal(reason(19, 21), "timer goroutine (idle)");
	assert_string_equal(reason(19, 27), "(none)");
	assert_string_equal(reason(20, 21), "sync.Mutex.Lock");
	assert_string_equal(reason(27, 45), "sync.WaitGroup.Wait (durable)");
	assert_string_equal(reason(27, 255), "(none)");
	assert_int_equal(go_reason_for(GO_VERSION(1, 26, 0), 2)->family, 'E');
	assert_int_equal(go_reason_for(GO_VERSION(1, 22, 0), 9)->family, 'C');
	assert_int_equal(go_reason_for(GO_VERSION(1, 22, 0), 17)->family, 'R');
}

static void test_kinds(void **state)
{
	uint8_t kinds[256];

	(void)state;
	go_reason_kinds(GO_VERSION(1, 26, 0), kinds);
	assert_int_equal(kinds[19], LC_GO_CHAN_RECEIVE);
	assert_int_equal(kinds[42], LC_GO_CHAN_RECEIVE); /* durable */
	assert_int_equal(kinds[15], LC_GO_NIL_RECEIVE);
	assert_int_equal(kinds[17], LC_GO_SELECT_EMPTY);
	assert_int_equal(kinds[18], LC_GO_SELECT);
	assert_int_equal(kinds[22], LC_GO_MUTEX);
	assert_int_equal(kinds[10], LC_GO_RUNTIME);
	assert_int_equal(kinds[200], LC_GO_RUNTIME);
	go_reason_kinds(GO_VERSION(1, 19, 0), kinds);
	assert_int_equal(kinds[18], LC_GO_SEMAPHORE);
	assert_int_equal(kinds[2], LC_GO_NETWORK);
}

static void put(uint8_t *bytes, int32_t offset, uint64_t value, size_t size)
{
	memcpy(bytes + offset, &value, size);
}

static void test_descriptor(void **state)
{
	struct go_offsets o = offsets(26, 0);
	uint8_t bytes[GO_DESCRIPTOR_MAX] = {}, kinds[256];
	struct go_descriptor d, other;

	(void)state;
	go_reason_kinds(GO_VERSION(1, 26, 0), kinds);
	put(bytes, o.g_goid, 41, 8);
	put(bytes, o.g_atomicstatus, GO_STATUS_WAITING | 0x1000, 4);
	put(bytes, o.g_waitreason, 19, 1);
	put(bytes, o.g_sched_sp, 0xc000, 8);
	put(bytes, o.g_parent_goid, 7, 8);
	put(bytes, o.g_tracking_seq, 200, 1);
	go_descriptor_read(&o, bytes, &d);
	assert_int_equal(d.goid, 41);
	assert_int_equal(d.status, GO_STATUS_WAITING);
	assert_true(d.scanned);
	assert_int_equal(d.parent_goid, 7);
	assert_int_equal(go_descriptor_state(&d), LC_GO_WAITING);
	assert_int_equal(go_descriptor_kind(kinds, &d), LC_GO_CHAN_RECEIVE);
	other = d;
	assert_true(go_descriptor_unmoved(&d, &other));
	other.tracking_seq++;
	assert_false(go_descriptor_unmoved(&d, &other));
	assert_false(go_descriptor_runs(&d));
	d.m = 0xc000100000;
	assert_true(go_descriptor_runs(&d));
	d.m = 0;
	d.status = GO_STATUS_RUNNING;
	assert_true(go_descriptor_runs(&d));
	d.status = GO_STATUS_RUNNABLE; /* the reason is a left-over */
	assert_int_equal(go_descriptor_kind(kinds, &d), LC_GO_NO_WAIT);
	d.status = GO_STATUS_SYSCALL;
	assert_int_equal(go_descriptor_kind(kinds, &d), LC_GO_IN_SYSCALL);
	d.status = GO_STATUS_DEADEXTRA;
	assert_int_equal(go_descriptor_state(&d), LC_GO_NONE);
	d.status = GO_STATUS_LEAKED;
	d.goid = 0;
	assert_int_equal(go_descriptor_state(&d), LC_GO_NONE);
	o.g_goid = GO_DESCRIPTOR_MAX - 4; /* beyond the bytes: 0 */
	go_descriptor_read(&o, bytes, &d);
	assert_int_equal(d.goid, 0);
}

/* The program's own are package main and its main module, whose dots may be written otherwise. */
static void test_own_code(void **state)
{
	struct go_image image = { .main_module = NULL };
	char module[] = "example.org/shop.v2";

	(void)state;
	assert_true(go_image_is_own(&image, "main.serve"));
	assert_false(go_image_is_own(&image, "net/http.(*conn).serve"));
	assert_false(go_image_is_own(&image, "maintenance.Run"));
	image.main_module = module;
	assert_true(go_image_is_own(&image, "main.serve"));
	assert_true(go_image_is_own(&image, "example.org/shop%2ev2.Serve"));
	assert_true(go_image_is_own(&image, "example.org/shop.v2/internal/store.(*DB).Get"));
	assert_false(go_image_is_own(&image, "example.org/shop.v20/store.Get"));
	assert_false(go_image_is_own(&image, "example.org/shop"));
	assert_false(go_image_is_own(&image, "example.org/shop%2"));
	assert_false(go_image_is_own(&image, "github.com/hpcloud/tail.(*Tail).sendLine"));
	assert_false(go_image_is_own(&image, ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_offsets),
		cmocka_unit_test(test_every_version_has_the_fields),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_descriptor),
		cmocka_unit_test(test_own_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
