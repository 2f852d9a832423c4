#include "probe/name_facts.h"

#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "probe/name_said.h"

#define SOURCE "resolve"
#define RESOLV_CONF "/etc/resolv.conf"
#define NSSWITCH_CONF "/etc/nsswitch.conf"
#define HOSTS "/etc/hosts"
#define SLOW CLOCK_SECOND

enum { SHOWN_ADDRESSES = 4 };

/* What is told about, and where to. */
struct telling {
	struct case_record *record;
	struct facts *facts;
	const struct name_evidence *e;
	struct text *step;
};

/* An address as text in the arena. */
static const char *shown(const struct telling *t, const struct address *a)
{
	struct text s = TEXT_NULL;
	const char *copy;

	address_text(&s, a);
	copy = arena_string(t->record->arena, text_string(&s));
	text_done(&s);
	return copy ? copy : "";
}

static const char *shown_server(const struct telling *t, size_t server)
{
	return shown(t, &t->e->conf.servers[server].address);
}

static const char *shown_span(const struct telling *t, int64_t span_ns)
{
	struct text s = TEXT_NULL;
	const char *copy;

	clock_span(&s, span_ns);
	copy = arena_string(t->record->arena, text_string(&s));
	text_done(&s);
	return copy ? copy : "";
}

static const char *shown_list(const struct telling *t,
			      const struct address *list, size_t count)
{
	struct text s = TEXT_NULL;
	const char *copy;

	for (size_t i = 0; i < count && i < SHOWN_ADDRESSES; i++) {
		if (i)
			text_str(&s, ", ");
		address_text(&s, &list[i]);
	}
	if (count > SHOWN_ADDRESSES)
		text_str(&s, ", …");
	copy = arena_string(t->record->arena, text_string(&s));
	text_done(&s);
	return copy ? copy : "";
}

static struct culprit *line_culprit(const struct telling *t, const char *file,
				    unsigned line, const char *text)
{
	struct arena *a = t->record->arena;
	struct culprit *c =
		culprit_new(a, CULPRIT_CONFIG_LINE, VANTAGE_CLIENT, "%s", text);

	culprit_text(c, a, "file", file);
	if (line)
		culprit_number(c, "line", line);
	return c;
}

static struct culprit *server_culprit(const struct telling *t, size_t server)
{
	const struct resolv_server *s = &t->e->conf.servers[server];
	struct text line = TEXT_NULL;
	struct culprit *c;

	text_str(&line, "nameserver ");
	address_text(&line, &s->address);
	if (s->zone[0])
		text_format(&line, "%%%s", s->zone);
	c = line_culprit(
		t, RESOLV_CONF, s->line,
		s->line ? text_string(&line)
			: _("no nameserver line, so this host itself is asked"));
	text_done(&line);
	return c;
}

static struct culprit *record_culprit(const struct telling *t,
				      const struct name_said *s,
				      const char *what)
{
	struct arena *a = t->record->arena;
	const char *name = t->e->candidates[s->candidate];
	struct culprit *c = culprit_new(a, CULPRIT_NAME_RECORD, VANTAGE_CLIENT,
					"%s: %s", name, what);

	culprit_text(c, a, "name", name);
	culprit_text(c, a, "server", shown_server(t, s->server));
	return c;
}

static void add_attempt(const struct telling *t, const struct address *a,
			uint32_t scope, bool is_from_dns_only)
{
	size_t before = t->record->attempt_count;
	struct attempt *attempt = case_attempt(t->record, a, scope);

	if (attempt && t->record->attempt_count > before)
		attempt->is_from_dns_only = is_from_dns_only;
}

/* Whether the application would take an address of that family. */
static bool is_usable(const struct name_evidence *e, const struct address *a)
{
	bool v4 = address_is_v4(a);

	if (e->family != AF_UNSPEC && v4 != (e->family == AF_INET))
		return false;

	return v4 ? e->has_v4 : e->has_v6;
}

static bool has_usable(const struct name_evidence *e, const struct name_said *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (is_usable(e, &s->addresses[i]))
			return true;

	return false;
}

static bool looked_up(const struct name_evidence *e, const struct address *a)
{
	for (size_t i = 0; i < e->lookup.count; i++)
		if (address_equal(&e->lookup.addresses[i].address, a))
			return true;

	return false;
}

