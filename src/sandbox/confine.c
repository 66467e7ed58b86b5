// SPDX-License-Identifier: GPL-2.0-only
/*
 * In this order: namespaces and an empty root, which want root; another user, with which the
 * capabilities go; no_new_privs; Landlock; the filter of system calls, which takes away the rest.
 * Uses libseccomp and libcap-ng; Landlock as in Documentation/userspace-api/landlock.rst.
 */
#include "sandbox/confine.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/spawn.h"
#include "util/null.h"

#define NOBODY 65534

/* A folder that is gone when this process is: nothing can be opened in it. */
#define EMPTY_ROOT "/proc/self/fdinfo"

int confine_begin(const char *name)
{
	static const int signals[] = { SIGINT, SIGHUP, SIGTERM };
	int null;

	(void)prctl(PR_SET_NAME, name, 0, 0, 0);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		(void)signal(signals[i], SIG_IGN);
	(void)close_range(WORKER_SOCKET + 1, ~0U, 0);
	null = open_null();
	if (null < 0)
		return -errno;
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		(void)dup2(null, fd);
	close(null);
	return 0;
}

static void leave_the_host(void)
{
	static const int namespaces[] = { CLONE_NEWNS, CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUTS };
	size_t i;

	/* Each for itself: a kernel, or whoever began us, may not have or allow all. */
	for (i = 0; i < sizeof(namespaces) / sizeof(namespaces[0]); i++)
		(void)unshare(namespaces[i]);
	if (chroot(EMPTY_ROOT) == 0)
		(void)!chdir("/");
}

static int become_nobody(void)
{
	if (geteuid() != 0)
		return 0;
	leave_the_host();
	if (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
	    setresuid(NOBODY, NOBODY, NOBODY) < 0)
		return errno == EPERM ? 0 : -errno; /* whoever began it had given that up */
	return 0;
}

int confine_capabilities(const unsigned *kept, size_t count)
{
	if (capng_get_caps_process() < 0)
		return -EPERM;
	for (unsigned capability = 0; capability <= CAP_LAST_CAP; capability++) {
		bool keep = false;

		for (size_t i = 0; i < count; i++)
			keep |= kept[i] == capability;
		if (!keep)
			(void)capng_update(CAPNG_DROP,
					   CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_INHERITABLE,
					   capability);
	}
	return capng_apply(CAPNG_SELECT_CAPS) < 0 ? -EPERM : 0;
}

static void drop_capabilities(void)
{
	(void)confine_capabilities(NULL, 0);
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

/* A ruleset without a rule. What only a newer kernel knows, the filter of system calls stops. */
static void restrict_files(void)
{
#ifdef SYS_landlock_create_ruleset
	const struct landlock_ruleset_attr all = {
		.handled_access_fs = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
				     LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
				     LANDLOCK_ACCESS_FS_REMOVE_DIR |
				     LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
				     LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
				     LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
				     LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM
	};
	int ruleset = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);

	if (ruleset < 0)
		return;
	(void)syscall(SYS_landlock_restrict_self, ruleset, 0);
	close(ruleset);
#endif
}

static const int allowed[] = {
	SCMP_SYS(read),
	SCMP_SYS(pread64),
	SCMP_SYS(readv),
	SCMP_SYS(recvmsg),
	SCMP_SYS(sendmsg),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(brk),
	SCMP_SYS(fstat),
	SCMP_SYS(lseek),
	SCMP_SYS(close),
	SCMP_SYS(fcntl),
	SCMP_SYS(dup),
	SCMP_SYS(futex),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(getrandom),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(sched_yield),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(rseq),
	SCMP_SYS(statx),
};

/* What a filter is for. */
enum confined { CONFINED_FILES, CONFINED_READER, CONFINED_EMULATOR };

/* Memory, but never code; limits, but of this process alone; what a descriptor is, but no path. */
static int allow_with_bounds(scmp_filter_ctx filter)
{
	int r;

	r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
			     SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	r = r
		    ?: seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
					SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	r = r
		    ?: seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 2,
					SCMP_A0(SCMP_CMP_EQ, 0), SCMP_A1(SCMP_CMP_EQ, RLIMIT_AS));
	r = r
		    ?: seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1,
					SCMP_A3(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH));
	return r;
}

/* What the reader may beyond that. */
static const int allowed_to_reader[] = {
	SCMP_SYS(process_vm_readv), SCMP_SYS(openat2),	  SCMP_SYS(readlink),
	SCMP_SYS(readlinkat),	    SCMP_SYS(fstatfs),	  SCMP_SYS(getdents64),
	SCMP_SYS(memfd_create),	    SCMP_SYS(write),	  SCMP_SYS(setns),
	SCMP_SYS(socket),	    SCMP_SYS(setsockopt),
};

static int allow_to_reader(scmp_filter_ctx filter)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(allowed_to_reader) / sizeof(int); i++)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed_to_reader[i], 0);
	r = r
		    ?: seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
					SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE, O_RDONLY));
	r = r ?: seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 0);
	return r;
}

/* Memory of its own that can be executed: what it compiles. */
static int allow_code(scmp_filter_ctx filter)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
				SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS));
}

/* All else fails as if there were no right to it: libdw then does without. */
static int filter_system_calls(enum confined who, int *ret_listener)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EACCES));
	bool notifies = false;
	int r = filter ? 0 : -ENOMEM;
	size_t i;

	for (i = 0; r == 0 && i < sizeof(allowed) / sizeof(allowed[0]); i++)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	r = r ?: allow_with_bounds(filter);
	if (who == CONFINED_READER)
		r = r ?: allow_to_reader(filter);
	if (who == CONFINED_EMULATOR)
		r = r ?: allow_code(filter);
	/* An old kernel has no notifications: then it is refused as the rest is. */
	if (ret_listener && r == 0 &&
	    seccomp_rule_add(filter, SCMP_ACT_NOTIFY, SCMP_SYS(openat), 1,
			     SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE, O_RDONLY)) == 0)
		notifies = true;
	r = r ?: seccomp_load(filter);
	if (r == 0 && notifies)
		*ret_listener = seccomp_notify_fd(filter);
	seccomp_release(filter);
	return r;
}

static void set_limits(void)
{
	static const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
}

static int give_up_all(void)
{
	int r = become_nobody();

	if (r < 0)
		return r;
	set_limits();
	drop_capabilities();
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	/* A change of user clears these two. */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	restrict_files();
	return 0;
}

int confine(int *ret_listener)
{
	int r;

	*ret_listener = -1;
	r = give_up_all();
	return r ?: filter_system_calls(CONFINED_FILES, ret_listener);
}

int confine_emulator(void)
{
	int r = give_up_all();

	return r ?: filter_system_calls(CONFINED_EMULATOR, NULL);
}

int confine_reader(void)
{
	static const unsigned kept[] = {
		CAP_SYS_PTRACE,		/* process_vm_readv(), and most of /proc/PID */
		CAP_DAC_READ_SEARCH,	/* files and folders that others have closed */
		CAP_CHECKPOINT_RESTORE, /* /proc/PID/map_files */
		CAP_SYS_ADMIN,		/* network namespaces */
	};

	set_limits();
	(void)confine_capabilities(kept, sizeof(kept) / sizeof(kept[0]));
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	return filter_system_calls(CONFINED_READER, NULL);
}

void confine_memory(uint64_t bytes)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_AS, &limit) < 0)
		return;
	limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
	(void)setrlimit(RLIMIT_AS, &limit);
}
