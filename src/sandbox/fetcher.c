// SPDX-License-Identifier: GPL-2.0-only
/*
 * Both sides of the fetcher. The library is loaded when it is there (libdebuginfod.so.1, whose
 * functions debuginfod_find_debuginfo(3) describes); it brings half an operating system with it,
 * which leakhop itself has no use for.
 */
#include "sandbox/fetcher.h"

#include <cap-ng.h>
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox/confine.h"
#include "sandbox/wire.h"
#include "util/now.h"

#define LIBRARY "libdebuginfod.so.1"
#define PATIENCE 20000000000ull /* of a run */

void fetcher_begin(struct fetcher *fetcher)
{
	const char *servers = getenv("DEBUGINFOD_URLS");

	*fetcher = (struct fetcher){ .process = { .socket = -1 }, .left = PATIENCE };
	fetcher->given_up = !servers || !*servers;
}

void fetcher_end(struct fetcher *fetcher)
{
	worker_process_lose(&fetcher->process);
}

static int await(const struct fetcher *fetcher, struct wire_message *in)
{
	struct pollfd poll_fd = { .fd = fetcher->process.socket, .events = POLLIN };
	uint64_t ms = fetcher->left / 1000000;
	int ready = poll(&poll_fd, 1, (int)ms);

	if (ready <= 0)
		return -ETIME;
	return wire_receive(fetcher->process.socket, MSG_DONTWAIT, in);
}

static int ask(struct fetcher *fetcher, const uint8_t *build_id, size_t size,
	       struct wire_message *in, int *ret_fd)
{
	const struct wire_head head = { .operation = WIRE_FIND_DEBUG, .size = (uint32_t)size };
	int r = 0;

	if (!fetcher->process.pid)
		r = worker_process_begin(&fetcher->process, WORKER_FETCHER);
	r = r ?: wire_send(fetcher->process.socket, &head, build_id, -1);
	r = r ?: await(fetcher, in);
	if (r < 0)
		return r;
	*ret_fd = in->fd;
	return in->head.operation != WIRE_FOUND || in->fd < 0 ? -ENOENT : 0;
}

int fetcher_get(struct fetcher *fetcher, const uint8_t *build_id, size_t size,
		struct wire_message *in, int *ret_fd)
{
	uint64_t begun = now_monotonic(), took;
	int r;

	if (fetcher->given_up)
		return -ENOENT;
	r = ask(fetcher, build_id, size, in, ret_fd);
	took = now_monotonic() - begun;
	fetcher->left -= took < fetcher->left ? took : fetcher->left;
	if (r == 0 || (r == -ENOENT && fetcher->left))
		return r;
	fetcher->given_up = true;
	worker_process_lose(&fetcher->process);
	return r == -ETIME || !fetcher->left ? -ETIME : -ENOENT;
}

/* --- the process itself --- */

struct library {
	void *(*begin)(void);
	int (*find)(void *client, const unsigned char *build_id, int size, char **path);
	void *client;
};

#ifdef LEAKHOP_STATIC
/* libdebuginfod would be loaded, and a static program loads nothing. */
static bool load(struct library *library)
{
	(void)library;
	return false;
}
#else
static bool load(struct library *library)
{
	void *handle = dlopen(LIBRARY, RTLD_NOW);

	if (!handle)
		return false;
	*(void **)&library->begin = dlsym(handle, "debuginfod_begin");
	*(void **)&library->find = dlsym(handle, "debuginfod_find_debuginfo");
	library->client = library->begin && library->find ? library->begin() : NULL;
	return library->client;
}
#endif

static void drop_rights(void)
{
	capng_clear(CAPNG_SELECT_CAPS);
	(void)capng_apply(CAPNG_SELECT_CAPS);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}

int fetcher_work(int socket)
{
	struct wire_message *in = malloc(sizeof(*in));
	struct wire_head head = { .operation = WIRE_FOUND };
	struct library library = { .client = NULL };
	int fd, r = 0;

	if (confine_begin("leakhop-fetcher") < 0)
		return EXIT_FAILURE;
	drop_rights();
	if (!in || !load(&library))
		return EXIT_FAILURE;
	while (wire_receive(socket, 0, in) == 0 && r == 0) {
		fd = library.find(library.client, in->payload, (int)in->head.size, NULL);
		head.result = fd < 0 ? fd : 0;
		r = wire_send(socket, &head, NULL, fd);
		if (fd >= 0)
			close(fd);
	}
	return EXIT_SUCCESS;
}