static bool looked_up_any(const struct name_evidence *e,
			  const struct name_said *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (looked_up(e, &s->addresses[i]))
			return true;

	return false;
}

/* The addresses of a server that the system's resolver did not give. */
static void add_others(const struct telling *t, const struct name_said *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (is_usable(t->e, &s->addresses[i]))
			add_attempt(t, &s->addresses[i], 0, true);
}

static const char *shown_lookup(const struct telling *t)
{
	struct address list[LOOKUP_ADDRESSES];

	for (size_t i = 0; i < t->e->lookup.count; i++)
		list[i] = t->e->lookup.addresses[i].address;
	return shown_list(t, list, t->e->lookup.count);
}

/* The line of /etc/hosts that the addresses come from, or NULL. */
static const struct hosts_line *deciding_line(const struct name_evidence *e)
{
	if (!nsswitch_reads_hosts(&e->nsswitch))
		return NULL;

	for (size_t i = 0; i < e->host_count; i++)
		if (looked_up(e, &e->hosts[i].address))
			return &e->hosts[i];

	return NULL;
}

/* What DNS says, where a server gives addresses. */
static bool dns_says(struct name_said *ret, const struct name_evidence *e)
{
	for (size_t i = 0; i < e->conf.server_count; i++) {
		name_said_by(ret, e, i);
		if (ret->what == SAID_ADDRESSES && has_usable(e, ret))
			return true;
	}

	return false;
}

static bool any_server_gives_it(const struct name_evidence *e)
{
	struct name_said s;

	for (size_t i = 0; i < e->conf.server_count; i++) {
		name_said_by(&s, e, i);
		if (looked_up_any(e, &s))
			return true;
	}

	return false;
}

static void tell_hosts(const struct telling *t, const struct hosts_line *h)
{
	const struct name_evidence *e = t->e;
	struct name_said dns;
	const char *list;

	if (any_server_gives_it(e)) {
		fact_tell(t->facts, FACT_NAME_HOSTS_AGREES, SOURCE, NULL, NULL);
	} else if (dns_says(&dns, e)) {
		list = shown_list(t, dns.addresses, dns.count);
		fact_tell(
			t->facts, FACT_NAME_HOSTS_DIFFERS, SOURCE,
			line_culprit(t, HOSTS, h->line, h->text),
			_("Line %1$u of /etc/hosts gives %2$s for %3$s; the name server %4$s gives %5$s."),
			h->line, shown_lookup(t), e->host,
			shown_server(t, dns.server), list);
		add_others(t, &dns);
		text_format(
			t->step,
			_("%1$s is %2$s (by line %3$u of /etc/hosts; DNS says %4$s)"),
			e->host, shown_lookup(t), h->line, list);
		return;
	} else {
		fact_tell(t->facts, FACT_NAME_FROM_HOSTS, SOURCE, NULL,
			  _("%1$s is %2$s by line %3$u of /etc/hosts."),
			  e->host, shown_lookup(t), h->line);
	}
	text_format(t->step, _("%1$s is %2$s (by line %3$u of /etc/hosts)"),
		    e->host, shown_lookup(t), h->line);
}

/* A server that has nothing of what the resolver got. */
static bool tell_difference(const struct telling *t)
{
	const struct name_evidence *e = t->e;
	struct name_said s;

	for (size_t i = 0; i < e->conf.server_count; i++) {
		const char *says;

		name_said_by(&s, e, i);
		if (s.what == SAID_ADDRESSES && has_usable(e, &s) &&
		    !looked_up_any(e, &s))
			says = shown_list(t, s.addresses, s.count);
		else if (s.what == SAID_NO_NAME || s.what == SAID_ALIAS)
			says = dns_rcode_name(DNS_NXDOMAIN);
		else
			continue;
		add_others(t, &s);
		fact_tell(
			t->facts, FACT_NAME_SERVERS_DIFFER, SOURCE, NULL,
			_("The system's resolver gives %1$s for %2$s; the name server %3$s says %4$s."),
			shown_lookup(t), e->host, shown_server(t, i), says);
		text_format(t->step,
			    _("%1$s is %2$s (the name server %3$s says %4$s)"),
			    e->host, shown_lookup(t), shown_server(t, i), says);
		return true;
	}

	return false;
}

