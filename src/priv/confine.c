#include "priv/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

/* Whatever the arguments. A name that this machine's architecture or libseccomp
 * does not know is passed over. */
static const char *const allowed[] = {
	/* Descriptors that are there, and time. */
	"_llseek",
	"alarm",
	/* Whether the clock is kept; to set it takes CAP_SYS_TIME. */
	"adjtimex",
	"clock_adjtime",
	"clock_adjtime64",
	"clock_getres",
	"clock_getres_time64",
	"clock_gettime",
	"clock_gettime64",
	"clock_nanosleep",
	"clock_nanosleep_time64",
	"close",
	"close_range",
	"dup",
	"dup2",
	"dup3",
	"epoll_create",
	"epoll_create1",
	"epoll_ctl",
	"epoll_pwait",
	"epoll_pwait2",
	"epoll_wait",
	"eventfd2",
	"fadvise64",
	"fadvise64_64",
	"fallocate",
	"fcntl",
	"fcntl64",
	"fdatasync",
	"flock",
	"fstat",
	"fstat64",
	"fstatfs",
	"fstatfs64",
	"fsync",
	"ftruncate",
	"ftruncate64",
	"getdents",
	"getdents64",
	"getitimer",
	"gettimeofday",
	"lseek",
	"nanosleep",
	"newfstatat",
	"pipe",
	"pipe2",
	"poll",
	"ppoll",
	"ppoll_time64",
	"pread64",
	"preadv",
	"preadv2",
	"pselect6",
	"pselect6_time64",
	"pwrite64",
	"pwritev",
	"read",
	"readv",
	"select",
	"_newselect",
	"sendfile",
	"sendfile64",
	"setitimer",
	"signalfd4",
	"time",
	"timerfd_create",
	"timerfd_gettime",
	"timerfd_settime",
	"times",
	"write",
	"writev",
	/* What files are. */
	"access",
	"faccessat",
	"faccessat2",
	"fstatat64",
	"getcwd",
	"lstat",
	"lstat64",
	"readlink",
	"readlinkat",
	"stat",
	"stat64",
	"statfs",
	"statfs64",
	"statx",
	"umask",
	/* Sockets, once they are made. */
	"bind",
	"connect",
	"getpeername",
	"getsockname",
	"getsockopt",
	"recvfrom",
	"recvmmsg",
	"recvmmsg_time64",
	"recvmsg",
	"send",
	"recv",
	"sendmmsg",
	"sendmsg",
	"sendto",
	"setsockopt",
	"shutdown",
	"socketpair",
	/* Memory. */
	"brk",
	"madvise",
	"membarrier",
	"memfd_create",
	"mincore",
	"mremap",
	"msync",
	"munmap",
	/* Itself and its children. */
	"arch_prctl",
	"capget",
	"exit",
	"exit_group",
	"fork",
	"futex",
	"futex_time64",
	"get_robust_list",
	"getcpu",
	"getegid",
	"getegid32",
	"geteuid",
	"geteuid32",
	"getgid",
	"getgid32",
	"getgroups",
	"getgroups32",
	"getpgid",
	"getpgrp",
	"getpid",
	"getppid",
	"getpriority",
	"getrandom",
	"getresgid",
	"getresgid32",
	"getresuid",
	"getresuid32",
	"getrlimit",
	"getrusage",
	"getsid",
	"gettid",
	"getuid",
	"getuid32",
	"kill",
	"pause",
	"restart_syscall",
	"rseq",
	"rt_sigaction",
	"rt_sigpending",
	"rt_sigprocmask",
	"rt_sigreturn",
	"rt_sigsuspend",
	"rt_sigtimedwait",
	"sched_getaffinity",
	"sched_getparam",
	"sched_getscheduler",
	"sched_yield",
	"set_robust_list",
	"set_thread_area",
	"set_tid_address",
	"sigaltstack",
	"sigreturn",
	"sysinfo",
	"tgkill",
	"ugetrlimit",
	"uname",
	"vfork",
	"wait4",
	"waitid",
	"waitpid",
#ifdef __SANITIZE_ADDRESS__
	"ptrace",
	"sched_setaffinity",
#endif
};

/* Libraries try these first, and do without where a kernel has none. */
static const char *const unknown[] = { "clone3", "openat2", "futex_waitv" };

/* Newer calls than those that libseccomp knows: the same. */
enum { NEWER_FROM = 451, NEWER_TO = 600 };

/* Allowed if the argument, as far as the mask goes, is that. */
struct argument {
	const char *name;
	unsigned at;
	uint64_t mask, value;
};

#define WRITING (O_ACCMODE | O_CREAT | O_TRUNC)
#define NAMESPACES                                                             \
	(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |           \
	 CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP)
#ifdef __s390x__
enum { CLONE_FLAGS = 1 };
#else
enum { CLONE_FLAGS = 0 };
#endif

