// SPDX-License-Identifier: GPL-2.0-only
/* Programs at the ends of kernel functions: see functions.h. Relies on libbpf. */
#include "collect/functions.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#define SECTION "fexit/"

#if defined(__x86_64__)
#define CALL(name) "__x64_sys_" name
#else
#define CALL(name) "__arm64_sys_" name
#endif

static const char *const names[] = {
	CALL("futex"),	     CALL("futex_wake"),   CALL("epoll_ctl"), CALL("epoll_wait"),
	CALL("epoll_pwait"), CALL("epoll_pwait2"), "kernel_clone",
};

#define NAMES (sizeof(names) / sizeof(names[0]))

uint32_t functions_of(const struct btf *btf)
{
	uint32_t found = 0;
	size_t i;

	for (i = 0; btf && i < NAMES; i++) {
		if (btf__find_by_name_kind(btf, names[i], BTF_KIND_FUNC) > 0)
			found |= 1u << i;
	}
	return found;
}

int functions_try(const struct btf *btf, uint32_t functions)
{
	const struct bpf_insn nothing[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_TRACE_FEXIT);
	int program, link, r = 0;

	if (!functions)
		return -ENOENT;
	options.attach_btf_id = btf__find_by_name_kind(btf, names[__builtin_ctz(functions)],
						       BTF_KIND_FUNC);
	program = bpf_prog_load(BPF_PROG_TYPE_TRACING, "leakhop_nothing", "GPL", nothing,
				sizeof(nothing) / sizeof(nothing[0]), &options);
	if (program < 0)
		return program;
	link = bpf_raw_tracepoint_open(NULL, program);
	if (link < 0)
		r = link;
	else
		close(link);
	close(program);
	return r;
}

bool functions_is_for_one(const struct bpf_program *program)
{
	return !strncmp(bpf_program__section_name(program), SECTION, strlen(SECTION));
}

bool functions_is_among(const struct bpf_program *program, uint32_t functions)
{
	const char *name = bpf_program__section_name(program) + strlen(SECTION);
	size_t i;

	for (i = 0; i < NAMES; i++) {
		if (functions >> i & 1 && !strcmp(name, names[i]))
			return true;
	}
	return false;
}
