#include "trace/printers/layers.h"

/* RFC 1701, 2784, 2890; version 1 is PPTP's, RFC 2637. */
enum {
	GRE_CHECKSUM = 0x8000,
	GRE_ROUTING = 0x4000,
	GRE_KEY = 0x2000,
	GRE_SEQUENCE = 0x1000,
	GRE_ACK = 0x0080,
	GRE_VERSION = 0x0007,
	ROUTE_IP = 0x0800,
	ROUTE_AS = 0xfffe,
	TYPE_PPP = 0x880b,
	TYPE_BRIDGED = 0x6558,
};

struct gre {
	struct line *l;
	struct cursor c;
	uint32_t whole;  /* length with the header */
	uint32_t length; /* what there is from c on */
	uint16_t flags;
	uint16_t type;
};

/* The next len bytes, which both the capture and the length must have. */
static const uint8_t *take(struct gre *g, uint32_t len)
{
	const uint8_t *p = cursor_bytes(&g->c, len);

	if (!p || g->length < len)
		return NULL;

	g->length -= len;
	return p;
}

static bool print_field(struct gre *g, const char *name, uint32_t mask)
{
	const uint8_t *p = take(g, 4);

	if (!p)
		return false;

	text_str(g->l->out, name);
	text_u64(g->l->out, layers_be32(p) & mask);
	return true;
}

/* Addresses or numbers of autonomous systems; count: bytes of them. */
static bool print_route(struct gre *g, bool is_ip, uint8_t offset,
			uint8_t count)
{
	struct gre route = *g; /* its bytes are passed by the caller */
	unsigned step = is_ip ? 4 : 2;

	if (offset % step) {
		text_format(g->l->out, ", badoffset=%u", offset);
		return true;
	}
	if (count % step) {
		text_format(g->l->out, ", badlength=%u", count);
		return true;
	}
	if (offset >= count) {
		text_format(g->l->out, ", badoff/len=%u/%u", offset, count);
		return true;
	}

	for (unsigned i = 0; i < count; i += step) {
		const uint8_t *p = take(&route, step);

		if (!p)
			return false;
		text_str(g->l->out, i == offset ? " *" : " ");
		if (is_ip)
			text_format(g->l->out, "%u.%u.%u.%u", p[0], p[1], p[2],
				    p[3]);
		else
			text_hex(g->l->out, layers_be16(p), 1);
	}

	return true;
}

static bool print_route_entry(struct gre *g, uint16_t family, uint8_t offset,
			      uint8_t count)
{
	bool is_done;

	if (family != ROUTE_IP && family != ROUTE_AS) {
		text_format(g->l->out, ", (rtaf=0x%x)", family);
		return true;
	}

	text_str(g->l->out, family == ROUTE_IP ? ", (rtaf=ip" : ", (rtaf=asn");
	is_done = print_route(g, family == ROUTE_IP, offset, count);
	text_char(g->l->out, ')');
	return is_done;
}

static bool print_routes(struct gre *g)
{
	for (;;) {
		const uint8_t *p = take(g, 4);
		uint16_t family;

		if (!p)
			return false;
		family = layers_be16(p);
		if (family == 0 && p[3] == 0)
			return true;
		if (!print_route_entry(g, family, p[2], p[3]) || !take(g, p[3]))
			return false;
	}
}

static void print_length(struct gre *g)
{
	text_str(g->l->out, ", length ");
	text_u64(g->l->out, g->whole);
}

static bool print_payload(struct gre *g)
{
	static const struct {
		uint16_t type;
		bool (*print)(struct line *l, struct cursor c, uint32_t length);
		const char *beyond;
	} types[] = {
		{ 0x0800, ip_print, NULL },
		{ 0x86dd, ip6_print, NULL },
		{ 0x8847, mpls_print, NULL },
		{ TYPE_BRIDGED, ether_print, NULL },
		{ 0x8137, NULL, "ipx" },
		{ 0x809b, NULL, "atalk" },
		{ 0x00fe, NULL, "isoclns" },
	};

	print_length(g);
	text_str(g->l->out, ": ");
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (types[i].type != g->type)
			continue;
		if (types[i].print)
			return types[i].print(g->l, g->c, g->length);
		return layers_beyond(g->l, types[i].beyond);
	}

	text_format(g->l->out, "gre-proto-0x%x", g->type);
	return true;
}

static bool print_v0(struct gre *g)
{
	const uint8_t *p;

	if (g->flags & (GRE_CHECKSUM | GRE_ROUTING)) {
		if (!take(g, 2))
			return false;
		p = take(g, 2);
		if (!p)
			return false;
		text_format(g->l->out, ", off 0x%x", layers_be16(p));
	}
	if (g->flags & GRE_KEY) {
		p = take(g, 4);
		if (!p)
			return false;
		text_format(g->l->out, ", key=0x%x", layers_be32(p));
	}
	if (g->flags & GRE_SEQUENCE && !print_field(g, ", seq ", UINT32_MAX))
		return false;
	if (g->flags & GRE_ROUTING && !print_routes(g))
		return false;

	return print_payload(g);
}

static bool print_v1(struct gre *g)
{
	if (g->flags & GRE_KEY && !print_field(g, ", call ", 0xffff))
		return false;
	if (g->flags & GRE_SEQUENCE && !print_field(g, ", seq ", UINT32_MAX))
		return false;
	if (g->flags & GRE_ACK && !print_field(g, ", ack ", UINT32_MAX))
		return false;

	if (!(g->flags & GRE_SEQUENCE)) {
		text_str(g->l->out, ", no-payload");
		print_length(g);
		return true;
	}

	print_length(g);
	text_str(g->l->out, ": ");
	if (g->type == TYPE_PPP)
		return ppp_print(g->l, g->c, g->length);
	text_format(g->l->out, "gre-proto-0x%x", g->type);
	return true;
}

bool gre_print(struct line *l, struct cursor c, uint32_t length)
{
	struct gre g = { .l = l, .c = c, .whole = length, .length = length };
	const uint8_t *p;
	unsigned version;

	l->protocol = "gre";
	p = take(&g, 2);
	if (!p)
		return false;

	g.flags = layers_be16(p);
	version = g.flags & GRE_VERSION;
	text_str(l->out, "GREv");
	text_u64(l->out, version);
	if (version > 1) {
		text_str(l->out, " ERROR: unknown-version");
		return true;
	}

	p = take(&g, 2);
	if (!p)
		return false;
	g.type = layers_be16(p);
	return version == 0 ? print_v0(&g) : print_v1(&g);
}
