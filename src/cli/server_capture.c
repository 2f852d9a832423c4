#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/file.h"
#include "cli/server.h"
#include "host/links.h"

/*
 * What is captured: where attempts come in, and little enough to be read again
 * and again.
 */
static void add_device(struct live_request *q, const char *name)
{
	for (size_t i = 0; i < q->count; i++)
		if (!strcmp(q->devices[i], name))
			return;
	if (q->count < LIVE_DEVICES && strlen(name) < LIVE_NAME)
		memcpy(q->devices[q->count++], name, strlen(name) + 1);
}

static bool has_address(const struct links *l, uint32_t index)
{
	for (size_t i = 0; i < l->address_count; i++)
		if (l->addresses[i].index == index)
			return true;

	return false;
}

/* First those that have addresses: a bridge rather than its ports. The loopback
 * only for who may ask from this host itself: it has that address. */
static void add_devices(struct live_request *q, const struct server *s)
{
	const struct links *l = looks_links(s->looks);
	bool is_own = s->question.has_client &&
		      links_own(l, &s->question.client) != NULL;

	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < l->count; i++) {
			const struct links_link *link = &l->links[i];
			bool is_first = has_address(l, link->index);

			if (links_is_up(link) && is_first == !round &&
			    (is_own || !links_is_loopback(link)))
				add_device(q, link->name);
		}
	if (!q->count)
		add_device(q, "lo");
}

/*
 * How the name begins that an address is looked up by (RFC 1035 3.5, RFC 3596
 * 2.5), as four bytes of a question: lengths and labels.
 */
static uint32_t reverse_begin(const struct address *a)
{
	struct text t = TEXT_NULL;
	uint32_t value = 0;

	if (address_is_v4(a)) {
		unsigned last = a->bytes[15], next = a->bytes[14];

		text_format(&t, "%c%u", last > 99 ? 3 : last > 9 ? 2 : 1, last);
		text_format(&t, "%c%u", next > 99 ? 3 : next > 9 ? 2 : 1, next);
	} else {
		text_format(&t, "\1%x\1%x", a->bytes[15] & 15U,
			    a->bytes[15] >> 4U);
	}
	for (size_t i = 0; i < 4 && i < t.len; i++)
		value = value << 8 | (unsigned char)text_string(&t)[i];
	text_done(&t);
	return value;
}

/* What a router says of an answer that it could not bring to the client, by the
 * end of the address that the error quotes. */
static void add_errors(struct text *t, const struct address *client)
{
	uint32_t end = 0;

	for (int i = 12; i < 16; i++)
		end = end << 8 | client->bytes[i];
	text_format(t,
		    address_is_v4(client) ? " or (icmp and icmp[24:4] = 0x%08x)"
					  : " or (ip6[6] = 58 and ip6[40] < 5"
					    " and ip6[84:4] = 0x%08x)",
		    end);
}

/* Who asks a name server for the client's name, and what it is told; and all
 * that is sent to the client where datagrams are asked for, as an answer may
 * come from another port. */
static void add_client(struct text *t, const struct server *s)
{
	uint32_t begin = reverse_begin(&s->question.client);

	if (s->question.protocol == IPPROTO_UDP) {
		text_str(t, " or (udp and host ");
		address_text(t, &s->question.client);
		text_str(t, ")");
		return;
	}
	text_format(t,
		    " or (udp port 53 and udp[20:4] = 0x%08x)"
		    " or (ip6[6] = 17 and (ip6[40:2] = 53 or ip6[42:2] = 53)"
		    " and ip6[60:4] = 0x%08x)",
		    begin, begin);
}

/* The service's own packets; of all others those that open and end a
 * connection, for the good flow; and whatever says why. */
static void make_filter(struct live_request *q, const struct server *s)
{
	struct text t = TEXT_NULL;

	text_str(&t, "arp or (icmp6 and ip6[40] >= 133)");
	text_str(&t, " or (");
	if (s->question.has_client) {
		text_str(&t, "host ");
		address_text(&t, &s->question.client);
		text_str(&t, " and ");
	}
	text_format(&t,
		    "(icmp or icmp6 or port %u or tcp[13] & 7 != 0 or"
		    " (ip6[6] = 6 and ip6[53] & 7 != 0))) or "
		    "(ip[6:2] & 0x3fff != 0 and ip[6:2] & 0x1fff != 0)",
		    s->question.port);
	if (s->question.has_client) {
		add_errors(&t, &s->question.client);
		add_client(&t, s);
	}
	memcpy(q->filter, text_string(&t),
	       t.len < LIVE_FILTER ? t.len + 1 : LIVE_FILTER);
	text_done(&t);
}

int server_watch_begin(struct server *s)
{
	struct live_request *q = &s->watch.request;
	int err = -ENODEV;

	*q = (struct live_request){ 0 };
	/* It takes longer. */
	server_drops_begin(s);
	add_devices(q, s);
	make_filter(q, s);
	if (q->count)
		err = own_capture_begin(&s->watch.capture, &s->rights, q);
	if (!err)
		return 0;

	case_not_looked(s->record, "capture", own_capture_reason(err));
	/* Whether they can be had is told all the same. */
	server_drops_arm(s);
	server_drops_end(s);

	return err;
}

int server_watch_end(struct server *s)
{
	size_t size;
	void *data;
	int err;

	recording_finish(&s->watch.capture);
	err = recording_map(&s->watch.capture, &data, &size);
	if (!err && size && s->pcap_file >= 0)
		err = file_write(s->pcap_file, data, size);
	recording_unmap(data, size);
	recording_done(&s->watch.capture);
	return err;
}
