#include "report/words.h"

#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "net/icmp_names.h"

void words_host(struct text *out, const struct report_flow *f, bool is_server)
{
	const char *name = is_server ? f->server_name : f->client_name;

	if (name)
		words_clean(out, name);
	else
		address_text(out, is_server ? &f->server : &f->client);
}

void words_end(struct text *out, const struct report_flow *f, bool is_server)
{
	const struct address *a = is_server ? &f->server : &f->client;
	bool named = is_server ? f->server_name : f->client_name;
	bool bracket = f->has_ports && !named && !address_is_v4(a);

	if (bracket)
		text_char(out, '[');
	words_host(out, f, is_server);
	if (bracket)
		text_char(out, ']');
	if (!f->has_ports)
		return;

	text_char(out, ':');
	text_u64(out, is_server ? f->server_port : f->client_port);
}

/* Asked on the server, about none of its addresses above the others. */
static bool is_this_host(const struct report_flow *f)
{
	return f->record && f->record->vantage == VANTAGE_SERVER &&
	       f->server_name;
}

void words_service(struct text *out, const struct report_flow *f)
{
	struct text host = TEXT_NULL;

	words_host(&host, f, true);
	if (f->has_ports && is_this_host(f))
		text_format(out, _("%1$s/%2$u on this host"), f->transport,
			    (unsigned)f->server_port);
	else if (f->has_ports)
		text_format(out, _("%1$s/%2$u on %3$s"), f->transport,
			    (unsigned)f->server_port, text_string(&host));
	else
		text_str(out, text_string(&host));
	text_done(&host);
}

static bool has(const struct report_flow *f, enum fact_kind kind)
{
	return f->facts && fact_has(f->facts, kind);
}

/* On the server, before a packet came, or but one of its own: what it is set up
 * to do. */
static bool is_foretold(const struct report_flow *f)
{
	return has(f, FACT_PROBE_ANSWERED) ||
	       (has(f, FACT_FORETOLD) && !has(f, FACT_AT_SERVER));
}

static const char *sentence_of(const struct report_flow *f)
{
	if (f->verdict->symptom == SYMPTOM_NOT_ENOUGH_SEEN &&
	    has(f, FACT_PROBE_SENT) && has(f, FACT_UDP_REQUEST))
		return _(
			"An empty datagram as the client's came in for %1$s, and was neither answered nor refused: few services answer such a one.");
	if (!is_foretold(f))
		return _(symptom_sentence(f->verdict->symptom));
	if (f->verdict->status == STATUS_HEALTHY && has(f, FACT_PROBE_ANSWERED))
		return _(
			"%1$s answers one SYN as the client's: what fails does so at other times, comes in by another device, or fails before this host, on the way back, or behind the handshake.");
	if (f->verdict->status == STATUS_HEALTHY)
		return _(
			"Foretold: nothing of this host stops a connection to %1$s.");
	if (f->verdict->status != STATUS_UNKNOWN)
		return _(symptom_sentence(f->verdict->symptom));
	if (has(f, FACT_PROBE_UNSEEN))
		return _(
			"A packet as the client's to %1$s was gone before the capture could see it, and it is not known why.");
	if (fact_has(f->facts, FACT_RULES_UNSURE))
		return _(
			"What becomes of a connection to %1$s cannot be foretold.");
	if (fact_has(f->facts, FACT_SAVED_PARTLY))
		return _(
			"What was saved of this host is too little to foretell a connection to %1$s.");

	return _(
		"No attempt to reach %1$s was seen, and nothing of this host would stop one.");
}

/* The sentence with the service in it; a translator's table may not put more
 * than %1$s into it, which a test checks. */
