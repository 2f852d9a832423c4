/*
 * For whom something is to work, and what stands in the way, out of a verdict.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "cli/fix.h"
#include "diag/blockers.h"

enum { V4_BITS = 32, V6_BITS = 128, V4_BEGIN = 96 };

static unsigned bits_of(const struct address *a)
{
	return address_is_v4(a) ? V4_BITS : V6_BITS;
}

/* The network: the address without its last bits. */
static void cut(struct address *a, unsigned prefix)
{
	unsigned keep = prefix + (address_is_v4(a) ? V4_BEGIN : 0);

	for (unsigned i = 0; i < sizeof(a->bytes); i++) {
		unsigned left = keep > i * 8 ? keep - i * 8 : 0;

		if (left < 8)
			a->bytes[i] &= (uint8_t)(0xff00U >> left);
	}
}

static bool is_in(const struct address *a, const struct address *net,
		  unsigned prefix)
{
	struct address one = *a;

	if (address_is_v4(a) != address_is_v4(net))
		return false;
	cut(&one, prefix);
	return address_equal(&one, net);
}

/* "10.1.0.0/24". */
static bool read_network(const char *word, struct address *ret,
			 unsigned *ret_prefix)
{
	const char *slash = strchr(word, '/');
	unsigned long prefix;
	char *end;

	if (!slash || !address_parse(ret, word, (size_t)(slash - word)))
		return false;

	prefix = strtoul(slash + 1, &end, 10);
	*ret_prefix = (unsigned)prefix;
	return end != slash + 1 && !*end && slash[1] != '-' &&
	       prefix <= bits_of(ret);
}

void fix_ask_somebody(const struct fix_request *r, struct text *out)
{
	struct address a;
	unsigned prefix;

	if (r->from || !r->for_whom || !read_network(r->for_whom, &a, &prefix))
		return;

	cut(&a, prefix);
	if (prefix < bits_of(&a))
		a.bytes[sizeof(a.bytes) - 1] |= 1;
	if (prefix)
		address_text(out, &a);
}

/* The network that the client is in, as far as this host is in it, too. */
static bool find_subnet(const struct fix_run *x, const struct address *client,
			unsigned *ret)
{
	const struct links *l = x->planning.links;
	const struct walk_host *h = x->planning.host;
	bool is_found = false;

	for (size_t i = 0; l && i < l->address_count; i++) {
		const struct links_address *a = &l->addresses[i];
		struct address net = a->address;

		cut(&net, a->prefix);
		if (a->prefix == bits_of(&net) ||
		    !is_in(client, &net, a->prefix))
			continue;
		*ret = a->prefix;
		is_found = true;
	}
	for (size_t i = 0; !is_found && h && i < h->count; i++) {
		struct address net = field_to_address(h->addresses[i].address);
		bool is_v4 = address_is_v4(&net);
		unsigned prefix = h->addresses[i].prefix;

		if (is_v4 && prefix >= V4_BEGIN)
			prefix -= V4_BEGIN;
		if (!prefix || prefix == bits_of(&net))
			continue;
		cut(&net, prefix);
		if (!is_in(client, &net, prefix))
			continue;
		*ret = prefix;
		is_found = true;
	}

	return is_found;
}

static int widen_subnet(struct fix_run *x)
{
	struct fix_ask *ask = &x->plan.ask;
	unsigned prefix;

	if (!ask->has_client)
		return cli_usage(
			x->request->command,
			_("--for subnet: of which client? Give --from ADDRESS"));
	if (!find_subnet(x, &ask->client, &prefix))
		return cli_usage(
			x->request->command,
			_("how large the client's network is, is not known here: write it, as in --for 10.1.0.0/24"));

	ask->for_whom = FIX_FOR_SUBNET;
	ask->client_prefix = prefix;
	cut(&ask->client, prefix);
	return 0;
}

static int widen_network(struct fix_run *x, const char *word)
{
	struct fix_ask *ask = &x->plan.ask;
	struct address net;
	unsigned prefix;

	if (!read_network(word, &net, &prefix))
		return cli_usage(
			x->request->command,
			_("--for takes client, subnet, everyone or a network (10.1.0.0/24), not \"%s\""),
			word);
	cut(&net, prefix);
	if (ask->has_client && !is_in(&ask->client, &net, prefix))
		return cli_usage(
			x->request->command,
			_("the client is not in %s, which --for names"), word);

	ask->for_whom = prefix ? FIX_FOR_SUBNET : FIX_FOR_EVERYONE;
	ask->client = net;
	ask->client_prefix = prefix;
	ask->has_client = prefix != 0;
	return 0;
}

