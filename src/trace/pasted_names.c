#include "trace/pasted_names.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "net/service.h"

/*
 * One table serves both ways: a name's hash, cut to the bits that the made-up
 * range has, is its id; ids that are taken by another name count on. So the
 * address says where its name stands.
 */
enum {
	ID_BITS = 28,
	NAMES_MOST =
		1 << 16,     /* more have an address, but not their name back */
	SAME_ID_MOST = 16,   /* names made to collide must not take time */
	NAME_LEN_MOST = 255, /* RFC 1035 2.3.4 */
	UNKNOWN_MOST = 1 << 12, /* services; the system is slow to ask */
	SERVICES = 256,         /* remembered answers of service_port() */
	SERVICE_LEN_MOST = 31,
};

struct name_slot {
	const char *name; /* NULL: free */
	uint32_t id;
};

struct service_slot {
	char name[SERVICE_LEN_MOST + 1];
	uint8_t len; /* 0: free */
	uint8_t protocol;
	uint16_t port;
};

struct pasted_names {
	struct arena *arena;
	struct name_slot *slots; /* a power of two */
	size_t size;
	size_t count;
	size_t unknown; /* services that nobody knew */
	struct service_slot services[SERVICES];
};

static const struct {
	const char *name;
	const char *v4;
	const char *v6;
} known_hosts[] = {
	{ "localhost", "127.0.0.1", "::1" },
	{ "localhost.localdomain", "127.0.0.1", "::1" },
	{ "localhost4", "127.0.0.1", NULL },
	{ "localhost6", NULL, "::1" },
	{ "localhost6.localdomain6", NULL, "::1" },
	{ "ip6-localhost", NULL, "::1" },
	{ "ip6-loopback", NULL, "::1" },
	{ "ip6-allnodes", NULL, "ff02::1" },
	{ "ip6-allrouters", NULL, "ff02::2" },
	{ "ip6-localnet", NULL, "fe00::" },
	{ "broadcasthost", "255.255.255.255", NULL },
	{ "all-systems.mcast.net", "224.0.0.1", NULL },
	{ "all-routers.mcast.net", "224.0.0.2", NULL },
	{ "ospf-all.mcast.net", "224.0.0.5", NULL },
	{ "igmp.mcast.net", "224.0.0.22", NULL },
	{ "mdns.mcast.net", "224.0.0.251", NULL },
};

struct pasted_names *pasted_names_new(void)
{
	struct pasted_names *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;

	n->size = 64;
	n->arena = arena_new();
	n->slots = calloc(n->size, sizeof(*n->slots));
	if (!n->arena || !n->slots) {
		pasted_names_free(n);
		return NULL;
	}

	return n;
}

void pasted_names_free(struct pasted_names *n)
{
	if (!n)
		return;

	arena_free(n->arena);
	free(n->slots);
	free(n);
}

static uint32_t hash(struct scan_word w)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < w.len; i++)
		h = (h ^ (uint8_t)w.s[i]) * UINT64_C(0x100000001b3);

	return (uint32_t)(h ^ h >> 32);
}

static struct name_slot *slot_of(const struct pasted_names *n, uint32_t id)
{
	size_t i = id & (n->size - 1);

	while (n->slots[i].name && n->slots[i].id != id)
		i = (i + 1) & (n->size - 1);

	return &n->slots[i];
}

static bool grow(struct pasted_names *n)
{
	struct name_slot *old = n->slots;
	size_t size = n->size;
	struct name_slot *slots = calloc(size * 2, sizeof(*slots));

	if (!slots)
		return false;

	n->slots = slots;
	n->size = size * 2;
	for (size_t i = 0; i < size; i++) {
		if (old[i].name)
			*slot_of(n, old[i].id) = old[i];
	}
	free(old);
	return true;
}

/* The id of a name, which is remembered as far as there is room. 0 is the net
 * and the last one the broadcast address: neither is used. */
static uint32_t id_of(struct pasted_names *n, struct scan_word w)
{
	uint32_t id = hash(w) % ((1U << ID_BITS) - 2) + 1;

	for (int i = 0; i < SAME_ID_MOST; i++) {
		struct name_slot *slot = slot_of(n, id);

		if (!slot->name) {
			if (n->count == NAMES_MOST ||
			    (n->count >= n->size / 2 && !grow(n)))
				return id;
			slot = slot_of(n, id);
			slot->name = arena_copy(n->arena, w.s, w.len);
			slot->id = id;
			n->count += slot->name != NULL;
			return id;
		}
		if (scan_word_is(w, slot->name))
			return id;
		id = id % ((1U << ID_BITS) - 2) + 1;
	}

	return id;
}

static struct address made_up(uint32_t id, bool v6)
{
	uint8_t bytes[16] = { 0x01, 0x00 };

	if (!v6)
		return address_v4(UINT32_C(0xf0000000) | id);

	for (int i = 0; i < 4; i++)
		bytes[12 + i] = (uint8_t)(id >> (24 - 8 * i));
	return address_v6(bytes);
}

