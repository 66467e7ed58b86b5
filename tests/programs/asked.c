// SPDX-License-Identifier: GPL-2.0-only
/*
 * asked FAULT [well]: a thread that tests a condition before it waits, and somebody who made it true
 * without a signal; well: it is not true. And threads that wait without a test, of whom nothing is
 * known. And some that are hard to run forward.
 */
#include "fixture.h"

#include <pthread.h>
#include <semaphore.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

static int well;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static sem_t semaphore;

int ready_flag;
struct {
	long length;
	struct job {
		struct job *next;
	} *first;
} job_list;
char job_name[8] = "none";
int job_count;
int beats = 3, beaten[8];
static volatile size_t sink;

FRAME static void wait_for_flag(void)
{
	pthread_mutex_lock(&mutex);
	fixture_ready("flag");
	while (!ready_flag)
		pthread_cond_wait(&condition, &mutex); /* @block flag */
	pthread_mutex_unlock(&mutex);
}

FRAME static void wait_for_list(void)
{
	pthread_mutex_lock(&mutex);
	fixture_ready("list");
	for (;;) {
		while (!job_list.first)
			pthread_cond_wait(&condition, &mutex); /* @block list */
		job_list.first = job_list.first->next;
		job_list.length--;
		pthread_mutex_unlock(&mutex);
		sink++;
		pthread_mutex_lock(&mutex);
	}
}

FRAME static void wait_for_name(void)
{
	pthread_mutex_lock(&mutex);
	fixture_ready("name");
	while (strcmp(job_name, "go"))
		pthread_cond_wait(&condition, &mutex); /* @block name */
	pthread_mutex_unlock(&mutex);
}

/* A semaphore that only wakes: what counts is the counter. */
FRAME static void wait_for_count(void)
{
	fixture_ready("count");
	while (!__atomic_load_n(&job_count, __ATOMIC_ACQUIRE))
		sem_wait(&semaphore); /* @block count */
	__atomic_sub_fetch(&job_count, 1, __ATOMIC_RELEASE);
}

FRAME static void wait_once(void)
{
	pthread_mutex_lock(&mutex);
	fixture_ready("once");
	if (!ready_flag)
		pthread_cond_wait(&condition, &mutex); /* @block once */
	pthread_mutex_unlock(&mutex);
}

/* Waits without a time-out for what comes with time. */
static time_t until;

FRAME static void wait_past_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	until = now.tv_sec + 1;
	pthread_mutex_lock(&mutex);
	fixture_ready("past");
	for (;;) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec > until)
			break;
		pthread_cond_wait(&condition, &mutex); /* @block past */
	}
	pthread_mutex_unlock(&mutex);
}

FRAME static void wait_for_beats(void)
{
	pthread_mutex_lock(&mutex);
	fixture_ready("beat");
	for (;;) {
		pthread_cond_wait(&condition, &mutex); /* @block beat */
		for (int i = 0; i < beats; i++)
			beaten[i]++;
	}
}

/*
 * Who fills signals when there are a hundred, or at the end: what is there before that is work for a
 * later signal, and none was lost.
 */
FRAME static void wait_for_batch(void)
{
	int taken;

	pthread_mutex_lock(&mutex);
	fixture_ready("batch");
	for (;;) {
		pthread_cond_wait(&condition, &mutex); /* @block batch */
		if (!ready_flag)
			continue;
		taken = ready_flag;
		ready_flag = 0;
		pthread_mutex_unlock(&mutex);
		fprintf(stderr, "%d taken\n", taken);
		pthread_mutex_lock(&mutex);
	}
}

FRAME static void loop_for_ever(void)
{
	pthread_mutex_lock(&mutex);
	fixture_ready("endless");
	pthread_cond_wait(&condition, &mutex); /* @block endless */
	for (;;)
		sink++;
}

FRAME static void stride(void)
{
	char *memory = mmap(NULL, (size_t)1 << 34, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	pthread_mutex_lock(&mutex);
	fixture_ready("strides");
	pthread_cond_wait(&condition, &mutex); /* @block strides */
	for (size_t i = 0; i < (size_t)1 << 34; i += 4096)
		sink += memory[i];
}

/* movb $0xc3, 0(%rip), over the nop behind it; nop; ret */
FRAME static void change_code(void)
{
	static const uint8_t code[] = { 0xc6, 0x05, 0, 0, 0, 0, 0xc3, 0x90, 0xc3 };
	void (*function)(void) = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
				      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memcpy((void *)function, code, sizeof(code));
	pthread_mutex_lock(&mutex);
	fixture_ready("code");
	while (!ready_flag) {
		pthread_cond_wait(&condition, &mutex); /* @block code */
		function();
	}
}

static void *run(void *function)
{
	((void (*)(void))(uintptr_t)function)();
	fixture_came_back("asked");
	return NULL;
}

static void begin(void (*function)(void))
{
	pthread_t thread;

	fixture_try(pthread_create(&thread, NULL, run, (void *)(uintptr_t)function), "a thread");
}

static void end(void)
{
	fixture_ready("main");
	fixture_pause();
}

static void make_true(void)
{
	static struct job job;
	struct timespec nap = { .tv_nsec = 1000000 };

	/* Woken by nobody: changed with the mutex held, as is right, and that is all. */
	if (well)
		return;
	for (;;) { /* until it waits, with the mutex given up */
		pthread_mutex_lock(&mutex);
		if (__atomic_load_n(&condition.__data.__wrefs, __ATOMIC_RELAXED))
			break;
		pthread_mutex_unlock(&mutex);
		nanosleep(&nap, NULL);
	}
	ready_flag = 1;
	job_list.first = &job;
	job_list.length = 1;
	memcpy(job_name, "go", 3);
	pthread_mutex_unlock(&mutex);
}

static void make_flag(void)
{
	begin(wait_for_flag);
	make_true();
	end();
}

static void make_list(void)
{
	begin(wait_for_list);
	make_true();
	end();
}

static void make_name(void)
{
	begin(wait_for_name);
	make_true();
	end();
}

static void make_count(void)
{
	struct timespec nap = { .tv_nsec = 1000000 };

	sem_init(&semaphore, 0, 0);
	begin(wait_for_count);
	while (!well && !((uint32_t *)&semaphore)[1]) /* nobody waits yet */
		nanosleep(&nap, NULL);
	if (!well)
		__atomic_store_n(&job_count, 1, __ATOMIC_RELEASE);
	end();
}

static void make_once(void)
{
	begin(wait_once);
	make_true();
	end();
}

static void make_past(void)
{
	begin(wait_past_time);
	end();
}

static void make_beat(void)
{
	begin(wait_for_beats);
	end();
}

static void make_batch(void)
{
	begin(wait_for_batch);
	make_true();
	end();
}

static void make_endless(void)
{
	begin(loop_for_ever);
	end();
}

static void make_strides(void)
{
	begin(stride);
	end();
}

static void make_code(void)
{
	begin(change_code);
	end();
}

int main(int argc, char **argv)
{
	static const struct fixture_fault faults[] = {
		{ "flag", make_flag },	     { "list", make_list },   { "name", make_name },
		{ "count", make_count },     { "once", make_once },   { "beat", make_beat },
		{ "batch", make_batch },     { "endless", make_endless }, { "strides", make_strides },
		{ "code", make_code },	     { "past", make_past },   { NULL, NULL },
	};

	return fixture_main(argc, argv, faults, &well);
}
