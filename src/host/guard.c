#include "host/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/audit_log.h"
#include "host/cgroup_bpf.h"
#include "host/egress.h"
#include "host/owners.h"
#include "host/processes.h"
#include "host/reader_direct.h"
#include "host/security.h"
#include "host/socket_options.h"
#include "host/tc.h"
#include "host/unit_state.h"
#include "host/xdp_code.h"

enum { FILE_MOST = 16 << 20, TREE = FNM_LEADING_DIR, ANY_DEPTH = 1 << 24 };

enum {
	FILES = 1 << READER_FILE,
	NAMES = 1 << READER_NAMES,
	LINKS = 1 << READER_LINKS | NAMES,
	LINK = 1 << READER_LINK,
	STATUS = 1 << READER_STATUS,
	ALL = FILES | LINKS | LINK | STATUS,
};

enum openness {
	FOR_ALL, /* only what every user may read */
	FOR_US,
};

#define PROCESS "/proc/@(self|thread-self|+([0-9]))"

struct place {
	const char *pattern; /* fnmatch(3), with its extensions */
	int flags;           /* TREE: and all below; ANY_DEPTH: * is any path */
	unsigned kinds;
	enum openness openness;
};

/* The secrets and the traps among what the places would allow. Reading a
 * channel of rpc takes what was meant for a daemon. */
static const struct place denied[] = {
	{ "/proc/sys/net/ipv4/tcp_fastopen_key", 0, ALL, FOR_US },
	{ "/proc/sys/net/ipv6/conf/*/stable_secret", 0, ALL, FOR_US },
	{ "/proc/net/rpc", TREE, ALL, FOR_US },
	{ PROCESS "/net/rpc", TREE, ALL, FOR_US },
	{ "/run/@(user|secrets|credentials)", TREE, ALL, FOR_US },
};

/* The first that fits decides. */
static const struct place places[] = {
	{ "/proc", 0, NAMES, FOR_US },
	{ "/proc/@(cmdline|config.gz|cpuinfo|devices|filesystems|interrupts)",
	  0, FILES, FOR_US },
	{ "/proc/@(kallsyms|loadavg|locks|meminfo|modules|mounts|softirqs)", 0,
	  FILES, FOR_US },
	{ "/proc/@(stat|uptime|version|vmstat)", 0, FILES, FOR_US },
	{ "/proc/@(net|sys)", TREE, FILES | NAMES | STATUS, FOR_US },
	{ "/proc/@(self|thread-self)", 0, LINK, FOR_US },
	{ PROCESS, 0, STATUS, FOR_US },
	{ PROCESS "/@(attr|fdinfo|net)", TREE, FILES | NAMES, FOR_US },
	{ PROCESS "/@(cgroup|cmdline|comm|gid_map|limits|loginuid|maps)", 0,
	  FILES, FOR_US },
	{ PROCESS "/@(mountinfo|mounts|sched|stack|stat|statm|status)", 0,
	  FILES, FOR_US },
	{ PROCESS "/@(syscall|uid_map|wchan)", 0, FILES, FOR_US },
	{ PROCESS "/@(fd|ns)", 0, LINKS, FOR_US },
	{ PROCESS "/task", 0, NAMES, FOR_US },
	{ PROCESS "/fd/*", 0, LINK, FOR_US },
	{ PROCESS "/@(cwd|exe|root)", 0, LINK | STATUS, FOR_US },
	{ PROCESS "/ns/*", 0, LINK | STATUS, FOR_US },
	{ "/sys/class/net", TREE, ALL, FOR_US },
	{ "/sys/devices/*/net/*", ANY_DEPTH, ALL, FOR_US },
	{ "/sys/fs/@(bpf|cgroup|selinux)", TREE, ALL, FOR_US },
	{ "/sys/kernel/@(btf|security)", TREE, ALL, FOR_US },
	{ "/sys/module", TREE, ALL, FOR_US },
	{ "/etc/hosts.@(allow|deny)", 0, ALL, FOR_US },
	{ "/etc/@(inetd|nftables|xinetd).conf", 0, ALL, FOR_US },
	{ "/etc/@(apf|csf|firewalld|iptables|nftables|shorewall|shorewall6)",
	  TREE, ALL, FOR_US },
	{ "/etc/@(inetd.d|ufw|xinetd.d)", TREE, ALL, FOR_US },
	{ "/etc/ssh/sshd_config", 0, ALL, FOR_US },
	{ "/etc/ssh/sshd_config.d", TREE, ALL, FOR_US },
	{ "/etc/sysconfig/@(ip|ip6|eb|arp)tables*", 0, ALL, FOR_US },
	{ "/etc/sysconfig/@(ipset|nftables)*", 0, ALL, FOR_US },
	{ "/@(etc|run)", TREE, ALL, FOR_ALL },
	{ "/usr/@(lib|lib32|lib64|bin|sbin|libexec|share)", TREE, ALL,
	  FOR_ALL },
	{ "/usr/local/@(etc|lib|bin|sbin|libexec)", TREE, ALL, FOR_ALL },
	{ "/@(lib|lib32|lib64|bin|sbin)", TREE, ALL, FOR_ALL },
};

