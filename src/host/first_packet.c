#include "host/first_packet.h"

#include <netinet/in.h>
#include <string.h>

#include "host/look.h"

enum { ETHERNET_BYTES = 14, V4_BYTES = 20, V6_BYTES = 40 };

enum { TCP_BYTES = 20, UDP_BYTES = 8 };

/* SYN and ACK of RFC 9293; the client may ask for ECN by two bits more. */
enum { FLAG_SYN = 0x02, FLAG_ACK = 0x10, NOT_ECN = 0x3f };

static void put(struct first_packet *p, size_t at, uint8_t value, uint8_t known)
{
	p->bytes[at] = value;
	p->known[at] = known;
}

static void put_port(struct first_packet *p, size_t at, uint16_t port)
{
	uint8_t known = port ? 0xff : 0;

	put(p, at, (uint8_t)(port >> 8), known);
	put(p, at + 1, (uint8_t)port, known);
}

static void put_address(struct first_packet *p, size_t at, bool is_v4,
			const struct address *a, bool is_known)
{
	size_t from = is_v4 ? 12 : 0;

	for (size_t i = 0; from + i < sizeof(a->bytes); i++)
		put(p, at + i, a->bytes[from + i], is_known ? 0xff : 0);
}

/* Without options, as every client's; whether it may be cut is not known, that
 * it is the first part is. */
static void put_v4(struct first_packet *p,
		   const struct first_packet_question *q)
{
	size_t at = p->network;

	put(p, at, 0x45, 0xff);
	put(p, at + 6, 0, 0x3f);
	put(p, at + 7, 0, 0xff);
	put(p, at + 9, q->protocol, 0xff);
	put_address(p, at + 12, true, &q->source, q->has_source);
	put_address(p, at + 16, true, &q->destination, q->has_destination);
	p->transport = at + V4_BYTES;
}

static void put_v6(struct first_packet *p,
		   const struct first_packet_question *q)
{
	size_t at = p->network;

	put(p, at, 0x60, 0xf0);
	put(p, at + 6, q->protocol, 0xff);
	put_address(p, at + 8, false, &q->source, q->has_source);
	put_address(p, at + 24, false, &q->destination, q->has_destination);
	p->transport = at + V6_BYTES;
}

void first_packet_make(struct first_packet *ret,
		       const struct first_packet_question *q)
{
	bool is_tcp = q->protocol == IPPROTO_TCP;
	uint16_t type = q->is_v4 ? 0x0800 : 0x86dd;
	size_t at;

	memset(ret, 0, sizeof(*ret));
	ret->network = ETHERNET_BYTES;
	put_port(ret, ETHERNET_BYTES - 2, type);
	if (q->is_v4)
		put_v4(ret, q);
	else
		put_v6(ret, q);

	at = ret->transport;
	ret->len = at + (is_tcp ? TCP_BYTES : UDP_BYTES);
	put_port(ret, at, q->source_port);
	put_port(ret, at + 2, q->destination_port);
	if (is_tcp)
		put(ret, at + 13, FLAG_SYN | (q->is_answer ? FLAG_ACK : 0),
		    NOT_ECN);
}

void first_packet_asked(struct first_packet *ret, const struct look_question *q,
			bool is_answer)
{
	const struct first_packet_question request = {
		.source = q->client,
		.destination = q->server,
		.has_source = q->has_client,
		.has_destination = q->has_server,
		.source_port = q->client_port,
		.destination_port = q->port,
		.protocol = q->protocol,
		.is_v4 = address_is_v4(q->has_client ? &q->client : &q->server),
	};
	const struct first_packet_question answer = {
		.source = q->server,
		.destination = q->client,
		.has_source = q->has_server,
		.has_destination = q->has_client,
		.source_port = q->port,
		.destination_port = q->client_port,
		.protocol = q->protocol,
		.is_v4 = request.is_v4,
		.is_answer = true,
	};

	first_packet_make(ret, is_answer ? &answer : &request);
}
