/*
 * firewalld: rich rules of the zone that the packet falls into, now and, with
 * --permanent, in /etc/firewalld. They stand in the zone's allow chain, behind
 * those that deny; of a priority below 0, in its pre chain, before all others.
 * Its tables are its own: what is put there by hand is gone at the next reload,
 * and with NftablesTableOwner=yes the kernel does not let anybody.
 */
#include <errno.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "fix/image.h"
#include "fix/kept_file.h"
#include "fix/manager.h"
#include "fix/rule_words.h"
#include "fix/stand_in.h"
#include "ruleset/model.h"

static bool begins(const char *s, const char *word)
{
	return !strncmp(s, word, strlen(word));
}

/* "IN_" of a zone's chain, whichever the backend; NULL: it is none. */
static const char *zone_of_name(const char *chain)
{
	if (begins(chain, "filter_"))
		chain += strlen("filter_");
	if (!begins(chain, "IN_") || begins(chain, "IN_policy_"))
		return NULL;
	return chain + strlen("IN_");
}

/* One of the zone's chains by what its name ends in. */
static const struct chain *sibling(const struct chain *zone, const char *end)
{
	char name[128];
	size_t len = strlen(zone->name), n = strlen(end);

	if (len + n >= sizeof(name))
		return NULL;
	memcpy(name, zone->name, len);
	memcpy(name + len, end, n + 1);
	return ruleset_find_chain(zone->table, name);
}

/* The zone's first chain, which jumps to all others. */
static const struct chain *zone_chain(const struct chain *c)
{
	return c->table && zone_of_name(c->name) && sibling(c, "_allow") &&
			       sibling(c, "_deny")
		       ? c
		       : NULL;
}

/* The zone into which the packet falls. */
static const struct chain *zone_met(struct fix_planning *p)
{
	struct walk_result w;
	bool passes;

	if (!p->has_packet || kept_file_passes(p, p->ruleset, &passes, &w))
		return NULL;
	for (size_t i = 0; i < w.way.step_count; i++) {
		const struct chain *c = w.way.steps[i].chain;

		if (c && zone_chain(c))
			return c;
	}

	return NULL;
}

static void put_field(struct text *out, const char *name, const char *value)
{
	if (value[0])
		text_format(out, " %s address=\"%s\"", name, value);
}

/* Empty: it cannot be said so. */
static const char *rich_rule(struct fix_planning *p, const struct chain *c,
			     const struct rule_words *r, int priority)
{
	struct text t = TEXT_NULL;
	const char *ret = "";

	if (!r->is_whole || !r->protocol[0] || !r->port[0] ||
	    r->source_port[0] || r->out[0])
		return "";
	text_str(&t, "rule");
	if (priority)
		text_format(&t, " priority=\"%d\"", priority);
	if (r->has_family || c->table->family != TABLE_INET)
		text_format(&t, " family=\"%s\"",
			    r->is_v6 || c->table->family == TABLE_IP6 ? "ipv6"
								      : "ipv4");
	put_field(&t, "source", r->source);
	put_field(&t, "destination", r->destination);
	text_format(&t, " port port=\"%s\" protocol=\"%s\" %s", r->port,
		    r->protocol,
		    !strcmp(r->verdict, "DROP") ? "drop" : "accept");
	if (text_ok(&t))
		ret = fix_words(p, "%s", text_string(&t));
	text_done(&t);
	return ret;
}

/* Without an address in it, the zone's list of ports says the same. */
static const char *option(struct fix_planning *p, const char *verb,
			  const struct rule_words *r, const char *rich)
{
	if (!r->has_family && !strstr(rich, "family=") &&
	    !strstr(rich, "priority=") && !strcmp(r->verdict, "ACCEPT"))
		return fix_words(p, "--%s-port=%s/%s", verb, r->port,
				 r->protocol);
	return fix_words(p, "--%s-rich-rule=%s", verb, rich);
}

static int command(struct fix_planning *p, struct fix_candidate *c,
		   const char *zone, const char *words, const char *undo)
{
	struct fix_change *now = manager_run(
		p, c, false, fix_argv(p, "firewall-cmd", zone, words, NULL),
		fix_argv(p, "firewall-cmd", zone, undo, NULL));
	struct fix_change *lasting = manager_run(
		p, c, true,
		fix_argv(p, "firewall-cmd", "--permanent", zone, words, NULL),
		fix_argv(p, "firewall-cmd", "--permanent", zone, undo, NULL));

	if (!now || !lasting)
		return -ENOMEM;
	now->text = fix_words(
		p, _("firewalld changes the rules in force: %1$s %2$s"), zone,
		words);
	now->undo_text = fix_words(p, _("firewalld takes that back: %1$s %2$s"),
				   zone, undo);
	lasting->text = fix_words(
		p,
		_("firewalld writes the same to its zone's file in /etc/firewalld, for its next start: %1$s %2$s"),
		zone, words);
	lasting->undo_text = now->undo_text;
	return 0;
}

