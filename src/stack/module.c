// SPDX-License-Identifier: GPL-2.0-only
/*
 * Opens the files behind mappings with libelf and libdwfl.
 *
 * Each module has a Dwfl of its own, in which it is reported at bias 0, so that one address serves
 * for all processes. libdwfl keeps up to two descriptors for each (the file and its separate debug
 * file): hence the bound on open modules.
 */
#include "stack/module.h"

#include <elfutils/libdwelf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "stack/compilation_units.h"
#include "target/file.h"
#include "util/cleanup.h"

#define BUILD_ID_MAX 64
#define SEGMENTS_MAX 1024
#define LARGE_FILE ((int64_t)20 * 1024 * 1024)

#if defined(__x86_64__)
#define NATIVE_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define NATIVE_MACHINE EM_AARCH64
#endif

int module_table_init(struct module_table *table, const struct stack_options *options)
{
	struct rlimit limit = { .rlim_cur = 1024 };

	(void)getrlimit(RLIMIT_NOFILE, &limit);
	*table = (struct module_table){
		.progress = options->progress,
		.progress_context = options->progress_context,
		.max_open = MODULE_MAX_OPEN,
	};
	if (options->symfs) {
		table->symfs = strdup(options->symfs);
		if (!table->symfs)
			return -ENOMEM;
	}
	/* With two descriptors each, half of them are left to the others. */
	if (limit.rlim_cur / 4 < table->max_open)
		table->max_open = (size_t)limit.rlim_cur / 4;
	if (table->max_open == 0)
		table->max_open = 1;
	return 0;
}

static void close_module(struct module_table *table, struct stack_module *module)
{
	if (!module->dwfl)
		return;
	unit_index_free(module->units);
	module->units = NULL;
	if (module->own_dwarf)
		dwarf_end(module->own_dwarf);
	module->own_dwarf = NULL;
	dwfl_end(module->dwfl);
	module->dwfl = NULL;
	module->handle = NULL;
	module->eh_frame = NULL;
	module->debug_frame = NULL;
	module->tried_eh_frame = false;
	module->tried_debug_frame = false;
	free(module->debuginfo_path);
	module->debuginfo_path = NULL;
	table->open_count--;
}

static void free_module(struct stack_module *module)
{
	if (!module)
		return;
	free(module->path);
	free(module->build_id);
	free(module->segments);
	free(module->debuginfo_path);
	free(module);
}

void module_table_release(struct module_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		close_module(table, table->modules[i]);
		free_module(table->modules[i]);
	}
	free(table->modules);
	free(table->aliases);
	free(table->symfs);
	*table = (struct module_table){ .modules = NULL };
}

struct stack_module *module_by_number(const struct module_table *table, uint64_t number)
{
	if (number == 0 || number > table->count)
		return NULL;
	return table->modules[number - 1];
}

static struct stack_module *find_by_key(const struct module_table *table,
					const struct module_key *key)
{
	for (size_t i = 0; i < table->alias_count; i++) {
		if (memcmp(&table->aliases[i].key, key, sizeof(*key)) == 0)
			return table->aliases[i].module;
	}
	return NULL;
}

/* A build-id alone could be forged to pass for another file: size and segments must agree too. */
static struct stack_module *find_equal(const struct module_table *table,
				       const struct stack_module *like)
{
	if (!*like->build_id)
		return NULL;
	for (size_t i = 0; i < table->count; i++) {
		struct stack_module *module = table->modules[i];

		if (module->kind == MODULE_ELF && module->size == like->size &&
		    module->segment_count == like->segment_count &&
		    strcmp(module->build_id, like->build_id) == 0 &&
		    memcmp(module->segments, like->segments,
			   like->segment_count * sizeof(*like->segments)) == 0)
			return module;
	}
	return NULL;
}

