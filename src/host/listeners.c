#include "host/listeners.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "host/listeners_proc.h"
#include "host/netlink.h"

enum { FIRST_ROOM = 16, ADDRESS_BYTES = 16 };

enum { STATE_CLOSE = 7, STATE_LISTEN = 10 };

struct taking {
	const struct listeners_question *question;
	struct listeners *ret;
};

static uint16_t swapped(uint16_t port)
{
	return (uint16_t)(port << 8 | port >> 8);
}

static struct listener *new_one(struct listeners *l)
{
	if (l->count == l->room) {
		size_t room = l->room ? l->room * 2 : FIRST_ROOM;
		struct listener *more =
			realloc(l->list, room * sizeof(*l->list));

		if (!more)
			return NULL;
		l->list = more;
		l->room = room;
	}

	return &l->list[l->count++];
}

static void take_memory(struct listener *s, const struct nlattr *a)
{
	uint32_t values[SK_MEMINFO_VARS] = { 0 };
	size_t len = mnl_attr_get_payload_len(a);

	/* Before 4.13 it ends before the drops. */
	if (len < (SK_MEMINFO_DROPS + 1) * sizeof(*values))
		return;

	memcpy(values, mnl_attr_get_payload(a),
	       len < sizeof(values) ? len : sizeof(values));
	s->memory = values[SK_MEMINFO_RMEM_ALLOC];
	s->memory_most = values[SK_MEMINFO_RCVBUF];
	s->drops = values[SK_MEMINFO_DROPS];
	s->has_memory = true;
}

static bool is_in(const struct address *net, unsigned prefix,
		  const struct address *a)
{
	unsigned whole = prefix / 8, rest = prefix % 8;

	if (whole > ADDRESS_BYTES || memcmp(net->bytes, a->bytes, whole) != 0)
		return false;

	return !rest || whole >= ADDRESS_BYTES ||
	       (net->bytes[whole] ^ a->bytes[whole]) >> (8 - rest) == 0;
}

/* Keys are bound to peers' addresses: struct tcp_diag_md5sig of linux/tcp.h,
 * which goes ill with netinet/tcp.h. */
struct md5_key {
	uint8_t family, prefix;
	uint16_t len; // cppcheck-suppress unusedStructMember
	uint8_t address[ADDRESS_BYTES];
	uint8_t key[80]; // cppcheck-suppress unusedStructMember
};

static void take_keys(struct listener *s, const struct nlattr *a,
		      const struct address *client)
{
	const char *at = mnl_attr_get_payload(a);
	size_t left = mnl_attr_get_payload_len(a);
	struct md5_key key;

	for (; left >= sizeof(key); at += sizeof(key), left -= sizeof(key)) {
		struct address net;
		unsigned prefix;

		memcpy(&key, at, sizeof(key));
		net = netlink_to_address(key.address,
					 key.family == AF_INET ? 4 : 16);
		prefix = key.prefix + (key.family == AF_INET ? 96U : 0U);
		s->has_key = true;
		if (client && is_in(&net, prefix, client))
			s->has_key_for_client = true;
	}
}

static void take_attributes(struct listener *s, const struct nlmsghdr *m,
			    const struct address *client)
{
	struct netlink_walk w =
		netlink_attributes(m, sizeof(struct inet_diag_msg));
	const struct nlattr *a;

	while ((a = netlink_next(&w)) != NULL) {
		uint16_t type = mnl_attr_get_type(a);

		if (type == INET_DIAG_SKMEMINFO)
			take_memory(s, a);
		else if (type == INET_DIAG_MD5SIG)
			take_keys(s, a, client);
		else if (type == INET_DIAG_SKV6ONLY &&
			 mnl_attr_get_payload_len(a) > 0)
			s->is_v6only = mnl_attr_get_u8(a) != 0;
	}
}

/* Kernels before 3.3 and 4.x do not filter by all of it. */
static bool is_asked(const struct listeners_question *q,
		     const struct inet_diag_msg *d)
{
	return (!q->port || swapped(d->id.idiag_sport) == q->port) &&
	       (!q->peer_port || swapped(d->id.idiag_dport) == q->peer_port) &&
	       d->idiag_state < 32 && q->states >> d->idiag_state & 1;
}

static int take(const struct nlmsghdr *m, void *context)
{
	struct taking *t = context;
	struct inet_diag_msg d;
	struct listener *s;
	uint16_t len;

	if (mnl_nlmsg_get_payload_len(m) < sizeof(d))
		return 0;
	memcpy(&d, mnl_nlmsg_get_payload(m), sizeof(d));
	if (!is_asked(t->question, &d))
		return 0;

	s = new_one(t->ret);
	if (!s)
		return -ENOMEM;

	len = d.idiag_family == AF_INET ? 4 : 16;
	*s = (struct listener){
		.address = netlink_to_address(d.id.idiag_src, len),
		.peer = netlink_to_address(d.id.idiag_dst, len),
		.port = swapped(d.id.idiag_sport),
		.peer_port = swapped(d.id.idiag_dport),
		.cookie = (uint64_t)d.id.idiag_cookie[1] << 32 |
			  d.id.idiag_cookie[0],
		.inode = d.idiag_inode,
		.uid = d.idiag_uid,
		.device = d.id.idiag_if,
		.queued = d.idiag_rqueue,
		.backlog = d.idiag_wqueue,
		.protocol = t->question->protocol,
		.state = d.idiag_state,
		.is_v6 = len == 16,
	};
	take_attributes(s, m, t->question->client);
	return 0;
}