static void say_lasts(struct fix_planning *p, struct fix_candidate *c)
{
	const struct image *i = image_now(p);

	c->lasts = FIX_LASTS_YES;
	c->lasts_text = _(
		"With --permanent firewalld keeps it in its zone, which it builds at every start.");
	if (i && i->boot.count && image_unit(i, "firewalld.service") < 0) {
		c->lasts = FIX_LASTS_NO;
		c->lasts_text = _(
			"firewalld keeps it in its zone, but its unit is not enabled: systemctl enable firewalld");
	}
}

/* Where it lets the packet pass: the allow chain, or before all that deny. */
static int try_places(struct fix_planning *p, struct fix_candidate *c,
		      const struct chain *zone, const char *words,
		      int *ret_priority)
{
	const struct {
		const char *end;
		int priority;
		bool is_first;
	} tries[] = { { "_allow", 0, false },
		      { "_pre", -1, false },
		      { "_pre", -32768, true } };

	for (size_t i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
		const struct chain *to = sibling(zone, tries[i].end);
		const struct rules_change *edit =
			to ? stand_in_edit(
				     p, to,
				     (struct rule_edit){
					     .kind = EDIT_INSERT,
					     .number =
						     tries[i].is_first
							     ? 1
							     : to->rule_count +
								       1,
					     .words = words })
			   : NULL;
		bool passes = false;
		int err = edit ? stand_in_passes(p, edit, &passes) : 0;

		if (!err && passes) {
			*ret_priority = tries[i].priority;
			return stand_in_effect(p, c, edit, &passes);
		}
		if (err)
			return err;
	}

	return -ENOENT;
}

static int add_rule(struct fix_planning *p, struct fix_candidate *c,
		    const struct chain *zone, const char *words)
{
	const char *name = zone_of_name(zone->name), *rich, *zone_option;
	struct rule_words r;
	int priority = 0, err;

	words = rule_words_for(p, zone->table, words);
	if (!words)
		return -ENOENT;
	rule_words_read(&r, words);
	if (strcmp(r.verdict, "ACCEPT") != 0 || !rich_rule(p, zone, &r, 0)[0])
		return -ENOENT;
	err = try_places(p, c, zone, words, &priority);
	if (err)
		return err;

	manager_forget_now(c);
	rich = rich_rule(p, zone, &r, priority);
	zone_option = fix_words(p, "--zone=%s", name);
	c->summary = fix_words(
		p, _("let firewalld's zone %1$s accept it: %2$s"), name, rich);
	err = command(p, c, zone_option, option(p, "add", &r, rich),
		      option(p, "remove", &r, rich));
	say_lasts(p, c);
	return err;
}

/* A rich rule of the zone's that drops. */
static int remove_rule(struct fix_planning *p, struct fix_candidate *c,
		       const struct chain *chain, const struct rule *rule)
{
	static const char deny[] = "_deny";
	const char *zone = zone_of_name(chain->name), *rich;
	size_t len = zone ? strlen(zone) : 0;
	const struct rules_change *edit =
		stand_in_edit(p, chain,
			      (struct rule_edit){ .kind = EDIT_DELETE,
						  .number = rule->number });
	struct rule_words r;
	bool passes;
	int err;

	if (len < sizeof(deny) ||
	    strcmp(zone + len - (sizeof(deny) - 1), deny) != 0)
		return -ENOENT;
	rule_words_read(&r, rule->text);
	rich = rich_rule(p, chain, &r, 0);
	if (strcmp(r.verdict, "DROP") != 0 || !rich[0])
		return -ENOENT;
	err = edit ? stand_in_effect(p, c, edit, &passes) : -ENOMEM;
	if (err)
		return err;

	manager_forget_now(c);
	zone = fix_words(p, "--zone=%.*s", (int)(len - (sizeof(deny) - 1)),
			 zone);
	c->summary = fix_words(p, _("remove firewalld's rule %s"), rich);
	err = command(p, c, zone, fix_words(p, "--remove-rich-rule=%s", rich),
		      fix_words(p, "--add-rich-rule=%s", rich));
	say_lasts(p, c);
	return err;
}

static int express(struct fix_planning *p, struct fix_candidate *c)
{
	const struct rule_edit *e;
	const struct rule *rule;
	const struct chain *chain = manager_edited(p, c, &e, &rule);
	const struct chain *zone = zone_met(p);
	int err = -ENOENT;

	if (!chain)
		return -ENOENT;
	if (e->kind == EDIT_INSERT && zone)
		err = add_rule(p, c, zone, e->words);
	else if (e->kind == EDIT_DELETE && rule)
		err = remove_rule(p, c, chain, rule);
	if (err == -ENOENT && !zone && !p->plan->first)
		fix_remark(
			p,
			_("firewalld wrote %s, in no zone of what comes in: what passes through or goes out is allowed by a policy (firewall-cmd --permanent --new-policy NAME, --add-ingress-zone, --add-egress-zone), or was made with --direct."),
			chain->name);
	return err;
}

static const char *place(const struct fix_planning *p,
			 const struct walk_blocker *b)
{
	const struct chain *c = b->verdict.chain;
	const char *name = c ? c->name : "";
	const struct chain *allow;

	(void)p;
	if (!c || !zone_chain(c))
		return NULL;
	allow = sibling(c, "_allow");
	return allow ? allow->name : name;
}

const struct manager manager_firewalld = {
	.id = "firewalld",
	.express = express,
	.place = place,
};
