/* This host serves it: it is looked at as `kiriwake server' does. */
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "cli/fix.h"
#include "cli/server.h"

static void show_rules(struct fix_run *x, const struct server_rules *rules)
{
	struct server_rules_shown shown;
	struct fix_planning *p = &x->planning;

	server_rules_show(rules, &shown);
	p->ruleset = shown.ruleset;
	p->host = shown.host;
	p->links = shown.links;
	if (shown.packet)
		p->packet = *shown.packet;
	p->has_packet = shown.packet;
	x->ruled = shown.kind;
	if (!shown.ruleset)
		return;

	x->source.gathered = shown.gathered;
	x->source.gathered_len = shown.gathered_len;
	p->source = &x->source;
}

/* Everyone does not come by the loopback: the first other device that is up and
 * has an address. 0: there is none. */
static uint32_t device_of_all(void)
{
	struct ifaddrs *all = NULL;
	uint32_t index = 0;

	if (getifaddrs(&all))
		return 0;
	for (const struct ifaddrs *i = all; i && !index; i = i->ifa_next)
		if (i->ifa_addr && i->ifa_flags & IFF_UP &&
		    !(i->ifa_flags & IFF_LOOPBACK) &&
		    (i->ifa_addr->sa_family == AF_INET ||
		     i->ifa_addr->sa_family == AF_INET6))
			index = if_nametoindex(i->ifa_name);
	freeifaddrs(all);
	return index;
}

static bool is_for_all(const struct fix_request *r)
{
	return !r->from && !r->host && r->for_whom &&
	       !strcmp(r->for_whom, "everyone");
}

static int look(struct fix_run *x)
{
	const struct fix_request *r = x->request;
	struct server_request q = { .command = r->command,
				    .service = r->word,
				    .from = r->from,
				    .save = r->save,
				    .host = r->host,
				    .is_foretelling = !r->is_waiting };
	struct server *s = calloc(1, sizeof(*s));
	struct text from = TEXT_NULL;
	uint32_t device = is_for_all(r) ? device_of_all() : 0;
	int err;

	x->state = s;
	if (!s)
		return -ENOMEM;

	fix_ask_somebody(r, &from);
	if (from.len)
		q.from = text_string(&from);
	err = server_open(s, &q, x->record);
	text_done(&from);
	if (device)
		s->question.device = device;
	if (!err)
		err = server_look(s, &x->quiet);
	if (err)
		return err;

	x->verdict = &s->verdict;
	x->planning.may_read = true;
	show_rules(x, s->rules);
	return 0;
}

static int save(struct fix_run *x)
{
	return server_save(x->state);
}

static void done(struct fix_run *x)
{
	if (x->state)
		(void)server_close(x->state);
	free(x->state);
}

const struct fix_look fix_server = { look, save, done, true };
