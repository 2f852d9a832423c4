#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * One question to the kernel by netlink, and its answers. Read-only: nothing
 * here asks for a change. Who is asked is host/reader.h's to say. (netlink(7);
 * Documentation/userspace-api/netlink.)
 */
struct netlink;
struct nlmsghdr;
struct address;

enum { NETLINK_REQUEST_BYTES = 512 };

/* Room for a question: netlink_request() begins one in it. */
struct netlink_request {
	_Alignas(8) char bytes[NETLINK_REQUEST_BYTES];
};

/* The family is NETLINK_ROUTE or another of linux/netlink.h. -errno. Nothing is
 * asked yet: that the kernel has no such family is told by netlink_ask(). */
int netlink_open(struct netlink **ret, int family);

/* The same of another network namespace: "/proc/PID/ns/net". */
int netlink_open_in(struct netlink **ret, int family, const char *where);
void netlink_close(struct netlink *n);

/* An empty question of that type; flags are besides NLM_F_REQUEST. */
struct nlmsghdr *netlink_request(struct netlink_request *r, uint16_t type,
				 uint16_t flags);

/* Called with each message of the answer; below 0 ends it. */
typedef int netlink_each(const struct nlmsghdr *m, void *context);

/* Asks. 0; or -errno: what each() returned, or the kernel's answer, or our own
 * failure. -EINTR: the table changed while it was told; -EPROTONOSUPPORT: there
 * is no such family; -ENODATA: a snapshot does not hold it. */
int netlink_ask(struct netlink *n, struct nlmsghdr *request, netlink_each *each,
		void *context);

/* The attributes of a message behind its head of that many bytes, or of a nest,
 * one after the other; NULL at the end. */
struct nlattr;

struct netlink_walk {
	const char *at, *end;
};

struct netlink_walk netlink_attributes(const struct nlmsghdr *m, size_t head);
struct netlink_walk netlink_nest(const struct nlattr *nest);
const struct nlattr *netlink_next(struct netlink_walk *w);

/* AF_INET or AF_INET6. */
int netlink_family(const struct address *a);

/* The address as the kernel wants it: bytes and how many. */
const void *netlink_address(const struct address *a, uint16_t *len);

/* The reverse: 4 or 16 bytes. */
struct address netlink_to_address(const void *bytes, uint16_t len);