/* Whose attempt the verdict is about, or whoever was asked for. */
static void find_client(struct fix_run *x)
{
	const struct attempt *a = x->verdict->attempt;
	const struct point *p = &x->planning.packet;
	struct fix_ask *ask = &x->plan.ask;

	if (a && a->has_peer)
		ask->client = a->peer;
	else if (a && a->has_local)
		ask->client = a->local;
	else if (x->planning.has_packet && point_has(p, FIELD_SADDR))
		ask->client = field_to_address(p->value[FIELD_SADDR]);
	else
		return;

	ask->has_client = true;
	ask->client_prefix = bits_of(&ask->client);
}

static void find_server(struct fix_run *x)
{
	const struct attempt *a = x->verdict->attempt;
	const struct point *p = &x->planning.packet;
	struct fix_ask *ask = &x->plan.ask;

	if (a)
		ask->server = a->address;
	else if (x->planning.has_packet && point_has(p, FIELD_DADDR))
		ask->server = field_to_address(p->value[FIELD_DADDR]);
	else
		return;

	ask->has_server = true;
}

static int widen(struct fix_run *x, const char *word)
{
	struct fix_ask *ask = &x->plan.ask;

	if (!strcmp(word, "client"))
		return 0;
	if (!strcmp(word, "subnet"))
		return widen_subnet(x);
	if (strcmp(word, "everyone") != 0)
		return widen_network(x, word);

	ask->for_whom = FIX_FOR_EVERYONE;
	ask->has_client = false;
	return 0;
}

int fix_ask_fill(struct fix_run *x)
{
	struct fix_ask *ask = &x->plan.ask;
	const char *word = x->request->for_whom;
	bool is_by_rules = x->ruled && x->ruled != FACT_RULES_ACCEPT &&
			   x->ruled <= FACT_RULES_UNSURE;
	int status;

	*ask = (struct fix_ask){ .protocol = x->record->target.protocol,
				 .port = x->record->target.port };
	find_client(x);
	find_server(x);
	status = word ? widen(x, word) : 0;
	if (status)
		return status;

	/* Who is to be let in is not ours to guess. */
	if (!ask->has_client && ask->for_whom != FIX_FOR_EVERYONE &&
	    is_by_rules)
		return cli_usage(
			x->request->command,
			_("for whom? The rules decide by it: --from ADDRESS, --for NETWORK, or --for everyone"));
	if (!ask->has_client)
		ask->for_whom = FIX_FOR_EVERYONE;

	return 0;
}

/* What tells of the cause, first on the packet's way. */
static enum fact_kind found_by(const struct cause *c, const struct fact_set *f)
{
	enum fact_kind best = FACT_NONE;

	for (size_t i = 0; i < CAUSE_FACTS && c->found_by[i]; i++) {
		enum fact_kind k = c->found_by[i];

		if (fact_has(f, k) &&
		    (!best || blockers_place(k) < blockers_place(best)))
			best = k;
	}
	if (!best && c->ruled_by && fact_has(f, c->ruled_by))
		best = c->ruled_by;
	if (!best && c->proven_by && fact_has(f, c->proven_by))
		best = c->proven_by;

	return best;
}

static void add_fault(struct fix_run *x, const struct cause *c,
		      const struct culprit *k)
{
	struct fix_plan *p = &x->plan;

	if (!c || p->fault_count == FIX_FAULTS)
		return;

	p->faults[p->fault_count++] = (struct fix_fault){
		.cause = c,
		.found = found_by(c, &x->verdict->facts->set),
		.culprit = k,
	};
}

void fix_ask_faults(struct fix_run *x)
{
	const struct case_verdict *v = x->verdict;

	add_fault(x, v->verdict.cause, v->culprit);
	for (size_t i = 0; i < v->verdict.also_count; i++)
		add_fault(x, v->verdict.also[i],
			  case_culprit(v->verdict.also[i], v->facts));
}
