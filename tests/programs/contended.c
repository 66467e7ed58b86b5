// SPDX-License-Identifier: GPL-2.0-only
/*
 * contended: a healthy program whose threads always wait and always go on. Nothing here is ever stuck, whenever one looks
 * and however short the threshold: every wait ends within some hundred ms.
 *
 *   contended [-t MICROSECONDS] KIND...     for how long a thing is held: 5 to 60 ms unless told
 *
 * "all" stands for all kinds in one process. Says READY once its threads run.
 */
#define _GNU_SOURCE
#include "fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 4
#define LOCKS 3

static unsigned fixed_us;

static unsigned seed_of(void)
{
	static unsigned seeds;

	return __atomic_add_fetch(&seeds, 7919, __ATOMIC_RELAXED);
}

static void hold(unsigned *seed)
{
	usleep(fixed_us ? fixed_us : 5000 + rand_r(seed) % 55000u);
}

static void must(int result, const char *what)
{
	errno = result;
	fixture_try(result ? -1 : 0, what);
}

static void spawn(void *(*work)(void *), void *argument)
{
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 128 << 10);
	must(pthread_create(&thread, &attributes, work, argument), "pthread_create");
	pthread_detach(thread);
}

static void spawn_some(void *(*work)(void *), void *argument)
{
	int i;

	for (i = 0; i < THREADS; i++)
		spawn(work, argument);
}

static pid_t family(void (*work)(void *), void *argument)
{
	pid_t pid = fork();

	fixture_try(pid, "fork");
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fixture_ready("process");
	for (;;)
		work(argument);
}

/* Mutexes of each type, two of them nested. */
static pthread_mutex_t mutexes[LOCKS];

static FRAME void *use_mutexes(void *argument)
{
	unsigned seed = seed_of(), i;

	(void)argument;
	for (;;) {
		i = rand_r(&seed) % LOCKS;
		pthread_mutex_lock(&mutexes[i]);
		if (i < LOCKS - 1 && rand_r(&seed) % 2) {
			pthread_mutex_lock(&mutexes[i + 1]);
			hold(&seed);
			pthread_mutex_unlock(&mutexes[i + 1]);
		}
		hold(&seed);
		pthread_mutex_unlock(&mutexes[i]);
	}
	return NULL;
}

static void make_mutexes(int type, int robust, int protocol)
{
	pthread_mutexattr_t attributes;
	int i;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes, type);
	pthread_mutexattr_setrobust(&attributes, robust);
	pthread_mutexattr_setprotocol(&attributes, protocol);
	for (i = 0; i < LOCKS; i++)
		must(pthread_mutex_init(&mutexes[i], &attributes), "pthread_mutex_init");
	spawn_some(use_mutexes, NULL);
}

static void mutex(void) { make_mutexes(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE); }
static void recursive(void) { make_mutexes(PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE); }
static void checking(void) { make_mutexes(PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE); }
static void adaptive(void) { make_mutexes(PTHREAD_MUTEX_ADAPTIVE_NP, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE); }
static void robust(void) { make_mutexes(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST, PTHREAD_PRIO_NONE); }
static void inherit(void) { make_mutexes(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_INHERIT); }

static pthread_rwlock_t rwlocked = PTHREAD_RWLOCK_INITIALIZER;

static FRAME void *use_rwlock(void *argument)
{
	unsigned seed = seed_of();

	(void)argument;
	for (;;) {
		if (rand_r(&seed) % 3)
			pthread_rwlock_rdlock(&rwlocked);
		else
			pthread_rwlock_wrlock(&rwlocked);
		hold(&seed);
		pthread_rwlock_unlock(&rwlocked);
		usleep(1000);
	}
	return NULL;
}

static void rwlock(void) { spawn_some(use_rwlock, NULL); }

static sem_t permits;

static FRAME void *use_semaphore(void *argument)
{
	unsigned seed = seed_of();

	(void)argument;
	for (;;) {
		sem_wait(&permits);
		hold(&seed);
		sem_post(&permits);
	}
	return NULL;
}

static void semaphore(void)
{
	sem_init(&permits, 0, 1);
	spawn_some(use_semaphore, NULL);
}

/* A bounded queue: producers and consumers on one condition each, and broadcasts among them. */
static struct {
	pthread_mutex_t mutex;
	pthread_cond_t filled, emptied;
	int count;
} queue = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, PTHREAD_COND_INITIALIZER, 0 };

