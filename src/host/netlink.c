#include "host/netlink.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cursor.h"
#include "base/text.h"
#include "host/reader.h"
#include "net/address.h"

/* Attributes are aligned: the last one's end may lie so far behind it. */
enum { BEHIND = 8 };

struct netlink {
	int family;
	char *where; /* the network namespace; "": this one */
};

int netlink_open_in(struct netlink **ret, int family, const char *where)
{
	struct netlink *n = calloc(1, sizeof(*n));

	if (!n)
		return -ENOMEM;

	n->family = family;
	n->where = strdup(where);
	if (!n->where) {
		netlink_close(n);
		return -ENOMEM;
	}
	*ret = n;
	return 0;
}

int netlink_open(struct netlink **ret, int family)
{
	return netlink_open_in(ret, family, "");
}

void netlink_close(struct netlink *n)
{
	if (!n)
		return;

	free(n->where);
	free(n);
}

struct nlmsghdr *netlink_request(struct netlink_request *r, uint16_t type,
				 uint16_t flags)
{
	struct nlmsghdr *m;

	/* Also what libmnl leaves between attributes: by its bytes a question is
	 * known again. */
	memset(r, 0, sizeof(*r));
	m = mnl_nlmsg_put_header(r->bytes);
	m->nlmsg_type = type;
	m->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	return m;
}

struct asking {
	netlink_each *each;
	void *context;
	int error;
};

static int take(const struct nlmsghdr *m, void *context)
{
	struct asking *a = context;

	a->error = a->each ? a->each(m, a->context) : 0;
	return a->error < 0 ? MNL_CB_ERROR : MNL_CB_OK;
}

/* libmnl takes a length for an int, and one of 2 GB for less than nothing; no
 * kernel says so, but a file may. */
static bool is_framed(const struct text *answer)
{
	struct cursor c = cursor_over(answer->data, answer->len - BEHIND);

	while (cursor_left(&c)) {
		const uint8_t *head = cursor_bytes(&c, sizeof(uint32_t));
		uint32_t len = 0;

		if (head)
			memcpy(&len, head, sizeof(len));
		(void)cursor_body(&c, len, sizeof(len));
		(void)cursor_take_most(&c, -len % MNL_ALIGNTO);
		if (len < sizeof(struct nlmsghdr))
			return false;
	}

	return cursor_ok(&c);
}

/* mnl_cb_run() has the rules of what ends an answer. One without an end was cut
 * short. */
static int run(struct text *answer, struct asking *a)
{
	int more;

	errno = 0;
	text_fill(answer, '\0', BEHIND);
	if (!text_ok(answer))
		return -ENOMEM;
	if (!is_framed(answer))
		return -EBADMSG;

	more = mnl_cb_run(answer->data, answer->len - BEHIND, 0, 0, take, a);
	if (more < 0)
		return a->error < 0 ? a->error : -(errno ? errno : EIO);

	return more > MNL_CB_STOP ? -ENODATA : 0;
}

int netlink_ask(struct netlink *n, struct nlmsghdr *request, netlink_each *each,
		void *context)
{
	struct asking a = { .each = each, .context = context };
	struct text answer = TEXT_NULL;
	int error;

	request->nlmsg_seq = 0;
	request->nlmsg_pid = 0;
	/* A single answer has no end of its own: the ACK is it. */
	if (!(request->nlmsg_flags & NLM_F_DUMP))
		request->nlmsg_flags |= NLM_F_ACK;
	error = reader_netlink(n->family, n->where, request, request->nlmsg_len,
			       &answer);
	if (!error)
		error = run(&answer, &a);
	text_done(&answer);
	return error;
}

struct netlink_walk netlink_attributes(const struct nlmsghdr *m, size_t head)
{
	return (struct netlink_walk){
		.at = mnl_nlmsg_get_payload_offset(m, head),
		.end = mnl_nlmsg_get_payload_tail(m),
	};
}

struct netlink_walk netlink_nest(const struct nlattr *nest)
{
	const char *start = mnl_attr_get_payload(nest);

	return (struct netlink_walk){
		.at = start,
		.end = start + mnl_attr_get_payload_len(nest),
	};
}

const struct nlattr *netlink_next(struct netlink_walk *w)
{
	const struct nlattr *a = (const void *)w->at;

	if (w->at >= w->end || !mnl_attr_ok(a, (int)(w->end - w->at)))
		return NULL;

	w->at += MNL_ALIGN(mnl_attr_get_len(a));
	return a;
}

int netlink_family(const struct address *a)
{
	return address_is_v4(a) ? AF_INET : AF_INET6;
}

const void *netlink_address(const struct address *a, uint16_t *len)
{
	bool is_v4 = address_is_v4(a);

	*len = is_v4 ? 4 : 16;
	return a->bytes + (is_v4 ? 12 : 0);
}

struct address netlink_to_address(const void *bytes, uint16_t len)
{
	struct address a = { { [10] = 0xff, [11] = 0xff } };

	memcpy(a.bytes + (len == 4 ? 12 : 0), bytes, len == 4 ? 4 : 16);
	return a;
}
