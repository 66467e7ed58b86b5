// SPDX-License-Identifier: GPL-2.0-only
/* Requests in a ring, between one who asks and a thread that reads: see ahead.h. */
#include "target/ahead.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>

struct request {
	pid_t tid;
	struct target_piece *pieces;
	size_t count;
	int result;
	bool taken, done;
};

struct target_ahead {
	pthread_t thread;
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t begun, done;
	struct request ring[TARGET_AHEAD_MOST];
	size_t first, count; /* that have not ended */
	bool stops;
};

/* The first one that nobody reads; NULL: none is left. */
static struct request *next(struct target_ahead *ahead)
{
	struct request *request;
	size_t i;

	for (i = 0; i < ahead->count; i++) {
		request = &ahead->ring[(ahead->first + i) % TARGET_AHEAD_MOST];
		if (!request->taken)
			return request;
	}
	return NULL;
}

/* The lock is had before and after. */
static void read_one(struct target_ahead *ahead, struct request *request)
{
	int result;

	request->taken = true;
	pthread_mutex_unlock(&ahead->lock);
	result = target_memory_read_pieces_itself(request->tid, request->pieces, request->count);
	pthread_mutex_lock(&ahead->lock);
	request->result = result;
	request->done = true;
}

static void *read_all(void *argument)
{
	struct target_ahead *ahead = argument;
	struct request *request;

	pthread_mutex_lock(&ahead->lock);
	while (!ahead->stops) {
		request = next(ahead);
		if (!request) {
			pthread_cond_wait(&ahead->begun, &ahead->lock);
			continue;
		}
		read_one(ahead, request);
		pthread_cond_signal(&ahead->done);
	}
	pthread_mutex_unlock(&ahead->lock);
	return NULL;
}

/* Else there is nothing that could be done at the same time. */
static bool has_processors(void)
{
	cpu_set_t processors;

	return !sched_getaffinity(0, sizeof(processors), &processors) && CPU_COUNT(&processors) > 1;
}

struct target_ahead *target_ahead_new(void)
{
	struct target_ahead *ahead = has_processors() ? calloc(1, sizeof(*ahead)) : NULL;
	sigset_t all, before;
	int r;

	if (!ahead)
		return NULL;
	pthread_mutex_init(&ahead->lock, NULL);
	pthread_cond_init(&ahead->begun, NULL);
	pthread_cond_init(&ahead->done, NULL);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(&ahead->thread, NULL, read_all, ahead);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!r)
		return ahead;
	free(ahead);
	return NULL;
}

void target_ahead_free(struct target_ahead *ahead)
{
	if (!ahead)
		return;
	pthread_mutex_lock(&ahead->lock);
	ahead->stops = true;
	pthread_cond_signal(&ahead->begun);
	pthread_mutex_unlock(&ahead->lock);
	pthread_join(ahead->thread, NULL);
	pthread_cond_destroy(&ahead->done);
	pthread_cond_destroy(&ahead->begun);
	pthread_mutex_destroy(&ahead->lock);
	free(ahead);
}

void target_ahead_begin(struct target_ahead *ahead, const struct target_task *task,
			struct target_piece *pieces, size_t count)
{
	bool itself = target_way(task->access, task->pid) == TARGET_BY_ITSELF;
	struct request request = { .tid = task->tid,
				   .pieces = pieces,
				   .count = count,
				   .taken = !itself,
				   .done = !itself };

	if (!itself)
		request.result = target_memory_read_pieces(task, pieces, count);
	pthread_mutex_lock(&ahead->lock);
	ahead->ring[(ahead->first + ahead->count) % TARGET_AHEAD_MOST] = request;
	ahead->count++;
	pthread_cond_signal(&ahead->begun);
	pthread_mutex_unlock(&ahead->lock);
}

int target_ahead_end(struct target_ahead *ahead)
{
	struct request *request, *other;
	int result;

	pthread_mutex_lock(&ahead->lock);
	request = &ahead->ring[ahead->first];
	while (!request->done) {
		other = next(ahead);
		if (other)
			read_one(ahead, other);
		else
			pthread_cond_wait(&ahead->done, &ahead->lock);
	}
	result = request->result;
	ahead->first = (ahead->first + 1) % TARGET_AHEAD_MOST;
	ahead->count--;
	pthread_mutex_unlock(&ahead->lock);
	return result;
}
