#include "host/security.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "host/reader.h"

/* linux/lsm.h and the system calls are newer than many a libc's headers. */
enum {
	CALL_LSM_LIST_MODULES = 461,
	CALL_LANDLOCK_CREATE_RULESET = 444,
	LANDLOCK_VERSION = 1,
	LANDLOCK_KNOWS_TCP = 4, /* ABI */
	LIST_MOST = 32,
	FILE_BYTES = 65536,
};

static const struct {
	uint64_t id; /* LSM_ID_* */
	const char *name;
} modules[SECURITY_MODULES] = {
	[SECURITY_SELINUX] = { 101, "selinux" },
	[SECURITY_SMACK] = { 102, "smack" },
	[SECURITY_TOMOYO] = { 103, "tomoyo" },
	[SECURITY_APPARMOR] = { 104, "apparmor" },
	[SECURITY_BPF] = { 109, "bpf" },
	[SECURITY_LANDLOCK] = { 110, "landlock" },
};

static bool is_in_list(const char *list, const char *name)
{
	size_t len = strlen(name);

	while (*list) {
		size_t word = strcspn(list, ",\n");

		if (word == len && !strncmp(list, name, len))
			return true;
		list += word;
		list += *list != 0;
	}

	return false;
}

/* How many there are. */
static int list_ids(void *context, void *ret, size_t size)
{
	uint32_t bytes = (uint32_t)size;
	long count;

	(void)context;
	memset(ret, 0, size);
	count = syscall(CALL_LSM_LIST_MODULES, ret, &bytes, 0);
	return count < 0 ? -errno : (int)count;
}

int security_answer(const char *none, struct text *ret)
{
	uint64_t ids[LIST_MOST];
	int count = list_ids(NULL, ids, sizeof(ids));

	(void)none;
	text_bytes(ret, ids, sizeof(ids));
	return count;
}

/* By the system call (Linux 6.8), else by securityfs; else all are unknown. */
static void list_modules(struct security *s)
{
	uint64_t ids[LIST_MOST];
	int count =
		reader_value("lsm-modules", list_ids, NULL, ids, sizeof(ids));
	struct text t = TEXT_NULL;
	bool has_list = count < 0 && !reader_file("/sys/kernel/security/lsm",
						  FILE_BYTES, &t);

	for (int m = 0; m < SECURITY_MODULES; m++) {
		bool is_on = has_list &&
			     is_in_list(text_string(&t), modules[m].name);

		for (int i = 0; i < count && i < LIST_MOST; i++)
			is_on = is_on || ids[i] == modules[m].id;
		if (is_on)
			s->state[m] = SECURITY_ON;
		else if (has_list || count >= 0)
			s->state[m] = SECURITY_OFF;
	}
	text_done(&t);
}

static bool begins(const char *path, const char *word)
{
	struct text t = TEXT_NULL;
	bool does = !reader_file(path, FILE_BYTES, &t) &&
		    !strncmp(text_string(&t), word, strlen(word));

	text_done(&t);
	return does;
}

static void read_selinux(struct security *s)
{
	if (begins("/sys/fs/selinux/enforce", "0"))
		s->state[SECURITY_SELINUX] = SECURITY_OFF;
	else if (begins("/sys/fs/selinux/enforce", "1"))
		s->state[SECURITY_SELINUX] = SECURITY_ON;
}

static void read_apparmor(struct security *s)
{
	if (s->state[SECURITY_APPARMOR] == SECURITY_ON &&
	    (begins("/proc/self/attr/apparmor/current", "unconfined") ||
	     begins("/proc/self/attr/current", "unconfined\n")))
		s->state[SECURITY_APPARMOR] = SECURITY_OFF;
}

static int landlock_version(void *context)
{
	long version = syscall(CALL_LANDLOCK_CREATE_RULESET, NULL, 0,
			       LANDLOCK_VERSION);

	(void)context;
	return version < 0 ? -errno : (int)version;
}

static void read_landlock(struct security *s)
{
	int version = reader_number("landlock-version", landlock_version, NULL);

	/* A filter may refuse the question itself. */
	if (version < 0 && version != -ENOSYS && version != -EOPNOTSUPP)
		return;
	if (version < LANDLOCK_KNOWS_TCP)
		s->state[SECURITY_LANDLOCK] = SECURITY_OFF;
	else if (s->state[SECURITY_LANDLOCK] == SECURITY_UNKNOWN)
		s->state[SECURITY_LANDLOCK] = SECURITY_ON;
}

void security_read(struct security *ret)
{
	struct text t = TEXT_NULL;
	const char *line;

	*ret = (struct security){ .has_seccomp = true };
	list_modules(ret);
	read_selinux(ret);
	read_apparmor(ret);
	read_landlock(ret);
	if (!reader_file("/proc/self/status", FILE_BYTES, &t)) {
		line = strstr(text_string(&t), "\nSeccomp:\t");
		ret->has_seccomp = !line || line[10] != '0';
	}
	text_done(&t);
}

static int try_connect(const struct sockaddr *address, socklen_t len)
{
	int fd = socket(address->sa_family == AF_UNSPEC ? AF_INET
							: address->sa_family,
			SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int error = 0;

	if (fd < 0)
		return -errno;
	if (connect(fd, address, len))
		error = -errno;
	(void)close(fd);
	return error;
}

struct trying {
	int family;
	uint16_t port;
};

static int try_all_hosts(void *context)
{
	const struct trying *t = context;
	uint16_t port = t->port;
	struct sockaddr_in v4 = {
		.sin_family = AF_INET,
		.sin_port = (in_port_t)(port << 8 | port >> 8),
		.sin_addr = { 0xffffffff },
	};
	struct sockaddr_in6 v6 = {
		.sin6_family = AF_INET6,
		.sin6_port = v4.sin_port,
		.sin6_addr = { { { 0xff, 0x01, [15] = 1 } } },
		.sin6_scope_id = 1,
	};

	if (t->family == AF_INET)
		return try_connect((struct sockaddr *)&v4, sizeof(v4));

	return try_connect((struct sockaddr *)&v6, sizeof(v6));
}

int security_denies(int family, uint16_t port)
{
	struct trying t = { family, port };
	struct text key = TEXT_NULL;
	int error;

	text_format(&key, "connect-all-hosts %d %u", family, port);
	error = reader_number(text_string(&key), try_all_hosts, &t);
	text_done(&key);
	/* tcp_v4_connect() and tcp_v6_connect() give ENETUNREACH there. */
	if (error == -ENETUNREACH || error == -EHOSTUNREACH)
		return 0;
	if (error == -EACCES)
		return 1;

	return error ? error : -EIO;
}

static int try_no_address(void *context)
{
	const struct sockaddr none = { .sa_family = AF_UNSPEC };

	(void)context;
	return try_connect(&none, sizeof(none));
}

bool security_forbids_call(void)
{
	int error = reader_number("connect-unspecified", try_no_address, NULL);

	return error == -EPERM || error == -EACCES || error == -ENOSYS;
}