static int add_alias(struct module_table *table, const struct module_key *key,
		     struct stack_module *module)
{
	if (table->alias_count == MODULE_MAX)
		table->alias_count = 0; /* only costs opening some files again */
	if (table->alias_count == table->alias_capacity) {
		size_t capacity = table->alias_capacity ? table->alias_capacity * 2 : 64;
		struct module_alias *grown = reallocarray(table->aliases, capacity, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		table->aliases = grown;
		table->alias_capacity = capacity;
	}
	table->aliases[table->alias_count++] = (struct module_alias){ *key, module };
	return 0;
}

static int add_module(struct module_table *table, struct stack_module *module)
{
	struct stack_module **grown;

	if (table->count == MODULE_MAX)
		return -ENOSPC;
	grown = reallocarray(table->modules, table->count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	table->modules = grown;
	module->number = table->count + 1;
	table->modules[table->count++] = module;
	return 0;
}

static char *read_build_id(Elf *elf)
{
	const void *bytes;
	ssize_t size = dwelf_elf_gnu_build_id(elf, &bytes);
	char hex[2 * BUILD_ID_MAX + 1] = "";

	for (ssize_t i = 0; i < size && i < BUILD_ID_MAX; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", ((const unsigned char *)bytes)[i]);
	return strdup(hex);
}

static int read_segments(Elf *elf, struct stack_module *module)
{
	size_t count;

	if (elf_getphdrnum(elf, &count) < 0)
		return 0;
	if (count > SEGMENTS_MAX)
		count = SEGMENTS_MAX;
	module->segments = calloc(count ? count : 1, sizeof(*module->segments));
	if (!module->segments)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		GElf_Phdr header;

		if (!gelf_getphdr(elf, (int)i, &header) || header.p_type != PT_LOAD)
			continue;
		module->segments[module->segment_count++] = (struct module_segment){
			.offset = header.p_offset,
			.file_size = header.p_filesz,
			.vaddr = header.p_vaddr,
			.executable = header.p_flags & PF_X,
		};
	}
	return 0;
}

/* Fills in what can be known without libdwfl. A file that is no ELF file is no error. */
static int inspect(int fd, struct stack_module *module)
{
	Elf *elf = elf_begin(fd, ELF_C_READ_MMAP_PRIVATE, NULL);
	GElf_Ehdr header;
	int r = 0;

	module->kind = MODULE_NOT_ELF;
	if (elf && elf_kind(elf) == ELF_K_ELF && gelf_getehdr(elf, &header)) {
		module->kind = MODULE_ELF;
		module->foreign = header.e_machine != NATIVE_MACHINE ||
				  header.e_ident[EI_CLASS] != ELFCLASS64;
		module->build_id = read_build_id(elf);
		r = read_segments(elf, module);
	} else {
		module->build_id = strdup("");
	}
	elf_end(elf);
	return module->build_id ? r : -ENOMEM;
}

/* Has to be there, but is never called: modules are reported with their files. */
static int find_no_elf(Dwfl_Module *module, void **user_data, const char *name, Dwarf_Addr base,
		       char **ret_name, Elf **ret_elf)
{
	(void)module, (void)user_data, (void)name, (void)base, (void)ret_name, (void)ret_elf;
	return -1;
}

/* libdwfl's usual places, and before them those below symfs and in the process's own root. */
static char *make_debuginfo_path(const struct module_table *table, pid_t pid)
{
	char root[64], container[128] = "", *path = NULL;
	struct stat here, there;

	(void)snprintf(root, sizeof(root), "/proc/%d/root", (int)pid);
	if (stat(root, &there) == 0 && stat("/", &here) == 0 &&
	    (here.st_dev != there.st_dev || here.st_ino != there.st_ino))
		(void)snprintf(container, sizeof(container), "%s/usr/lib/debug:", root);
	if (asprintf(&path, "%s%s%s.debug:/usr/lib/debug", table->symfs ? table->symfs : "",
		     table->symfs ? "/usr/lib/debug:" : "", container) < 0)
		return NULL;
	return path;
}

void module_touch(struct module_table *table, struct stack_module *module)
{
	module->used = ++table->clock;
}

static void make_room(struct module_table *table)
{
	struct stack_module *oldest = NULL;

	if (table->open_count < table->max_open)
		return;
	for (size_t i = 0; i < table->count; i++) {
		struct stack_module *module = table->modules[i];

		if (module->dwfl && (!oldest || module->used < oldest->used))
			oldest = module;
	}
	if (oldest)
		close_module(table, oldest);
}

/* Opens the module with libdwfl. If that fails, it has no unwind information and no names. */
static int start_dwfl(struct module_table *table, struct stack_module *module, pid_t pid, int fd)
{
	Dwfl *dwfl;
	int owned;

	make_room(table);
	module->debuginfo_path = make_debuginfo_path(table, pid);
	if (!module->debuginfo_path)
		return -ENOMEM;
	module->callbacks = (Dwfl_Callbacks){
		.find_elf = find_no_elf,
		.find_debuginfo = dwfl_standard_find_debuginfo,
		.debuginfo_path = &module->debuginfo_path,
	};
	dwfl = dwfl_begin(&module->callbacks);
	if (!dwfl)
		return -ENOMEM;
	owned = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	dwfl_report_begin(dwfl);
	/* Takes the descriptor over, whether it likes the file or not. */
	module->handle = owned < 0 ? NULL
				   : dwfl_report_elf(dwfl, module->path, module->path, owned, 0,
						     true);
	dwfl_report_end(dwfl, NULL, NULL);
	module->dwfl = dwfl;
	module_touch(table, module); /* or else it would be the next one to go */
	table->open_count++;
	return 0;
}

/* A file below symfs in the place of fd, if it is the same program; it may have more symbols. */
static void prefer_symfs(const struct module_table *table, const struct stack_module *module,
			 int *fd)
{
	struct stack_module other = { .path = NULL };
	_cleanup_close_ int below = -1;

	if (!table->symfs || module->path[0] != '/')
		return;
	if (target_file_open_below(table->symfs, module->path, 0, &below) < 0)
		return;
	if (inspect(below, &other) == 0 && other.kind == MODULE_ELF &&
	    (*fd < 0 || (*other.build_id && strcmp(other.build_id, module->build_id) == 0))) {
		if (*fd >= 0)
			close(*fd);
		*fd = take_fd(&below);
	}
	free(other.build_id);
	free(other.segments);
}

static int make_module(const struct module_table *table, const struct target_mapping *mapping,
		       int *fd, struct stack_module **ret_module)
{
	struct stack_module *module = calloc(1, sizeof(*module));
	struct stat status;
	int r = -ENOMEM;

	if (!module)
		return -ENOMEM;
	module->kind = MODULE_UNREADABLE;
	module->path = strdup(mapping->path);
	if (!module->path)
		goto fail;
	if (*fd < 0) /* not known to be the right one, but the user says so */
		prefer_symfs(table, module, fd);
	if (*fd >= 0) {
		if (fstat(*fd, &status) == 0)
			module->size = status.st_size;
		r = inspect(*fd, module);
	} else {
		module->build_id = strdup("");
		r = module->build_id ? 0 : -ENOMEM;
	}
	if (r < 0)
		goto fail;
	*ret_module = module;
	return 0;
fail:
	free_module(module);
	return r;
}

/* Makes the module of an opened file (or of none) known, or finds it known by its build-id. */
static int open_new(struct module_table *table, pid_t pid, const struct target_mapping *mapping,
		    int *fd, struct stack_module **ret_module)
{
	struct stack_module *module, *known;
	int r = make_module(table, mapping, fd, &module);

	if (r < 0)
		return r;
	known = find_equal(table, module);
	if (known) {
		free_module(module);
		module = known;
	} else {
		r = add_module(table, module);
		if (r < 0) {
			free_module(module);
			return r;
		}
	}
	if (module->kind == MODULE_ELF && !module->dwfl) {
		prefer_symfs(table, module, fd);
		r = start_dwfl(table, module, pid, *fd);
	}
	*ret_module = module;
	return r;
}

static struct module_key make_key(int fd, const struct target_mapping *mapping)
{
	struct module_key key = { .device = mapping->device, .inode = mapping->inode };
	struct stat status;

	if (fd >= 0 && fstat(fd, &status) == 0) {
		key.device = status.st_dev;
		key.inode = status.st_ino;
		key.size = status.st_size;
		key.modified = (int64_t)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec;
	}
	return key;
}

/* The file was opened before, but closed to make room. */
static int open_again(struct module_table *table, struct stack_module *module, pid_t pid, int *fd)
{
	prefer_symfs(table, module, fd);
	return *fd < 0 ? 0 : start_dwfl(table, module, pid, *fd);
}

int module_open(struct module_table *table, pid_t pid, const struct target_mapping *mapping,
		struct stack_module **ret_module)
{
	_cleanup_close_ int fd = -1;
	struct module_key key;
	struct stack_module *module;
	int r = 0;

	(void)target_file_open(pid, mapping, &fd); /* without it there are no names: no error */
	if (fd < 0 && mapping->inode == 0)
		return -ENOENT;
	key = make_key(fd, mapping);
	module = find_by_key(table, &key);
	if (!module) {
		r = open_new(table, pid, mapping, &fd, &module);
		/* The copy of a vdso has a new inode each time: its build-id is enough. */
		if (r == 0 && mapping->inode != 0)
			r = add_alias(table, &key, module);
	} else if (module->kind == MODULE_ELF && !module->dwfl) {
		r = open_again(table, module, pid, &fd);
	}
	if (r < 0)
		return r;
	*ret_module = module;
	return 0;
}

uint64_t module_vaddr(const struct stack_module *module, uint64_t offset)
{
	const struct module_segment *found = NULL;

	for (size_t i = 0; i < module->segment_count; i++) {
		const struct module_segment *segment = &module->segments[i];

		/* A page at the border is mapped by both segments: take the one with code. */
		if (offset >= segment->offset && offset - segment->offset < segment->file_size &&
		    (!found || segment->executable))
			found = segment;
	}
	return found ? offset - found->offset + found->vaddr : offset;
}

Dwarf_CFI *module_eh_frame(struct stack_module *module)
{
	Dwarf_Addr bias;

	if (!module->tried_eh_frame && module->handle)
		module->eh_frame = dwfl_module_eh_cfi(module->handle, &bias);
	module->tried_eh_frame = true;
	return module->eh_frame;
}

static bool has_debug_frame(Elf *elf)
{
	Elf_Scn *section = NULL;
	size_t names;

	if (elf_getshdrstrndx(elf, &names) < 0)
		return false;
	while ((section = elf_nextscn(elf, section))) {
		GElf_Shdr header;
		const char *name;

		if (!gelf_getshdr(section, &header) || header.sh_type == SHT_NOBITS)
			continue;
		name = elf_strptr(elf, names, header.sh_name);
		if (name &&
		    (strcmp(name, ".debug_frame") == 0 || strcmp(name, ".zdebug_frame") == 0))
			return true;
	}
	return false;
}

void module_announce(struct module_table *table, struct stack_module *module)
{
	char what[256];

	if (module->size > LARGE_FILE && !module->announced && table->progress) {
		(void)snprintf(what, sizeof(what), "reading symbols of %s", module->path);
		table->progress(table->progress_context, what);
	}
	module->announced = true;
}

Dwarf_CFI *module_debug_frame(struct module_table *table, struct stack_module *module)
{
	Dwarf_Addr bias = 0;
	Elf *elf;

	if (module->tried_debug_frame || !module->handle)
		return module->debug_frame;
	module->tried_debug_frame = true;
	module_announce(table, module);
	elf = dwfl_module_getelf(module->handle, &bias);
	if (elf && has_debug_frame(elf)) {
		/* No need to look for a separate file, which may even be far away. */
		module->own_dwarf = dwarf_begin_elf(elf, DWARF_C_READ, NULL);
		if (module->own_dwarf)
			module->debug_frame = dwarf_getcfi(module->own_dwarf);
	} else {
		module->debug_frame = dwfl_module_dwarf_cfi(module->handle, &bias);
	}
	module->debug_frame_bias = bias;
	return module->debug_frame;
}