static FRAME void *produce(void *argument)
{
	unsigned seed = seed_of();

	(void)argument;
	for (;;) {
		pthread_mutex_lock(&queue.mutex);
		while (queue.count == 2)
			pthread_cond_wait(&queue.emptied, &queue.mutex);
		queue.count++;
		if (rand_r(&seed) % 2)
			pthread_cond_broadcast(&queue.filled);
		else
			pthread_cond_signal(&queue.filled);
		pthread_mutex_unlock(&queue.mutex);
		hold(&seed);
	}
	return NULL;
}

static FRAME void *consume(void *argument)
{
	unsigned seed = seed_of();

	(void)argument;
	for (;;) {
		pthread_mutex_lock(&queue.mutex);
		while (!queue.count)
			pthread_cond_wait(&queue.filled, &queue.mutex);
		queue.count--;
		pthread_cond_signal(&queue.emptied);
		pthread_mutex_unlock(&queue.mutex);
		hold(&seed);
	}
	return NULL;
}

static void condition(void)
{
	spawn_some(produce, NULL);
	spawn_some(consume, NULL);
}

static pthread_barrier_t meeting;

static FRAME void *meet(void *argument)
{
	unsigned seed = seed_of();

	(void)argument;
	for (;;) {
		hold(&seed);
		pthread_barrier_wait(&meeting);
	}
	return NULL;
}

static void barrier(void)
{
	pthread_barrier_init(&meeting, NULL, THREADS);
	spawn_some(meet, NULL);
}

/* A file that is gone from its folder at once, and how to open it anew. */
static int lock_file(void)
{
	char path[] = "/tmp/contended.XXXXXX";
	int fd = mkstemp(path);

	fixture_try(fd, "mkstemp");
	unlink(path);
	return fd;
}

static int open_again(int file)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	fd = open(path, O_RDWR | O_CLOEXEC);
	fixture_try(fd, "open");
	return fd;
}

/* flock() belongs to the open file: threads of one process exclude each other by one descriptor each. */
static FRAME void *use_flock(void *argument)
{
	unsigned seed = seed_of();
	int fd = open_again((intptr_t)argument);

	for (;;) {
		flock(fd, LOCK_EX);
		hold(&seed);
		flock(fd, LOCK_UN);
		usleep(1000);
	}
	return NULL;
}

static void family_flock(void *argument) { use_flock(argument); }

static void flocks(void)
{
	void *file = (void *)(intptr_t)lock_file();

	family(family_flock, file);
	spawn_some(use_flock, file);
}

/* POSIX locks exclude processes, not threads. */
static void use_fcntl(void *argument)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 10 };
	unsigned seed = seed_of();
	int fd = open_again((intptr_t)argument);

	for (;;) {
		lock.l_type = F_WRLCK;
		fcntl(fd, F_SETLKW, &lock);
		hold(&seed);
		lock.l_type = F_UNLCK;
		fcntl(fd, F_SETLK, &lock);
		usleep(1000);
	}
}

static void fcntls(void)
{
	void *file = (void *)(intptr_t)lock_file();
	int i;

	for (i = 0; i < 3; i++)
		family(use_fcntl, file);
}

/* A pipe that is full most of the time, and one that is empty. */
static int full[2], empty[2];

static FRAME void *fill_pipe(void *argument)
{
	static char bytes[4096];

	(void)argument;
	for (;;)
		fixture_try(write(full[1], bytes, sizeof(bytes)), "write");
	return NULL;
}

static FRAME void *empty_pipe(void *argument)
{
	unsigned seed = seed_of();
	char bytes[4096];

	(void)argument;
	for (;;) {
		hold(&seed);
		fixture_try(read(full[0], bytes, sizeof(bytes)), "read");
	}
	return NULL;
}

static FRAME void *tell(void *argument)
{
	unsigned seed = seed_of();

	(void)argument;
	for (;;) {
		hold(&seed);
		fixture_try(write(empty[1], "x", 1), "write");
	}
	return NULL;
}

static FRAME void *listen_to(void *argument)
{
	char byte;

	(void)argument;
	for (;;)
		fixture_try(read(empty[0], &byte, 1), "read");
	return NULL;
}

