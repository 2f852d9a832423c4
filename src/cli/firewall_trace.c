/* firewall trace: what becomes of one packet. */
#include "cli/firewall_trace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "base/text.h"
#include "cli/firewall.h"
#include "cli/firewall_host.h"
#include "cli/firewall_packet.h"
#include "ruleset/ranges.h"

/* What every packet is described by. */
static const uint64_t outline =
	FIELD_BIT(FIELD_IIF) | FIELD_BIT(FIELD_OIF) | FIELD_BIT(FIELD_SADDR) |
	FIELD_BIT(FIELD_DADDR) | FIELD_BIT(FIELD_PROTO) |
	FIELD_BIT(FIELD_SPORT) | FIELD_BIT(FIELD_DPORT) |
	FIELD_BIT(FIELD_TCP_FLAGS) | FIELD_BIT(FIELD_ICMP_TYPE) |
	FIELD_BIT(FIELD_ICMP_CODE) | FIELD_BIT(FIELD_CT_STATE);

// NOLINTNEXTLINE(misc-no-recursion): as deep as a rule's conditions are nested
static uint64_t asked_by(const struct cond *c)
{
	uint64_t fields = 0;

	if (c->kind == COND_RANGES || c->kind == COND_EQUAL)
		fields |= FIELD_BIT(c->field);
	if (c->kind == COND_EQUAL)
		fields |= FIELD_BIT(c->other);
	for (unsigned i = 0; c->kind == COND_LOOKUP && i < SET_PARTS; i++)
		if (c->key[i] < FIELD_COUNT)
			fields |= FIELD_BIT(c->key[i]);
	for (size_t i = 0; i < cond_count(c); i++)
		fields |= asked_by(&c->list[i]);

	return fields;
}

static uint64_t asked_on(const struct walk_way *way)
{
	uint64_t fields = 0;

	for (size_t i = 0; i < way->step_count; i++) {
		const struct rule *rule = way->steps[i].rule;

		for (size_t k = 0; rule && k < rule->term_count; k++)
			if (!rule->terms[k].is_action)
				fields |= asked_by(&rule->terms[k].cond);
	}

	return fields;
}

const char *firewall_trace_doubt_kind(const struct walk_doubt *d)
{
	static const char *const kinds[DOUBT_COUNT] = {
		[DOUBT_RATE] = "rate",       [DOUBT_RANDOM] = "random",
		[DOUBT_TIME] = "time",       [DOUBT_RECENT] = "recent",
		[DOUBT_PAYLOAD] = "payload", [DOUBT_SET] = "set",
		[DOUBT_HOST] = "host",       [DOUBT_HIDDEN] = "hidden",
		[DOUBT_MATCH] = "match",
	};

	if (!d->cond)
		return d->action && d->action->kind == ACTION_QUEUE ? "program"
								    : "target";
	if (d->cond->kind == COND_VARIABLE)
		return kinds[d->cond->variable->doubt];
	if (d->cond->kind == COND_LOOKUP)
		return d->cond->set && d->cond->set->is_dynamic ? "recent"
								: "set";

	return "field";
}

void firewall_trace_doubt(struct text *out, const struct walk_doubt *d)
{
	const struct cond *c = d->cond;

	if (!c) {
		text_str(out,
			 d->action && d->action->text ? d->action->text : "?");
	} else if (c->kind == COND_VARIABLE) {
		text_str(out, c->variable->text);
	} else if (c->kind == COND_LOOKUP) {
		const char *name = c->set ? c->set->name : c->set_name;

		text_str(out, name ? name : "{ }");
	} else {
		text_str(out, field_info[c->field].id);
		if (c->kind == COND_RANGES) {
			text_char(out, '=');
			packet_words_ranges(out, c->field, c->ranges);
		}
	}
}

/* A set of packets has no one way. */
static int check_single(struct firewall *f, const struct packet_words *w)
{
	for (unsigned i = 0; i < FIELD_COUNT; i++)
		if (w->set[i])
			return cli_usage(
				f->command,
				_("one packet is traced: %s= takes one value here"),
				field_info[i].id);

	return 0;
}

static int status_of(const struct walk_result *r)
{
	bool unsure =
		r->way.verdict.decision == WALK_UNKNOWN ||
		(r->has_reply && r->reply.verdict.decision == WALK_UNKNOWN);

	if (r->way.verdict.decision == WALK_DROP ||
	    r->way.verdict.decision == WALK_REJECT)
		return EXIT_FAULT;
	if (unsure)
		return EXIT_UNKNOWN;

	return r->blocker_count ? EXIT_FAULT : EXIT_HEALTHY;
}