void words_verdict(struct text *out, const struct report_flow *f)
{
	const char *sentence = sentence_of(f);
	const char *gap = strstr(sentence, "%1$s");

	if (is_foretold(f) && f->verdict->cause)
		text_str(out, _("Foretold: "));
	if (!gap) {
		text_str(out, sentence);
		return;
	}

	text_bytes(out, sentence, (size_t)(gap - sentence));
	if (f->verdict->symptom == SYMPTOM_NAME_NOT_RESOLVED && *f->name)
		words_clean(out, f->name);
	else
		words_service(out, f);
	text_str(out, gap + 4);
}

static void icmp_detail(struct text *out, const struct report_flow *f)
{
	const char *words =
		icmp_words(f->icmp_version, f->icmp_type, f->icmp_code);
	const char *keyword = icmp_reject_keyword(f->icmp_version, f->icmp_type,
						  f->icmp_code);

	text_str(out, " (");
	address_text(out, &f->icmp_sender);
	text_str(out, ": ");
	if (words)
		text_str(out, words);
	else
		text_format(out, "type %u code %u", f->icmp_type, f->icmp_code);
	if (keyword)
		text_format(out, ", %s", keyword);
	if (f->icmp_mtu)
		text_format(out, ", mtu %u", f->icmp_mtu);
	text_char(out, ')');
}

/* A check knows the time where its own probe saw the answer. */
static void span_detail(struct text *out, const struct report_flow *f)
{
	if (f->record && !f->icmp_after_ns)
		return;

	text_str(out, " (");
	clock_span(out, f->icmp_after_ns);
	text_char(out, ')');
}

static void count_detail(struct text *out, uint64_t count)
{
	text_format(out, " (×%llu)", (unsigned long long)count);
}

static void alert_detail(struct text *out, const struct report_flow *f)
{
	const char *name = tls_alert_name(f->tls_alert);

	text_format(out, " (%s, %u)", name ? name : "?", f->tls_alert);
}

static void name_detail(struct text *out, const struct report_flow *f)
{
	if (!*f->name)
		return;

	text_str(out, " (");
	words_clean(out, f->name);
	text_char(out, ')');
}

static void pings_detail(struct text *out, const struct report_flow *f)
{
	text_format(out, " (%llu/%llu)", (unsigned long long)f->packets[1],
		    (unsigned long long)f->packets[0]);
}

static void detail(struct text *out, const struct report_flow *f,
		   enum fact_kind kind)
{
	if (kind == FACT_ICMP_ERROR || kind == FACT_ICMP_TOO_BIG)
		icmp_detail(out, f);
	else if (kind == FACT_ICMP_AT_ONCE || kind == FACT_ICMP_LATE)
		span_detail(out, f);
	else if (kind == FACT_SYN_REPEATED && f->syns > 1)
		count_detail(out, f->syns - 1);
	else if (kind == FACT_TLS_ALERT_SERVER || kind == FACT_TLS_ALERT_CLIENT)
		alert_detail(out, f);
	else if (kind >= FACT_DNS_OK && kind <= FACT_DNS_REFUSED)
		name_detail(out, f);
	else if (kind == FACT_PING_ANSWERED || kind == FACT_PING_LOST ||
		 kind == FACT_PING_SILENCE)
		pings_detail(out, f);
	else if (kind == FACT_LOSS_REPAIRED || kind == FACT_HEAVY_LOSS)
		count_detail(out, (uint64_t)f->retransmitted[0] +
					  f->retransmitted[1]);
}

void words_fact(struct text *out, const struct report_flow *f,
		enum fact_kind kind)
{
	const struct fact *found = f->found ? facts_get(f->found, kind) : NULL;

	if (found && found->text) {
		words_clean(out, found->text);
		return;
	}

	text_str(out, _(fact_sentence(kind)));
	detail(out, f, kind);
}

/* What is put into a command must not become one: names come from packets. */
static bool is_plain(const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:_-";

	return *name && *name != '-' && !name[strspn(name, plain)];
}