/* A search domain has caught a name that exists as it was typed. */
static bool tell_search(const struct telling *t)
{
	const struct name_evidence *e = t->e;
	struct name_said caught, typed;

	if (!name_said_heard(&caught, e) || caught.what != SAID_ADDRESSES ||
	    dns_name_equal(e->candidates[caught.candidate], e->host))
		return false;

	for (size_t i = caught.candidate + 1; i < e->candidate_count; i++) {
		name_said_of(&typed, e, caught.server, i);
		if (typed.what != SAID_ADDRESSES || looked_up_any(e, &typed) ||
		    !dns_name_equal(e->candidates[i], e->host))
			continue;
		add_others(t, &typed);
		fact_tell(
			t->facts, FACT_NAME_SEARCH_DIFFERS, SOURCE,
			line_culprit(t, RESOLV_CONF, e->conf.search_line,
				     e->candidates[caught.candidate]),
			_("The search domain made %1$s of %2$s, which is %3$s; as it was typed, the name is %4$s."),
			e->candidates[caught.candidate], e->host,
			shown_lookup(t),
			shown_list(t, typed.addresses, typed.count));
		text_format(t->step,
			    _("%1$s was taken for %2$s, which is %3$s"),
			    e->host, e->candidates[caught.candidate],
			    shown_lookup(t));
		return true;
	}

	return false;
}

/* The first server that was asked in vain; false: there is none. */
static bool first_dead(struct name_said *ret, const struct name_evidence *e)
{
	for (size_t i = 0; i < e->conf.server_count; i++) {
		name_said_by(ret, e, i);
		if (name_said_is_dead(ret->what))
			return true;
		if (ret->what == SAID_ADDRESSES)
			return false;
	}

	return false;
}

/* How long it took is of the name, not of a datagram's answer: with UDP it is
 * only said. */
static void tell_slow(const struct telling *t)
{
	const struct name_evidence *e = t->e;
	struct name_said dead;
	const char *took = shown_span(t, e->took_ns);

	if (e->took_ns < SLOW)
		return;

	text_clear(t->step);
	if (!first_dead(&dead, e)) {
		text_format(t->step, _("%1$s is %2$s, found after %3$s"),
			    e->host, shown_lookup(t), took);
		if (t->record->target.protocol != IPPROTO_UDP)
			fact_tell(t->facts, FACT_NAME_SLOW, SOURCE, NULL,
				  _("It took %s to resolve the name."), took);
		return;
	}

	text_format(
		t->step,
		_("%1$s is %2$s, found after %3$s: the name server %4$s does not answer"),
		e->host, shown_lookup(t), took, shown_server(t, dead.server));
	if (t->record->target.protocol == IPPROTO_UDP)
		return;
	fact_tell(
		t->facts, FACT_NAME_SLOW, SOURCE, NULL,
		_("It took %1$s to resolve the name, because the name server %2$s does not answer."),
		took, shown_server(t, dead.server));
	fact_tell(
		t->facts, FACT_NAME_SERVER_DEAD, SOURCE,
		server_culprit(t, dead.server),
		_("The name server %s, which is asked first, does not answer."),
		shown_server(t, dead.server));
}

static enum step_status tell_resolved(const struct telling *t)
{
	const struct name_evidence *e = t->e;
	const struct hosts_line *h = deciding_line(e);

	for (size_t i = 0; i < e->lookup.count; i++)
		add_attempt(t, &e->lookup.addresses[i].address,
			    e->lookup.addresses[i].scope, false);
	fact_tell(t->facts, FACT_NAME_RESOLVED, SOURCE, NULL,
		  _("%1$s was resolved to %2$s as an application would."),
		  e->host, shown_lookup(t));
	if (h) {
		tell_hosts(t, h);
	} else {
		fact_tell(t->facts, FACT_NAME_NOT_IN_HOSTS, SOURCE, NULL, NULL);
		if (!tell_search(t) && !tell_difference(t))
			text_format(t->step, _("%1$s is %2$s"), e->host,
				    shown_lookup(t));
	}
	tell_slow(t);
	return STEP_PASS;
}

