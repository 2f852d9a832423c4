#include <netinet/in.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "probe/name_words.h"

#define HOSTS "/etc/hosts"
#define RESOLV_CONF "/etc/resolv.conf"
#define SLOW CLOCK_SECOND

static void add_attempt(const struct name_telling *t, const struct address *a,
			uint32_t scope, bool is_from_dns_only)
{
	size_t before = t->record->attempt_count;
	struct attempt *attempt = case_attempt(t->record, a, scope);

	if (attempt && t->record->attempt_count > before)
		attempt->is_from_dns_only = is_from_dns_only;
}

/* The addresses of a server that the system's resolver did not give. */
static void add_others(const struct name_telling *t, const struct name_said *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (name_said_is_usable(t->e, &s->addresses[i]))
			add_attempt(t, &s->addresses[i], 0, true);
}

/* The line of /etc/hosts that the addresses come from, or NULL. */
static const struct hosts_line *deciding_line(const struct name_evidence *e)
{
	if (!nsswitch_reads_hosts(&e->nsswitch))
		return NULL;

	for (size_t i = 0; i < e->host_count; i++)
		if (name_said_looked_up(e, &e->hosts[i].address))
			return &e->hosts[i];

	return NULL;
}

static bool any_server_gives_it(const struct name_evidence *e)
{
	struct name_said s;

	for (size_t i = 0; i < e->conf.server_count; i++) {
		name_said_by(&s, e, i);
		if (name_said_looked_up_any(e, &s))
			return true;
	}

	return false;
}

static void tell_hosts(const struct name_telling *t, const struct hosts_line *h)
{
	const struct name_evidence *e = t->e;
	struct name_said dns;
	const char *list;

	if (any_server_gives_it(e)) {
		fact_tell(t->facts, FACT_NAME_HOSTS_AGREES, NAME_SOURCE, NULL,
			  NULL);
	} else if (name_said_usably(&dns, e)) {
		list = name_words_list(t, dns.addresses, dns.count);
		fact_tell(
			t->facts, FACT_NAME_HOSTS_DIFFERS, NAME_SOURCE,
			name_words_line_culprit(t, HOSTS, h->line, h->text),
			_("Line %1$u of /etc/hosts gives %2$s for %3$s; the name server %4$s gives %5$s."),
			h->line, name_words_lookup(t), e->host,
			name_words_server(t, dns.server), list);
		add_others(t, &dns);
		text_format(
			t->step,
			_("%1$s is %2$s (by line %3$u of /etc/hosts; DNS says %4$s)"),
			e->host, name_words_lookup(t), h->line, list);
		return;
	} else {
		fact_tell(t->facts, FACT_NAME_FROM_HOSTS, NAME_SOURCE, NULL,
			  _("%1$s is %2$s by line %3$u of /etc/hosts."),
			  e->host, name_words_lookup(t), h->line);
	}
	text_format(t->step, _("%1$s is %2$s (by line %3$u of /etc/hosts)"),
		    e->host, name_words_lookup(t), h->line);
}

/* A server that has nothing of what the resolver got. */
static bool tell_difference(const struct name_telling *t)
{
	const struct name_evidence *e = t->e;
	struct name_said s;

	for (size_t i = 0; i < e->conf.server_count; i++) {
		const char *says;

		name_said_by(&s, e, i);
		if (s.what == SAID_ADDRESSES && name_said_has_usable(e, &s) &&
		    !name_said_looked_up_any(e, &s))
			says = name_words_list(t, s.addresses, s.count);
		else if (s.what == SAID_NO_NAME || s.what == SAID_ALIAS)
			says = dns_rcode_name(DNS_NXDOMAIN);
		else
			continue;
		add_others(t, &s);
		fact_tell(
			t->facts, FACT_NAME_SERVERS_DIFFER, NAME_SOURCE, NULL,
			_("The system's resolver gives %1$s for %2$s; the name server %3$s says %4$s."),
			name_words_lookup(t), e->host, name_words_server(t, i),
			says);
		text_format(t->step,
			    _("%1$s is %2$s (the name server %3$s says %4$s)"),
			    e->host, name_words_lookup(t),
			    name_words_server(t, i), says);
		return true;
	}

	return false;
}

