/*
 * CrowdSec: an address that it has decided against is in one of its bouncer's
 * sets; the decision is deleted where it was made, and the bouncer follows
 * within seconds.
 */
#include <errno.h>

#include "base/i18n.h"
#include "fix/manager.h"
#include "fix/stand_in.h"
#include "ruleset/model.h"

static int express(struct fix_planning *p, struct fix_candidate *c)
{
	const struct rule *rule = manager_blocker(p);
	struct fix_change *run;
	const char *who;
	bool passes;
	int err;

	if (!rule || !p->plan->ask.has_client)
		return -ENOENT;
	who = manager_client(p);
	c->summary =
		fix_words(p, _("delete CrowdSec's decision about %s"), who);
	err = stand_in_element(p, c, rule, &p->plan->ask.client, &passes);
	if (err)
		return err;

	manager_forget_now(c);
	run = manager_run(
		p, c, false,
		fix_argv(p, "cscli", "decisions", "delete", "--ip", who, NULL),
		fix_argv(p, "cscli", "decisions", "add", "--ip", who, NULL));
	if (!run)
		return -ENOMEM;
	run->text = fix_words(
		p,
		_("CrowdSec forgets its decision about %s; its bouncer takes it out of its set within seconds."),
		who);
	run->undo_text = fix_words(
		p, _("CrowdSec decides against %s again, for four hours."),
		who);
	c->lasts = FIX_LASTS_YES;
	c->lasts_text = _(
		"Decisions are CrowdSec's: it is forgotten, until it is decided again.");
	fix_remark(
		p,
		_("CrowdSec may decide against %1$s again, and a list of others may hold it: cscli decisions list --all --ip %1$s; a whitelist of its own is a parser's (/etc/crowdsec/parsers/s02-enrich)."),
		who);
	return 0;
}

const struct manager manager_crowdsec = {
	.id = "crowdsec",
	.express = express,
};
