#include "probe/name_lookup.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void take(struct name_lookup *l, const struct sockaddr *sa)
{
	const struct sockaddr_in6 *v6 =
		(const struct sockaddr_in6 *)(const void *)sa;
	const struct sockaddr_in *v4 =
		(const struct sockaddr_in *)(const void *)sa;
	struct name_lookup_address *to = &l->addresses[l->count];

	if (l->count == NAME_LOOKUP_ADDRESSES)
		return;

	if (sa->sa_family == AF_INET) {
		to->address.bytes[10] = to->address.bytes[11] = 0xff;
		memcpy(to->address.bytes + 12, &v4->sin_addr, 4);
	} else if (sa->sa_family == AF_INET6) {
		to->address = address_v6(v6->sin6_addr.s6_addr);
		to->scope = v6->sin6_scope_id;
	} else {
		return;
	}
	l->count++;
}

static void resolve(struct name_lookup *ret, const char *host,
		    const struct addrinfo *hints)
{
	struct addrinfo *list = NULL;

	memset(ret, 0, sizeof(*ret));
	ret->gai = getaddrinfo(host, NULL, hints, &list);
	ret->err = ret->gai == EAI_SYSTEM ? errno : 0;
	ret->is_over = true;
	if (ret->gai)
		return;

	for (const struct addrinfo *ai = list; ai; ai = ai->ai_next)
		take(ret, ai->ai_addr);
	freeaddrinfo(list);
}

bool name_lookup_literal(struct name_lookup *ret, const char *host)
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST,
					.ai_socktype = SOCK_STREAM };

	resolve(ret, host, &hints);
	return !ret->gai;
}

/* In the child: answers through the pipe, or dies with its parent. */
__attribute__((noreturn)) static void answer(int fd, const char *host,
					     const struct addrinfo *hints)
{
	struct name_lookup l;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGTERM, SIG_DFL);
	resolve(&l, host, hints);
	/* It fits into the pipe, so it is written whole. */
	_exit(write(fd, &l, sizeof(l)) == (ssize_t)sizeof(l) ? 0 : 1);
}

int name_lookup_start(struct name_lookup_process *ret, const char *host,
		      int family, int type)
{
	const struct addrinfo hints = { .ai_flags = AI_ADDRCONFIG,
					.ai_family = family,
					.ai_socktype = type };
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;

	pid = fork();
	if (pid < 0) {
		int err = -errno;

		(void)close(ends[0]);
		(void)close(ends[1]);
		return err;
	}
	if (!pid)
		answer(ends[1], host, &hints);

	(void)close(ends[1]);
	*ret = (struct name_lookup_process){ .pid = pid, .fd = ends[0] };
	return 0;
}

int name_lookup_read(struct name_lookup *ret,
		     const struct name_lookup_process *l)
{
	struct name_lookup got;
	ssize_t n;

	do
		n = read(l->fd, &got, sizeof(got));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	/* It died: a module of the name service crashed, or was killed. */
	if (n != (ssize_t)sizeof(got))
		got = (struct name_lookup){ .is_over = true, .gai = EAI_FAIL };

	*ret = got;
	return 0;
}

void name_lookup_stop(struct name_lookup_process *l)
{
	if (!l->pid)
		return;

	(void)kill(l->pid, SIGKILL);
	while (waitpid(l->pid, NULL, 0) < 0 && errno == EINTR)
		;
	l->pid = 0;
}
