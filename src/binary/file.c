// SPDX-License-Identifier: GPL-2.0-only
/*
 * Opens files with libdwfl.
 *
 * Each has a Dwfl of its own, in which it is reported at bias 0, so that one address serves for all
 * processes. libdwfl keeps up to three descriptors for each: the file, its separate debug file, and
 * what that shares with others.
 */
#include "binary/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "binary/compilation_units.h"
#include "binary/inspect.h"

/* Has to be there, but is never called: files are reported with their descriptors. */
static int find_no_elf(Dwfl_Module *module, void **user_data, const char *name, Dwarf_Addr base,
		       char **ret_name, Elf **ret_elf)
{
	(void)module, (void)user_data, (void)name, (void)base, (void)ret_name, (void)ret_elf;
	return -1;
}

/* Opens it with libdwfl. If that fails, it has no unwind information and no names. */
static int start_dwfl(struct binary_file *file, int fd)
{
	void **user_data;
	int owned;

	file->callbacks = (Dwfl_Callbacks){
		.find_elf = find_no_elf,
		.find_debuginfo = debug_file_find,
	};
	file->dwfl = dwfl_begin(&file->callbacks);
	if (!file->dwfl)
		return -ENOMEM;
	owned = inspect_is_bounded(fd) ? fcntl(fd, F_DUPFD_CLOEXEC, 3) : -1;
	dwfl_report_begin(file->dwfl);
	/* Takes the descriptor over, whether it likes the file or not. */
	file->handle = owned < 0 ? NULL
				 : dwfl_report_elf(file->dwfl, file->path, file->path, owned, 0,
						   true);
	dwfl_report_end(file->dwfl, NULL, NULL);
	if (file->handle &&
	    dwfl_module_info(file->handle, &user_data, NULL, NULL, NULL, NULL, NULL, NULL))
		*user_data = &file->search; /* for debug_file_find() */
	return 0;
}

int binary_file_open(uint64_t number, int fd, const char *path,
		     const struct binary_debug_files *debug_files, struct binary_file **ret_file)
{
	struct binary_file *file = calloc(1, sizeof(*file));
	int r = -ENOMEM;

	if (!file)
		return -ENOMEM;
	file->search = (struct debug_search){ number, debug_files, -1 };
	file->path = strdup(path);
	if (file->path)
		r = start_dwfl(file, fd);
	if (r < 0) {
		binary_file_free(file);
		return r;
	}
	*ret_file = file;
	return 0;
}

void binary_file_free(struct binary_file *file)
{
	if (!file)
		return;
	unit_index_free(file->units);
	if (file->own_dwarf)
		dwarf_end(file->own_dwarf);
	if (file->dwfl)
		dwfl_end(file->dwfl);
	free(file->path);
	free(file);
}

Dwarf_CFI *binary_file_eh_frame(struct binary_file *file)
{
	Dwarf_Addr bias;

	if (!file->tried_eh_frame && file->handle)
		file->eh_frame = dwfl_module_eh_cfi(file->handle, &bias);
	file->tried_eh_frame = true;
	return file->eh_frame;
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

Dwarf_CFI *binary_file_debug_frame(struct binary_file *file)
{
	Dwarf_Addr bias = 0;
	Elf *elf;

	if (file->tried_debug_frame || !file->handle)
		return file->debug_frame;
	file->tried_debug_frame = true;
	elf = dwfl_module_getelf(file->handle, &bias);
	if (elf && has_debug_frame(elf)) {
		/* No need to look for a separate file, which may even be far away. */
		file->own_dwarf = dwarf_begin_elf(elf, DWARF_C_READ, NULL);
		if (file->own_dwarf)
			file->debug_frame = dwarf_getcfi(file->own_dwarf);
	} else {
		file->debug_frame = dwfl_module_dwarf_cfi(file->handle, &bias);
	}
	file->debug_frame_bias = bias;
	return file->debug_frame;
}
