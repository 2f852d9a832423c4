#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/pidfd.h"
#include "traced/traced_inside.h"

/* Newer than many a libc's headers. */
#ifndef SO_COOKIE
#define SO_COOKIE 57
#endif

static int number_of(int fd, int option)
{
	socklen_t len = sizeof(int);
	int value = 0;

	return getsockopt(fd, SOL_SOCKET, option, &value, &len) ? 0 : value;
}

static bool is_zero(const struct address *a)
{
	static const struct address v6;
	struct address v4 = address_v4(0);

	return address_equal(a, &v6) || address_equal(a, &v4);
}

static void local_of(int fd, struct traced_socket *s)
{
	union {
		struct sockaddr sa;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} a = { 0 };

	socklen_t len = sizeof(a);

	if (getsockname(fd, &a.sa, &len))
		return;
	if (a.sa.sa_family == AF_INET) {
		s->local = address_v4(be32toh(a.v4.sin_addr.s_addr));
		s->local_port = be16toh(a.v4.sin_port);
	} else if (a.sa.sa_family == AF_INET6) {
		s->local = address_v6(a.v6.sin6_addr.s6_addr);
		s->local_port = be16toh(a.v6.sin6_port);
	}
	s->has_address = !is_zero(&s->local);
}

static void ask(int fd, struct traced_socket *s)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(s->cookie);
	int flags = fcntl(fd, F_GETFL);

	s->family = number_of(fd, SO_DOMAIN);
	s->type = number_of(fd, SO_TYPE);
	s->protocol = number_of(fd, SO_PROTOCOL);
	if (s->protocol == IPPROTO_MPTCP)
		s->protocol = IPPROTO_TCP;
	s->mark = (uint32_t)number_of(fd, SO_MARK);
	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &s->cookie, &len))
		s->cookie = 0;
	len = sizeof(s->device);
	if (getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, s->device, &len))
		s->device[0] = '\0';
	s->is_blocking = flags >= 0 && !(flags & O_NONBLOCK);
	len = sizeof(info);
	if (s->protocol == IPPROTO_TCP && s->type == SOCK_STREAM &&
	    !getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		s->tcp_state = info.tcpi_state;
	local_of(fd, s);
}

int traced_socket_look(pid_t pid, int fd, struct traced_socket *ret)
{
	int own = pidfd_borrow(pid, fd);

	if (own < 0)
		return own;

	*ret = (struct traced_socket){ 0 };
	ask(own, ret);
	(void)close(own);
	return 0;
}

int traced_socket_find(pid_t pid, uint64_t cookie)
{
	char path[48];
	struct dirent *e;
	int found = -1;
	DIR *d;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	d = opendir(path);
	// cppcheck-suppress readdirCalled; RATIONALE: a folder is one caller's
	while (d && found < 0 && (e = readdir(d))) {
		struct traced_socket s;
		char *end;
		int fd = (int)strtol(e->d_name, &end, 10);
		char link[32] = "";

		if (*end || end == e->d_name ||
		    readlinkat(dirfd(d), e->d_name, link, sizeof(link) - 1) <
			    0 ||
		    strncmp(link, "socket:", 7) != 0)
			continue;
		if (!traced_socket_look(pid, fd, &s) && s.cookie == cookie)
			found = fd;
	}
	if (d)
		(void)closedir(d);
	return found;
}

/* The nth number of a line of /proc/PID/status. */
static uint32_t number_at(const char *status, const char *name, int n)
{
	const char *at = strstr(status, name);
	unsigned long value = 0;
	char *end = NULL;

	if (!at)
		return 0;
	at += strlen(name);
	for (int i = 0; i < n; i++) {
		value = strtoul(at, &end, 10);
		at = end;
	}
	return (uint32_t)value;
}

void traced_socket_owner(pid_t tid, struct traced_attempt *a)
{
	enum { STATUS_MOST = 16 * 1024, FILES = 4 };

	struct text status = TEXT_NULL;
	char path[48];
	const char *name;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)tid);
	if (!file_load(&status, path, STATUS_MOST)) {
		const char *s = text_string(&status);

		a->pid = (pid_t)number_at(s, "\nTgid:", 1);
		a->uid = number_at(s, "\nUid:", FILES);
		a->gid = number_at(s, "\nGid:", FILES);
		name = strncmp(s, "Name:\t", 6) ? "" : s + 6;
		(void)snprintf(a->program, sizeof(a->program), "%.*s",
			       (int)strcspn(name, "\n"), name);
	}
	text_done(&status);
}
