#include "priv/needs.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/i18n.h"

/* Newer than many a libc's headers. */
enum { PERFORMANCE = 38, BPF = 39, HIGHEST = 63 };

static const struct need table[] = {
	{ CAP_NET_ADMIN, "CAP_NET_ADMIN",
	  N_("To read the packet filter, connection tracking, IPsec "
	     "policies, and the socket filters of others.") },
	{ CAP_NET_RAW, "CAP_NET_RAW",
	  N_("To capture packets, and to send some that no ordinary socket "
	     "sends.") },
	{ CAP_SYS_PTRACE, "CAP_SYS_PTRACE",
	  N_("To see which process a socket belongs to, and in which network "
	     "namespace it is.") },
	{ CAP_DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH",
	  N_("To read the settings of services and firewalls that are not "
	     "open to all.") },
	{ CAP_SYS_ADMIN, "CAP_SYS_ADMIN",
	  N_("To look into other network namespaces, and at BPF programs "
	     "where the kernel has no CAP_BPF.") },
	{ BPF, "CAP_BPF",
	  N_("To list and name the BPF programs that may drop packets.") },
	{ PERFORMANCE, "CAP_PERFMON",
	  N_("To see where the kernel drops packets.") },
	{ CAP_SYSLOG, "CAP_SYSLOG",
	  N_("To name the place in the kernel where a packet was dropped.") },
	{ CAP_SETUID, "CAP_SETUID",
	  N_("For the process that captures packets to become nobody.") },
	{ CAP_SETGID, "CAP_SETGID",
	  N_("For the process that captures packets to leave root's groups.") },
};

const struct need *needs_at(size_t i)
{
	return i < sizeof(table) / sizeof(*table) ? &table[i] : NULL;
}

struct sets {
	struct __user_cap_data_struct words[2];
};

static int get(struct sets *ret)
{
	struct __user_cap_header_struct h = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};

	return syscall(SYS_capget, &h, ret->words) ? -errno : 0;
}

static int set(const struct sets *s)
{
	struct __user_cap_header_struct h = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};

	return syscall(SYS_capset, &h, s->words) ? -errno : 0;
}

static uint32_t bit_of(int capability)
{
	return (uint32_t)1 << capability % 32;
}

bool needs_has(const struct need *n)
{
	struct sets s;

	return !get(&s) &&
	       s.words[n->capability / 32].effective & bit_of(n->capability);
}

/* The table, or nothing, as masks. */
static void masks(bool is_kept, uint32_t ret[2])
{
	ret[0] = ret[1] = 0;
	for (size_t i = 0; is_kept && needs_at(i); i++)
		ret[table[i].capability / 32] |= bit_of(table[i].capability);
}

/* Needs CAP_SETPCAP; who has not got that keeps them as a bound only. */
static void lower_bound(const uint32_t keep[2])
{
	for (int c = 0; c <= HIGHEST; c++)
		if (!(keep[c / 32] & bit_of(c)))
			(void)prctl(PR_CAPBSET_DROP, c, 0, 0, 0);
}

/* Else exec() would take them away: root has another way. */
static void raise_ambient(const struct sets *s)
{
	for (int c = 0; c <= HIGHEST; c++)
		if (s->words[c / 32].inheritable & bit_of(c))
			(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, c, 0,
				    0);
}

static int reduce(bool is_kept)
{
	bool is_root = geteuid() == 0;
	struct sets s;
	uint32_t keep[2];
	int error;

	masks(is_kept, keep);
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	lower_bound(keep);
	error = get(&s);
	if (error)
		return error;

	for (int i = 0; i < 2; i++) {
		s.words[i].permitted &= keep[i];
		s.words[i].effective = s.words[i].permitted;
		s.words[i].inheritable = is_root ? 0 : s.words[i].permitted;
	}
	error = set(&s);
	if (!error)
		raise_ambient(&s);
	return error;
}

int needs_keep(void)
{
	return reduce(true);
}

int needs_drop(void)
{
	return reduce(false);
}
