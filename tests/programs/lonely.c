// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads that wait for a condition on the heap, whose address nobody else has, or somebody has in
 * one of several forms: as it is, with a tag, or as that of the block that it is a part of. One
 * lies on a stack, where nobody has to have its address.
 */
#include "fixture.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NAMES 4

struct job {
	char name[512];
	pthread_mutex_t mutex;
	pthread_cond_t done;
	char rest[8192]; /* the next block lies farther away than is counted as this one */
};

static void *volatile known;	  /* the condition */
static volatile uintptr_t tagged; /* the same, of another one */
static struct job *volatile part; /* of which a third one is a part */

FRAME void *block_in_wait(void *arg)
{
	struct job *job = arg;

	pthread_mutex_lock(&job->mutex);
	fixture_ready(job->name);
	for (;;)
		pthread_cond_wait(&job->done, &job->mutex); /* @block wait */
	return NULL;
}

/* What was called before has left nothing below. */
FRAME void scrub(void)
{
	volatile char bytes[32768];
	size_t i;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = 0;
}

FRAME void start(const char *name, struct job *job)
{
	pthread_t t;

	memset(job, 0, sizeof(*job));
	strcpy(job->name, name);
	pthread_mutex_init(&job->mutex, NULL);
	pthread_cond_init(&job->done, NULL);
	if (!strcmp(name, "known"))
		known = &job->done;
	else if (!strcmp(name, "tagged"))
		tagged = (uintptr_t)&job->done | (uintptr_t)0xa5 << 56 | 1;
	else if (!strcmp(name, "part"))
		part = job;
	pthread_create(&t, NULL, block_in_wait, job);
}

int main(int argc, char **argv)
{
	static const char *const names[NAMES] = { "nobody", "known", "tagged", "part" };
	struct job here; /* its address is that of the stack's frame */
	int i;

	fixture_init(argc, argv);
	if (!malloc(65536)) /* what malloc itself has on the heap lies farther away, too */
		return 1;
	for (i = 0; i < NAMES; i++) {
		start(names[i], malloc(sizeof(struct job)));
		scrub();
	}
	start("frame", &here);
	scrub();
	fixture_pause();
	return 0;
}
