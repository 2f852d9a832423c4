/* This host serves it: it is looked at as `kiriwake server' does. */
#include <errno.h>
#include <stdlib.h>

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
	int err;

	x->state = s;
	if (!s)
		return -ENOMEM;

	fix_ask_somebody(r, &from);
	if (from.len)
		q.from = text_string(&from);
	err = server_open(s, &q, x->record);
	text_done(&from);
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