static void pipes(void)
{
	fixture_try(pipe2(full, O_CLOEXEC), "pipe2");
	fixture_try(pipe2(empty, O_CLOEXEC), "pipe2");
	spawn(fill_pipe, NULL);
	spawn(empty_pipe, NULL);
	spawn(tell, NULL);
	spawn(listen_to, NULL);
}

/* A child that is given work, and whose answer is waited for: each reads what the other has still to write. */
static int to_child[2], from_child[2];

static void answer_all(void *argument)
{
	unsigned seed = seed_of();
	char byte;

	(void)argument;
	close(to_child[1]);
	close(from_child[0]);
	while (read(to_child[0], &byte, 1) == 1) {
		hold(&seed);
		if (write(from_child[1], &byte, 1) != 1)
			break;
	}
	_exit(0);
}

static FRAME void *ask_child(void *argument)
{
	unsigned seed = seed_of();
	char byte = 'x';

	(void)argument;
	for (;;) {
		fixture_try(write(to_child[1], &byte, 1), "write");
		fixture_try(read(from_child[0], &byte, 1), "read");
		hold(&seed);
	}
	return NULL;
}

static void coprocess(void)
{
	fixture_try(pipe2(to_child, O_CLOEXEC), "pipe2");
	fixture_try(pipe2(from_child, O_CLOEXEC), "pipe2");
	family(answer_all, NULL);
	close(to_child[0]);
	close(from_child[1]);
	spawn(ask_child, NULL);
}

static int events;

static FRAME void *wait_event(void *argument)
{
	eventfd_t value;

	(void)argument;
	for (;;)
		fixture_try(eventfd_read(events, &value), "eventfd_read");
	return NULL;
}

static FRAME void *raise_event(void *argument)
{
	unsigned seed = seed_of();

	(void)argument;
	for (;;) {
		hold(&seed);
		eventfd_write(events, 1);
	}
	return NULL;
}

static void eventfds(void)
{
	events = eventfd(0, EFD_CLOEXEC | EFD_SEMAPHORE);
	fixture_try(events, "eventfd");
	spawn(wait_event, NULL);
	spawn(wait_event, NULL);
	spawn(raise_event, NULL);
}

/* Threads that end, and are joined; each takes a lock on its way, so that a dead owner's number is about. */
static pthread_mutex_t passing = PTHREAD_MUTEX_INITIALIZER;

static FRAME void *pass(void *argument)
{
	unsigned seed = seed_of();

	(void)argument;
	pthread_mutex_lock(&passing);
	usleep(fixed_us ? fixed_us : 1000 + rand_r(&seed) % 9000u);
	pthread_mutex_unlock(&passing);
	return NULL;
}

static FRAME void *join_all(void *argument)
{
	pthread_t threads[THREADS];
	int i;

	(void)argument;
	for (;;) {
		for (i = 0; i < THREADS; i++)
			must(pthread_create(&threads[i], NULL, pass, NULL), "pthread_create");
		for (i = 0; i < THREADS; i++)
			must(pthread_join(threads[i], NULL), "pthread_join");
	}
	return NULL;
}

static void joins(void)
{
	spawn(join_all, NULL);
	spawn(join_all, NULL);
}

