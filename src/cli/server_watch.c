#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

#include "base/clock.h"
#include "base/cursor.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/problem.h"
#include "cli/explain_evidence.h"
#include "cli/explain_flow.h"
#include "cli/server.h"
#include "cli/source.h"
#include "host/links.h"
#include "net/link.h"
#include "net/packet.h"
#include "report/words.h"
#include "trace/flow.h"

/*
 * The attempts of others, seen by a capture that goes on while it is read. It is
 * small by its filter: the service's packets, those that open and close other
 * connections, and what ICMP and neighbour discovery say. So it is read from its
 * beginning each time, and the less often the longer that takes.
 */
#define MS ((int64_t)CLOCK_MILLISECOND)

enum {
	PAUSE = 40,     /* ms between two looks, at least */
	SHARE = 10,     /* of the time that is not spent on reading */
	SILENCE = 1050, /* ms: what the kernel does not answer by then … */
	SERVICE_WAIT = 7000, /* … and the service: tcpd takes five seconds */
	FORETOLD_SILENCE = 100, /* ms: likewise, where it was foretold */
	SECOND_TRY = 1000,      /* ms */
	QUIET = 300, /* ms after the last packet of a connection that works */
};

static void add_device(struct live_request *q, const char *name)
{
	for (size_t i = 0; i < q->count; i++)
		if (!strcmp(q->devices[i], name))
			return;
	if (q->count < LIVE_DEVICES && strlen(name) < LIVE_NAME)
		memcpy(q->devices[q->count++], name, strlen(name) + 1);
}

static bool has_address(const struct links *l, uint32_t index)
{
	for (size_t i = 0; i < l->address_count; i++)
		if (l->addresses[i].index == index)
			return true;

	return false;
}

/* First those that have addresses: a bridge rather than its ports. The loopback
 * only for who may ask from this host itself: it has that address. */
static void add_devices(struct live_request *q, const struct server *s)
{
	const struct links *l = looks_links(s->looks);
	bool is_own = s->question.has_client &&
		      links_own(l, &s->question.client) != NULL;

	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < l->count; i++) {
			const struct links_link *link = &l->links[i];
			bool is_first = has_address(l, link->index);

			if (links_is_up(link) && is_first == !round &&
			    (is_own || !links_is_loopback(link)))
				add_device(q, link->name);
		}
	if (!q->count)
		add_device(q, "lo");
}

/* The service's own packets; of all others those that open and end a
 * connection, for the good flow; and whatever says why. */
static void make_filter(struct live_request *q, const struct server *s)
{
	struct text t = TEXT_NULL;

	text_str(&t, "arp or (icmp6 and ip6[40] >= 133)");
	text_str(&t, " or (");
	if (s->question.has_client) {
		text_str(&t, "host ");
		address_text(&t, &s->question.client);
		text_str(&t, " and ");
	}
	text_format(&t,
		    "(icmp or icmp6 or port %u or tcp[13] & 7 != 0 or"
		    " (ip6[6] = 6 and ip6[53] & 7 != 0))) or "
		    "(ip[6:2] & 0x3fff != 0 and ip[6:2] & 0x1fff != 0)",
		    s->question.port);
	memcpy(q->filter, text_string(&t),
	       t.len < LIVE_FILTER ? t.len + 1 : LIVE_FILTER);
	text_done(&t);
}

int server_watch_begin(struct server *s)
{
	struct live_request *q = &s->watch.request;
	int err = -ENODEV;

	*q = (struct live_request){ 0 };
	add_devices(q, s);
	make_filter(q, s);
	if (q->count)
		err = own_capture_begin(&s->watch.capture, &s->rights, q);
	if (err)
		case_not_looked(s->record, "capture", own_capture_reason(err));

	return err;
}

/* One reading. */
struct reading {
	const struct server *s;
	struct server_seen *ret;
	int64_t now_ns; /* of the wall's clock, as packets have it */
	unsigned healthy;
	bool is_found;
	struct server_seen asked; /* is_asked: the first of those */
};

static bool is_wanted(const struct reading *r, const struct flow *f)
{
	const struct look_question *q = &r->s->question;

	if (f->protocol != q->protocol || f->ports[FLOW_SERVER] != q->port)
		return false;
	if (q->has_client &&
	    !address_equal(&f->addresses[FLOW_CLIENT], &q->client))
		return false;

	return !q->has_server ||
	       address_equal(&f->addresses[FLOW_SERVER], &q->server);
}

