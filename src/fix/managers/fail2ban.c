/*
 * fail2ban: an address that a jail has banned is let go by its client, which
 * also forgets it in the jail's database, so that a restart does not ban it
 * again. How bans are kept differs with the jail's action: a rule each in
 * f2b-JAIL, an element of the set f2b-JAIL, or of addr-set-JAIL in f2b-table.
 */
#include <errno.h>
#include <string.h>

#include "base/i18n.h"
#include "fix/manager.h"
#include "fix/stand_in.h"
#include "ruleset/model.h"

/* The jail's name behind one of these; "" where none stands. */
static const char *jail_after(struct fix_planning *p, const char *text)
{
	static const char *const heads[] = { "addr6-set-", "addr-set-", "f2b-",
					     "fail2ban-" };

	for (size_t i = 0; text && i < sizeof(heads) / sizeof(*heads); i++) {
		const char *at = strstr(text, heads[i]);
		size_t len;

		if (!at)
			continue;
		at += strlen(heads[i]);
		len = strcspn(at, " \t\"}");
		if (strncmp(at, "table", 5) && strncmp(at, "chain", 5) &&
		    strncmp(at, "input", 5))
			return fix_words(p, "%.*s", (int)len, at);
	}

	return "";
}

static bool is_of_set(const struct rule *rule)
{
	return strstr(rule->text, "-set") || strchr(rule->text, '@');
}

/* Either the rule holds the address, or a set does. */
static int compute(struct fix_planning *p, struct fix_candidate *c,
		   const struct rule *rule)
{
	const struct rules_change *edit;
	bool passes;

	if (is_of_set(rule))
		return stand_in_element(p, c, rule, &p->plan->ask.client,
					&passes);
	edit = stand_in_edit(p, rule->chain,
			     (struct rule_edit){ .kind = EDIT_DELETE,
						 .number = rule->number });
	return edit ? stand_in_effect(p, c, edit, &passes) : -ENOMEM;
}

static int express(struct fix_planning *p, struct fix_candidate *c)
{
	const struct rule *rule = manager_blocker(p);
	const char *jail = rule ? jail_after(p, rule->text) : "", *who;
	struct fix_change *run;
	int err;

	if (rule && !jail[0])
		jail = jail_after(p, rule->chain->name);
	if (!jail[0] || !p->plan->ask.has_client)
		return -ENOENT;
	who = manager_client(p);
	c->summary = fix_words(p, _("have fail2ban let %1$s go from jail %2$s"),
			       who, jail);
	err = compute(p, c, rule);
	if (err)
		return err;
	manager_forget_now(c);
	run = manager_run(p, c, false,
			  fix_argv(p, "fail2ban-client", "set", jail, "unbanip",
				   who, NULL),
			  fix_argv(p, "fail2ban-client", "set", jail, "banip",
				   who, NULL));
	if (!run)
		return -ENOMEM;
	run->text = fix_words(
		p,
		_("fail2ban takes %1$s out of jail %2$s, and out of its database."),
		who, jail);
	run->undo_text =
		fix_words(p, _("fail2ban bans %1$s in jail %2$s."), who, jail);
	c->lasts = FIX_LASTS_YES;
	c->lasts_text = _(
		"It stays let go, also after a restart, until it fails as often again.");
	fix_remark(
		p,
		_("fail2ban will ban %1$s again if it fails again: look at its log for why. That it is never banned is said in /etc/fail2ban/jail.local, [%2$s]: ignoreip = 127.0.0.1/8 ::1 %1$s"),
		who, jail);
	return 0;
}

const struct manager manager_fail2ban = {
	.id = "fail2ban",
	.express = express,
};