static FRAME void *wait_children(void *argument)
{
	unsigned seed = seed_of();
	pid_t pid;

	(void)argument;
	for (;;) {
		pid = fork();
		fixture_try(pid, "fork");
		if (!pid) {
			hold(&seed);
			_exit(0);
		}
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	return NULL;
}

static void children(void)
{
	spawn(wait_children, NULL);
	spawn(wait_children, NULL);
}

/* Between processes: a mutex, a condition and a semaphore in shared memory. */
static struct shared {
	pthread_mutex_t mutex;
	pthread_cond_t condition;
	sem_t semaphore;
	int turn;
} *shared;

static void take_turns(void *argument)
{
	unsigned seed = getpid();
	int number = (int)(intptr_t)argument;

	for (;;) {
		pthread_mutex_lock(&shared->mutex);
		while (shared->turn != number)
			pthread_cond_wait(&shared->condition, &shared->mutex);
		hold(&seed);
		shared->turn = (number + 1) % 3;
		pthread_cond_broadcast(&shared->condition);
		pthread_mutex_unlock(&shared->mutex);
		sem_wait(&shared->semaphore);
		hold(&seed);
		sem_post(&shared->semaphore);
	}
}

static void between(void)
{
	pthread_mutexattr_t mutex_attributes;
	pthread_condattr_t condition_attributes;
	intptr_t i;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	fixture_try(shared == MAP_FAILED ? -1 : 0, "mmap");
	pthread_mutexattr_init(&mutex_attributes);
	pthread_mutexattr_setpshared(&mutex_attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&shared->mutex, &mutex_attributes);
	pthread_condattr_init(&condition_attributes);
	pthread_condattr_setpshared(&condition_attributes, PTHREAD_PROCESS_SHARED);
	pthread_cond_init(&shared->condition, &condition_attributes);
	sem_init(&shared->semaphore, 1, 1);
	for (i = 0; i < 3; i++)
		family(take_turns, (void *)i);
}

/* Requests and answers over sockets; the server is busy with another client half of the time. */
static FRAME void *serve(void *argument)
{
	int listener = (int)(intptr_t)argument, clients[2], i;
	unsigned seed = seed_of();
	char byte;

	for (i = 0; i < 2; i++)
		fixture_try(clients[i] = accept(listener, NULL, NULL), "accept");
	for (i = 0;; i = !i) {
		fixture_try(read(clients[i], &byte, 1), "read");
		hold(&seed);
		fixture_try(write(clients[i], &byte, 1), "write");
	}
	return NULL;
}

static FRAME void *request(void *argument)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	int listener = (int)(intptr_t)argument, fd;
	unsigned seed = seed_of();
	char byte = 'x';

	getsockname(listener, (struct sockaddr *)&address, &size);
	fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	fixture_try(connect(fd, (struct sockaddr *)&address, size), "connect");
	for (;;) {
		fixture_try(write(fd, &byte, 1), "write");
		fixture_try(read(fd, &byte, 1), "read");
		usleep(rand_r(&seed) % 3000);
	}
	return NULL;
}

static void serve_on(int family_)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_storage unnamed = { .ss_family = AF_UNIX }; /* the kernel finds a name */
	int listener = socket(family_, SOCK_STREAM | SOCK_CLOEXEC, 0);

	fixture_try(listener, "socket");
	if (family_ == AF_INET)
		fixture_try(bind(listener, (struct sockaddr *)&address, sizeof(address)), "bind");
	else
		fixture_try(bind(listener, (struct sockaddr *)&unnamed, sizeof(sa_family_t)), "bind");
	fixture_try(listen(listener, 5), "listen");
	spawn(serve, (void *)(intptr_t)listener);
	spawn(request, (void *)(intptr_t)listener);
	spawn(request, (void *)(intptr_t)listener);
}

static void tcp(void) { serve_on(AF_INET); }
static void unix_sockets(void) { serve_on(AF_UNIX); }

static const struct {
	const char *name;
	void (*make)(void);
} kinds[] = {
	/* those that fork come first, while there are no threads yet that hold locks of the C library */
	{ "coprocess", coprocess },
	{ "fcntl", fcntls },
	{ "between", between },
	{ "flock", flocks },
	{ "children", children },
	{ "mutex", mutex },
	{ "recursive", recursive },
	{ "checking", checking },
	{ "adaptive", adaptive },
	{ "robust", robust },
	{ "inherit", inherit },
	{ "rwlock", rwlock },
	{ "semaphore", semaphore },
	{ "condition", condition },
	{ "barrier", barrier },
	{ "pipe", pipes },
	{ "eventfd", eventfds },
	{ "join", joins },
	{ "tcp", tcp },
	{ "unix", unix_sockets },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static int is_mutex(size_t i)
{
	return kinds[i].make == recursive || kinds[i].make == checking || kinds[i].make == adaptive ||
	       kinds[i].make == robust || kinds[i].make == inherit;
}

static int wants(int argc, char **argv, size_t i)
{
	int j;

	for (j = optind; j < argc; j++) {
		if (!strcmp(argv[j], kinds[i].name) || (!strcmp(argv[j], "all") && !is_mutex(i)))
			return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	size_t i;
	int option;

	while ((option = getopt(argc, argv, "t:")) != -1)
		fixed_us = option == 't' ? atoi(optarg) : 0;
	fixture_init(1, argv);
	for (i = 0; i < KINDS; i++) {
		if (wants(argc, argv, i))
			kinds[i].make();
	}
	fixture_ready("contended");
	fixture_pause();
}
