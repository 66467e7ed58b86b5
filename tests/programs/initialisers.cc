// SPDX-License-Identifier: GPL-2.0-only
/*
 * initialisers FAULT [well]: initialisers that are run once, each of which needs the other's, in two threads: of C++
 * statics and of pthread_once(); and one that needs itself. The healthy twin, which differs in one line (marked
 * TWIN), has an initialiser that takes long and ends.
 */
#include "fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <thread>
#include <unistd.h>

static bool well;
static pthread_barrier_t both;

static void await_other()
{
	pthread_barrier_wait(&both);
}

static void takes_long()
{
	sleep(1000);
}

namespace statics {

static int second();

FRAME static int make_first()
{
	await_other();
	fixture_ready("first");
	return second() + 1;
}

FRAME static int first()
{
	static int value = make_first(); /* @block second */

	return value;
}

FRAME static int make_second()
{
	await_other();
	fixture_ready("second");
	if (well) /* TWIN */
		takes_long();
	return first() + 1;
}

FRAME static int second()
{
	static int value = make_second(); /* @block first */

	return value;
}

static void run()
{
	std::thread(first).detach();
	std::thread(second).detach();
}

} // namespace statics

namespace once {

static pthread_once_t first = PTHREAD_ONCE_INIT, second = PTHREAD_ONCE_INIT, alone = PTHREAD_ONCE_INIT;
static void make_second();

FRAME static void make_first()
{
	await_other();
	fixture_ready("first");
	pthread_once(&second, make_second); /* @block first */
	fixture_came_back("first");
}

FRAME static void make_second()
{
	await_other();
	fixture_ready("second");
	if (well) /* TWIN */
		takes_long();
	pthread_once(&first, make_first); /* @block second */
	fixture_came_back("second");
}

static void run()
{
	std::thread([] { pthread_once(&first, make_first); }).detach();
	std::thread([] { pthread_once(&second, make_second); }).detach();
}

FRAME static void make_alone()
{
	fixture_ready("alone");
	if (well) /* TWIN */
		takes_long();
	pthread_once(&alone, make_alone); /* @block alone */
	fixture_came_back("alone");
}

static void run_alone()
{
	std::thread([] { pthread_once(&alone, make_alone); }).detach();
}

} // namespace once

int main(int argc, char **argv)
{
	fixture_init(0, nullptr);
	well = argc > 2 && !strcmp(argv[2], "well");
	pthread_barrier_init(&both, nullptr, 2);
	if (argc > 1 && !strcmp(argv[1], "statics")) {
		statics::run();
	} else if (argc > 1 && !strcmp(argv[1], "once")) {
		once::run();
	} else if (argc > 1 && !strcmp(argv[1], "alone")) {
		once::run_alone();
	} else {
		fprintf(stderr, "usage: initialisers FAULT [well]\n");
		return 2;
	}
	fixture_pause();
}
