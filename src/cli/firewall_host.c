#include "cli/firewall_host.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

#include "base/i18n.h"
#include "cli/firewall.h"
#include "net/address.h"

static void add(struct firewall_host *h, const char *name, size_t len,
		u128 address, unsigned prefix)
{
	if (h->host.count == FIREWALL_ADDRESSES)
		return;

	h->list[h->host.count++] = (struct walk_address){
		.interface = field_from_name(name, len),
		.address = address,
		.prefix = prefix,
	};
	h->host.addresses = h->list;
}

int firewall_host_take(struct firewall *f, struct firewall_host *h,
		       const char *value)
{
	const struct value_form form = { .type = VALUE_ADDRESS,
					 .dialect = VALUE_NFT };
	const char *equals, *slash;
	struct range net, one;
	unsigned prefix = 128;
	u128 mask = ~(u128)0;

	if (!value)
		return EXIT_USAGE;

	equals = strchr(value, '=');
	if (!equals)
		return cli_usage(
			f->command,
			_("--address takes INTERFACE=ADDRESS/LENGTH, not \"%s\""),
			value);

	slash = strchr(equals, '/');
	if (!slash)
		slash = equals + strlen(equals);
	if (value_parse(&form, equals + 1, strlen(equals + 1), &net, &mask) ||
	    value_parse(&form, equals + 1, (size_t)(slash - equals - 1), &one,
			&mask))
		return cli_usage(f->command, _("\"%s\" is not an address"),
				 equals + 1);

	for (u128 open = net.first ^ net.last; open; open >>= 1)
		prefix--;
	add(h, value, (size_t)(equals - value), one.first, prefix);
	return 0;
}

static bool is_live(const struct firewall *f)
{
	for (size_t i = 0; i < f->name_count[0]; i++)
		if (strcmp(f->names[0][i], "live") == 0)
			return true;

	return !f->name_count[0];
}

static unsigned ones(const uint8_t *bytes, size_t len)
{
	unsigned count = 0;

	for (size_t i = 0; i < len; i++)
		count += (unsigned)__builtin_popcount(bytes[i]);
	return count;
}

static void add_own(struct firewall_host *h, const struct ifaddrs *i)
{
	struct sockaddr_in six_or_four;
	struct sockaddr_in6 six;
	struct address a;
	uint8_t mask[16] = { 0 };

	if (i->ifa_addr->sa_family == AF_INET) {
		memcpy(&six_or_four, i->ifa_addr, sizeof(six_or_four));
		a = address_v4(ntohl(six_or_four.sin_addr.s_addr));
		if (i->ifa_netmask) {
			memcpy(&six_or_four, i->ifa_netmask,
			       sizeof(six_or_four));
			memcpy(mask, &six_or_four.sin_addr, 4);
		}
		add(h, i->ifa_name, strlen(i->ifa_name), field_from_address(&a),
		    96 + ones(mask, 4));
	} else if (i->ifa_addr->sa_family == AF_INET6) {
		memcpy(&six, i->ifa_addr, sizeof(six));
		a = address_v6(six.sin6_addr.s6_addr);
		if (i->ifa_netmask) {
			memcpy(&six, i->ifa_netmask, sizeof(six));
			memcpy(mask, &six.sin6_addr, 16);
		}
		add(h, i->ifa_name, strlen(i->ifa_name), field_from_address(&a),
		    ones(mask, 16));
	}
}

void firewall_host_live(const struct firewall *f, struct firewall_host *h)
{
	struct ifaddrs *all = NULL;

	if (h->host.count || !is_live(f) || getifaddrs(&all) != 0)
		return;

	for (const struct ifaddrs *i = all; i; i = i->ifa_next)
		if (i->ifa_addr && !(i->ifa_flags & IFF_LOOPBACK))
			add_own(h, i);
	freeifaddrs(all);
}

static const struct walk_address *net_of(const struct firewall_host *h,
					 u128 address)
{
	const struct walk_address *best = NULL;

	for (size_t i = 0; i < h->host.count; i++) {
		const struct walk_address *a = &h->list[i];
		unsigned rest = 128 - a->prefix;
		bool is_in = a->prefix && a->address >> rest == address >> rest;

		if (is_in && (!best || a->prefix > best->prefix))
			best = a;
	}

	return best;
}

static const struct walk_address *with_address(const struct firewall_host *h,
					       u128 address)
{
	for (size_t i = 0; i < h->host.count; i++)
		if (h->list[i].address == address)
			return &h->list[i];

	return NULL;
}

/* One of the same family; link-local ones come last. */
static const struct walk_address *any_of(const struct firewall_host *h,
					 bool is_v4)
{
	const struct walk_address *link_local = NULL;

	for (size_t i = 0; i < h->host.count; i++) {
		const struct walk_address *a = &h->list[i];

		if ((a->address >> 32 == 0xffff) != is_v4)
			continue;
		if (a->address >> 118 != 0x3fa)
			return a;
		if (!link_local)
			link_local = a;
	}

	return link_local;
}

static bool is_said(const struct packet_words *w, enum field f)
{
	return w->said & FIELD_BIT(f);
}

static void assume(struct packet_words *w, enum field f, u128 value)
{
	if (is_said(w, f))
		return;

	point_set(&w->point, f, value);
	w->assumed |= FIELD_BIT(f);
}

static bool is_loopback(const struct packet_words *w, enum field f)
{
	struct address a = field_to_address(w->point.value[f]);

	return is_said(w, f) && address_is_loopback(&a);
}

static bool is_v4_packet(const struct packet_words *w)
{
	bool has_src = point_has(&w->point, FIELD_SADDR);
	bool has_dst = point_has(&w->point, FIELD_DADDR);

	if (has_src || has_dst)
		return w->point.value[has_src ? FIELD_SADDR : FIELD_DADDR] >>
			       32 ==
		       0xffff;

	return w->point.value[FIELD_FAMILY] != 10 &&
	       w->point.value[FIELD_PROTO] != 58;
}

void firewall_host_assume(const struct firewall_host *h, struct packet_words *w)
{
	const struct walk_address *a = NULL;
	bool is_out = is_said(w, FIELD_OIF);

	if (!h->host.count || is_out || is_loopback(w, FIELD_SADDR) ||
	    is_loopback(w, FIELD_DADDR))
		return;

	if (point_has(&w->point, FIELD_DADDR))
		a = with_address(h, w->point.value[FIELD_DADDR]);
	if (!a && point_has(&w->point, FIELD_SADDR))
		a = net_of(h, w->point.value[FIELD_SADDR]);
	if (!a)
		a = any_of(h, is_v4_packet(w));
	if (!a)
		return;

	assume(w, FIELD_IIF, a->interface);
	assume(w, FIELD_DADDR, a->address);
}
