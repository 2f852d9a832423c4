#include "probe/icmp_error.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include <linux/errqueue.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "fact/icmp_fact.h"
#include "net/icmp_names.h"

int icmp_error_want(int fd, int family)
{
	const int on = 1;
	int err = family == AF_INET ? setsockopt(fd, IPPROTO_IP, IP_RECVERR,
						 &on, sizeof(on))
				    : setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR,
						 &on, sizeof(on));

	return err ? -errno : 0;
}

struct address icmp_error_address(const struct sockaddr *sa)
{
	struct address a = { { 0 } };

	if (sa->sa_family == AF_INET) {
		struct sockaddr_in v4;

		memcpy(&v4, sa, sizeof(v4));
		a = address_v4(ntohl(v4.sin_addr.s_addr));
	} else if (sa->sa_family == AF_INET6) {
		struct sockaddr_in6 v6;

		memcpy(&v6, sa, sizeof(v6));
		a = address_v6(v6.sin6_addr.s6_addr);
	}

	return a;
}

static bool is_error(const struct cmsghdr *c)
{
	return (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) ||
	       (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR);
}

/* The offender follows the error; its family says how long it is. */
static struct address offender(const struct cmsghdr *c)
{
	const unsigned char *at =
		CMSG_DATA(c) + sizeof(struct sock_extended_err);
	size_t len = c->cmsg_len - CMSG_LEN(sizeof(struct sock_extended_err));
	struct sockaddr_in6 sa = { 0 };

	memcpy(&sa, at, len < sizeof(sa) ? len : sizeof(sa));
	return icmp_error_address((const struct sockaddr *)&sa);
}

bool icmp_error_parse(struct icmp_error *ret, const struct msghdr *msg)
{
	struct msghdr m = *msg; /* CMSG_NXTHDR() wants it writable */

	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
		struct sock_extended_err e;

		if (!is_error(c) || c->cmsg_len < CMSG_LEN(sizeof(e)))
			continue;
		memcpy(&e, CMSG_DATA(c), sizeof(e));
		if (e.ee_origin != SO_EE_ORIGIN_LOCAL &&
		    e.ee_origin != SO_EE_ORIGIN_ICMP &&
		    e.ee_origin != SO_EE_ORIGIN_ICMP6)
			continue; /* a time stamp */
		*ret = (struct icmp_error){
			.type = e.ee_type,
			.code = e.ee_code,
			.err = (int)e.ee_errno,
			.mtu = e.ee_info,
			.sender = offender(c),
		};
		if (e.ee_origin == SO_EE_ORIGIN_ICMP)
			ret->version = 4;
		else if (e.ee_origin == SO_EE_ORIGIN_ICMP6)
			ret->version = 6;
		return true;
	}

	return false;
}

int icmp_error_read(int fd, struct icmp_error *ret)
{
	for (;;) {
		unsigned char data[64];
		_Alignas(struct cmsghdr) unsigned char control[512];
		struct iovec iov = { data, sizeof(data) };
		struct msghdr msg = {
			.msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control),
		};

		if (recvmsg(fd, &msg, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
			return errno == EAGAIN ? 0 : -errno;
		if (icmp_error_parse(ret, &msg))
			return 1;
	}
}

static const char *words_of(const struct icmp_error *e)
{
	const char *words = icmp_words(e->version, e->type, e->code);

	return words ? words : _("an unknown error");
}

void icmp_error_text(struct text *out, const struct icmp_error *e)
{
	struct text sender = TEXT_NULL;

	address_text(&sender, &e->sender);
	text_format(out, _("ICMP \"%1$s\" from %2$s"), words_of(e),
		    text_string(&sender));
	text_done(&sender);
}

static void tell_sender(const struct probing *p, const struct icmp_error *e,
			const struct address *local)
{
	const char *id = p->probe->id;
	struct text sender = TEXT_NULL;
	struct culprit *culprit;

	if (address_equal(&e->sender, &p->attempt->address)) {
		fact_tell(p->facts, FACT_ICMP_FROM_TARGET, id, NULL, NULL);
		return;
	}
	if (address_equal(&e->sender, local)) {
		fact_tell(p->facts, FACT_ICMP_FROM_CLIENT, id, NULL, NULL);
		return;
	}

	address_text(&sender, &e->sender);
	culprit = culprit_new(p->facts->arena, CULPRIT_ROUTER, VANTAGE_ROUTER,
			      "%s", text_string(&sender));
	culprit_text(culprit, p->facts->arena, "address", text_string(&sender));
	fact_tell(p->facts, FACT_ICMP_FROM_OTHER, id, culprit,
		  _("The ICMP error came from %s, not from the target."),
		  text_string(&sender));
	text_done(&sender);
}

void icmp_error_tell(const struct probing *p, const struct icmp_error *e,
		     const struct address *local)
{
	const char *id = p->probe->id;
	enum fact_kind kind = icmp_fact(e->version, e->type, e->code);
	struct text what = TEXT_NULL, span = TEXT_NULL;

	icmp_error_text(&what, e);
	clock_span(&span, e->after_ns);
	fact_tell(p->facts, FACT_ICMP_ERROR, id, NULL,
		  _("%1$s came after %2$s."), text_string(&what),
		  text_string(&span));
	text_done(&what);
	text_done(&span);
	if (kind)
		fact_tell(p->facts, kind, id, NULL, NULL);
	tell_sender(p, e, local);
	p->attempt->icmp_sender = e->sender;
}

/* A neighbour is given up after three seconds; a SYN is repeated after one. */
#define AT_ONCE CLOCK_SECOND
#define LATE (2500 * (int64_t)CLOCK_MILLISECOND)

enum icmp_lateness icmp_error_lateness(const struct icmp_error *first,
				       const struct icmp_error *second)
{
	bool is_host = icmp_fact(first->version, first->type, first->code) ==
		       FACT_ICMP_HOST;

	if (is_host && first->after_ns >= LATE)
		return ICMP_CAME_LATE;
	if (!is_host)
		return first->after_ns < AT_ONCE ? ICMP_CAME_AT_ONCE
						 : ICMP_CAME_SOMETIME;
	if (!second)
		return ICMP_CAME_SOMETIME;

	return second->after_ns < LATE ? ICMP_CAME_AT_ONCE : ICMP_CAME_LATE;
}

void icmp_error_tell_lateness(const struct probing *p,
			      enum icmp_lateness lateness)
{
	static const enum fact_kind facts[] = {
		[ICMP_CAME_SOMETIME] = FACT_NONE,
		[ICMP_CAME_AT_ONCE] = FACT_ICMP_AT_ONCE,
		[ICMP_CAME_LATE] = FACT_ICMP_LATE,
	};

	if (facts[lateness])
		fact_tell(p->facts, facts[lateness], p->probe->id, NULL, NULL);
}
