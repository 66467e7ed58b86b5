// SPDX-License-Identifier: GPL-2.0-only
/* Opens a core, and says of what is none what it is instead. See core.h. */
#include "target/core.h"
#include "target/core_private.h"
#include "target/file.h"
#include "util/now.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__x86_64__)
#define MACHINE EM_X86_64
#define MACHINE_NAME "x86-64"
#else
#define MACHINE EM_AARCH64
#define MACHINE_NAME "arm64"
#endif

#define HEADERS_AT_ONCE 512
#define HEADERS_MOST 4000000u /* of the kernel, no more than mappings */

static const struct {
	const char *magic;
	size_t size;
	const char *name, *command; /* that writes the file unpacked to stdout */
} packers[] = {
	{ "\x28\xb5\x2f\xfd", 4, "zstd", "zstd -dc" },
	{ "\x04\x22\x4d\x18", 4, "lz4", "lz4 -dc" },
	{ "\xfd"
	  "7zXZ",
	  6, "xz", "xz -dc" },
	{ "\x1f\x8b", 2, "gzip", "gzip -dc" },
};

#define PACKERS (sizeof(packers) / sizeof(packers[0]))

static const struct {
	uint16_t machine;
	const char *name;
} machines[] = {
	{ EM_X86_64, "x86-64" }, { EM_AARCH64, "arm64" },	{ EM_386, "x86" },
	{ EM_ARM, "arm" },	 { EM_RISCV, "RISC-V" },	{ EM_PPC64, "POWER" },
	{ EM_S390, "s390" },	 { EM_LOONGARCH, "LoongArch" },
};

static int find_packer(const uint8_t *bytes)
{
	size_t i;

	for (i = 0; i < PACKERS; i++) {
		if (!memcmp(bytes, packers[i].magic, packers[i].size))
			return (int)i;
	}
	return -1;
}

bool target_core_is_one(const char *path)
{
	uint8_t bytes[8] = {};
	ssize_t count = -1;
	int fd;

	if (target_file_open_path(path, &fd) < 0)
		return false;
	count = target_file_read(NULL, fd, bytes, sizeof(bytes), 0);
	close(fd);
	return count == sizeof(bytes) &&
	       (!memcmp(bytes, ELFMAG, SELFMAG) || find_packer(bytes) >= 0);
}

static const char *machine_name(uint16_t machine)
{
	size_t i;

	for (i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		if (machines[i].machine == machine)
			return machines[i].name;
	}
	return "another machine";
}

static int refuse_packed(const char *path, int packer, struct error *error)
{
	error_say(error, -EOPNOTSUPP, "'%s' is compressed with %s", path, packers[packer].name);
	error_remedy(error, "%s '%s' >core, and read that (or: coredumpctl dump -o core)",
		     packers[packer].command, path);
	return -EOPNOTSUPP;
}

static int refuse_machine(const char *path, uint16_t machine, struct error *error)
{
	error_say(error, -EOPNOTSUPP, "'%s' is a core of %s, and this leakhop is one for %s", path,
		  machine_name(machine), MACHINE_NAME);
	if (machine == EM_X86_64 || machine == EM_AARCH64)
		error_remedy(error,
			     "there, leakhop dump --core FILE -o FILE.leakhop makes a recording of "
			     "it, which leakhop report reads here");
	return -EOPNOTSUPP;
}

/* Is it a core that can be read here? */
static int check_header(const char *path, const Elf64_Ehdr *header, struct error *error)
{
	const uint8_t *identity = header->e_ident;
	int packer = find_packer(identity);

	if (packer >= 0)
		return refuse_packed(path, packer, error);
	if (memcmp(identity, ELFMAG, SELFMAG) != 0)
		return error_say(error, -EOPNOTSUPP, "'%s' is no core", path);
	if (identity[EI_DATA] != ELFDATA2LSB)
		return error_say(error, -EOPNOTSUPP, "'%s' is of a big-endian machine", path);
	if (header->e_type != ET_CORE) /* at the same place with 32 bits, as the machine is */
		return error_say(error, -EOPNOTSUPP, "'%s' is no core, but a program or a library",
				 path);
	if (identity[EI_CLASS] != ELFCLASS64)
		return error_say(error, -EOPNOTSUPP,
				 "'%s' is the core of a 32-bit program, which is not read", path);
	if (header->e_machine != MACHINE)
		return refuse_machine(path, header->e_machine, error);
	if (header->e_phentsize != sizeof(Elf64_Phdr))
		return error_say(error, -EBADMSG, "'%s' is damaged: its headers have another size",
				 path);
	return 0;
}

/* Past 65,534 the count stands in the first section header (elf(5), PN_XNUM). */
static uint64_t header_count(const struct target_core *core, const Elf64_Ehdr *header)
{
	Elf64_Shdr section;

	if (header->e_phnum != PN_XNUM)
		return header->e_phnum;
	return header->e_shoff && core_pread(core, header->e_shoff, &section, sizeof(section))
		       ? section.sh_info
		       : PN_XNUM;
}