/* nsswitch.conf keeps the name from the name servers. */
static bool tell_nsswitch(const struct telling *t)
{
	const struct name_evidence *e = t->e;
	const struct nsswitch *n = &e->nsswitch;
	enum nsswitch_way way = nsswitch_way(n, e->host);
	struct culprit *c;
	struct name_said dns;

	if (way != NSSWITCH_WITHOUT_DNS && way != NSSWITCH_STOPS)
		return false;

	c = line_culprit(t, NSSWITCH_CONF, n->line, n->text);
	fact_tell(
		t->facts, FACT_NAME_NSSWITCH, SOURCE, c,
		way == NSSWITCH_STOPS
			? _("Line %1$u of /etc/nsswitch.conf ends the search before DNS is asked: %2$s")
			: _("Line %1$u of /etc/nsswitch.conf names no service that asks DNS: %2$s"),
		n->line, n->text);
	if (!dns_says(&dns, e))
		return false;

	fact_tell(
		t->facts, FACT_NAME_DNS_KNOWS, SOURCE, c,
		_("The name server %1$s gives %2$s for %3$s; the system's resolver never asked it."),
		shown_server(t, dns.server),
		shown_list(t, dns.addresses, dns.count), e->host);
	text_format(
		t->step,
		_("%1$s is not found: line %2$u of /etc/nsswitch.conf keeps DNS out, which says %3$s"),
		e->host, n->line, shown_list(t, dns.addresses, dns.count));
	return true;
}

static void tell_no_name(const struct telling *t, const struct name_said *s)
{
	const char *name = t->e->candidates[s->candidate];
	const char *server = shown_server(t, s->server);

	if (s->what == SAID_ALIAS) {
		fact_tell(t->facts, FACT_NAME_ALIAS_DANGLES, SOURCE, NULL,
			  _("%1$s is an alias of %2$s, which does not exist."),
			  name, s->alias);
		fact_tell(
			t->facts, FACT_DNS_NXDOMAIN, SOURCE,
			record_culprit(t, s, s->alias),
			_("The name server %1$s says that %2$s, which %3$s leads to, does not exist (NXDOMAIN)."),
			server, s->alias, name);
		text_format(
			t->step,
			_("%1$s is an alias of %2$s, which does not exist (says %3$s)"),
			name, s->alias, server);
		return;
	}

	fact_tell(
		t->facts, FACT_DNS_NXDOMAIN, SOURCE,
		record_culprit(t, s, dns_rcode_name(DNS_NXDOMAIN)),
		_("The name server %1$s says that %2$s does not exist (NXDOMAIN)."),
		server, name);
	text_format(t->step,
		    _("%1$s does not exist, says the name server %2$s"), name,
		    server);
}

static void tell_no_address(const struct telling *t, const struct name_said *s)
{
	const char *name = t->e->candidates[s->candidate];
	const char *server = shown_server(t, s->server);

	if (s->what == SAID_ADDRESSES) {
		const char *list = shown_list(t, s->addresses, s->count);

		fact_tell(
			t->facts, FACT_NAME_EMPTY, SOURCE,
			record_culprit(t, s, list),
			_("%1$s has only addresses of a family that this host has none of, or that was not asked for: %2$s."),
			name, list);
		text_format(
			t->step,
			_("%1$s is %2$s, and this host cannot use addresses of that family"),
			name, list);
		return;
	}

	if (s->alias[0]) {
		fact_tell(
			t->facts, FACT_NAME_EMPTY, SOURCE,
			record_culprit(t, s, s->alias),
			_("%1$s is an alias of %2$s, for which the name server %3$s gives no address."),
			name, s->alias, server);
		text_format(
			t->step,
			_("%1$s is an alias of %2$s, which has no address (says %3$s)"),
			name, s->alias, server);
		return;
	}

	fact_tell(
		t->facts, FACT_NAME_EMPTY, SOURCE,
		record_culprit(t, s, dns_rcode_name(DNS_NOERROR)),
		_("The name server %1$s knows %2$s, and has no address for it."),
		server, name);
	text_format(t->step,
		    _("%1$s has no address, says the name server %2$s"), name,
		    server);
}

