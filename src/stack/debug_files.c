// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where separate debug files are looked for: the places that gdb and libdwfl know, each below a
 * root that links can't lead out of. By build-id a file of this host's own is as good as one of the
 * container; by name only what lies in the process's own root can be meant.
 */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "stack/engine.h"
#include "target/core.h"
#include "target/file.h"

#define DEBUG_FOLDER "/usr/lib/debug"

/* The place whose number is left, counted down. */
struct choice {
	unsigned left;
	bool found;
	char root[PATH_MAX];
	char path[PATH_MAX];
};

__attribute__((__format__(__printf__, 3, 4))) static void offer(struct choice *choice,
								const char *root,
								const char *format, ...)
{
	va_list arguments;
	int length;

	if (choice->found || choice->left-- > 0)
		return;
	va_start(arguments, format);
	length = vsnprintf(choice->path, sizeof(choice->path), format, arguments);
	va_end(arguments);
	if (length < 0 || length >= (int)sizeof(choice->path))
		choice->path[0] = '\0'; /* no such file */
	(void)snprintf(choice->root, sizeof(choice->root), "%s", root);
	choice->found = true;
}

static void offer_by_build_id(struct choice *choice, const char *root,
			      const struct binary_debug_request *request)
{
	char hex[2 * BINARY_BUILD_ID_MAX + 1] = "";

	for (size_t i = 0; i < request->build_id_size; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", request->build_id[i]);
	offer(choice, root, DEBUG_FOLDER "/.build-id/%.2s/%s.debug", hex, hex + 2);
}

/*
 * A name as .gnu_debuglink has it is that of a file beside the program; one with folders, as
 * .gnu_debugaltlink has it, is of the debug files. The file that says so is a stranger's: other
 * files than these are not opened for it.
 */
static void offer_by_name(struct choice *choice, const char *root, const char *path,
			  const char *name)
{
	int folder = (int)(strrchr(path, '/') - path);
	char debug_root[PATH_MAX];

	(void)snprintf(debug_root, sizeof(debug_root), "%s" DEBUG_FOLDER, root);
	if (strncmp(name, DEBUG_FOLDER "/", sizeof(DEBUG_FOLDER)) == 0)
		offer(choice, debug_root, "%s", name + sizeof(DEBUG_FOLDER) - 1);
	if (name[0] == '/')
		return;
	if (!strchr(name, '/')) {
		offer(choice, root, "%.*s/%s", folder, path, name);
		offer(choice, root, "%.*s/.debug/%s", folder, path, name);
	}
	offer(choice, debug_root, "%.*s/%s", folder, path, name);
	offer(choice, debug_root, "/.build-id/00/%s", name);
}

static bool is_other_root(const char *root)
{
	struct stat here, there;

	return target_path_status(root, &there) == 0 && target_path_status("/", &here) == 0 &&
	       (here.st_dev != there.st_dev || here.st_ino != there.st_ino);
}

static void choose(const struct stack_engine *engine, const struct stack_module *module,
		   const struct binary_debug_request *request, struct choice *choice)
{
	char own[64];
	bool other;

	(void)snprintf(own, sizeof(own), "/proc/%d/root", (int)module->shown_by);
	other = !target_core_of(engine->access) && is_other_root(own);
	if (request->build_id_size >= 2) {
		if (engine->modules.symfs)
			offer_by_build_id(choice, engine->modules.symfs, request);
		if (other)
			offer_by_build_id(choice, own, request);
		offer_by_build_id(choice, "/", request);
	}
	if (request->is_part) {
		if (engine->modules.symfs)
			offer(choice, engine->modules.symfs, "%s", request->name);
		offer(choice, other ? own : "/", "%s", request->name);
		return;
	}
	if (!request->name[0] || module->path[0] != '/')
		return;
	if (engine->modules.symfs)
		offer_by_name(choice, engine->modules.symfs, module->path, request->name);
	offer_by_name(choice, other ? own : "/", module->path, request->name);
}

int stack_open_debug_file(struct stack_engine *engine, const struct binary_debug_request *request,
			  unsigned attempt, int *ret_fd)
{
	const struct stack_module *module = module_by_number(&engine->modules, request->number);
	struct choice choice = { .left = attempt };

	if (!module)
		return -ENOENT;
	choose(engine, module, request, &choice);
	if (!choice.found)
		return -ENOENT;
	*ret_fd = -1;
	if (choice.path[0])
		(void)target_file_open_below(engine->access, choice.root, choice.path, 0, ret_fd);
	return 0;
}
