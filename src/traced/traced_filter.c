#include <errno.h>
#include <limits.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "traced/traced_inside.h"

/*
 * Which calls stop the program. Where an argument tells that a call is none of
 * our business, the kernel sorts it out: only sockets for the internet, only
 * getsockopt() for SO_ERROR, only sendto() with an address.
 */
enum { ANY_ARGUMENT = -1 };

static const struct row {
	enum stop stop;
	const char *name;
	bool is_filtered; /* stops by itself, not only while all calls do */
	int argument;     /* that has to have this value, or ANY_ARGUMENT */
	uint64_t value;
} rows[] = {
	{ STOP_SOCKET, "socket", true, 0, AF_INET },
	{ STOP_SOCKET, "socket", true, 0, AF_INET6 },
	{ STOP_BIND, "bind", true, ANY_ARGUMENT, 0 },
	{ STOP_CONNECT, "connect", true, ANY_ARGUMENT, 0 },
	{ STOP_SENDMSG, "sendmsg", true, ANY_ARGUMENT, 0 },
	{ STOP_SENDMMSG, "sendmmsg", true, ANY_ARGUMENT, 0 },
	{ STOP_GETSOCKOPT, "getsockopt", true, 2, SO_ERROR },
	{ STOP_URING, "io_uring_setup", true, ANY_ARGUMENT, 0 },
	{ STOP_SECCOMP, "seccomp", true, ANY_ARGUMENT, 0 },
	{ STOP_PRCTL, "prctl", true, 0, PR_SET_SECCOMP },
	{ STOP_LANDLOCK_NEW, "landlock_create_ruleset", true, ANY_ARGUMENT, 0 },
	{ STOP_LANDLOCK_ADD, "landlock_add_rule", true, ANY_ARGUMENT, 0 },
	{ STOP_LANDLOCK_ENTER, "landlock_restrict_self", true, ANY_ARGUMENT,
	  0 },
	{ STOP_SEND, "send", false, ANY_ARGUMENT, 0 },
	{ STOP_WRITE, "write", false, ANY_ARGUMENT, 0 },
	{ STOP_READ, "read", false, ANY_ARGUMENT, 0 },
	{ STOP_RECVFROM, "recvfrom", false, ANY_ARGUMENT, 0 },
	{ STOP_RECVMSG, "recvmsg", false, ANY_ARGUMENT, 0 },
	{ STOP_CLOSE, "close", false, ANY_ARGUMENT, 0 },
};

static int add(scmp_filter_ctx f, const struct row *r)
{
	int number = seccomp_syscall_resolve_name(r->name);
	struct scmp_arg_cmp c =
		SCMP_CMP64((unsigned)r->argument, SCMP_CMP_EQ, r->value);

	if (number == __NR_SCMP_ERROR)
		return 0; /* libseccomp does not know it yet */
	if (r->argument == ANY_ARGUMENT)
		return seccomp_rule_add_array(f, SCMP_ACT_TRACE(0), number, 0,
					      NULL);

	return seccomp_rule_add_array(f, SCMP_ACT_TRACE(0), number, 1, &c);
}

/* The program's 32-bit kin, where the kernel runs it. What cannot be added is
 * not looked at. */
static void add_kin(scmp_filter_ctx f)
{
#if defined(__x86_64__)
	(void)seccomp_arch_add(f, SCMP_ARCH_X86);
#elif defined(__aarch64__)
	(void)seccomp_arch_add(f, SCMP_ARCH_ARM);
#else
	(void)f;
#endif
}

static int fill(scmp_filter_ctx f, bool is_privileged)
{
	struct scmp_arg_cmp has_address =
		SCMP_CMP64(4, SCMP_CMP_NE, (uint64_t)0);
	int err = seccomp_attr_set(f, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ALLOW);

	if (!err)
		err = seccomp_attr_set(f, SCMP_FLTATR_CTL_NNP, !is_privileged);
	add_kin(f);
	for (size_t i = 0; !err && i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].is_filtered)
			err = add(f, &rows[i]);
	if (!err)
		err = seccomp_rule_add_array(
			f, SCMP_ACT_TRACE(0),
			seccomp_syscall_resolve_name("sendto"), 1,
			&has_address);
	return err;
}

int traced_filter_load(bool is_privileged)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
	int err = f ? fill(f, is_privileged) : -ENOMEM;

	if (!err)
		err = seccomp_load(f);
	seccomp_release(f);
	return err;
}

/* By its name: of the calls that some architectures have twice, resolving a
 * name gives but one number. */
enum stop traced_filter_stop(uint32_t arch, uint64_t number)
{
	char *name =
		number < INT_MAX
			? seccomp_syscall_resolve_num_arch(arch, (int)number)
			: NULL;
	enum stop stop = STOP_NONE;

	for (size_t i = 0; name && !stop && i < sizeof(rows) / sizeof(*rows);
	     i++)
		if (!strcmp(rows[i].name, name))
			stop = rows[i].stop;
	if (name && !strcmp(name, "sendto"))
		stop = STOP_SENDTO;
	free(name);
	return stop;
}