static bool fits(const struct place *p, const char *path)
{
	int flags = FNM_EXTMATCH;

	if (!(p->flags & ANY_DEPTH))
		flags |= FNM_PATHNAME;

	return fnmatch(p->pattern, path, flags | (p->flags & TREE)) == 0;
}

/* Steps back would make a path of one place one of another. */
static bool is_plain(const char *path)
{
	const char *s = path;

	if (*path != '/' || strlen(path) >= PATH_MAX)
		return false;

	while ((s = strstr(s, "/.")) != NULL) {
		s += 2;
		if (*s == '.')
			s++;
		if (!*s || *s == '/')
			return false;
	}

	return true;
}

static const struct place *place_of(enum reader_kind kind, const char *path)
{
	if (!is_plain(path))
		return NULL;

	for (size_t i = 0; i < sizeof(denied) / sizeof(*denied); i++)
		if (fits(&denied[i], path))
			return NULL;

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (places[i].kinds >> kind & 1 && fits(&places[i], path))
			return &places[i];

	return NULL;
}

bool guard_allows_path(enum reader_kind kind, const char *path)
{
	return kind != READER_NETLINK && kind < READER_NOTE &&
	       place_of(kind, path);
}

bool guard_allows_namespace(const char *path)
{
	static const struct place names[] = {
		{ PROCESS "/ns/net", 0, 0, FOR_US },
		{ "/run/netns/*", 0, 0, FOR_US },
	};

	return is_plain(path) &&
	       (fits(&names[0], path) || fits(&names[1], path));
}

/* The way to a file that is open already, by whatever name it has. */
struct self_path {
	char text[32];
};

static struct self_path self_path(int fd)
{
	struct self_path p;

	(void)snprintf(p.text, sizeof(p.text), "/proc/self/fd/%d", fd);
	return p;
}

/* What it is after all, judged as if that had been asked for. */
static int judge(enum reader_kind kind, int fd, struct stat *st)
{
	char path[PATH_MAX];
	ssize_t len = readlink(self_path(fd).text, path, sizeof(path) - 1);
	const struct place *p;

	if (len < 0)
		return -errno;

	path[len] = '\0';
	p = place_of(kind, path);
	if (!p)
		return -EACCES;
	if (fstat(fd, st))
		return -errno;
	if (S_ISLNK(st->st_mode) || p->openness == FOR_US)
		return 0;

	return st->st_mode & S_IROTH ? 0 : -EACCES;
}

/* Nothing is opened for reading before it is known what it is. */
static int look_up(enum reader_kind kind, const char *path, struct stat *st)
{
	int flags = O_PATH | O_CLOEXEC;
	int fd, error;

	if (kind == READER_LINK)
		flags |= O_NOFOLLOW;
	fd = open(path, flags);
	if (fd < 0)
		return -errno;

	error = judge(kind, fd, st);
	if (!error)
		return fd;

	(void)close(fd);
	return error;
}

/* Of the same file, now for reading. */
static int reopen(int fd, int flags)
{
	int again = open(self_path(fd).text,
			 O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | flags);

	if (again < 0)
		return -errno;

	return again;
}

static int read_file(int fd, const struct stat *st, size_t most,
		     struct text *ret)
{
	int again, error;

	if (!S_ISREG(st->st_mode))
		return -EINVAL;

	again = reopen(fd, 0);
	if (again < 0)
		return again;

	error = reader_direct_content(again,
				      most < FILE_MOST ? most : FILE_MOST, ret);
	(void)close(again);
	return error;
}

