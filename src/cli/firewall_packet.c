#include "cli/firewall_packet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "base/text.h"
#include "cli/firewall.h"
#include "cli/source.h"
#include "net/address.h"
#include "net/packet.h"

/* All words up to the next option are the packet's, unless the first holds
 * several already. */
static int take_words(struct firewall *f, struct firewall_packet *p, int argc,
		      char *argv[], int *i)
{
	bool is_joined = strchr(argv[*i], '=') != NULL;
	const char *first = cli_value("--packet", argc, argv, i);
	struct text all = TEXT_NULL;

	if (!first)
		return -1;

	text_str(&all, first);
	if (!is_joined && !strpbrk(first, " \t"))
		while (*i + 1 < argc && argv[*i + 1][0] != '-') {
			text_char(&all, ' ');
			text_str(&all, argv[++*i]);
		}
	p->words = arena_string(f->arena, text_string(&all));
	text_done(&all);
	return p->words ? 1 : -1;
}

int firewall_packet_take(struct firewall *f, struct firewall_packet *p,
			 int argc, char *argv[], int *i)
{
	if (cli_is(argv[*i], "--packet"))
		return take_words(f, p, argc, argv, i);
	if (!cli_is(argv[*i], "--packet-from"))
		return 0;

	p->from = cli_value("--packet-from", argc, argv, i);
	return p->from ? 1 : -1;
}

/* The one frame that is looked for. */
struct wanted {
	uint64_t number;
	struct packet packet;
	bool found;
};

static int see_frames(void *context, const struct frame *f, int count)
{
	struct wanted *w = context;

	for (int i = 0; i < count; i++)
		if (f[i].number == w->number) {
			packet_decode(&w->packet, &f[i]);
			w->found = true;
			return -ECANCELED;
		}

	return 0;
}

static int see_pasted(void *context, const struct pasted_packet *p)
{
	struct wanted *w = context;

	if (p->packet.frame != w->number)
		return 0;

	w->packet = p->packet;
	w->found = true;
	return -ECANCELED;
}

static void say(struct packet_words *w, enum field f, u128 value)
{
	if (w->said & FIELD_BIT(f))
		return;

	point_set(&w->point, f, value);
	w->said |= FIELD_BIT(f);
}

static u128 from_mac(const uint8_t mac[6])
{
	u128 value = 0;

	for (unsigned i = 0; i < 6; i++)
		value = value << 8 | mac[i];
	return value;
}

static void say_transport(struct packet_words *w, const struct packet *p)
{
	if (p->marks & PACKET_PORTS && p->protocol != PACKET_ICMP &&
	    p->protocol != PACKET_ICMP6) {
		say(w, FIELD_SPORT, p->sport);
		say(w, FIELD_DPORT, p->dport);
	}
	if (p->marks & PACKET_LATER_FRAGMENT) {
		say(w, FIELD_FRAGMENT, 1);
		return;
	}
	if (p->protocol == PACKET_TCP) {
		say(w, FIELD_TCP_FLAGS, p->tcp.flags & 255);
		if (p->marks & PACKET_OPTIONS)
			say(w, FIELD_TCP_MSS, p->tcp.mss);
	}
	if (p->protocol == PACKET_ICMP || p->protocol == PACKET_ICMP6) {
		say(w, FIELD_ICMP_TYPE, p->icmp.type);
		say(w, FIELD_ICMP_CODE, p->icmp.code);
	}
}

static void say_packet(struct packet_words *w, const struct packet *p)
{
	say(w, FIELD_FAMILY, p->version == 6 ? 10 : 2);
	say(w, FIELD_SADDR, field_from_address(&p->src));
	say(w, FIELD_DADDR, field_from_address(&p->dst));
	say(w, FIELD_PROTO, p->protocol);
	if (p->marks & PACKET_TTL)
		say(w, FIELD_TTL, p->ttl);
	if (p->has_mac) {
		say(w, FIELD_MAC_SADDR, from_mac(p->src_mac));
		say(w, FIELD_MAC_DADDR, from_mac(p->dst_mac));
	}
	say_transport(w, p);
}

/* "capture.pcap#12": the part behind the last "#" is the number. */
static bool part(struct firewall *f, const char *from, struct source *ret,
		 uint64_t *ret_number)
{
	const char *hash = strrchr(from, '#');
	char *end;

	if (!hash || hash == from)
		return false;

	errno = 0;
	*ret_number = strtoull(hash + 1, &end, 10);
	ret->path = arena_copy(f->arena, from, (size_t)(hash - from));
	ret->name = ret->path;
	return !errno && *ret_number && end != hash + 1 && !*end && ret->path;
}

static int read_frame(struct firewall *f, struct firewall_packet *p)
{
	struct wanted w = { 0 };
	struct source source = { 0 };
	struct source_sink sink = { .frames = see_frames,
				    .pasted = see_pasted,
				    .context = &w };
	int err;

	if (!part(f, p->from, &source, &w.number))
		return cli_usage(f->command,
				 _("--packet-from takes CAPTURE#N, not \"%s\""),
				 p->from);

	err = source_read(&source, &sink, f->problems);
	if (!w.found && err < 0)
		return cli_usage(f->command, "%s: %s", source.path,
				 strerror(-err));
	if (!w.found)
		return cli_usage(f->command, _("%s has no packet %llu"),
				 source.path, (unsigned long long)w.number);
	if (!w.packet.version)
		return cli_usage(f->command,
				 _("packet %llu of %s is not an IP packet"),
				 (unsigned long long)w.number, source.path);

	say_packet(&p->packet, &w.packet);
	return 0;
}

int firewall_packet_read(struct firewall *f, struct firewall_packet *p)
{
	int err = 0;

	if (!p->words && !p->from)
		return cli_usage(
			f->command,
			_("which packet? --packet 'in=eth0 src=... dst=... tcp dport=22 syn'"));
	if (p->words)
		err = packet_words_parse(&p->packet, f->arena, "--packet",
					 p->words, strlen(p->words),
					 f->problems);
	if (err < 0)
		return EXIT_UNKNOWN;
	if (err)
		return EXIT_USAGE;
	return p->from ? read_frame(f, p) : 0;
}
