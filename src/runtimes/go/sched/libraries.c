// SPDX-License-Identifier: GPL-2.0-only
/* Goroutines that a library has started to serve those who call it: told by their packages. */
#include "runtimes/go/image/pclntab.h"
#include "runtimes/go/private.h"

#include <string.h>

/* The length of the package in a function's full name: "net/http.(*Transport).dialConn". */
static size_t package_length(const char *function)
{
	size_t end = strcspn(function, "[("), i, slash = 0;

	for (i = 0; i < end; i++) {
		if (function[i] == '/')
			slash = i;
	}
	return slash + strcspn(function + slash, ".[(");
}

static bool is_below(const char *function)
{
	return !strncmp(function, "runtime.", 8) || !strncmp(function, "sync.", 5) ||
	       !strncmp(function, "internal/", 9);
}

static size_t calls_of(struct golang *golang, const struct lc_raw_frame *raw,
		       const struct go_image **ret_image, struct go_call calls[GO_INLINED_MAX])
{
	*ret_image = go_images_numbered(&golang->images, raw->module);
	return *ret_image ? pclntab_calls(*ret_image, raw->vaddr, raw->interrupted, calls) : 0;
}

typedef bool go_fits_call_fn(const struct go_image *image, const char *function);

/* The first function of a stack that fits, and the image that it is in; NULL: none. */
static const char *first_function(struct golang *golang, uint32_t id, go_fits_call_fn *fits,
				  const struct go_image **ret_image)
{
	const struct lc_stack *stack = lc_stacks_get(golang->stacks, id);
	struct go_call calls[GO_INLINED_MAX];
	size_t i, k, count;

	for (i = 0; stack && i < stack->raw_count; i++) {
		count = calls_of(golang, &stack->raw[i], ret_image, calls);
		for (k = 0; k < count; k++) {
			if (fits(*ret_image, calls[k].function))
				return calls[k].function;
		}
	}
	return NULL;
}

static bool tells(const struct go_image *image, const char *function)
{
	(void)image;
	return !is_below(function);
}

/* The first that tells what it is about; NULL: none. */
static const char *telling_function(struct golang *golang, uint32_t id, bool *ret_own)
{
	const struct go_image *image;
	const char *function = first_function(golang, id, tells, &image);

	if (function)
		*ret_own = go_image_is_own(image, function);
	return function;
}

bool go_has_own(struct golang *golang, uint32_t id)
{
	const struct go_image *image;

	return first_function(golang, id, go_image_is_own, &image) != NULL;
}

bool go_is_told_as(struct golang *golang, uint32_t stack, const char *function)
{
	bool own;
	const char *telling = telling_function(golang, stack, &own);

	return telling && !strcmp(telling, function);
}

bool go_is_of_library(struct golang *golang, uint32_t stack, uint32_t entry)
{
	bool own = true, own_loop = true;
	const char *loop = telling_function(golang, entry, &own_loop), *waits;
	size_t length = loop && !own_loop ? package_length(loop) : 0;

	waits = length ? telling_function(golang, stack, &own) : NULL;
	return waits && !own && package_length(waits) == length && !strncmp(waits, loop, length);
}