static int read_entries(int fd, bool with_links, struct text *ret)
{
	int again = reopen(fd, O_DIRECTORY);

	return again < 0 ? again
			 : reader_direct_entries(again, with_links, ret);
}

static int read_link(int fd, struct text *ret)
{
	char to[PATH_MAX];
	ssize_t len = readlinkat(fd, "", to, sizeof(to));

	if (len < 0)
		return errno == ENOENT ? -EINVAL : -errno;

	text_bytes(ret, to, (size_t)len);
	return 0;
}

/* Where /proc/PID/exe leads is none of our places, and only its status is told. */
static int read_status(const struct reader_question *q, struct text *ret)
{
	struct stat st;
	int fd;

	if (fnmatch(PROCESS "/@(cwd|exe|root|ns/*)", q->path, FNM_EXTMATCH) ==
	    0) {
		if (stat(q->path, &st))
			return -errno;
	} else {
		fd = look_up(q->kind, q->path, &st);
		if (fd < 0)
			return fd;
		(void)close(fd);
	}

	reader_direct_status(&st, ret);
	return 0;
}

static int read_path(const struct reader_question *q, struct text *ret)
{
	struct stat st = { .st_mode = 0 };
	int error = -EACCES;
	int fd;

	if (q->kind == READER_STATUS)
		return read_status(q, ret);

	fd = look_up(q->kind, q->path, &st);
	if (fd < 0)
		return fd;

	if (q->kind == READER_FILE)
		error = read_file(fd, &st, q->most, ret);
	if (q->kind == READER_NAMES || q->kind == READER_LINKS)
		error = read_entries(fd, q->kind == READER_LINKS, ret);
	if (q->kind == READER_LINK)
		error = read_link(fd, ret);
	(void)close(fd);
	return error;
}

static int ask_netlink(const struct reader_question *q, struct text *ret)
{
	char generic[GENERIC_NAME] = "";
	int error = 0;

	if (*q->path && !guard_allows_namespace(q->path))
		return -EACCES;
	if (q->len < sizeof(struct nlmsghdr) || q->len > READER_REQUEST_MOST)
		return -EINVAL;

	if (q->family == NETLINK_GENERIC)
		error = reader_direct_generic(q, generic);
	if (error)
		return error;

	return guard_netlink_allows(q->family, generic, q->request, q->len)
		       ? reader_direct_netlink(q, ret)
		       : -EACCES;
}

/* By how the key begins; the rest of it is what is asked of. */
static const struct {
	const char *begin;
	int (*answer)(const char *rest, struct text *ret);
} notes[] = {
	{ "cgroup-bpf /", cgroup_bpf_answer },
	{ "bpf-code ", xdp_code_answer },
	{ "bpf-lsm-programs", cgroup_bpf_answer_security },
	{ "cgroup-bpf-id ", cgroup_bpf_answer_id },
	{ "bpf-netfilter-links", cgroup_bpf_answer_netfilter },
	{ "socket-options ", socket_options_answer },
	{ "tcx ", tc_answer },
	{ "tcx-egress ", egress_answer },
	{ "lsm-modules", security_answer },
	{ "socket-owners", owners_answer },
	{ "processes ", processes_answer },
	{ "audit-denials", audit_log_answer },
	{ "unit-states ", unit_state_answer },
	{ "failed-units", unit_state_answer_failed },
};

static int answer_note(const struct reader_question *q, struct text *ret)
{
	const char *rest = strchr(q->path, ' ');

	rest = rest ? rest + 1 : "/";
	if (*rest == '/' && !is_plain(rest) && rest[1])
		return -EACCES;
	for (size_t i = 0; i < sizeof(notes) / sizeof(*notes); i++)
		if (!strncmp(q->path, notes[i].begin, strlen(notes[i].begin)))
			return notes[i].answer(rest, ret);

	return -EACCES;
}

static int ask(struct reader *r, const struct reader_question *q,
	       struct text *answer)
{
	(void)r;
	if (q->kind == READER_NETLINK)
		return ask_netlink(q, answer);
	if (q->kind == READER_NOTE)
		return answer_note(q, answer);
	if (!guard_allows_path(q->kind, q->path))
		return -EACCES;

	return read_path(q, answer);
}

struct reader *guard_reader(void)
{
	static struct reader guard = { .ask = ask };

	return &guard;
}