static const struct argument arguments[] = {
	{ "open", 1, WRITING, O_RDONLY },
	{ "openat", 2, WRITING, O_RDONLY },
	{ "clone", CLONE_FLAGS, NAMESPACES, 0 },
	{ "mprotect", 2, PROT_EXEC, 0 },
	{ "mmap", 2, PROT_EXEC, 0 },
	{ "mmap2", 2, PROT_EXEC, 0 },
	{ "socket", 0, UINT32_MAX, AF_INET },
	{ "socket", 0, UINT32_MAX, AF_INET6 },
	{ "prctl", 0, UINT32_MAX, PR_SET_PDEATHSIG },
	{ "prctl", 0, UINT32_MAX, PR_SET_NAME },
	{ "prctl", 0, UINT32_MAX, PR_GET_NAME },
	{ "prctl", 0, UINT32_MAX, PR_GET_DUMPABLE },
	{ "prctl", 0, UINT32_MAX, PR_SET_NO_NEW_PRIVS },
#ifdef __SANITIZE_ADDRESS__
	{ "prctl", 0, UINT32_MAX, PR_SET_DUMPABLE },
	{ "prctl", 0, UINT32_MAX, PR_SET_PTRACER },
#endif
	/* To read a limit, not to set one. */
	{ "prlimit64", 2, UINT64_MAX, 0 },
	{ "ioctl", 1, UINT32_MAX, TIOCGWINSZ },
	{ "ioctl", 1, UINT32_MAX, TCGETS },
	{ "ioctl", 1, UINT32_MAX, FIONREAD },
	{ "ioctl", 1, UINT32_MAX, FIONBIO },
	{ "ioctl", 1, UINT32_MAX, SIOCOUTQ },
	{ "ioctl", 1, UINT32_MAX, SIOCGIFNAME },
	{ "ioctl", 1, UINT32_MAX, SIOCGIFINDEX },
};

static int add(scmp_filter_ctx f, uint32_t action, const char *name,
	       const struct scmp_arg_cmp *args, unsigned count)
{
	int number = seccomp_syscall_resolve_name(name);

	if (number == __NR_SCMP_ERROR)
		return 0;

	return seccomp_rule_add_array(f, action, number, count, args);
}

static int add_names(scmp_filter_ctx f, uint32_t action,
		     const char *const *names, size_t count)
{
	int error = 0;

	for (size_t i = 0; i < count && !error; i++)
		error = add(f, action, names[i], NULL, 0);

	return error;
}

static int add_arguments(scmp_filter_ctx f)
{
	int error = 0;

	for (size_t i = 0; i < sizeof(arguments) / sizeof(*arguments); i++) {
		const struct argument *a = &arguments[i];
		const struct scmp_arg_cmp is = SCMP_CMP64(
			a->at, SCMP_CMP_MASKED_EQ, a->mask, a->value);

		error = add(f, SCMP_ACT_ALLOW, a->name, &is, 1);
		if (error)
			break;
	}

	return error;
}

/* A library that is loaded late, and getaddrinfo()'s question for what addresses
 * this host has. */
static int add_pairs(scmp_filter_ctx f)
{
	static const char *const maps[] = { "mmap", "mmap2" };
	const struct scmp_arg_cmp library[] = {
		SCMP_A2_64(SCMP_CMP_MASKED_EQ, PROT_EXEC | PROT_WRITE,
			   PROT_EXEC),
		SCMP_A3_64(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, 0),
	};
	const struct scmp_arg_cmp routes[] = {
		SCMP_A0_64(SCMP_CMP_EQ, AF_NETLINK),
		SCMP_A2_64(SCMP_CMP_EQ, NETLINK_ROUTE),
	};
	int error = add(f, SCMP_ACT_ALLOW, "socket", routes, 2);

	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps) && !error; i++)
		error = add(f, SCMP_ACT_ALLOW, maps[i], library, 2);

	return error;
}

static int add_unknown(scmp_filter_ctx f)
{
	const uint32_t absent = SCMP_ACT_ERRNO(ENOSYS);
	int error = add_names(f, absent, unknown,
			      sizeof(unknown) / sizeof(*unknown));

	for (int number = NEWER_FROM; number <= NEWER_TO && !error; number++)
		error = seccomp_rule_add_array(f, absent, number, 0, NULL);

	return error;
}

int confine_enter(void)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(EACCES));
	int error;

	if (!f)
		return -ENOMEM;

	(void)seccomp_attr_set(f, SCMP_FLTATR_API_SYSRAWRC, 1);
	error = add_names(f, SCMP_ACT_ALLOW, allowed,
			  sizeof(allowed) / sizeof(*allowed));
	if (!error)
		error = add_arguments(f);
	if (!error)
		error = add_pairs(f);
	if (!error)
		error = add_unknown(f);
	/* It sets no_new_privs as well. */
	if (!error)
		error = seccomp_load(f);
	seccomp_release(f);
	return error;
}
