#include "cli/server_said.h"

#include <errno.h>

#include "base/problem.h"
#include "net/packet.h"

enum { SAID_MOST = 1 << 15 /* bytes of each side */ };

struct side {
	struct text *out;
	uint32_t next; /* sequence number; has_next */
	bool has_next, is_cut;
};

struct listening {
	const struct server_seen *seen;
	uint16_t port;
	struct side client, server;
};

/* The side that sent it; NULL: it is of another connection. */
static struct side *side_of(struct listening *l, const struct packet *p)
{
	const struct server_seen *seen = l->seen;

	if (p->protocol != PACKET_TCP || p->time_ns < seen->first_ns)
		return NULL;
	if (p->sport == seen->client_port && p->dport == l->port &&
	    address_equal(&p->src, &seen->client) &&
	    address_equal(&p->dst, &seen->server))
		return &l->client;
	if (p->sport == l->port && p->dport == seen->client_port &&
	    address_equal(&p->src, &seen->server) &&
	    address_equal(&p->dst, &seen->client))
		return &l->server;

	return NULL;
}

static void listen_to(struct side *side, const struct packet *p)
{
	if (!p->payload_caplen || side->is_cut || side->out->len > SAID_MOST ||
	    (side->has_next && p->tcp.seq != side->next))
		return;

	text_bytes(side->out, p->payload, p->payload_caplen);
	side->next = p->tcp.seq + p->payload_len;
	side->has_next = true;
	side->is_cut = p->payload_caplen < p->payload_len;
}

static int take_frames(void *context, const struct frame *f, int count)
{
	struct listening *l = context;
	struct packet p;

	for (int i = 0; i < count; i++) {
		struct side *side;

		packet_decode(&p, &f[i]);
		side = side_of(l, &p);
		if (side)
			listen_to(side, &p);
	}

	return 0;
}

int server_said_read(struct server_said *ret, struct server *s,
		     const struct server_seen *seen, uint16_t port)
{
	struct listening l = { .seen = seen,
			       .port = port,
			       .client = { .out = &ret->client },
			       .server = { .out = &ret->server } };
	struct source_sink sink = { .frames = take_frames, .context = &l };
	struct problems *problems = problems_new();
	struct source source;
	size_t size = 0;
	void *data = NULL;
	int err = problems ? recording_map(&s->watch.capture, &data, &size)
			   : -ENOMEM;

	*ret = (struct server_said){ 0 };
	if (!err && size) {
		source = own_capture_source(data, size, VANTAGE_SERVER);
		err = source_read(&source, &sink, problems);
	}
	recording_unmap(data, size);
	problems_free(problems);
	if (!err && (!text_ok(&ret->client) || !text_ok(&ret->server)))
		err = -ENOMEM;
	return err;
}

void server_said_done(struct server_said *said)
{
	text_done(&said->client);
	text_done(&said->server);
}
