#include "probe/local_error.h"

#include <errno.h>

const char *local_error_call(enum knock_stage stage)
{
	static const char *const names[] = {
		[KNOCK_SOCKET] = "socket",
		[KNOCK_BIND] = "bind",
		[KNOCK_CONNECT] = "connect",
	};

	return names[stage];
}

enum fact_kind local_error_fact(enum knock_stage stage, int err)
{
	static const struct {
		enum knock_stage stage;
		int err;
		enum fact_kind fact;
	} rows[] = {
		{ KNOCK_CONNECT, ENETUNREACH, FACT_CONNECT_ENETUNREACH },
		{ KNOCK_CONNECT, ENETDOWN, FACT_CONNECT_ENETUNREACH },
		{ KNOCK_CONNECT, EHOSTUNREACH, FACT_CONNECT_EHOSTUNREACH },
		{ KNOCK_CONNECT, EACCES, FACT_CONNECT_EACCES },
		{ KNOCK_CONNECT, EPERM, FACT_CONNECT_EPERM },
		{ KNOCK_CONNECT, EINVAL, FACT_CONNECT_EINVAL },
		{ KNOCK_CONNECT, EADDRNOTAVAIL, FACT_CONNECT_EADDRNOTAVAIL },
		{ KNOCK_CONNECT, EADDRINUSE, FACT_CONNECT_EADDRINUSE },
		{ KNOCK_CONNECT, EAFNOSUPPORT, FACT_CONNECT_EAFNOSUPPORT },
		{ KNOCK_CONNECT, ENOBUFS, FACT_CONNECT_ENOBUFS },
		{ KNOCK_CONNECT, ENOKEY, FACT_CONNECT_ENOKEY },
		{ KNOCK_CONNECT, EDESTADDRREQ, FACT_CONNECT_ENOKEY },
		{ KNOCK_BIND, EADDRNOTAVAIL, FACT_BIND_EADDRNOTAVAIL },
		{ KNOCK_BIND, EADDRINUSE, FACT_CONNECT_EADDRINUSE },
		{ KNOCK_SOCKET, EMFILE, FACT_CONNECT_EMFILE },
		{ KNOCK_SOCKET, ENFILE, FACT_CONNECT_EMFILE },
		{ KNOCK_SOCKET, ENOBUFS, FACT_CONNECT_ENOBUFS },
		{ KNOCK_SOCKET, EAFNOSUPPORT, FACT_CONNECT_EAFNOSUPPORT },
		{ KNOCK_SOCKET, EACCES, FACT_SOCKET_REFUSED },
		{ KNOCK_SOCKET, EPERM, FACT_SOCKET_REFUSED },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].stage == stage && rows[i].err == err)
			return rows[i].fact;

	return FACT_NONE;
}
