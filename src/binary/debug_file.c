// SPDX-License-Identifier: GPL-2.0-only
/*
 * libdwfl asks for two kinds of file: the separate debug file, by build-id or by name and checksum
 * (.gnu_debuglink), and what that one shares with others (.gnu_debugaltlink, by build-id). Whoever
 * has the rights opens what may be it; here it is held against build-id or checksum.
 */
#include "binary/debug_file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "binary/inspect.h"

#define ATTEMPTS_MAX 32

static bool is_wanted(int fd, const struct binary_debug_request *request, GElf_Word wanted_checksum)
{
	uint32_t checksum;
	int equal = -ENOENT;

	if (!inspect_is_bounded(fd))
		return false;
	if (request->build_id_size)
		equal = inspect_compare_build_id(fd, request->build_id, request->build_id_size);
	if (equal >= 0)
		return equal;
	return wanted_checksum && inspect_checksum(fd, &checksum) == 0 &&
	       checksum == wanted_checksum;
}

static int open_wanted(const struct debug_search *search,
		       const struct binary_debug_request *request, GElf_Word checksum)
{
	const struct binary_debug_files *files = search->files;

	for (unsigned attempt = 0; files->open && attempt < ATTEMPTS_MAX; attempt++) {
		int fd = -1;

		if (files->open(files->context, request, attempt, &fd) < 0)
			break;
		if (fd < 0)
			continue;
		if (is_wanted(fd, request, checksum))
			return fd;
		close(fd);
	}
	return -1;
}

int debug_file_find(Dwfl_Module *module, void **user_data, const char *module_name, Dwarf_Addr base,
		    const char *file_name, const char *link_name, GElf_Word link_checksum,
		    char **ret_name)
{
	struct debug_search *search = *user_data;
	uint8_t alternate[BINARY_BUILD_ID_MAX];
	const unsigned char *build_id = NULL;
	GElf_Addr where;
	struct binary_debug_request request = { .name = link_name ? link_name : "" };
	int size, fd;

	(void)module_name, (void)base, (void)file_name, (void)ret_name;
	if (!search)
		return -1;
	request.number = search->number;
	if (search->found_fd >= 0) { /* the first was given already: this is for the second */
		request.build_id_size = inspect_alternate_build_id(search->found_fd, alternate);
		request.build_id = alternate;
	} else {
		size = dwfl_module_build_id(module, &build_id, &where);
		if (size > 0 && size <= BINARY_BUILD_ID_MAX) {
			request.build_id = build_id;
			request.build_id_size = (size_t)size;
		}
	}
	if (!request.build_id_size && !request.name[0])
		return -1;
	fd = open_wanted(search, &request, link_checksum);
	if (fd >= 0 && search->found_fd < 0)
		search->found_fd = fd;
	return fd;
}
