#include "cli/server_frame.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

#include "base/cursor.h"
#include "base/problem.h"
#include "host/links.h"
#include "net/link.h"
#include "net/packet.h"

/* The blocks are our own process's, in this machine's order of bytes
 * (pcapng_write.h); what stands in them is not believed. */
enum {
	BLOCK_INTERFACE = 1,
	INTERFACE_OPTIONS = 16, /* behind type, length, link and snaplen */
	OPTION_NAME = 2,
	BLOCK_LEAST = 12,
};

static uint32_t word_at(const struct source *s, size_t at)
{
	uint32_t v = 0;

	if (at + sizeof(v) <= s->size)
		memcpy(&v, (const char *)s->data + at, sizeof(v));
	return v;
}

/* The name in that block's options. */
static void copy_name(char name[LIVE_NAME], const struct source *s,
		      size_t block, size_t end)
{
	for (size_t at = block + INTERFACE_OPTIONS; at + 4 <= end;) {
		uint32_t head = word_at(s, at);
		uint16_t code = (uint16_t)head, len = (uint16_t)(head >> 16);

		if (code == OPTION_NAME && len < LIVE_NAME &&
		    at + 4 + len <= end) {
			memcpy(name, (const char *)s->data + at + 4, len);
			name[len] = '\0';
		}
		at += 4 + (len + 3U) / 4 * 4;
	}
}

/* The name of the device that the packet at that offset was captured on. */
static void device_at(char name[LIVE_NAME], const struct source *s,
		      uint64_t offset)
{
	uint32_t wanted = word_at(s, offset + 8), index = 0;
	size_t at = 0;

	while (at + BLOCK_LEAST <= s->size && at < offset) {
		uint32_t len = word_at(s, at + 4);

		if (len < BLOCK_LEAST || len > s->size - at)
			return;
		if (word_at(s, at) == BLOCK_INTERFACE && index++ == wanted) {
			copy_name(name, s, at, at + len - 4);
			return;
		}
		at += len;
	}
}

/* Looks for the attempt's first packet. */
struct search {
	struct server_seen *seen;
	uint16_t port;
	uint64_t offset;
	bool is_found;
};

/* The first packet; or the first question for the address. */
static bool is_first(const struct packet *p, const struct search *s)
{
	if (!s->seen->is_asked)
		return p->sport == s->seen->client_port &&
		       p->dport == s->port &&
		       address_equal(&p->src, &s->seen->client);
	if (p->protocol == PACKET_ARP)
		return address_equal(&p->dst, &s->seen->server);

	return p->protocol == PACKET_ICMP6 &&
	       address_equal(&p->icmp.target, &s->seen->server);
}

/* IEEE 802.1Q and 802.1ad, where the frame is Ethernet's: 0 is no VLAN. */
static uint16_t vlan_of(const struct frame *f)
{
	enum { MACS = 12, TAG = 4, QTAG = 0x8100, STAG = 0x88a8, ID = 0xfff };

	struct cursor c = cursor_over(f->data, f->caplen);
	unsigned type, id;

	if (f->link != LINK_ETHERNET || cursor_left(&c) < MACS + TAG)
		return 0;

	cursor_skip(&c, MACS);
	type = (unsigned)c.pos[0] << 8 | c.pos[1];
	id = ((unsigned)c.pos[2] << 8 | c.pos[3]) & ID;
	return type == QTAG || type == STAG ? (uint16_t)id : 0;
}

static int find_frame(void *context, const struct frame *f, int count)
{
	struct search *s = context;
	struct packet p;

	for (int i = 0; i < count && !s->is_found; i++) {
		packet_decode(&p, &f[i]);
		if (!is_first(&p, s))
			continue;
		s->is_found = true;
		s->offset = f[i].offset;
		s->seen->has_macs = p.has_mac;
		s->seen->vlan = vlan_of(&f[i]);
		s->seen->ttl = p.marks & PACKET_TTL ? p.ttl : 0;
		memcpy(s->seen->from_mac, p.src_mac, sizeof(p.src_mac));
		memcpy(s->seen->to_mac, p.dst_mac, sizeof(p.dst_mac));
	}

	return 0;
}

/* A frame of a VLAN goes on to that VLAN's device. */
static void climb(struct server_seen *seen, const struct links *l)
{
	for (size_t i = 0; i < l->count && seen->vlan; i++) {
		const struct links_link *link = &l->links[i];

		if (link->below != seen->device || link->vlan != seen->vlan ||
		    strlen(link->name) >= LIVE_NAME)
			continue;
		seen->device = link->index;
		memcpy(seen->device_name, link->name, strlen(link->name) + 1);
		seen->vlan = 0;
	}
}

int server_frame_find(const struct server *s, struct server_seen *seen,
		      const struct source *source)
{
	struct search search = { .seen = seen, .port = s->question.port };
	struct source_sink sink = { .frames = find_frame, .context = &search };
	struct problems *problems = problems_new();
	int err = problems ? source_read(source, &sink, problems) : -ENOMEM;

	if (!err && search.is_found)
		device_at(seen->device_name, source, search.offset);
	if (*seen->device_name)
		seen->device = if_nametoindex(seen->device_name);
	climb(seen, looks_links(s->looks));
	problems_free(problems);
	return err;
}