static void fill_host(struct text *out, const struct report_flow *f,
		      bool is_server, bool before_port)
{
	const char *name = is_server ? f->server_name : f->client_name;
	bool bracket = before_port && !name && !address_is_v4(&f->server);

	if (name && !is_plain(name)) {
		text_str(out, is_server ? "SERVER" : "CLIENT");
		return;
	}
	if (bracket)
		text_char(out, '[');
	words_host(out, f, is_server);
	if (bracket)
		text_char(out, ']');
}

static void fill_one(struct text *out, size_t which,
		     const struct report_flow *f, bool before_port)
{
	if (which == 0)
		fill_host(out, f, false, before_port);
	else if (which == 1)
		fill_host(out, f, true, before_port);
	else if (which == 2)
		text_u64(out, f->server_port);
	else if (which == 3)
		text_str(out, f->transport);
	else
		text_str(out, is_plain(f->name) ? f->name : "NAME");
}

static bool is_word_end(char c)
{
	return !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '_';
}

void words_fill(struct text *out, const char *pattern,
		const struct report_flow *f)
{
	static const char *const words[] = { "CLIENT", "SERVER", "PORT",
					     "PROTO", "NAME" };
	const char *s = pattern;

	while (*s) {
		size_t which = 0;

		for (; which < sizeof(words) / sizeof(*words); which++) {
			size_t len = strlen(words[which]);

			if (!strncmp(s, words[which], len) &&
			    is_word_end(s[len]) &&
			    (s == pattern || is_word_end(s[-1])))
				break;
		}
		if (which < sizeof(words) / sizeof(*words)) {
			s += strlen(words[which]);
			fill_one(out, which, f, !strncmp(s, ":PORT", 5));
		} else {
			text_char(out, *s++);
		}
	}
}

static void rule_words(struct text *out, const struct report_flow *f)
{
	const char *keyword = icmp_reject_keyword(f->icmp_version, f->icmp_type,
						  f->icmp_code);
	struct text host = TEXT_NULL;

	if (f->icmp_version && !address_equal(&f->icmp_sender, &f->server))
		address_text(&host, &f->icmp_sender);
	else
		words_host(&host, f, true);
	if (keyword)
		text_format(
			out,
			_("a REJECT rule on %1$s that answers with %2$s; which one, only %1$s can tell"),
			text_string(&host), keyword);
	else
		text_format(
			out,
			_("a firewall rule on %1$s; which one, only %1$s can tell"),
			text_string(&host));
	text_done(&host);
}

static void named_rule(struct text *out, const struct report_rule *r)
{
	struct text place = TEXT_NULL;

	text_format(&place, "%s %s %s", r->family, r->table, r->chain);
	if (r->number)
		text_format(out, _("%1$s rule %2$u: "), text_string(&place),
			    r->number);
	else
		text_format(out, _("%s policy: "), text_string(&place));
	words_clean(out, r->text);
	text_done(&place);
	if (!r->accept_number)
		return;

	text_format(out, _("; the ACCEPT stands below it, rule %u: "),
		    r->accept_number);
	words_clean(out, r->accept_text);
}

bool words_has_rule(const struct report_flow *f)
{
	const struct cause *c = f->verdict->cause;

	return f->rule && c && c->ruled_by && fact_has(f->facts, c->ruled_by);
}

static const struct culprit_field *field_of(const struct culprit *c,
					    const char *name)
{
	static const struct culprit_field none = { .text = NULL };

	for (size_t i = 0; i < c->count; i++)
		if (!strcmp(c->fields[i].name, name))
			return &c->fields[i];

	return &none;
}

static const char *text_of(const struct culprit *c, const char *name)
{
	const char *text = field_of(c, name)->text;

	return text ? text : "";
}