/* A search domain has caught a name that exists as it was typed. */
static bool tell_search(const struct name_telling *t)
{
	const struct name_evidence *e = t->e;
	struct name_said caught, typed;

	if (!name_said_heard(&caught, e) || caught.what != SAID_ADDRESSES ||
	    dns_name_equal(e->candidates[caught.candidate], e->host))
		return false;

	for (size_t i = caught.candidate + 1; i < e->candidate_count; i++) {
		name_said_of(&typed, e, caught.server, i);
		if (typed.what != SAID_ADDRESSES ||
		    name_said_looked_up_any(e, &typed) ||
		    !dns_name_equal(e->candidates[i], e->host))
			continue;
		add_others(t, &typed);
		fact_tell(
			t->facts, FACT_NAME_SEARCH_DIFFERS, NAME_SOURCE,
			name_words_line_culprit(
				t, RESOLV_CONF, e->conf.search_line,
				e->candidates[caught.candidate]),
			_("The search domain made %1$s of %2$s, which is %3$s; as it was typed, the name is %4$s."),
			e->candidates[caught.candidate], e->host,
			name_words_lookup(t),
			name_words_list(t, typed.addresses, typed.count));
		text_format(t->step,
			    _("%1$s was taken for %2$s, which is %3$s"),
			    e->host, e->candidates[caught.candidate],
			    name_words_lookup(t));
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
static void tell_slow(const struct name_telling *t)
{
	const struct name_evidence *e = t->e;
	struct name_said dead;
	const char *took = name_words_span(t, e->took_ns);

	if (e->took_ns < SLOW)
		return;

	text_clear(t->step);
	if (!first_dead(&dead, e)) {
		text_format(t->step, _("%1$s is %2$s, found after %3$s"),
			    e->host, name_words_lookup(t), took);
		if (t->record->target.protocol != IPPROTO_UDP)
			fact_tell(t->facts, FACT_NAME_SLOW, NAME_SOURCE, NULL,
				  _("It took %s to resolve the name."), took);
		return;
	}

	text_format(
		t->step,
		_("%1$s is %2$s, found after %3$s: the name server %4$s does not answer"),
		e->host, name_words_lookup(t), took,
		name_words_server(t, dead.server));
	if (t->record->target.protocol == IPPROTO_UDP)
		return;
	fact_tell(
		t->facts, FACT_NAME_SLOW, NAME_SOURCE, NULL,
		_("It took %1$s to resolve the name, because the name server %2$s does not answer."),
		took, name_words_server(t, dead.server));
	fact_tell(
		t->facts, FACT_NAME_SERVER_DEAD, NAME_SOURCE,
		name_words_server_culprit(t, dead.server),
		_("The name server %s, which is asked first, does not answer."),
		name_words_server(t, dead.server));
}

enum step_status name_found_tell(const struct name_telling *t)
{
	const struct name_evidence *e = t->e;
	const struct hosts_line *h = deciding_line(e);

	for (size_t i = 0; i < e->lookup.count; i++)
		add_attempt(t, &e->lookup.addresses[i].address,
			    e->lookup.addresses[i].scope, false);
	fact_tell(t->facts, FACT_NAME_RESOLVED, NAME_SOURCE, NULL,
		  _("%1$s was resolved to %2$s as an application would."),
		  e->host, name_words_lookup(t));
	if (h) {
		tell_hosts(t, h);
	} else {
		fact_tell(t->facts, FACT_NAME_NOT_IN_HOSTS, NAME_SOURCE, NULL,
			  NULL);
		if (!tell_search(t) && !tell_difference(t))
			text_format(t->step, _("%1$s is %2$s"), e->host,
				    name_words_lookup(t));
	}
	tell_slow(t);
	return STEP_PASS;
}