static int protection_of(uint32_t flags)
{
	return (flags & PF_R ? PROT_READ : 0) | (flags & PF_W ? PROT_WRITE : 0) |
	       (flags & PF_X ? PROT_EXEC : 0);
}

static int take_header(struct target_core *core, const Elf64_Phdr *header)
{
	const struct target_core_segment segment = {
		.start = header->p_vaddr,
		.size = header->p_memsz,
		.offset = header->p_offset,
		.size_dumped = header->p_filesz,
		.protection = protection_of(header->p_flags),
	};

	if (header->p_type == PT_NOTE)
		return core_read_notes(core, header->p_offset, header->p_filesz);
	return header->p_type == PT_LOAD ? core_add_segment(core, &segment) : 0;
}

static int read_headers(struct target_core *core, const Elf64_Ehdr *header)
{
	uint64_t count = header_count(core, header), left, fit, at = header->e_phoff;
	Elf64_Phdr headers[HEADERS_AT_ONCE];
	size_t some, i;
	int r = 0;

	fit = at < core->size ? (core->size - at) / sizeof(headers[0]) : 0;
	if (count > fit) {
		core->bytes_missing += (count - fit) * sizeof(headers[0]);
		count = fit;
	}
	if (count > HEADERS_MOST) {
		core->segments_refused += count - HEADERS_MOST;
		count = HEADERS_MOST;
	}
	for (left = count; left && r == 0; left -= some, at += some * sizeof(headers[0])) {
		some = left < HEADERS_AT_ONCE ? (size_t)left : HEADERS_AT_ONCE;
		if (!core_pread(core, at, headers, some * sizeof(headers[0])))
			return -EIO;
		for (i = 0; i < some && r == 0; i++)
			r = take_header(core, &headers[i]);
	}
	return r;
}

static int by_tid(const void *a, const void *b)
{
	const struct target_core_thread *x = a, *y = b;

	return x->tid < y->tid ? -1 : x->tid > y->tid;
}

static void sort_threads(struct target_core *core)
{
	struct target_core_thread *list = core->threads;
	size_t i, kept = 0;

	if (!core->thread_count)
		return;
	qsort(list, core->thread_count, sizeof(*list), by_tid);
	if (!core->pid) /* the notes don't say: mostly its first thread has the least number */
		core->pid = list[0].tid;
	for (i = 1; i < core->thread_count; i++) {
		if (list[i].tid == list[kept].tid)
			core->threads_refused++;
		else
			list[++kept] = list[i];
	}
	core->thread_count = kept + 1;
}

static int open_file(const char *path, struct target_core *core, struct error *error)
{
	struct stat status;
	int r = target_file_open_path(path, &core->fd);

	if (r == -EINVAL)
		return error_say(error, -EOPNOTSUPP, "'%s' is no regular file", path);
	if (r < 0)
		return error_set(error, r, "cannot read '%s'", path);
	r = target_file_status(core->fd, &status);
	if (r < 0)
		return error_set(error, r, "cannot read '%s'", path);
	core->size = (uint64_t)status.st_size;
	core->made_at = status.st_mtim.tv_sec * INT64_C(1000000000) + status.st_mtim.tv_nsec;
	return 0;
}

/* What stands in it, and then what follows from all of that together. */
static int read_core(struct target_core *core, const Elf64_Ehdr *header)
{
	int r = read_headers(core, header);
	size_t i;

	if (r < 0)
		return r;
	core_sort_segments(core);
	sort_threads(core);
	r = core_check_files(core);
	for (i = 0; i < core->thread_count; i++)
		core_look_at_thread(core, &core->threads[i]);
	return r;
}

static int open_core(const char *path, struct target_core *core, struct error *error)
{
	Elf64_Ehdr header;
	int r = open_file(path, core, error);

	if (r < 0)
		return r;
	if (!core_pread(core, 0, &header, sizeof(header)))
		return error_say(error, -EOPNOTSUPP, "'%s' is no core", path);
	r = check_header(path, &header, error);
	if (r < 0)
		return r;
	r = read_core(core, &header);
	if (r < 0)
		return error_set(error, r, "cannot read '%s'", path);
	if (!core->thread_count)
		return error_say(error, -EBADMSG, "'%s' has no threads in it: it is %s", path,
				 core->bytes_missing || core->notes_cut ? "cut off" : "damaged");
	return 0;
}

int target_core_open(const char *path, const struct target_core_options *options,
		     struct target_core **ret_core, struct error *error)
{
	struct target_core *core = calloc(1, sizeof(*core));
	int r;

	if (!core)
		return error_set(error, -ENOMEM, "cannot read '%s'", path);
	core->fd = -1;
	core->options = *options;
	core->opened_at = now_monotonic();
	core->access = (struct target_access){ .does = &core_operations, .core = core };
	r = open_core(path, core, error);
	if (r < 0) {
		target_core_free(core);
		return r;
	}
	*ret_core = core;
	return 0;
}

void target_core_free(struct target_core *core)
{
	if (!core)
		return;
	core_release_files(core);
	if (core->fd >= 0)
		close(core->fd);
	free(core->threads);
	free(core->segments);
	free(core);
}