void words_blame(struct text *out, const struct culprit *c)
{
	const struct report_rule rule = {
		.family = text_of(c, "family"),
		.table = text_of(c, "table"),
		.chain = text_of(c, "chain"),
		.number = (unsigned)field_of(c, "rule")->number,
		.text = c->text,
		.accept_number =
			(unsigned)field_of(c, "shadowed_accept.rule")->number,
		.accept_text = text_of(c, "shadowed_accept.text"),
	};

	if (c->kind != CULPRIT_FIREWALL_RULE &&
	    c->kind != CULPRIT_FIREWALL_POLICY) {
		words_clean(out, c->text);
		return;
	}

	words_clean(out, text_of(c, "engine"));
	text_char(out, ' ');
	named_rule(out, &rule);
}

void words_culprit(struct text *out, const struct report_flow *f)
{
	const struct verdict *v = f->verdict;

	if (f->culprit) {
		words_blame(out, f->culprit);
	} else if (words_has_rule(f)) {
		named_rule(out, f->rule);
	} else if (v->culprit == CULPRIT_FIREWALL_RULE) {
		rule_words(out, f);
	} else if (v->culprit == CULPRIT_ROUTER && f->icmp_version) {
		address_text(out, &f->icmp_sender);
	} else if (v->culprit == CULPRIT_NAME_RECORD && *f->name) {
		words_clean(out, f->name);
	} else if (v->cause) {
		text_str(out, _(v->cause->title));
	}
}

/* C1 controls, and what turns the direction of writing (UAX 9). */
static bool moves_cursor(const unsigned char *s, size_t len)
{
	if (len == 2)
		return s[0] == 0xc2 && s[1] < 0xa0;
	if (len != 3 || s[0] != 0xe2)
		return false;

	return (s[1] == 0x80 && ((s[2] >= 0xaa && s[2] <= 0xae) ||
				 s[2] == 0x8e || s[2] == 0x8f)) ||
	       (s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9);
}

void words_clean(struct text *out, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	while (*s) {
		size_t len = *s < 0x80 ? 1 : text_utf8_length(s);

		if (*s == '\t')
			text_char(out, ' '); /* carets count it as one */
		else if (!len || *s < 0x20 || *s == 0x7f ||
			 moves_cursor(s, len))
			text_char(out, '?');
		else
			text_bytes(out, s, len);
		s += len ? len : 1;
	}
}

const char *words_status(enum status s)
{
	static const char *const words[STATUSES] = {
		[STATUS_HEALTHY] = N_("healthy"),
		[STATUS_DEGRADED] = N_("degraded"),
		[STATUS_FAILING] = N_("failing"),
		[STATUS_UNKNOWN] = N_("unknown"),
	};

	return _(words[s]);
}

const char *words_certainty(enum certainty c)
{
	static const char *const words[CERTAINTIES] = {
		[CERTAINTY_NONE] = "",
		[CERTAINTY_SUSPECTED] = N_("suspected"),
		[CERTAINTY_INFERRED] = N_("inferred"),
		[CERTAINTY_PROVEN] = N_("proven"),
	};

	return *words[c] ? _(words[c]) : "";
}

const char *words_place(enum fault_place p)
{
	static const char *const words[PLACES] = {
		[PLACE_UNKNOWN] = N_("place not known yet"),
		[PLACE_CLIENT] = N_("on the client"),
		[PLACE_CLIENT_LINK] = N_("on the client's link"),
		[PLACE_PATH] = N_("on the path"),
		[PLACE_ROUTER] = N_("on a router"),
		[PLACE_SERVER_LINK] = N_("on the server's link"),
		[PLACE_SERVER] = N_("on the server"),
		[PLACE_SERVICE] = N_("in the service"),
		[PLACE_DNS] = N_("in the DNS"),
	};

	return _(words[p]);
}

const char *words_where(const char *where)
{
	static const struct {
		const char *where, *words;
	} rows[] = {
		{ "client", N_("On the client: ") },
		{ "server", N_("On the server: ") },
		{ "router", N_("On the router: ") },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (!strcmp(rows[i].where, where))
			return _(rows[i].words);

	return "";
}