/* The resolver was told so; whoever says otherwise is mentioned. */
static void tell_negative(const struct telling *t, const struct name_said *s)
{
	struct name_said other;

	if (s->what == SAID_NO_NAME || s->what == SAID_ALIAS)
		tell_no_name(t, s);
	else
		tell_no_address(t, s);

	if (!dns_says(&other, t->e))
		return;
	fact_tell(t->facts, FACT_NAME_SERVERS_DIFFER, SOURCE, NULL,
		  _("The name server %1$s says otherwise: %2$s is %3$s."),
		  shown_server(t, other.server), t->e->host,
		  shown_list(t, other.addresses, other.count));
	text_format(t->step, _("; %1$s says %2$s"),
		    shown_server(t, other.server),
		    shown_list(t, other.addresses, other.count));
}

static void separate(struct text *step)
{
	if (step->len)
		text_str(step, "; ");
}

/* One server that could not be heard. */
static void tell_failure(const struct telling *t, const struct name_said *s)
{
	const char *server = shown_server(t, s->server);
	struct culprit *c = server_culprit(t, s->server);

	if (s->what == SAID_NOTHING)
		return;

	separate(t->step);
	switch (s->what) {
	case SAID_REFUSED:
		fact_tell(
			t->facts, FACT_DNS_REFUSED, SOURCE, c,
			_("The name server %s refuses to answer this host (REFUSED)."),
			server);
		text_format(t->step, _("the name server %s refuses to answer"),
			    server);
		break;
	case SAID_FAILED:
		fact_tell(
			t->facts, FACT_DNS_SERVFAIL, SOURCE, c,
			_("The name server %1$s answers that it failed (%2$s)."),
			server,
			dns_rcode_name(s->rcode) ? dns_rcode_name(s->rcode)
						 : "?");
		text_format(t->step, _("the name server %s fails"), server);
		break;
	case SAID_SILENT:
		fact_tell(t->facts, FACT_NAME_SERVER_SILENT, SOURCE, c,
			  _("The name server %s does not answer."), server);
		text_format(t->step, _("the name server %s does not answer"),
			    server);
		break;
	case SAID_CLOSED:
		fact_tell(
			t->facts, FACT_NAME_SERVER_CLOSED, SOURCE, c,
			_("The query to the name server %1$s came back with an error: %2$s."),
			server, strerror(s->err));
		text_format(
			t->step,
			_("the query to the name server %1$s is refused (%2$s)"),
			server, strerror(s->err));
		break;
	case SAID_NOT_SENT:
		fact_tell(
			t->facts, FACT_NAME_SERVER_NOT_SENT, SOURCE, c,
			_("This host could not send the query to the name server %1$s: %2$s."),
			server, strerror(s->err));
		text_format(
			t->step,
			_("no query can be sent to the name server %1$s (%2$s)"),
			server, strerror(s->err));
		break;
	case SAID_TCP_BLOCKED:
		fact_tell(
			t->facts, FACT_DNS_TRUNCATED, SOURCE, NULL,
			_("The answer of the name server %s was truncated, so it has to be asked again over TCP."),
			server);
		fact_tell(
			t->facts, FACT_NAME_TCP_BLOCKED, SOURCE, NULL,
			_("The name server %1$s cannot be reached over TCP: %2$s."),
			server, strerror(s->err));
		text_format(
			t->step,
			_("the name server %1$s has to be asked over TCP, and cannot be (%2$s)"),
			server, strerror(s->err));
		break;
	case SAID_NOTHING:
	case SAID_ADDRESSES:
	case SAID_NO_NAME:
	case SAID_NO_ADDRESS:
	case SAID_ALIAS:
		break;
	}
}

/* No server could be heard: what became of each. */
static void tell_failures(const struct telling *t)
{
	const struct name_evidence *e = t->e;
	size_t dead = 0, count = 0, first = 0;
	struct name_said s;

	for (size_t i = 0; i < e->conf.server_count; i++) {
		name_said_by(&s, e, i);
		tell_failure(t, &s);
		count += s.what != SAID_NOTHING;
		if (name_said_is_dead(s.what) && dead++ == 0)
			first = i;
	}
	if (!dead || dead != count)
		return;

	fact_tell(
		t->facts, FACT_NAME_SERVER_DEAD, SOURCE,
		server_culprit(t, first),
		e->conf.servers[first].line
			? _("No name server of /etc/resolv.conf answers.")
		: e->has_conf
			? _("/etc/resolv.conf has no nameserver line, and no name server runs on this host.")
			: _("There is no /etc/resolv.conf, and no name server runs on this host."));
}