static unsigned tries(const struct flow *f)
{
	return f->protocol == PACKET_TCP ? f->syns
					 : f->half[FLOW_CLIENT].packets;
}

/* What the kernel answers is there at once; what the service does, may take its
 * time. */
static bool is_decided(const struct reading *r, const struct flow *f,
		       const struct fact_set *facts)
{
	int64_t age = (r->now_ns - f->first_ns) / MS;
	int64_t quiet = (r->now_ns - f->last_ns) / MS;

	if (fact_has(facts, FACT_RST_FOR_SYN) ||
	    fact_has(facts, FACT_ICMP_ERROR))
		return true;
	if (f->protocol == PACKET_UDP)
		return fact_has(facts, FACT_UDP_ANSWERED) || age > SILENCE;
	if (!fact_has(facts, FACT_HANDSHAKE_DONE))
		return age > SILENCE || fact_has(facts, FACT_SYN_SILENCE);
	if (fact_has(facts, FACT_SERVER_RST) ||
	    fact_has(facts, FACT_SERVER_CLOSED_FIRST))
		return true;
	if (fact_has(facts, FACT_SERVER_DATA))
		return quiet > QUIET || fact_has(facts, FACT_CLIENT_FIN) ||
		       fact_has(facts, FACT_SERVER_FIN) || age > SERVICE_WAIT;

	return age > SERVICE_WAIT || ((fact_has(facts, FACT_CLIENT_FIN) ||
				       fact_has(facts, FACT_CLIENT_RST)) &&
				      quiet > QUIET);
}

/* One that fails is told rather than one that works, and the first of its
 * kind; but who found the right words in the end got through. */
static int worth(enum status status, enum symptom symptom)
{
	static const int worths[STATUSES] = {
		[STATUS_UNKNOWN] = 0,
		[STATUS_HEALTHY] = 2,
		[STATUS_DEGRADED] = 3,
		[STATUS_FAILING] = 4,
	};

	return symptom == SYMPTOM_WRONG_SERVICE ? 1 : worths[status];
}

static bool is_better(const struct server_seen *now, const struct verdict *v)
{
	return worth(v->status, v->symptom) > worth(now->status, now->symptom);
}

/* A SYN that nothing answers, as was foretold: this kernel answers within
 * microseconds, so a tenth of a second is silence. */
static bool is_silent(const struct reading *r, const struct flow *f,
		      const struct fact_set *facts)
{
	return r->s->is_silence_foretold && f->opening == OPENING_SYN &&
	       fact_has(facts, FACT_SYN_SEEN) &&
	       !fact_has(facts, FACT_SYNACK_SEEN) &&
	       !fact_has(facts, FACT_RST_FOR_SYN) &&
	       !fact_has(facts, FACT_ICMP_ERROR) &&
	       r->now_ns - f->first_ns > FORETOLD_SILENCE * MS;
}

/* What the client spoke, on a port of which nobody knows what it serves, is its
 * own choice: programs that look what there is try this and that. A checksum
 * that looks wrong here is the device's to fill in, or was checked by it; the
 * kernel's counter tells a wrong one. */
static struct fact_set facts_of(const struct reading *r, const struct flow *f,
				const struct fact_set *facts)
{
	struct fact_set ret = *facts;

	if (!r->s->record->target.service)
		fact_remove(&ret, FACT_OTHER_PROTOCOL);
	fact_remove(&ret, FACT_SYN_CHECKSUM_BAD);
	/* What a name server answers is an answer. */
	fact_remove(&ret, FACT_DNS_NXDOMAIN);
	fact_remove(&ret, FACT_DNS_REFUSED);
	/* Who got what he wanted may hang up as he likes. */
	if (fact_has(facts, FACT_SERVER_DATA) &&
	    !fact_has(facts, FACT_SERVER_RST) &&
	    !fact_has(facts, FACT_TLS_ALERT_CLIENT))
		fact_remove(&ret, FACT_CLIENT_RST);
	if (is_silent(r, f, facts)) {
		fact_add(&ret, FACT_SYN_SILENCE);
		fact_add(&ret, FACT_SYN_ARRIVED);
	}
	return ret;
}

/* The kernel gives up after three questions, one a second (mcast_solicit). */
enum { ASKED_IN_VAIN = 3, ASKED_AGE = 2500 /* ms */ };