static int ask(struct netlink *n, int family, struct taking *t)
{
	struct netlink_request room;
	struct nlmsghdr *m =
		netlink_request(&room, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP);
	struct inet_diag_req_v2 *q = mnl_nlmsg_put_extra_header(m, sizeof(*q));

	q->sdiag_family = (uint8_t)family;
	q->sdiag_protocol = t->question->protocol;
	q->idiag_states = t->question->states;
	q->idiag_ext = 1 << (INET_DIAG_SKMEMINFO - 1);
	if (!t->question->asks_all)
		q->id.idiag_sport = swapped(t->question->port);
	q->id.idiag_dport = swapped(t->question->peer_port);
	q->id.idiag_cookie[0] = (uint32_t)INET_DIAG_NOCOOKIE;
	q->id.idiag_cookie[1] = (uint32_t)INET_DIAG_NOCOOKIE;
	return netlink_ask(n, m, take, t);
}

static int ask_both(const struct listeners_question *q, struct listeners *ret)
{
	struct taking t = { q, ret };
	struct netlink *n = NULL;
	int error = netlink_open_in(&n, NETLINK_SOCK_DIAG, q->where);

	if (!error)
		error = ask(n, AF_INET, &t);
	if (!error) {
		error = ask(n, AF_INET6, &t);
		/* A kernel without IPv6 has none. */
		if (error == -ENOENT || error == -EAFNOSUPPORT)
			error = 0;
	}
	netlink_close(n);
	return error;
}

/* Whether the kernel has no such question, rather than no answer. */
static bool is_unknown(int error)
{
	return error == -ENOENT || error == -EINVAL || error == -EOPNOTSUPP ||
	       error == -EPROTONOSUPPORT || error == -EAFNOSUPPORT;
}

int listeners_read(const struct listeners_question *q, struct listeners *ret)
{
	int error;

	*ret = (struct listeners){ 0 };
	error = ask_both(q, ret);
	if (!is_unknown(error) || *q->where)
		return error;

	listeners_done(ret);
	return listeners_proc_read(q, ret);
}

void listeners_done(struct listeners *l)
{
	free(l->list);
	*l = (struct listeners){ 0 };
}

int listeners_read_open(const char *where, uint8_t protocol, uint16_t port,
			const struct address *client, struct listeners *ret)
{
	const struct listeners_question q = {
		.where = where,
		.client = client,
		.port = port,
		.protocol = protocol,
		.asks_all = true,
		.states = protocol == IPPROTO_UDP ? 1 << STATE_CLOSE
						  : 1 << STATE_LISTEN,
	};

	return listeners_read(&q, ret);
}

bool listeners_is_any(const struct address *a)
{
	static const struct address any;
	const struct address any_v4 = address_v4(0);

	return address_equal(a, &any) || address_equal(a, &any_v4);
}

/* As inet_lookup_listener() and udp_lib_lookup() do, but for the score that
 * chooses between several that fit. */
static enum listeners_fit address_fit(const struct listener *s,
				      const struct listeners_packet *p)
{
	bool is_any = listeners_is_any(&s->address);
	bool is_v4 = p->has_address && address_is_v4(&p->address);

	if (address_is_loopback(&s->address))
		return p->has_address && address_equal(&s->address, &p->address)
			       ? LISTENERS_HERE
			       : LISTENERS_LOOPBACK;
	if (!p->has_address)
		return is_any && s->is_v6 && !s->is_v6only ? LISTENERS_HERE
							   : LISTENERS_MAYBE;
	if (is_any && is_v4)
		return s->is_v6only ? LISTENERS_V6ONLY : LISTENERS_HERE;
	if (!is_v4 && address_is_v4(&s->address))
		return LISTENERS_V4ONLY;
	if (is_any || address_equal(&s->address, &p->address))
		return LISTENERS_HERE;

	return LISTENERS_ADDRESS;
}

enum listeners_fit listeners_fit(const struct listener *s,
				 const struct listeners_packet *p)
{
	enum listeners_fit fit = address_fit(s, p);

	if (s->is_rough && fit == LISTENERS_HERE)
		return LISTENERS_MAYBE;
	if (!s->device || fit > LISTENERS_MAYBE)
		return fit;
	if (!p->device)
		return LISTENERS_MAYBE;

	return s->device == p->device ? fit : LISTENERS_DEVICE;
}

void listeners_text(struct text *out, const struct listener *s,
		    const char *device)
{
	bool is_v6 = !address_is_v4(&s->address);

	if (is_v6)
		text_char(out, '[');
	address_text(out, &s->address);
	if (is_v6)
		text_char(out, ']');
	if (s->device) {
		text_char(out, '%');
		if (device)
			text_str(out, device);
		else
			text_u64(out, s->device);
	}
	text_char(out, ':');
	text_u64(out, s->port);
}
