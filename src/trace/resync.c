#include "trace/resync.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "net/link.h"
#include "trace/input.h"

/* Three of the longest records that there are. */
enum { RESYNC_AHEAD = 3 * (262144 + 64) };

/* Between packets that stand next to each other, or not far apart. */
#define RESYNC_NEAR (CLOCK_SECOND * 30 * 24 * 3600)

static bool is_near(int64_t a, int64_t b)
{
	int64_t span;

	return !__builtin_sub_overflow(a, b, &span) && span < RESYNC_NEAR &&
	       span > -RESYNC_NEAR;
}

static int chain_needed(const struct input *in, const struct resync_rule *rule,
			int64_t time_ns)
{
	if (time_ns == RESYNC_NO_TIME)
		return rule->near;

	if (in->frames &&
	    (is_near(time_ns, in->last_ns) || is_near(time_ns, in->first_ns)))
		return rule->near;

	return rule->far;
}

/* The window is over after count records, the last one cut or not. */
static bool chain_ends_well(const struct input *in,
			    const struct resync_rule *rule, int count, bool cut)
{
	return count >= rule->near || (in->ended && !cut);
}

static bool is_chain(const struct input *in, const struct resync_rule *rule,
		     struct cursor c)
{
	int64_t before_ns = RESYNC_NO_TIME;
	int needed = 1;

	for (int count = 0; count < needed; count++) {
		int64_t time_ns = RESYNC_NO_TIME;
		size_t len;

		if (!cursor_left(&c))
			return chain_ends_well(in, rule, count, false);

		len = rule->judge(rule->reader, c, &time_ns);
		if (!len)
			return false;

		if (!count) {
			needed = chain_needed(in, rule, time_ns);
		} else if (time_ns != RESYNC_NO_TIME &&
			   before_ns != RESYNC_NO_TIME &&
			   !is_near(time_ns, before_ns)) {
			return false;
		}

		if (len > cursor_left(&c))
			return chain_ends_well(in, rule, count + 1, true);

		before_ns = time_ns;
		cursor_skip(&c, len);
	}

	return true;
}

size_t resync_within(const struct input *in, const struct resync_rule *rule,
		     size_t start, size_t len)
{
	struct cursor c = in->unread;

	cursor_skip(&c, start);
	for (size_t i = start; i < len; i++) {
		int64_t time_ns;

		/* Asked alone first: nearly all places fail here. */
		if (rule->judge(rule->reader, c, &time_ns) &&
		    is_chain(in, rule, c))
			return i;

		cursor_skip(&c, 1);
	}

	return len;
}

int resync_back(struct input *in, const struct resync_rule *rule)
{
	uint64_t here = input_offset(in);
	size_t back = in->back;
	struct problem found;
	size_t start, at;
	int r;

	/* Each byte once, or a crafted file could make us go back for ever. */
	if (!back || in->back_seen >= here)
		return 0;

	r = input_need(in, RESYNC_AHEAD);
	if (r < 0)
		return r;

	start = 1;
	if (in->back_seen > here - back)
		start = (size_t)(in->back_seen - (here - back));
	in->back_seen = here;
	input_go_back(in);
	at = resync_within(in, rule, start, back);
	cursor_skip(&in->unread, at);
	if (at == back)
		return 0;

	found = input_place(in);
	problems_add(
		in->problems, &found,
		_("the packet before is too long, whole records begin inside it; reading goes on here"));
	return 1;
}

static void tell(struct input *in, uint64_t from, bool found)
{
	struct problem here = input_place(in);
	uint64_t skipped = here.offset - from;

	in->skipped += skipped;
	if (found) {
		problems_add(
			in->problems, &here,
			_("whole records begin again here, and reading goes on; %llu bytes before were left out"),
			(unsigned long long)skipped);
	} else {
		problems_add(
			in->problems, &here,
			_("no whole record was found in the last %llu bytes, they were left out"),
			(unsigned long long)skipped);
	}
}

int resync_search(struct input *in, const struct resync_rule *rule,
		  size_t start)
{
	uint64_t from = input_offset(in);

	for (;;) {
		size_t left, len, at;
		int r = input_need(in, RESYNC_AHEAD);

		if (r < 0)
			return r;

		left = cursor_left(&in->unread);
		len = r ? left - RESYNC_AHEAD + 1 : left;
		start = start < len ? start : len;
		at = resync_within(in, rule, start, len);
		cursor_skip(&in->unread, at);
		if (at < len) {
			tell(in, from, true);
			return 1;
		}

		if (!r) {
			tell(in, from, false);
			return 0;
		}

		start = 0;
	}
}

