#include "trace/line_names.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/ether.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "trace/printers/pen.h"

enum {
	FIRST_SIZE = 256,
	PORTS = 65536,
	KEY_MOST = 16,
};

/* What was asked for is told by the length of the key: 4, 6 or 16 bytes. */
struct name {
	uint8_t key[KEY_MOST];
	uint8_t key_len; /* 0: free */
	uint32_t len;
	const char *text;
};

struct line_names {
	struct arena *arena;   /* the texts */
	struct name *names;    /* open addressing, at most half full */
	size_t count, size;    /* size is a power of two */
	const char **ports[2]; /* TCP, UDP: by number, NULL: no name */
};

const char *line_names_maker(uint32_t oui)
{
	static const struct {
		uint32_t oui;
		const char *name;
	} makers[] = {
		{ 0x000000, "Ethernet" },
		{ 0x00000c, "Cisco" },
		{ 0x00005e, "IANA" },
		{ 0x000081, "Nortel Networks SONMP" },
		{ 0x0000f8, "Cisco bridged" },
		{ 0x0080c2, "Ethernet bridged" },
		{ 0x00a03e, "ATM Forum" },
		{ 0x00e02f, "DOCSIS Spanning Tree" },
		{ 0x080007, "Appletalk" },
		{ 0x009069, "Juniper" },
		{ 0x080009, "Hewlett-Packard" },
		{ 0x00120f, "IEEE 802.3 Private" },
		{ 0x0012bb, "ANSI/TIA" },
		{ 0x001b21, "DCBX" },
		{ 0x002320, "Nicira Networks" },
		{ 0x5c16c7, "Big Switch Networks" },
		{ 0xb0d2f5, "Vello Systems" },
		{ 0x002481, "HP" },
		{ 0x0004ea, "HP-Labs" },
		{ 0x748771, "Infoblox Inc" },
		{ 0xa42305, "Open Networking Lab" },
		{ 0x00049f, "Freescale" },
		{ 0x0015ad, "Netronome" },
		{ 0x001018, "Broadcom" },
		{ 0x00e004, "PMC-Sierra" },
		{ 0xd0f0db, "Ericsson" },
	};

	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++)
		if (makers[i].oui == oui)
			return makers[i].name;
	return NULL;
}

/* The first entry of a port counts, as in tcpdump's chains. */
static bool add_service(struct line_names *n, const struct servent *service)
{
	bool is_udp = strcmp(service->s_proto, "udp") == 0;
	uint16_t port = ntohs((uint16_t)service->s_port);
	const char **place;

	if (!is_udp && strcmp(service->s_proto, "tcp") != 0)
		return true;

	place = &n->ports[is_udp][port];
	if (!*place)
		*place = arena_string(n->arena, service->s_name);
	return *place != NULL;
}

static bool read_services(struct line_names *n)
{
	struct servent entry;
	struct servent *found = NULL;
	char buffer[4096];
	bool is_ok = true;

	/* The only way to begin at the first one; nobody else enumerates. */
	setservent(0);
	while (is_ok &&
	       getservent_r(&entry, buffer, sizeof(buffer), &found) == 0 &&
	       found)
		is_ok = add_service(n, found);
	endservent();
	return is_ok;
}

struct line_names *line_names_new(void)
{
	struct line_names *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;

	n->arena = arena_new();
	n->names = calloc(FIRST_SIZE, sizeof(*n->names));
	n->size = FIRST_SIZE;
	for (int i = 0; i < 2; i++)
		n->ports[i] = calloc(PORTS, sizeof(*n->ports[i]));

	if (!n->arena || !n->names || !n->ports[0] || !n->ports[1] ||
	    !read_services(n)) {
		line_names_free(n);
		return NULL;
	}

	return n;
}

void line_names_free(struct line_names *n)
{
	if (!n)
		return;

	arena_free(n->arena);
	free(n->names);
	free((void *)n->ports[0]);
	free((void *)n->ports[1]);
	free(n);
}

/* FNV-1a: short keys, and a table that is small beside the name service. */
static size_t hash(const uint8_t *key, size_t len)
{
	uint64_t h = 0xcbf29ce484222325;

	for (size_t i = 0; i < len; i++)
		h = (h ^ key[i]) * 0x100000001b3;
	return (size_t)(h ^ h >> 32);
}

static struct name *find(const struct line_names *n, const uint8_t *key,
			 size_t len)
{
	size_t mask = n->size - 1;
	size_t i = hash(key, len) & mask;

	while (n->names[i].key_len && (n->names[i].key_len != len ||
				       memcmp(n->names[i].key, key, len) != 0))
		i = (i + 1) & mask;
	return &n->names[i];
}

static bool grow(struct line_names *n)
{
	struct name *old = n->names;
	size_t old_size = n->size;
	struct name *names = calloc(old_size * 2, sizeof(*names));

	if (!names)
		return false;

	n->names = names;
	n->size = old_size * 2;
	for (size_t i = 0; i < old_size; i++)
		if (old[i].key_len)
			*find(n, old[i].key, old[i].key_len) = old[i];
	free(old);
	return true;
}

