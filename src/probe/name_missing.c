#include <netdb.h>
#include <string.h>

#include "base/i18n.h"
#include "probe/name_words.h"

#define NSSWITCH_CONF "/etc/nsswitch.conf"

/* nsswitch.conf keeps the name from the name servers. */
static bool tell_nsswitch(const struct name_telling *t)
{
	const struct name_evidence *e = t->e;
	const struct nsswitch *n = &e->nsswitch;
	enum nsswitch_way way = nsswitch_way(n, e->host);
	struct culprit *c;
	struct name_said dns;

	if (way != NSSWITCH_WITHOUT_DNS && way != NSSWITCH_STOPS)
		return false;

	c = name_words_line_culprit(t, NSSWITCH_CONF, n->line, n->text);
	fact_tell(
		t->facts, FACT_NAME_NSSWITCH, NAME_SOURCE, c,
		way == NSSWITCH_STOPS
			? _("Line %1$u of /etc/nsswitch.conf ends the search before DNS is asked: %2$s")
			: _("Line %1$u of /etc/nsswitch.conf names no service that asks DNS: %2$s"),
		n->line, n->text);
	if (!name_said_usably(&dns, e))
		return false;

	fact_tell(
		t->facts, FACT_NAME_DNS_KNOWS, NAME_SOURCE, c,
		_("The name server %1$s gives %2$s for %3$s; the system's resolver never asked it."),
		name_words_server(t, dns.server),
		name_words_list(t, dns.addresses, dns.count), e->host);
	text_format(
		t->step,
		_("%1$s is not found: line %2$u of /etc/nsswitch.conf keeps DNS out, which says %3$s"),
		e->host, n->line, name_words_list(t, dns.addresses, dns.count));
	return true;
}

static void tell_no_name(const struct name_telling *t,
			 const struct name_said *s)
{
	const char *name = t->e->candidates[s->candidate];
	const char *server = name_words_server(t, s->server);

	if (s->what == SAID_ALIAS) {
		fact_tell(t->facts, FACT_NAME_ALIAS_DANGLES, NAME_SOURCE, NULL,
			  _("%1$s is an alias of %2$s, which does not exist."),
			  name, s->alias);
		fact_tell(
			t->facts, FACT_DNS_NXDOMAIN, NAME_SOURCE,
			name_words_record_culprit(t, s, s->alias),
			_("The name server %1$s says that %2$s, which %3$s leads to, does not exist (NXDOMAIN)."),
			server, s->alias, name);
		text_format(
			t->step,
			_("%1$s is an alias of %2$s, which does not exist (says %3$s)"),
			name, s->alias, server);
		return;
	}

	fact_tell(
		t->facts, FACT_DNS_NXDOMAIN, NAME_SOURCE,
		name_words_record_culprit(t, s, dns_rcode_name(DNS_NXDOMAIN)),
		_("The name server %1$s says that %2$s does not exist (NXDOMAIN)."),
		server, name);
	text_format(t->step,
		    _("%1$s does not exist, says the name server %2$s"), name,
		    server);
}

static void tell_no_address(const struct name_telling *t,
			    const struct name_said *s)
{
	const char *name = t->e->candidates[s->candidate];
	const char *server = name_words_server(t, s->server);

	if (s->what == SAID_ADDRESSES) {
		const char *list = name_words_list(t, s->addresses, s->count);

		fact_tell(
			t->facts, FACT_NAME_EMPTY, NAME_SOURCE,
			name_words_record_culprit(t, s, list),
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
			t->facts, FACT_NAME_EMPTY, NAME_SOURCE,
			name_words_record_culprit(t, s, s->alias),
			_("%1$s is an alias of %2$s, for which the name server %3$s gives no address."),
			name, s->alias, server);
		text_format(
			t->step,
			_("%1$s is an alias of %2$s, which has no address (says %3$s)"),
			name, s->alias, server);
		return;
	}

	fact_tell(
		t->facts, FACT_NAME_EMPTY, NAME_SOURCE,
		name_words_record_culprit(t, s, dns_rcode_name(DNS_NOERROR)),
		_("The name server %1$s knows %2$s, and has no address for it."),
		server, name);
	text_format(t->step,
		    _("%1$s has no address, says the name server %2$s"), name,
		    server);
}

/* The resolver was told so; whoever says otherwise is mentioned. */
static void tell_negative(const struct name_telling *t,
			  const struct name_said *s)
{
	struct name_said other;

	if (s->what == SAID_NO_NAME || s->what == SAID_ALIAS)
		tell_no_name(t, s);
	else
		tell_no_address(t, s);

	if (!name_said_usably(&other, t->e))
		return;
	fact_tell(t->facts, FACT_NAME_SERVERS_DIFFER, NAME_SOURCE, NULL,
		  _("The name server %1$s says otherwise: %2$s is %3$s."),
		  name_words_server(t, other.server), t->e->host,
		  name_words_list(t, other.addresses, other.count));
	text_format(t->step, _("; %1$s says %2$s"),
		    name_words_server(t, other.server),
		    name_words_list(t, other.addresses, other.count));
}

