// SPDX-License-Identifier: GPL-2.0-only
/* What the path of a control group says, as each runtime writes it. */
#include "target/cgroup.h"
#include "target/container.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define UID "0a1b2c3d-0000-1111-2222-333344445555"
#define UID_ "0a1b2c3d_0000_1111_2222_333344445555"

static const struct {
	const char *text, *runtime, *id, *pod, *unit;
	const char *container_path; /* NULL: none */
} known[] = {
	{ "0::/\n", "", "", "", "", NULL },
	{ "0::/system.slice/nginx.service\n", "", "", "", "nginx.service", NULL },
	{ "0::/system.slice/a.service/sub/b\n", "", "", "", "a.service", NULL },
	{ "0::/user.slice/user-0.slice/user@0.service/app.slice/x\\x2dy.service\n", "", "", "",
	  "x-y.service", NULL },
	{ "0::/system.slice/docker-" ID ".scope\n", "docker", ID, "", "",
	  "/system.slice/docker-" ID ".scope" },
	{ "0::/docker/" ID "/init.scope\n", "docker", ID, "", "", "/docker/" ID },
	{ "0::/../../docker/" ID "\n", "docker", ID, "", "", "/../../docker/" ID },
	{ "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" UID_
	  ".slice/cri-containerd-" ID ".scope\n",
	  "containerd", ID, UID, "", NULL },
	{ "0::/kubepods.slice/kubepods-pod" UID_ ".slice/crio-" ID ".scope/container\n", "cri-o",
	  ID, UID, "", NULL },
	{ "11:memory:/kubepods/besteffort/pod" UID "/" ID "\n1:name=systemd:/x\n", "kubernetes", ID,
	  UID, "", "/kubepods/besteffort/pod" UID "/" ID },
	{ "0::/machine.slice/libpod-" ID ".scope/container\n", "podman", ID, "", "", NULL },
	{ "0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope\n",
	  "podman", ID, "", "", NULL },
	{ "0::/default/" ID "\n", "containerd", ID, "", "", NULL },
	{ "0::/lxc.payload.web/system.slice/cron.service\n", "lxc", "web", "", "",
	  "/lxc.payload.web" },
	{ "0::/lxc/web\n", "lxc", "web", "", "", NULL },
	{ "0::/machine.slice/systemd-nspawn@deb\\x2d13.service/payload\n", "nspawn", "deb-13", "",
	  "", NULL },
	{ "0::/machine.slice/machine-qemu\\x2d1\\x2dvm.scope\n", "machined", "qemu-1-vm", "", "",
	  NULL },
	/* The runtime's own processes are in no container. */
	{ "0::/machine.slice/libpod-conmon-" ID ".scope\n", "", "", "",
	  "libpod-conmon-" ID ".scope", NULL },
	{ "0::/system.slice/containerd.service\n", "", "", "", "containerd.service", NULL },
	/* Nearly. */
	{ "0::/docker/0123456789abcdef\n", "", "", "", "", NULL },
	{ "0::/kubepods/pod../" ID "\n", "containerd", ID, "", "", NULL },
	{ "0::/kubepods/podx" UID "\n", "", "", "", "", NULL },
	/* Of several hierarchies, that which has a container. */
	{ "12:pids:/docker/" ID "\n1:name=systemd:/system.slice/docker.service\n0::/\n", "docker",
	  ID, "", "", "/docker/" ID },
	{ "12:pids:/a\n1:name=systemd:/system.slice/a.service\n0::/\n", "", "", "", "a.service",
	  NULL },
};

static void test_paths(void **state)
{
	struct target_cgroup of;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		print_message("%s", known[i].text);
		assert_int_equal(target_parse_cgroup(known[i].text, &of), 0);
		assert_string_equal(of.cgroup.runtime, known[i].runtime);
		assert_string_equal(of.cgroup.container_id, known[i].id);
		assert_string_equal(of.cgroup.pod_uid, known[i].pod);
		assert_string_equal(of.cgroup.unit, known[i].unit);
		assert_int_equal(of.container_length != 0, known[i].runtime[0] != 0);
		assert_int_equal(of.pod_length != 0, known[i].pod[0] != 0);
		if (known[i].container_path)
			assert_int_equal(of.container_length, strlen(known[i].container_path));
		assert_true(of.container_length <= strlen(of.cgroup.path));
	}
}