/* Neither the files nor the servers explain it. */
static void tell_unexplained(const struct telling *t)
{
	const struct name_evidence *e = t->e;
	struct name_said dns;

	if (dns_says(&dns, e)) {
		fact_tell(
			t->facts, FACT_NAME_DNS_KNOWS, SOURCE, NULL,
			_("The name server %1$s gives %2$s for %3$s; the system's resolver says: %4$s."),
			shown_server(t, dns.server),
			shown_list(t, dns.addresses, dns.count), e->host,
			gai_strerror(e->lookup.gai));
	}
	text_format(t->step, _("%1$s is not resolved: %2$s"), e->host,
		    gai_strerror(e->lookup.gai));
}

static bool is_malformed(const struct name_evidence *e)
{
	uint8_t query[DNS_QUERY_SIZE];
	const struct dns_question q = { .type = DNS_A, .name = e->host };

	return !dns_query(query, &q);
}

static void tell_malformed(const struct telling *t)
{
	fact_tell(t->facts, FACT_NAME_MALFORMED, SOURCE, NULL,
		  _("%s is no name that DNS could carry."), t->e->host);
	text_format(t->step, _("%s is no valid name"), t->e->host);
}

static enum step_status tell_unresolved(const struct telling *t)
{
	const struct name_evidence *e = t->e;
	struct name_said heard;

	fact_tell(t->facts, FACT_NAME_UNRESOLVED, SOURCE, NULL,
		  e->lookup.is_over
			  ? _("The system's resolver says: %s.")
			  : _("The system's resolver has no answer after %s."),
		  e->lookup.is_over ? gai_strerror(e->lookup.gai)
				    : shown_span(t, e->took_ns));
	if (is_malformed(e)) {
		tell_malformed(t);
	} else if (tell_nsswitch(t)) {
		return STEP_FAIL;
	} else if (!name_said_heard(&heard, e)) {
		tell_failures(t);
		if (!t->step->len)
			tell_unexplained(t);
	} else if (heard.what == SAID_ADDRESSES && has_usable(e, &heard)) {
		tell_unexplained(t);
	} else {
		tell_negative(t, &heard);
	}

	return STEP_FAIL;
}

/* The system's resolver still waits for a server that is silent; what the next
 * one says is what it will get. */
static bool foresee(struct name_evidence *e)
{
	struct name_said s;

	if (e->lookup.is_over ||
	    nsswitch_way(&e->nsswitch, e->host) != NSSWITCH_ASKS_DNS ||
	    !name_said_heard(&s, e) || s.what != SAID_ADDRESSES)
		return false;

	for (size_t i = 0; i < s.count; i++)
		if (is_usable(e, &s.addresses[i]) &&
		    e->lookup.count < LOOKUP_ADDRESSES)
			e->lookup.addresses[e->lookup.count++].address =
				s.addresses[i];
	return e->lookup.count > 0;
}

enum step_status name_facts_tell(struct case_record *c,
				 const struct name_evidence *e,
				 struct text *step)
{
	struct name_evidence whole = *e;
	const struct telling t = {
		.record = c, .facts = &c->general, .e = &whole, .step = step
	};

	if ((e->lookup.is_over && !e->lookup.gai) || foresee(&whole))
		return tell_resolved(&t);

	return tell_unresolved(&t);
}

static bool works(const struct case_record *c, bool is_from_dns_only)
{
	for (size_t i = 0; i < c->attempt_count; i++)
		if (c->attempts[i].is_connected &&
		    c->attempts[i].is_from_dns_only == is_from_dns_only)
			return true;

	return false;
}

void name_facts_settle(struct case_record *c)
{
	const struct fact *line =
		facts_get(&c->general, FACT_NAME_HOSTS_DIFFERS);

	if (works(c, false) || !works(c, true))
		return;

	fact_tell(&c->general, FACT_NAME_OTHER_WORKS, SOURCE, NULL, NULL);
	if (line)
		fact_tell(&c->general, FACT_NAME_HOSTS_STALE, SOURCE,
			  line->culprit, NULL);
}
