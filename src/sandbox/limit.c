// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is left of the rights of leakhop itself, and why, stands in docs/security.md. The filter is
 * a list of what is refused, since the libraries that are used here are many.
 */
#include <cap-ng.h>
#include <errno.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <string.h>
#include <sys/prctl.h>

#include "sandbox/confine.h"
#include "sandbox/sandbox.h"

static const unsigned kept[] = {
	CAP_SYS_PTRACE,		/* process_vm_readv(), and most of /proc/PID */
	CAP_DAC_READ_SEARCH,	/* files and folders that others have closed */
	CAP_CHECKPOINT_RESTORE, /* /proc/PID/map_files */
	CAP_BPF,
	CAP_PERFMON, /* iterators are begun at each sweep; probes come later */
	CAP_SYSLOG,  /* /proc/kallsyms, when a kernel stack is first named */
	CAP_KILL,    /* signals to a command that was begun as another user */
};

static const int refused[] = {
	SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(process_madvise),
	SCMP_SYS(pidfd_getfd),
	SCMP_SYS(init_module),
	SCMP_SYS(finit_module),
	SCMP_SYS(delete_module),
	SCMP_SYS(kexec_load),
	SCMP_SYS(kexec_file_load),
	SCMP_SYS(reboot),
	SCMP_SYS(swapon),
	SCMP_SYS(swapoff),
	SCMP_SYS(mount),
	SCMP_SYS(umount2),
	SCMP_SYS(pivot_root),
	SCMP_SYS(move_mount),
	SCMP_SYS(open_tree),
	SCMP_SYS(fsopen),
	SCMP_SYS(fsmount),
	SCMP_SYS(mount_setattr),
	SCMP_SYS(settimeofday),
	SCMP_SYS(clock_settime),
	SCMP_SYS(clock_adjtime),
	SCMP_SYS(adjtimex),
	SCMP_SYS(acct),
	SCMP_SYS(quotactl),
	SCMP_SYS(add_key),
	SCMP_SYS(request_key),
	SCMP_SYS(keyctl),
	SCMP_SYS(userfaultfd),
	SCMP_SYS(sethostname),
	SCMP_SYS(setdomainname),
	SCMP_SYS(mknodat),
};

static int refuse_system_calls(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int r = filter ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < sizeof(refused) / sizeof(refused[0]); i++)
		r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), refused[i], 0);
	r = r ?: seccomp_load(filter);
	seccomp_release(filter);
	return r;
}

/*
 * Without CAP_SYS_PTRACE only processes whose capabilities this one has, too, may be read
 * (cap_ptrace_access_check()): root in a container gives none away.
 */
static int give_up_capabilities(const unsigned *all, size_t count)
{
	if (!capng_have_capability(CAPNG_EFFECTIVE, CAP_SYS_PTRACE))
		return 0;
	return confine_capabilities(all, count);
}

int sandbox_limit_itself(enum sandbox_needs needs)
{
	unsigned all[sizeof(kept) / sizeof(kept[0]) + 3];
	size_t count = sizeof(kept) / sizeof(kept[0]);
	int r;

	memcpy(all, kept, sizeof(kept));
	if (needs & SANDBOX_NEEDS_PROBES)
		all[count++] = CAP_SYS_ADMIN; /* perf_uprobe_event_init() asks for it */
	/* A container has this one by default, and for reading it stands in for the other. */
	if (!capng_have_capability(CAPNG_EFFECTIVE, CAP_DAC_READ_SEARCH))
		all[count++] = CAP_DAC_OVERRIDE;
	if (needs & SANDBOX_NEEDS_FOLDERS)
		all[count++] = CAP_DAC_OVERRIDE;
	r = give_up_capabilities(all, count);

	if (r < 0)
		return r;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return refuse_system_calls();
}