static void test_nonsense(void **state)
{
	static const char *const texts[] = {
		"", "\n", "0:", "0::", "0::x", "a:b", ":::", "0\n1:\n"
	};
	char text[4096];
	struct target_cgroup of;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_true(target_parse_cgroup(texts[i], &of) < 0);
	/* Longer than there is room for: cut, and of nobody. */
	memset(text, 'a', sizeof(text));
	memcpy(text, "0::/docker/", 11);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(target_parse_cgroup(text, &of), 0);
	assert_int_equal(strlen(of.cgroup.path), sizeof(of.cgroup.path) - 1);
	assert_int_equal(of.container_length, 0);
	/* An escape at the end, and one of nothing. */
	assert_int_equal(target_parse_cgroup("0::/a\\x2.service/b\\x00c.service", &of), 0);
	assert_string_equal(of.cgroup.unit, "b\\x00c.service");
}

static void test_names(void **state)
{
	struct target_cgroup of;

	(void)state;
	assert_int_equal(target_parse_cgroup("0::/kubepods/pod" UID "/" ID "\n", &of), 0);
	strcpy(of.cgroup.container, "web");
	strcpy(of.cgroup.pod, "web-1");
	strcpy(of.cgroup.pod_namespace, "prod");
	assert_true(target_is_group(&of, TARGET_CONTAINER, "web"));
	assert_true(target_is_group(&of, TARGET_CONTAINER, "0123"));
	assert_false(target_is_group(&of, TARGET_CONTAINER, "01"));
	assert_false(target_is_group(&of, TARGET_CONTAINER, ID "0"));
	assert_false(target_is_group(&of, TARGET_CONTAINER, "we"));
	assert_true(target_is_group(&of, TARGET_POD, "web-1"));
	assert_true(target_is_group(&of, TARGET_POD, "prod/web-1"));
	assert_true(target_is_group(&of, TARGET_POD, UID));
	assert_false(target_is_group(&of, TARGET_POD, "pro/web-1"));
	assert_false(target_is_group(&of, TARGET_POD, "/web-1"));
	assert_false(target_is_group(&of, TARGET_POD, "prod/"));
	assert_false(target_is_group(&of, TARGET_UNIT, "web"));
	assert_int_equal(target_parse_cgroup("0::/system.slice/nginx.service\n", &of), 0);
	assert_true(target_is_group(&of, TARGET_UNIT, "nginx"));
	assert_true(target_is_group(&of, TARGET_UNIT, "nginx.service"));
	assert_false(target_is_group(&of, TARGET_UNIT, "ngin"));
	assert_false(target_is_group(&of, TARGET_UNIT, ""));
	assert_false(target_is_group(&of, TARGET_CONTAINER, ""));
}

static void test_bounds(void **state)
{
	struct lc_cgroup cgroup = {};
	struct lc_cgroups *cgroups;
	int i, r = 0;

	(void)state;
	assert_int_equal(lc_cgroups_create(&cgroups), 0);
	for (i = 1; i <= LC_CGROUPS_MAX + 10; i++) {
		snprintf(cgroup.path, sizeof(cgroup.path), "/%d", i);
		r = lc_cgroups_note(cgroups, i, &cgroup, 1);
	}
	assert_int_equal(r, -28); /* ENOSPC */
	assert_int_equal(lc_cgroups_refused(cgroups), 10);
	assert_null(lc_cgroups_of(cgroups, LC_CGROUPS_MAX + 1));
	assert_string_equal(lc_cgroups_of(cgroups, 7)->path, "/7");
	/* A number that is another process's now. */
	strcpy(cgroup.path, "/8");
	assert_int_equal(lc_cgroups_note(cgroups, 7, &cgroup, 1), 0);
	assert_string_equal(lc_cgroups_of(cgroups, 7)->path, "/8");
	for (i = 1; i <= LC_CGROUP_PROCESSES_MAX + 100; i++)
		assert_int_equal(lc_cgroups_note(cgroups, i, &cgroup, 1), 0);
	assert_non_null(lc_cgroups_of(cgroups, LC_CGROUP_PROCESSES_MAX + 100));
	assert_null(lc_cgroups_of(cgroups, 100));
	lc_cgroups_free(cgroups);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_nonsense),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