/* Somebody asks on a link for an address of this host's, and nobody answers. */
static void take_question(struct reading *r, const struct flow *f,
			  const struct fact_set *facts)
{
	const struct look_question *q = &r->s->question;
	const struct address *asked = &f->addresses[FLOW_SERVER];
	const struct address *asker = &f->addresses[FLOW_CLIENT];
	const struct links *l = looks_links(r->s->looks);

	if (r->asked.is_asked || f->half[FLOW_SERVER].packets ||
	    f->half[FLOW_CLIENT].packets < ASKED_IN_VAIN ||
	    (r->now_ns - f->first_ns) / MS < ASKED_AGE ||
	    !links_own(l, asked) || links_own(l, asker))
		return;
	if (q->has_server && !address_equal(asked, &q->server))
		return;
	if (q->has_client && address_is_v4(&q->client) != address_is_v4(asker))
		return;

	r->asked = (struct server_seen){
		.client = *asker,
		.server = *asked,
		.facts = *facts,
		.status = STATUS_FAILING,
		.symptom = SYMPTOM_ARP_UNANSWERED,
		.is_decided = true,
		.is_asked = true,
		.first_ns = f->first_ns,
	};
	fact_add(&r->asked.facts, FACT_ARP_SILENCE);
}

static void take_flow(void *context, const struct flow *f,
		      const struct flow_note *note,
		      const struct fact_set *facts)
{
	struct reading *r = context;
	struct server_seen *ret = r->ret;
	const struct fact_set own = facts_of(r, f, facts);
	unsigned packets = ret->packets;
	const struct verdict *v;

	(void)note;
	if (f->protocol == PACKET_ARP)
		take_question(r, f, facts);
	if (!is_wanted(r, f))
		return;
	packets += tries(f);
	ret->packets = packets;
	if (!is_decided(r, f, &own))
		return;

	v = diag_judge(r->s->diag, &own);
	if (!v)
		return;
	r->healthy += v->status == STATUS_HEALTHY;
	if (r->is_found && !is_better(ret, v))
		return;
	/* It may try again in other words. */
	if (v->symptom == SYMPTOM_WRONG_SERVICE &&
	    r->now_ns - f->last_ns < SECOND_TRY * MS)
		return;

	r->is_found = true;
	*ret = (struct server_seen){
		.client = f->addresses[FLOW_CLIENT],
		.server = f->addresses[FLOW_SERVER],
		.client_port = f->ports[FLOW_CLIENT],
		.packets = packets,
		.facts = own,
		.status = v->status,
		.symptom = v->symptom,
		.is_decided = true,
		.first_ns = f->first_ns,
	};
}

static void nothing(void *context, const struct flow *f,
		    const struct flow_note *note, const struct fact_set *facts)
{
	(void)context;
	(void)f;
	(void)note;
	(void)facts;
}

static const struct flow_limits limits = { .flows = 65536 };

static struct source source_of(const void *data, size_t size)
{
	return (struct source){ .data = data,
				.size = size,
				.name = "capture",
				.vantage = VANTAGE_SERVER };
}

static int read_all(struct reading *r, const void *data, size_t size)
{
	struct flow_table *table = flow_table_new(&limits, nothing, NULL);
	struct source source = source_of(data, size);
	int err = table ? own_capture_flows(&source, table) : -ENOMEM;

	if (!err)
		flow_table_each(table, take_flow, r);
	flow_table_free(table);
	return err;
}

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
	uint16_t type;

	if (f->link != LINK_ETHERNET || cursor_left(&c) < MACS + TAG)
		return 0;

	cursor_skip(&c, MACS);
	type = (uint16_t)(c.pos[0] << 8 | c.pos[1]);
	return type == QTAG || type == STAG
		       ? (uint16_t)((c.pos[2] << 8 | c.pos[3]) & ID)
		       : 0;
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

