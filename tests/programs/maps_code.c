// SPDX-License-Identifier: GPL-2.0-only
/* Runs the code at offset 0x800 of a file, which waits for ever:  maps_code FILE */
#include "fixture.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int fd;
	char *code;

	if (argc != 2)
		return 1;
	fixture_init(0, NULL);
	fd = fixture_try(open(argv[1], O_RDONLY), argv[1]);
	code = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	fixture_try(code == MAP_FAILED ? -1 : 0, "mmap");
	close(fd);
	fixture_ready("code");
	((void (*)(void))(void *)(code + 0x800))();
	fixture_came_back("code");
}