static void separate(struct text *step)
{
	if (step->len)
		text_str(step, "; ");
}

/* One server that could not be heard. */
static void tell_failure(const struct name_telling *t,
			 const struct name_said *s)
{
	const char *server = name_words_server(t, s->server);
	struct culprit *c = name_words_server_culprit(t, s->server);

	if (s->what == SAID_NOTHING)
		return;

	separate(t->step);
	switch (s->what) {
	case SAID_REFUSED:
		fact_tell(
			t->facts, FACT_DNS_REFUSED, NAME_SOURCE, c,
			_("The name server %s refuses to answer this host (REFUSED)."),
			server);
		text_format(t->step, _("the name server %s refuses to answer"),
			    server);
		break;
	case SAID_FAILED:
		fact_tell(
			t->facts, FACT_DNS_SERVFAIL, NAME_SOURCE, c,
			_("The name server %1$s answers that it failed (%2$s)."),
			server,
			dns_rcode_name(s->rcode) ? dns_rcode_name(s->rcode)
						 : "?");
		text_format(t->step, _("the name server %s fails"), server);
		break;
	case SAID_SILENT:
		fact_tell(t->facts, FACT_NAME_SERVER_SILENT, NAME_SOURCE, c,
			  _("The name server %s does not answer."), server);
		text_format(t->step, _("the name server %s does not answer"),
			    server);
		break;
	case SAID_CLOSED:
		fact_tell(
			t->facts, FACT_NAME_SERVER_CLOSED, NAME_SOURCE, c,
			_("The query to the name server %1$s came back with an error: %2$s."),
			server, strerror(s->err));
		text_format(
			t->step,
			_("the query to the name server %1$s is refused (%2$s)"),
			server, strerror(s->err));
		break;
	case SAID_NOT_SENT:
		fact_tell(
			t->facts, FACT_NAME_SERVER_NOT_SENT, NAME_SOURCE, c,
			_("This host could not send the query to the name server %1$s: %2$s."),
			server, strerror(s->err));
		text_format(
			t->step,
			_("no query can be sent to the name server %1$s (%2$s)"),
			server, strerror(s->err));
		break;
	case SAID_TCP_BLOCKED:
		fact_tell(
			t->facts, FACT_DNS_TRUNCATED, NAME_SOURCE, NULL,
			_("The answer of the name server %s was truncated, so it has to be asked again over TCP."),
			server);
		fact_tell(
			t->facts, FACT_NAME_TCP_BLOCKED, NAME_SOURCE, NULL,
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
static void tell_failures(const struct name_telling *t)
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
		t->facts, FACT_NAME_SERVER_DEAD, NAME_SOURCE,
		name_words_server_culprit(t, first),
		e->conf.servers[first].line
			? _("No name server of /etc/resolv.conf answers.")
		: e->has_conf
			? _("/etc/resolv.conf has no nameserver line, and no name server runs on this host.")
			: _("There is no /etc/resolv.conf, and no name server runs on this host."));
}

/* Neither the files nor the servers explain it. */
static void tell_unexplained(const struct name_telling *t)
{
	const struct name_evidence *e = t->e;
	struct name_said dns;

	if (name_said_usably(&dns, e)) {
		fact_tell(
			t->facts, FACT_NAME_DNS_KNOWS, NAME_SOURCE, NULL,
			_("The name server %1$s gives %2$s for %3$s; the system's resolver says: %4$s."),
			name_words_server(t, dns.server),
			name_words_list(t, dns.addresses, dns.count), e->host,
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

static void tell_malformed(const struct name_telling *t)
{
	fact_tell(t->facts, FACT_NAME_MALFORMED, NAME_SOURCE, NULL,
		  _("%s is no name that DNS could carry."), t->e->host);
	text_format(t->step, _("%s is no valid name"), t->e->host);
}

enum step_status name_missing_tell(const struct name_telling *t)
{
	const struct name_evidence *e = t->e;
	struct name_said heard;

	fact_tell(t->facts, FACT_NAME_UNRESOLVED, NAME_SOURCE, NULL,
		  e->lookup.is_over
			  ? _("The system's resolver says: %s.")
			  : _("The system's resolver has no answer after %s."),
		  e->lookup.is_over ? gai_strerror(e->lookup.gai)
				    : name_words_span(t, e->took_ns));
	if (is_malformed(e)) {
		tell_malformed(t);
	} else if (tell_nsswitch(t)) {
		return STEP_FAIL;
	} else if (!name_said_heard(&heard, e)) {
		tell_failures(t);
		if (!t->step->len)
			tell_unexplained(t);
	} else if (heard.what == SAID_ADDRESSES &&
		   name_said_has_usable(e, &heard)) {
		tell_unexplained(t);
	} else {
		tell_negative(t, &heard);
	}

	return STEP_FAIL;
}