static int find_device(const struct server *s, struct server_seen *seen,
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

/* Without --from, connections that work are only counted. */
static bool is_told(const struct server *s, const struct server_seen *seen)
{
	return s->question.has_client || seen->status == STATUS_FAILING ||
	       seen->status == STATUS_DEGRADED;
}

int server_watch_look(struct server *s, struct server_seen *ret)
{
	struct server_watch *w = &s->watch;
	struct reading r = { .s = s, .ret = ret, .now_ns = clock_wall() };
	int64_t began = clock_now();
	size_t size;
	void *data;
	int err;

	*ret = (struct server_seen){ .status = STATUS_UNKNOWN };
	if (began < w->next_ns)
		return 0;

	err = own_capture_map(&w->capture, &data, &size);
	if (!err && size)
		err = read_all(&r, data, size);
	/* It is not because of that, where packets come in. */
	if (!err && !r.is_found && !ret->packets && r.asked.is_asked) {
		*ret = r.asked;
		r.is_found = true;
	}
	if (!err && r.is_found) {
		const struct source source = source_of(data, size);

		err = find_device(s, ret, &source);
	}
	own_capture_unmap(data, size);
	w->healthy = r.healthy;
	w->next_ns = clock_now() + PAUSE * MS + (clock_now() - began) * SHARE;
	if (err)
		return err;

	return r.is_found && is_told(s, ret);
}

/* What is shown of it: its packets' lines, and where it came in. */
struct taking {
	const struct server_seen *seen;
	struct attempt *attempt;
	struct evidence *evidence;
	struct source source;
	uint64_t ordinal, found; /* 0: not yet */
	unsigned echoes;         /* of this client, answered */
	uint16_t good_port;      /* another one that answered it */
	int error;
};

static bool is_seen(const struct flow *f, const struct server_seen *seen)
{
	return f->first_ns == seen->first_ns &&
	       f->ports[FLOW_CLIENT] == seen->client_port &&
	       address_equal(&f->addresses[FLOW_CLIENT], &seen->client) &&
	       address_equal(&f->addresses[FLOW_SERVER], &seen->server);
}

static void take_facts(struct taking *t, const struct flow *f,
		       const struct flow_note *note,
		       const struct fact_set *facts)
{
	struct report_flow told;
	struct text words = TEXT_NULL;

	explain_flow(&told, f, note, facts);
	for (int k = FACT_NONE + 1; k < FACT_KINDS; k++) {
		enum fact_kind kind = (enum fact_kind)k;

		if (!fact_has(&t->seen->facts, kind))
			continue;
		text_clear(&words);
		if (kind == FACT_SYN_SILENCE && !fact_has(facts, kind))
			text_format(
				&words,
				_("Nothing was sent back within %d ms, where the kernel answers in microseconds."),
				FORETOLD_SILENCE);
		else
			words_fact(&words, &told, kind);
		fact_tell(&t->attempt->facts, kind, "capture", NULL, "%s",
			  text_string(&words));
	}
	text_done(&words);
	if (fact_has(facts, FACT_ICMP_ERROR)) {
		t->attempt->icmp_sender = told.icmp_sender;
		t->attempt->answered_after_ns = told.icmp_after_ns;
	}
	t->found = t->ordinal;
	t->error = evidence_want(t->evidence, t->ordinal, f);
}

/* The same client's other packets: the good flow. */
static void take_good(struct taking *t, const struct flow *f,
		      const struct fact_set *facts)
{
	if (!address_equal(&f->addresses[FLOW_CLIENT], &t->seen->client) ||
	    !address_equal(&f->addresses[FLOW_SERVER], &t->seen->server))
		return;
	if (fact_has(facts, FACT_PING_ANSWERED))
		t->echoes++;
	if (f->protocol == PACKET_TCP && !t->good_port &&
	    fact_has(facts, FACT_HANDSHAKE_DONE) &&
	    f->ports[FLOW_SERVER] != t->attempt->port)
		t->good_port = f->ports[FLOW_SERVER];
}

static void take_one(void *context, const struct flow *f,
		     const struct flow_note *note, const struct fact_set *facts)
{
	struct taking *t = context;

	t->ordinal++;
	if (!t->found && is_seen(f, t->seen) && !t->error)
		take_facts(t, f, note, facts);
	else
		take_good(t, f, facts);
}

static void keep_lines(struct taking *t, struct arena *arena)
{
	struct packet_line *lines = t->attempt->lines;

	evidence_lines(t->evidence, t->found, &t->source, lines);
	for (int k = 0; k < SHOWN_PACKETS; k++)
		if (lines[k].line)
			lines[k].line = arena_string(arena, lines[k].line);
}

static int take_all(struct taking *t, struct arena *arena)
{
	struct flow_table *table = flow_table_new(&limits, nothing, NULL);
	int err = -ENOMEM;

	t->evidence = evidence_new();
	if (table && t->evidence)
		err = own_capture_flows(&t->source, table);
	if (!err) {
		flow_table_each(table, take_one, t);
		err = t->error;
	}
	if (!err)
		err = evidence_fetch(t->evidence, &t->source, 1);
	if (!err && t->found)
		keep_lines(t, arena);
	evidence_free(t->evidence);
	flow_table_free(table);
	return err;
}

static void tell_good(const struct server *s, const struct taking *t)
{
	struct text words = TEXT_NULL, client = TEXT_NULL;

	address_text(&client, &t->seen->client);
	if (t->echoes) {
		text_format(&words, _("%s pings, and is answered"),
			    text_string(&client));
		case_step(s->record, "ping", STEP_PASS, -1,
			  text_string(&words));
	}
	if (t->good_port) {
		text_clear(&words);
		text_format(
			&words,
			_("%1$s gets through to tcp/%2$u of this host: the way in and back is open"),
			text_string(&client), t->good_port);
		case_step(s->record, "good-flow", STEP_PASS, -1,
			  text_string(&words));
	}
	text_done(&client);
	text_done(&words);
}

static void tell_question(const struct server *s,
			  const struct server_seen *seen, const char *device)
{
	struct text words = TEXT_NULL, from = TEXT_NULL, address = TEXT_NULL;

	address_text(&from, &seen->client);
	address_text(&address, &seen->server);
	text_format(&words,
		    _("%1$s asks for %2$s on %3$s, and is not answered"),
		    text_string(&from), text_string(&address), device);
	case_step(s->record, "attempt", STEP_FAIL, -1, text_string(&words));
	text_done(&from);
	text_done(&address);
	text_done(&words);
}

static void tell_attempt(const struct server *s, const struct server_seen *seen)
{
	struct text words = TEXT_NULL, from = TEXT_NULL;
	bool is_tcp = s->question.protocol == IPPROTO_TCP;
	const char *device = *seen->device_name ? seen->device_name : "?";

	if (seen->is_asked) {
		tell_question(s, seen, device);
		return;
	}
	if (!address_is_v4(&seen->client))
		text_char(&from, '[');
	address_text(&from, &seen->client);
	if (!address_is_v4(&seen->client))
		text_char(&from, ']');
	text_format(&from, ":%u", seen->client_port);
	text_format(&words,
		    is_tcp ? ngettext("%1$u SYN of %2$s came in by %3$s",
				      "%1$u SYNs of %2$s came in by %3$s",
				      seen->packets)
			   : ngettext("%1$u datagram of %2$s came in by %3$s",
				      "%1$u datagrams of %2$s came in by %3$s",
				      seen->packets),
		    seen->packets, text_string(&from), device);
	case_step(s->record, "attempt", STEP_PASS, -1, text_string(&words));
	text_done(&from);
	text_done(&words);
}

/* What left this host in answer. */
static void tell_answer(const struct server *s, const struct fact_set *f)
{
	enum step_status status = STEP_FAIL;
	const char *words;

	if (fact_has(f, FACT_RST_FOR_SYN)) {
		words = _("a RST was sent back");
	} else if (fact_has(f, FACT_ICMP_ERROR)) {
		words = _("an ICMP error was sent back");
	} else if (fact_has(f, FACT_HANDSHAKE_DONE)) {
		words = _(
			"a SYN-ACK was sent back, and the connection was made");
		status = STEP_PASS;
	} else if (fact_has(f, FACT_SYNACK_SEEN)) {
		words = _("a SYN-ACK was sent back, and never acknowledged");
	} else if (fact_has(f, FACT_UDP_ANSWERED)) {
		words = _("an answer was sent back");
		status = STEP_PASS;
	} else {
		words = _("nothing was sent back");
	}
	case_step(s->record, "answer", status, -1, words);
}

int server_watch_take(struct server *s, const struct server_seen *seen,
		      struct attempt *a)
{
	struct taking t = { .seen = seen, .attempt = a };
	size_t size;
	void *data;
	int err = own_capture_map(&s->watch.capture, &data, &size);

	if (!err && size) {
		t.source = source_of(data, size);
		err = take_all(&t, s->record->arena);
	}
	own_capture_unmap(data, size);
	if (err)
		return err;

	tell_good(s, &t);
	tell_attempt(s, seen);
	if (!seen->is_asked)
		tell_answer(s, &seen->facts);
	return 0;
}

int server_watch_end(struct server *s)
{
	size_t size;
	void *data;
	int err;

	own_capture_finish(&s->watch.capture);
	err = own_capture_map(&s->watch.capture, &data, &size);
	if (!err && size && s->pcap_file >= 0)
		err = file_write(s->pcap_file, data, size);
	own_capture_unmap(data, size);
	own_capture_done(&s->watch.capture);
	return err;
}
