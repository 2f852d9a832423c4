#include "cli/explain_flow.h"

#include "net/packet.h"

static const char *transport_of(const struct flow *f)
{
	if (f->protocol == PACKET_TCP)
		return "tcp";
	if (f->protocol == PACKET_UDP)
		return "udp";
	if (f->protocol == PACKET_ICMP)
		return "icmp";
	if (f->protocol == PACKET_ICMP6)
		return "icmp6";
	if (f->protocol == PACKET_ARP)
		return address_is_v4(&f->addresses[0]) ? "arp" : "nd";

	return "ip";
}

static const char *opening_of(const struct flow *f)
{
	static const char *const names[] = {
		[OPENING_NONE] = "request",   [OPENING_SYN] = "syn",
		[OPENING_SYNACK] = "syn-ack", [OPENING_MIDSTREAM] = "midstream",
		[OPENING_QUOTED] = "quoted",
	};

	return names[f->opening];
}

static const char *tcp_ending(const struct flow *f)
{
	unsigned client = f->half[FLOW_CLIENT].marks;
	unsigned server = f->half[FLOW_SERVER].marks;

	if (f->state & FLOW_RST_REFUSES)
		return "refused";
	if (f->state & FLOW_RST_AFTER_FIN)
		return "rst-after-fin";
	if (server & HALF_RST)
		return "rst-by-server";
	if (client & HALF_RST)
		return "rst-by-client";
	if (client & server & HALF_FIN)
		return "closed";
	if ((client | server) & HALF_FIN)
		return "half-closed";

	return "open";
}

static const char *ending_of(const struct flow *f, const struct flow_note *note)
{
	bool answered = f->half[FLOW_SERVER].packets;

	if (note && note->icmp_version && !f->open_us && !answered)
		return "icmp-error";
	if (f->protocol != PACKET_TCP)
		return answered ? "answered" : "unanswered";
	if (!answered && !f->client_acks)
		return "unanswered";

	return tcp_ending(f);
}

static void copy_note(struct report_flow *r, const struct flow *f,
		      const struct flow_note *note)
{
	r->icmp_sender = note->icmp_sender;
	r->icmp_version = note->icmp_version;
	r->icmp_type = note->icmp_type;
	r->icmp_code = note->icmp_code;
	r->icmp_after_ns = note->icmp_ns;
	r->icmp_mtu = note->icmp_mtu;
	r->tls_alert = note->tls_alert;
	r->has_tls_alert = f->said & (SAID_ALERT_CLIENT | SAID_ALERT_SERVER);
	r->http_status = note->http_status;
	r->dns_rcode = note->dns_rcode;
	r->name = note->name;
}

void explain_flow(struct report_flow *ret, const struct flow *f,
		  const struct flow_note *note, const struct fact_set *facts)
{
	*ret = (struct report_flow){
		.transport = transport_of(f),
		.client = f->addresses[FLOW_CLIENT],
		.server = f->addresses[FLOW_SERVER],
		.client_port = f->ports[FLOW_CLIENT],
		.server_port = f->ports[FLOW_SERVER],
		.has_ports =
			f->protocol == PACKET_TCP || f->protocol == PACKET_UDP,
		.has_isn = f->opening == OPENING_SYN,
		.isn = f->isn,
		.vantage = (enum vantage)f->vantage,
		.first_ns = f->first_ns,
		.last_ns = f->last_ns,
		.packets = { f->half[0].packets, f->half[1].packets },
		.bytes = { f->bytes[0], f->bytes[1] },
		.opening = opening_of(f),
		.ending = ending_of(f, note),
		.facts = facts,
		.syns = f->syns,
		.retransmitted = { f->half[0].retransmitted,
				   f->half[1].retransmitted },
		.name = "",
	};

	if (note)
		copy_note(ret, f, note);
}