static bool is_ethertype(uint16_t type)
{
	static const uint16_t types[] = {
		0x0800, /* IPv4 */
		0x0806, /* ARP */
		0x0842, /* Wake on LAN */
		0x22f0, /* AVTP */
		0x22f3, /* TRILL */
		0x6002, /* DEC MOP */
		0x6558, /* transparent Ethernet bridging */
		0x8035, /* RARP */
		0x8100, /* VLAN */
		0x8137, /* IPX */
		0x86dd, /* IPv6 */
		0x8809, /* LACP and other slow protocols */
		0x8847, /* MPLS */
		0x8848, /* MPLS multicast */
		0x8863, /* PPPoE discovery */
		0x8864, /* PPPoE session */
		0x886d, /* Intel teaming */
		0x888e, /* 802.1X */
		0x8892, /* PROFINET */
		0x8899, /* Realtek */
		0x88a2, /* ATA over Ethernet */
		0x88a4, /* EtherCAT */
		0x88a8, /* 802.1ad */
		0x88b5, /* for experiments */
		0x88b6, /* for experiments */
		0x88ba, /* IEC 61850 sampled values */
		0x88b8, /* GOOSE */
		0x88cc, /* LLDP */
		0x88e1, /* HomePlug */
		0x88e5, /* MACsec */
		0x88f7, /* PTP */
		0x8902, /* CFM */
		0x8906, /* FCoE */
		0x8914, /* FCoE initialisation */
		0x894f, /* NSH */
		0x893a, /* IEEE 1905 */
		0x9000, /* loopback test */
		0x9100, /* QinQ before 802.1ad */
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (types[i] == type)
			return true;
	}

	return false;
}

static bool fits_ethernet(struct cursor c)
{
	uint16_t type;

	cursor_skip(&c, 12);
	type = cursor_be16(&c);
	if (!cursor_ok(&c))
		return false;

	/* IEEE 802.3: the length of an LLC packet. */
	return is_ethertype(type) || (type >= 3 && type <= 1500);
}

static bool fits_ip(struct cursor c)
{
	uint8_t version = cursor_peek(&c) >> 4;

	return version == 4 || version == 6;
}

/* AF_INET, and the AF_INET6 of Linux, NetBSD, FreeBSD and macOS, in the order
 * of whoever wrote it. */
static bool fits_family(struct cursor c)
{
	struct cursor swapped = c;
	uint32_t big = cursor_be32(&c);
	uint32_t little = cursor_le32(&swapped);
	uint32_t family = big < little ? big : little;

	return family == 2 || family == 10 || family == 24 || family == 28 ||
	       family == 30;
}

static bool fits_ppp(struct cursor c)
{
	uint16_t first = cursor_be16(&c);

	/* Address and control, or the protocol at once. */
	return first == 0xff03 || first == 0x0021 || first == 0x0057 ||
	       first == 0xc021 || first == 0x8021 || first == 0x8057;
}

static bool fits_sll(struct cursor c)
{
	uint16_t type = cursor_be16(&c);

	cursor_skip(&c, 2);
	return type <= 4 && cursor_be16(&c) <= 32 && cursor_left(&c) >= 10;
}

static bool fits_sll2(struct cursor c)
{
	uint8_t type, address_len;

	cursor_skip(&c, 2);
	if (cursor_be16(&c) != 0)
		return false;

	cursor_skip(&c, 6);
	type = cursor_u8(&c);
	address_len = cursor_u8(&c);
	return type <= 4 && address_len <= 32 && cursor_left(&c) >= 8;
}

static bool fits_nflog(struct cursor c)
{
	uint8_t family = cursor_u8(&c);

	return (family == 0 || family == 2 || family == 7 || family == 10) &&
	       cursor_u8(&c) == 0 && cursor_left(&c) >= 2;
}

bool resync_link_fits(uint16_t link, struct cursor data)
{
	static const struct {
		uint16_t link;
		bool (*fits)(struct cursor c);
	} checks[] = {
		{ LINK_NULL, fits_family }, { LINK_ETHERNET, fits_ethernet },
		{ LINK_PPP, fits_ppp },     { LINK_RAW, fits_ip },
		{ LINK_LOOP, fits_family }, { LINK_LINUX_SLL, fits_sll },
		{ LINK_IPV4, fits_ip },     { LINK_IPV6, fits_ip },
		{ LINK_NFLOG, fits_nflog }, { LINK_LINUX_SLL2, fits_sll2 },
	};

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		if (checks[i].link == link)
			return checks[i].fits(data);
	}

	return cursor_left(&data) > 0;
}
