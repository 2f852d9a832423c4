#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "host/reader.h"

/*
 * What a process with rights answers to one that reads untrusted bytes, and so
 * may be made to ask for anything. It reads, and no more than kiriwake has to
 * know: tables say which questions of netlink, and which paths. Of /etc, /run
 * and the folders of programs that is what is open to all users, and besides
 * the settings of firewalls and of services. A path is judged as it is asked
 * and again as it turned out, behind its symbolic links; what is opened is
 * never a device, a pipe or a socket.
 *
 * Of notes it knows a few, by their keys: what bpf(2) tells of the host.
 *
 * Anything else is answered by -EACCES.
 */

/* A reader that answers so by this process. Never freed. */
struct reader *guard_reader(void);

/* Whether a question by netlink only reads. generic: whose it is, where it is
 * generic netlink's; "nlctrl" asks for those names. */
bool guard_netlink_allows(int family, const char *generic, const void *request,
			  size_t len);

/* Whether a name stands for a network namespace: "/proc/42/ns/net". */
bool guard_allows_namespace(const char *path);

/* For tests: whether a path may be asked for, before it is looked at. */
bool guard_allows_path(enum reader_kind kind, const char *path);
