#include "host/security.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

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

/* By the system call (Linux 6.8), else by securityfs; else all are unknown. */
static void list_modules(struct security *s)
{
	uint64_t ids[LIST_MOST];
	uint32_t size = sizeof(ids);
	long count = syscall(CALL_LSM_LIST_MODULES, ids, &size, 0);
	struct text t = TEXT_NULL;
	bool has_list = count < 0 &&
			!file_load(&t, "/sys/kernel/security/lsm", FILE_BYTES);

	for (int m = 0; m < SECURITY_MODULES; m++) {
		bool is_on = has_list &&
			     is_in_list(text_string(&t), modules[m].name);

		for (long i = 0; i < count && i < LIST_MOST; i++)
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
	bool does = !file_load(&t, path, FILE_BYTES) &&
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

static void read_landlock(struct security *s)
{
	long version = syscall(CALL_LANDLOCK_CREATE_RULESET, NULL, 0,
			       LANDLOCK_VERSION);

	/* A filter may refuse the question itself. */
	if (version < 0 && errno != ENOSYS && errno != EOPNOTSUPP)
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
	if (!file_load(&t, "/proc/self/status", FILE_BYTES)) {
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

static int try_all_hosts(int family, uint16_t port)
{
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

	if (family == AF_INET)
		return try_connect((struct sockaddr *)&v4, sizeof(v4));

	return try_connect((struct sockaddr *)&v6, sizeof(v6));
}

int security_denies(int family, uint16_t port)
{
	int error = try_all_hosts(family, port);

	/* tcp_v4_connect() and tcp_v6_connect() give ENETUNREACH there. */
	if (error == -ENETUNREACH || error == -EHOSTUNREACH)
		return 0;
	if (error == -EACCES)
		return 1;

	return error ? error : -EIO;
}

bool security_forbids_call(void)
{
	const struct sockaddr none = { .sa_family = AF_UNSPEC };
	int error = try_connect(&none, sizeof(none));

	return error == -EPERM || error == -EACCES || error == -ENOSYS;
}
