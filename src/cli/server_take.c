#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "base/i18n.h"
#include "cli/explain_evidence.h"
#include "cli/explain_flow.h"
#include "cli/server.h"
#include "host/links.h"
#include "net/packet.h"
#include "report/words.h"
#include "trace/flow.h"

/*
 * The attempt that was seen becomes part of the case: its facts, the lines of
 * its packets, and the steps that tell of it.
 */
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
	bool is_named; /* its name was asked for, in vain */
	const struct server *server;
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
		const char *own = server_probe_words(t->server, kind);

		if (!fact_has(&t->seen->facts, kind))
			continue;
		text_clear(&words);
		if (kind == FACT_SYN_SILENCE && t->seen->is_dropped)
			text_str(
				&words,
				_("Nothing was sent back: the kernel reports that it dropped the packet, or the answer to it."));
		else if (own)
			text_str(&words, own);
		else if (kind == FACT_SYN_SILENCE && !fact_has(facts, kind))
			text_format(
				&words,
				_("Nothing was sent back within %d ms, where the kernel answers in microseconds."),
				SERVER_FORETOLD_SILENCE);
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

/* Whether that end is this host's, and says to the port that the client asked
 * from what the client never answered: from another end than the one that was
 * asked, which is a flow of its own. */
static bool is_answer_by(const struct taking *t, const struct flow *f, int end)
{
	const struct server_seen *seen = t->seen;
	int other = end == FLOW_CLIENT ? FLOW_SERVER : FLOW_CLIENT;

	return f->ports[other] == seen->client_port &&
	       address_equal(&f->addresses[other], &seen->client) &&
	       links_own(looks_links(t->server->looks), &f->addresses[end]) &&
	       f->half[end].packets && !f->half[other].packets;
}

/* The end of it that answers from elsewhere; -1: it is none. Who began it is
 * guessed by the ports, so it may be either. */
static int answers_from_elsewhere(const struct taking *t, const struct flow *f)
{
	if (f->protocol != PACKET_UDP ||
	    t->server->question.protocol != IPPROTO_UDP ||
	    f->opening == OPENING_QUOTED || f->first_ns < t->seen->first_ns)
		return -1;
	if (is_answer_by(t, f, FLOW_CLIENT))
		return FLOW_CLIENT;

	return is_answer_by(t, f, FLOW_SERVER) ? FLOW_SERVER : -1;
}

/* The way is open, and the program is at fault: its socket is to blame. */
static void take_elsewhere(struct taking *t, const struct flow *f, int end)
{
	struct arena *a = t->server->record->arena;
	struct text from = TEXT_NULL, to = TEXT_NULL;
	struct culprit *c;

	if (fact_has(&t->seen->facts, FACT_UDP_ANSWERED) ||
	    fact_has(&t->attempt->facts.set, FACT_UDP_REPLY_ELSEWHERE))
		return;

	address_text(&from, &f->addresses[end]);
	address_text(&to, &t->seen->server);
	c = culprit_new(a, CULPRIT_SOCKET, VANTAGE_SERVER, "udp %s port %u",
			text_string(&from), f->ports[end]);
	culprit_text(c, a, "address", text_string(&from));
	culprit_number(c, "port", f->ports[end]);
	fact_tell(
		&t->attempt->facts, FACT_UDP_REPLY_ELSEWHERE, "capture", c,
		_("The client asked %1$s, port %2$u, and was answered by %3$s, port %4$u."),
		text_string(&to), t->attempt->port, text_string(&from),
		f->ports[end]);
	text_done(&from);
	text_done(&to);
}

/* "7.0.1.10.in-addr.arpa" */
static void reverse_name(struct text *out, const struct address *a)
{
	if (address_is_v4(a)) {
		for (int i = 15; i > 11; i--)
			text_format(out, "%u.", a->bytes[i]);
		text_str(out, "in-addr.arpa");
		return;
	}
	for (int i = 15; i >= 0; i--)
		text_format(out, "%x.%x.", a->bytes[i] & 15U,
			    a->bytes[i] >> 4U);
	text_str(out, "ip6.arpa");
}

/* While the client waits, its name is asked for in vain. */
static void take_name(struct taking *t, const struct flow *f,
		      const struct flow_note *note)
{
	const struct address *own = &f->addresses[FLOW_CLIENT];
	struct text name = TEXT_NULL;

	if (f->protocol != PACKET_UDP || !(f->said & SAID_DNS_QUERY) || !note ||
	    f->said & SAID_DNS_ANSWER || f->half[FLOW_SERVER].packets ||
	    !links_own(looks_links(t->server->looks), own) ||
	    f->first_ns < t->seen->first_ns)
		return;

	reverse_name(&name, &t->seen->client);
	/* What is noted is cut where it is long. */
	t->is_named =
		t->is_named || (strlen(note->name) > 8 &&
				!strncasecmp(text_string(&name), note->name,
					     strlen(note->name)));
	text_done(&name);
}

static void take_one(void *context, const struct flow *f,
		     const struct flow_note *note, const struct fact_set *facts)
{
	struct taking *t = context;
	int elsewhere;

	t->ordinal++;
	if (!t->found && is_seen(f, t->seen) && !t->error)
		take_facts(t, f, note, facts);
	else
		take_good(t, f, facts);
	/* What failed is its question to the client. */
	if (f->protocol == PACKET_TCP && fact_has(facts, FACT_RST_FOR_SYN) &&
	    address_equal(&f->addresses[FLOW_SERVER], &t->seen->client) &&
	    f->first_ns >= t->seen->first_ns)
		facts_forget(&t->attempt->facts, FACT_BACKEND_FAILS);
	elsewhere = answers_from_elsewhere(t, f);
	if (elsewhere >= 0)
		take_elsewhere(t, f, elsewhere);
	else
		take_name(t, f, note);
}

/* The program that has the client's connection waits for that answer. */
static void tell_name(struct taking *t)
{
	struct facts *facts = &t->attempt->facts;
	const struct fact *f = facts_get(facts, FACT_SERVICE_ASKS_DNS);

	if (f && t->is_named)
		fact_tell(
			facts, FACT_REVERSE_DNS_WAITS, "capture", f->culprit,
			_("%s The question for the client's name is not answered."),
			f->text);
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
	struct flow_table *table = own_capture_table();
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

/* All that is known of it is a report. */
static void take_reported(const struct server_seen *seen, struct attempt *a)
{
	for (int k = FACT_NONE + 1; k < FACT_KINDS; k++) {
		enum fact_kind kind = (enum fact_kind)k;

		if (!fact_has(&seen->facts, kind))
			continue;
		if (kind == FACT_SYN_ARRIVED)
			fact_tell(
				&a->facts, kind, "drops", NULL,
				_("The kernel reported that it dropped the packet, which no capture showed."));
		else
			fact_tell(&a->facts, kind, "drops", NULL, NULL);
	}
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
	} else if (fact_has(f, FACT_PROBE_ANSWERED)) {
		words = _("a SYN-ACK was sent back; the SYN is taken back");
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
	struct taking t = { .seen = seen, .attempt = a, .server = s };
	size_t size;
	void *data;
	int err = recording_map(&s->watch.capture, &data, &size);

	if (!err && size) {
		t.source = own_capture_source(data, size, VANTAGE_SERVER);
		err = take_all(&t, s->record->arena);
	}
	recording_unmap(data, size);
	if (err)
		return err;

	if (seen->is_reported)
		take_reported(seen, a);
	tell_name(&t);
	tell_good(s, &t);
	tell_attempt(s, seen);
	if (!seen->is_asked)
		tell_answer(s, &seen->facts);
	return 0;
}