/* Remembers what was found; when memory ran out it is asked for again. */
static void remember(struct line_names *n, const uint8_t *key, size_t len,
		     const struct text *t, size_t start)
{
	struct name *name;
	char *copy;

	if (!text_ok(t) || (n->count * 2 >= n->size && !grow(n)))
		return;

	copy = arena_copy(n->arena, t->data + start, t->len - start);
	if (!copy)
		return;

	name = find(n, key, len);
	memcpy(name->key, key, len);
	name->key_len = (uint8_t)len;
	name->text = copy;
	name->len = (uint32_t)(t->len - start);
	n->count++;
}

/* False when it is not known yet. */
static bool print_known(const struct line_names *n, const uint8_t *key,
			size_t len, struct text *out)
{
	const struct name *name = find(n, key, len);

	if (!name->key_len)
		return false;

	text_bytes(out, name->text, name->len);
	return true;
}

static bool print_host(const uint8_t *key, unsigned len, int family,
		       struct text *out)
{
	struct hostent entry;
	struct hostent *found = NULL;
	int error;
	size_t size = 1024;
	char *buffer = NULL;
	int rc;

	do {
		char *bigger;

		size *= 2;
		bigger = realloc(buffer, size);
		if (!bigger) {
			free(buffer);
			return false;
		}
		buffer = bigger;
		rc = gethostbyaddr_r(key, len, family, &entry, buffer, size,
				     &found, &error);
	} while (rc == ERANGE && size < 1 << 20);

	if (rc == 0 && found)
		text_str(out, found->h_name);
	free(buffer);
	return rc == 0 && found;
}

void line_names_v4(struct line_names *n, const uint8_t v4[static 4],
		   struct text *out)
{
	size_t start = out->len;

	if (print_known(n, v4, 4, out))
		return;

	if (!print_host(v4, 4, AF_INET, out)) {
		char *p = pen_begin(out, 16);

		if (p)
			pen_end(out, pen_dotted(p, v4));
	}

	remember(n, v4, 4, out, start);
}

void line_names_v6(struct line_names *n, const uint8_t v6[static 16],
		   struct text *out)
{
	size_t start = out->len;

	if (print_known(n, v6, 16, out))
		return;

	if (!print_host(v6, 16, AF_INET6, out))
		line_names_plain_v6(v6, out);
	remember(n, v6, 16, out, start);
}

static bool print_ether(const uint8_t mac[static 6], struct text *out)
{
	static const uint8_t broadcast[6] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff
	};
	struct ether_addr address;
	char name[1024]; /* as long as a line of /etc/ethers can be */

	memcpy(address.ether_addr_octet, mac, 6);
	if (ether_ntohost(name, &address) == 0)
		text_str(out, name);
	else if (memcmp(mac, broadcast, 6) == 0)
		text_str(out, "Broadcast");
	else
		return false;

	return true;
}

void line_names_mac(struct line_names *n, const uint8_t mac[static 6],
		    struct text *out)
{
	size_t start = out->len;

	if (print_known(n, mac, 6, out))
		return;

	if (!print_ether(mac, out)) {
		const char *maker =
			line_names_maker((uint32_t)mac[0] << 16 |
					 (uint32_t)mac[1] << 8 | mac[2]);
		line_names_plain_mac(mac, out);
		text_str(out, " (oui ");
		text_str(out, maker ? maker : "Unknown");
		text_char(out, ')');
	}

	remember(n, mac, 6, out, start);
}

void line_names_port(struct line_names *n, bool is_udp, uint16_t port,
		     struct text *out)
{
	const char *name = n->ports[is_udp][port];

	if (name)
		text_str(out, name);
	else
		text_u64(out, port);
}

void line_names_plain_mac(const uint8_t mac[static 6], struct text *out)
{
	char *p = pen_begin(out, 18);

	if (!p)
		return;

	for (int i = 0; i < 6; i++) {
		if (i)
			p = pen_char(p, ':');
		p = pen_hex2(p, mac[i]);
	}
	pen_end(out, p);
}

static uint16_t word_at(const uint8_t v6[static 16], int i)
{
	const uint8_t *word = v6 + (size_t)2 * (size_t)i;

	return (uint16_t)(word[0] << 8 | word[1]);
}

/* The longest run of zero words, the first of equal ones, of two or more. */
static void find_zeros(const uint8_t v6[static 16], int *first, int *count)
{
	int run = 0;

	*first = -1;
	*count = 1;
	for (int i = 0; i < 8; i++) {
		run = word_at(v6, i) ? 0 : run + 1;
		if (run > *count) {
			*count = run;
			*first = i + 1 - run;
		}
	}
}

/* ::a.b.c.d and ::ffff:a.b.c.d */
static bool has_dotted_end(const uint8_t v6[static 16], int first, int count)
{
	return first == 0 &&
	       (count == 6 || (count == 5 && v6[10] == 0xff && v6[11] == 0xff));
}

void line_names_plain_v6(const uint8_t v6[static 16], struct text *out)
{
	char *p = pen_begin(out, 64);
	int first, count;

	if (!p)
		return;

	find_zeros(v6, &first, &count);
	for (int i = 0; i < 8; i++) {
		if (first >= 0 && i >= first && i < first + count) {
			if (i == first)
				p = pen_char(p, ':');
			continue;
		}
		if (i)
			p = pen_char(p, ':');
		if (i == 6 && has_dotted_end(v6, first, count)) {
			p = pen_dotted(p, v6 + 12);
			break;
		}
		p = pen_hex16(p, word_at(v6, i));
	}

	if (first >= 0 && first + count == 8)
		p = pen_char(p, ':');
	pen_end(out, p);
}