/* The command line. */
struct asked {
	struct firewall_packet packet;
	struct firewall_host host;
};

static int take_all(struct firewall *f, struct asked *a, int argc, char *argv[])
{
	int status = 0;

	for (int i = 1; i < argc && !status; i++) {
		int taken = firewall_packet_take(f, &a->packet, argc, argv, &i);

		if (taken < 0)
			return EXIT_USAGE;
		if (taken)
			continue;
		if (cli_is(argv[i], "--address"))
			status = firewall_host_take(
				f, &a->host,
				cli_value("--address", argc, argv, &i));
		else
			status = firewall_take(f, argc, argv, &i);
	}

	return status;
}

static int tell(struct firewall *f, const struct asked *a)
{
	struct firewall_traced t = { .packet = &a->packet.packet };
	struct walk_question q = { .packet = t.packet->point,
				   .host = a->host.host.count ? &a->host.host
							      : NULL };
	struct text out = TEXT_NULL;
	uint64_t asked;

	if (walk_packet(f->ruleset, &q, f->arena, &t.result) < 0)
		return EXIT_UNKNOWN;

	asked = asked_on(&t.result.way) | asked_on(&t.result.reply);
	/* Nobody thinks of fragments unless they say so. */
	asked &= ~FIELD_BIT(FIELD_FRAGMENT);
	t.assumed = t.packet->assumed & (outline | asked);
	t.shown = outline | t.packet->said | asked;
	if (f->cli->json)
		firewall_trace_json(f, &t, &out);
	else
		firewall_trace_text(f, &t, &out);
	firewall_put(&out);
	return status_of(&t.result);
}

int firewall_trace(struct firewall *f, int argc, char *argv[])
{
	struct asked *a = arena_alloc(f->arena, sizeof(*a));
	int status;

	if (!a)
		return EXIT_UNKNOWN;

	status = take_all(f, a, argc, argv);
	if (!status)
		status = firewall_packet_read(f, &a->packet);
	if (!status)
		status = check_single(f, &a->packet.packet);
	if (!status)
		status = firewall_read(f);
	if (status)
		return status;

	firewall_host_live(f, &a->host);
	firewall_host_assume(&a->host, &a->packet.packet);
	packet_words_assume(&a->packet.packet);
	return tell(f, a);
}

const struct command firewall_trace_command = {
	.name = "firewall trace",
	.arguments = "--packet 'WORDS...' [RULESET...]",
	.summary = N_("What becomes of one packet, and which rules decide it?"),
	.help = N_(
		"\n"
		"A packet is written\n"
		"  in=eth0 src=10.1.0.7 dst=172.16.1.2 tcp sport=50502 dport=5555 syn ttl=64 state=new\n"
		"with out= (alone: a process of this host sends it; with in=: it is forwarded), udp,\n"
		"icmp type=8 code=0, icmpv6, flags=SYN,ACK, mark=0x1, mac=02:00:00:00:00:01, uid=0.\n"
		"What is not said is assumed, and the report says how: a TCP SYN, state new, ttl 64 ...\n"
		"\n"
		"The whole way is told, hook by hook, with all tables of both backends; then every rule\n"
		"that would have to change before the packet, and the answer to it, get through.\n"
		"What no packet shows (rates, lists that packets fill, sets that were not given) makes\n"
		"the decision \"unknown\", with what it depends on.\n"
		"\n"
		"  --packet 'WORDS...'      the packet; or the words up to the next option\n"
		"  --packet-from CAPTURE#N  packet N of a capture, or of tcpdump's text\n"
		"  --address IF=ADDR/LEN    an address of the host, for what NAT makes of the packet;\n"
		"                           may be given several times; with live, its own are known\n"
		"  -v                       the answer's whole way, too\n"
		"  -4, -6, --ipset FILE, --root FOLDER: see `kiriwake firewall --help'\n"
		"\n"
		"Exit status: 0 the packet and its answer pass, 1 one of them is dropped or rejected,\n"
		"2 usage or bad input, 3 unknown.\n"
		"\n"
		"Examples:\n"
		"  kiriwake firewall trace --packet 'in=eth0 src=10.1.0.7 tcp dport=5555 syn'\n"
		"  kiriwake firewall trace rules.v4 --packet-from bad.pcap#1\n"),
};
