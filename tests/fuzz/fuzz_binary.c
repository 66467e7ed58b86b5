// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as a file with code: what it is, what its sections claim, and where they are bounded
 * its rules, names and layouts. libelf and libdw are not built here: the memory that they are given
 * and what they give back is what is watched. With -fsanitize=fuzzer.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "binary/binary.h"
#include "binary/inspect.h"
#include "sandbox/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const fields[] = { "g", "g.goid", "sudog.elem", "hchan.qcount" };

static void look(int fd, struct binary_description *description)
{
	uint8_t build_id[BINARY_BUILD_ID_MAX] = {};
	struct binary_description again;
	uint32_t checksum;

	inspect_describe(fd, description);
	/* Whoever asks a worker for it would refuse what is not sound. */
	if (codec_get_description((const uint8_t *)description, sizeof(*description), &again) < 0)
		__builtin_trap();
	if (inspect_alternate_build_id(fd, build_id) > sizeof(build_id))
		__builtin_trap();
	(void)inspect_compare_build_id(fd, build_id, sizeof(build_id));
	(void)inspect_checksum(fd, &checksum);
}

static void ask_rule(struct binary_files *files, uint64_t vaddr)
{
	struct stack_rule *rule, *again;
	size_t size;

	if (files->does->rule(files, 1, vaddr, &rule) < 0)
		return;
	size = stack_rule_size(rule->value_count, rule->operation_count);
	if (rule->found && codec_get_rule((const uint8_t *)rule, size, &again) == 0)
		free(again);
	free(rule);
}

static void ask(struct binary_files *files, uint64_t vaddr)
{
	struct address_names *names;

	ask_rule(files, vaddr);
	if (files->does->names(files, 1, vaddr, &names) == 0) {
		if (names->count > BINARY_PLACES_MAX)
			__builtin_trap();
		address_names_free(names);
	}
}

static void try_file(int fd)
{
	const struct binary_debug_files none = {};
	static struct binary_description description;
	int32_t offsets[sizeof(fields) / sizeof(fields[0])];
	struct binary_files *files;

	look(fd, &description);
	if (binary_local_create(&none, &files) < 0)
		return;
	if (files->does->open(files, 1, fd, "file") == 0) {
		ask(files, 0);
		for (uint32_t i = 0; i < description.segment_count && i < 4; i++) {
			uint64_t start = description.segments[i].vaddr;

			for (uint64_t at = 0; at < 4096; at += 211)
				ask(files, start + at);
		}
	}
	(void)files->does->layout(files, fd, "runtime", fields, sizeof(fields) / sizeof(fields[0]),
				  offsets);
	files->does->free(files);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0)
		return 0;
	if (write(fd, data, size) == (ssize_t)size)
		try_file(fd);
	close(fd);
	return 0;
}