const char *pasted_names_of(const struct pasted_names *n,
			    const struct address *a)
{
	bool v6 = !address_is_v4(a);
	const uint8_t *b = a->bytes + 12;
	uint32_t id = ((uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
		       (uint32_t)b[2] << 8 | b[3]) &
		      ((1U << ID_BITS) - 1);
	struct address same = made_up(id, v6);

	return address_equal(&same, a) ? slot_of(n, id)->name : NULL;
}

static bool known_host(struct scan_word w, bool v6, struct address *ret)
{
	for (size_t i = 0; i < sizeof(known_hosts) / sizeof(*known_hosts);
	     i++) {
		const char *text = v6 ? known_hosts[i].v6 : known_hosts[i].v4;

		if (text && scan_word_is(w, known_hosts[i].name))
			return address_parse(ret, text, strlen(text));
	}

	return false;
}

bool pasted_names_v4(struct cursor *c, uint32_t *ret)
{
	struct cursor ahead = *c;
	uint32_t value = 0;

	for (int i = 0; i < 4; i++) {
		uint8_t part;

		if (i && !SCAN(&ahead, "."))
			return false;
		if (!scan_u8(&ahead, &part))
			return false;
		value = value << 8 | part;
	}

	*c = ahead;
	*ret = value;
	return true;
}

static bool is_name(struct scan_word w)
{
	if (!w.len || w.len > NAME_LEN_MOST)
		return false;

	for (size_t i = 0; i < w.len; i++) {
		if ((uint8_t)w.s[i] <= ' ' || w.s[i] == ',' || w.s[i] == '"')
			return false;
	}

	return true;
}

bool pasted_names_host(struct pasted_names *n, struct scan_word w, bool v6,
		       struct address *ret)
{
	struct cursor c = scan_over(w);
	const char *zone = memchr(w.s, '%', w.len);
	size_t len = zone ? (size_t)(zone - w.s) : w.len;
	uint32_t v4;

	if (pasted_names_v4(&c, &v4) && scan_ended(&c)) {
		*ret = address_v4(v4);
		return true;
	}
	if (memchr(w.s, ':', len) && address_parse(ret, w.s, len))
		return true;
	if (!is_name(w))
		return false;

	if (!known_host(w, v6, ret))
		*ret = made_up(n ? id_of(n, w) : 1, v6);
	return true;
}

/* The last dot: what stands behind it is the port. */
static bool port_split(struct scan_word *host, struct scan_word *port)
{
	const char *dot = memrchr(host->s, '.', host->len);

	if (!dot || dot == host->s)
		return false;

	port->s = dot + 1;
	port->len = host->len - (size_t)(dot + 1 - host->s);
	host->len = (size_t)(dot - host->s);
	return true;
}

uint16_t pasted_names_port(struct pasted_names *n, struct scan_word w,
			   uint8_t protocol)
{
	struct cursor c = scan_over(w);
	struct service_slot *slot;
	uint16_t port = 0;

	if (scan_u16(&c, &port) && scan_ended(&c))
		return port;
	if (!n || !w.len || w.len > SERVICE_LEN_MOST)
		return 0;

	slot = &n->services[hash(w) % SERVICES];
	if (slot->len == w.len && slot->protocol == protocol &&
	    !memcmp(slot->name, w.s, w.len))
		return slot->port;

	port = 0;
	if (n->unknown == UNKNOWN_MOST)
		return 0;
	n->unknown += !service_port(w.s, w.len, protocol, &port);
	memcpy(slot->name, w.s, w.len);
	slot->len = (uint8_t)w.len;
	slot->protocol = protocol;
	slot->port = port;
	return port;
}

/* Whether the word of an unknown protocol has a port: an address tells by its
 * form, a name by a last label that is a number or a service. */
static bool has_port(struct pasted_names *n, struct scan_word w)
{
	struct scan_word host = w;
	struct scan_word port;
	struct address a;
	struct cursor c;
	uint32_t v4;

	if (!port_split(&host, &port))
		return false;
	c = scan_over(host);
	if (pasted_names_v4(&c, &v4) && scan_ended(&c))
		return true;
	if (memchr(host.s, ':', host.len))
		return address_parse(&a, host.s, host.len);
	c = scan_over(w);
	if (pasted_names_v4(&c, &v4) && scan_ended(&c))
		return false;

	return pasted_names_port(n, port, 0);
}

/* The usual case, in one go. */
static bool plain_v4(struct scan_word w, struct pasted_end *ret)
{
	struct cursor c = scan_over(w);
	uint32_t v4;

	if (!pasted_names_v4(&c, &v4))
		return false;

	ret->address = address_v4(v4);
	ret->is_v6 = false;
	ret->has_port = false;
	ret->port = 0;
	if (scan_ended(&c))
		return true;

	ret->has_port = true;
	return SCAN(&c, ".") && scan_u16(&c, &ret->port) && scan_ended(&c);
}

bool pasted_names_end(struct pasted_names *n, struct scan_word w, bool v6,
		      enum pasted_ports ports, uint8_t protocol,
		      struct pasted_end *ret)
{
	struct scan_word host = w;
	struct scan_word port;

	if (plain_v4(w, ret))
		return true;

	*ret = (struct pasted_end){ 0 };
	if (ports == PASTED_PORTS_MAYBE)
		ports = has_port(n, w) ? PASTED_PORTS_SOME : PASTED_PORTS_NONE;
	if (ports == PASTED_PORTS_SOME && port_split(&host, &port)) {
		ret->has_port = true;
		ret->port = pasted_names_port(n, port, protocol);
	}

	if (!pasted_names_host(n, host, v6, &ret->address))
		return false;

	ret->is_v6 = !address_is_v4(&ret->address);
	return true;
}
