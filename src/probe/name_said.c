#include "probe/name_said.h"

#include <sys/socket.h>

bool name_said_is_dead(enum name_said_what what)
{
	return what == SAID_SILENT || what == SAID_CLOSED;
}

bool name_said_has(const struct name_said *s, const struct address *a)
{
	for (size_t i = 0; i < s->count; i++)
		if (address_equal(&s->addresses[i], a))
			return true;

	return false;
}

static bool is_decisive(enum name_said_what what)
{
	return what == SAID_ADDRESSES || what == SAID_NO_NAME ||
	       what == SAID_NO_ADDRESS || what == SAID_ALIAS;
}

static enum name_said_what answer_means(const struct dns_answer *a)
{
	if (a->rcode == DNS_NXDOMAIN)
		return a->alias[0] ? SAID_ALIAS : SAID_NO_NAME;
	if (a->rcode == DNS_NOERROR)
		return a->count ? SAID_ADDRESSES : SAID_NO_ADDRESS;

	return a->rcode == DNS_REFUSED ? SAID_REFUSED : SAID_FAILED;
}

static enum name_said_what result_means(const struct name_result *r)
{
	static const enum name_said_what means[] = {
		[NAME_NOT_ASKED] = SAID_NOTHING,
		[NAME_WAITING] = SAID_NOTHING,
		[NAME_SILENT] = SAID_SILENT,
		[NAME_CLOSED] = SAID_CLOSED,
		[NAME_NOT_SENT] = SAID_NOT_SENT,
		[NAME_TCP_BLOCKED] = SAID_TCP_BLOCKED,
	};

	return r->reply == NAME_ANSWERED ? answer_means(&r->answer)
					 : means[r->reply];
}

/* Of the two types: an address is an address; else the worse of the two, for
 * the resolver cannot say that there is none. */
static bool outweighs(enum name_said_what a, enum name_said_what b)
{
	static const int weights[] = {
		[SAID_NOTHING] = 0,    [SAID_NO_NAME] = 1,
		[SAID_ALIAS] = 2,      [SAID_NO_ADDRESS] = 3,
		[SAID_SILENT] = 4,     [SAID_CLOSED] = 5,
		[SAID_FAILED] = 6,     [SAID_REFUSED] = 7,
		[SAID_NOT_SENT] = 8,   [SAID_TCP_BLOCKED] = 9,
		[SAID_ADDRESSES] = 10,
	};

	return weights[a] > weights[b];
}

void name_said_of(struct name_said *ret, const struct name_evidence *e,
		  size_t server, size_t candidate)
{
	*ret = (struct name_said){ .server = server,
				   .candidate = candidate,
				   .alias = "" };
	for (size_t t = 0; t < NAME_TYPES; t++) {
		const struct name_result *r =
			&e->servers[server].results[candidate][t];
		enum name_said_what what = result_means(r);

		if (r->reply == NAME_ANSWERED && r->answer.alias[0])
			ret->alias = r->answer.alias;
		for (size_t i = 0;
		     what == SAID_ADDRESSES && i < r->answer.count; i++)
			ret->addresses[ret->count++] = r->answer.addresses[i];
		if (!outweighs(what, ret->what))
			continue;
		ret->what = what;
		ret->err = r->err;
		ret->rcode = r->answer.rcode;
	}
}

void name_said_by(struct name_said *ret, const struct name_evidence *e,
		  size_t server)
{
	struct name_said of;

	*ret = (struct name_said){ .server = server, .alias = "" };
	for (size_t i = 0; i < e->candidate_count; i++) {
		name_said_of(&of, e, server, i);
		if (of.what == SAID_NOTHING)
			continue;
		if (of.what != SAID_NO_NAME || ret->what == SAID_NOTHING)
			*ret = of;
		if (of.what != SAID_NO_NAME && of.what != SAID_NO_ADDRESS &&
		    of.what != SAID_ALIAS)
			return;
	}
}

bool name_said_heard(struct name_said *ret, const struct name_evidence *e)
{
	for (size_t i = 0; i < e->conf.server_count; i++) {
		name_said_by(ret, e, i);
		if (is_decisive(ret->what))
			return true;
	}

	return false;
}

/* Whether the application would take an address of that family. */
bool name_said_is_usable(const struct name_evidence *e, const struct address *a)
{
	bool v4 = address_is_v4(a);

	if (e->family != AF_UNSPEC && v4 != (e->family == AF_INET))
		return false;

	return v4 ? e->has_v4 : e->has_v6;
}

bool name_said_has_usable(const struct name_evidence *e,
			  const struct name_said *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (name_said_is_usable(e, &s->addresses[i]))
			return true;

	return false;
}

bool name_said_looked_up(const struct name_evidence *e, const struct address *a)
{
	for (size_t i = 0; i < e->lookup.count; i++)
		if (address_equal(&e->lookup.addresses[i].address, a))
			return true;

	return false;
}

bool name_said_looked_up_any(const struct name_evidence *e,
			     const struct name_said *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (name_said_looked_up(e, &s->addresses[i]))
			return true;

	return false;
}

/* What DNS says, where a server gives addresses. */
bool name_said_usably(struct name_said *ret, const struct name_evidence *e)
{
	for (size_t i = 0; i < e->conf.server_count; i++) {
		name_said_by(ret, e, i);
		if (ret->what == SAID_ADDRESSES && name_said_has_usable(e, ret))
			return true;
	}

	return false;
}
