/*
 * Port forwards whose answers go past this host: it takes the source as well, for
 * this client alone, so that they come back through it.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "diag/cause.h"
#include "fix/effect_parts.h"
#include "fix/kit.h"
#include "fix/manager.h"
#include "fix/rules_edit.h"
#include "ruleset/model.h"

/* Where the packet goes behind the forward. */
struct goal {
	const char *address;
	unsigned port;
	bool is_v6;
};

static bool is_for(const struct table *t, bool is_v6)
{
	return t->family == (is_v6 ? TABLE_IP6 : TABLE_IP) ||
	       t->family == TABLE_INET;
}

/* Sources are translated there: where forwards are by the same tool, if any. */
static const struct chain *find_chain(const struct fix_planning *p,
				      const struct fix_fault *f, bool is_v6)
{
	const char *engine = fix_culprit_text(f->culprit, "engine");
	const struct chain *found = NULL;

	for (const struct table *t = p->ruleset->first; t; t = t->next) {
		if (!is_for(t, is_v6) || t->is_dormant)
			continue;
		for (const struct chain *c = t->first; c; c = c->next) {
			if (c->hook != HOOK_POSTROUTING || !c->type ||
			    strcmp(c->type, "nat") != 0)
				continue;
			if (engine && !strcmp(engine_names[t->engine], engine))
				return c;
			found = c;
		}
	}

	return found;
}

static bool find_goal(struct fix_planning *p, struct goal *ret)
{
	struct walk_result *first, *next;
	const struct point *last;
	struct address a;

	if (!p->has_packet || effect_walk(p, p->ruleset, &first, &next) ||
	    first->way.verdict.decision != WALK_ACCEPT)
		return false;

	last = &first->way.last;
	if (!point_has(last, FIELD_DADDR) || !point_has(last, FIELD_DPORT))
		return false;
	a = field_to_address(last->value[FIELD_DADDR]);
	ret->address = kit_address(p, &a);
	ret->port = (unsigned)last->value[FIELD_DPORT];
	ret->is_v6 = !address_is_v4(&a);
	return true;
}

static const char *words_of(struct fix_planning *p, const struct chain *c,
			    const struct goal *to)
{
	const char *protocol =
		p->plan->ask.protocol == IPPROTO_UDP ? "udp" : "tcp";
	const char *ip = to->is_v6 ? "ip6" : "ip";

	if (c->table->engine == ENGINE_NFT)
		return fix_words(
			p, "%s saddr %s %s daddr %s %s dport %u masquerade", ip,
			kit_client(p), ip, to->address, protocol, to->port);
	return fix_words(p, "-s %s -d %s -p %s -m %s --dport %u -j MASQUERADE",
			 kit_client(p), to->address, protocol, protocol,
			 to->port);
}

/* Before all others: a translation is done once. */
static int change(struct fix_planning *p, struct fix_candidate *c,
		  const struct chain *chain, const char *words)
{
	struct arena *a = p->plan->arena;
	struct rule_edit *edit = arena_alloc(a, sizeof(*edit));
	struct fix_change *made = fix_change_now(p, c, CHANGE_RULES);

	if (!edit || !made)
		return -ENOMEM;
	*edit = (struct rule_edit){
		.kind = EDIT_INSERT,
		.chain = arena_string(a, chain->name),
		.number = 1,
		.handle = chain->first ? chain->first->handle : 0,
		.words = words,
	};
	made->text = fix_words(p, _("Adds to %1$s: %2$s"), chain->name, words);
	made->undo_text =
		fix_words(p, _("Deletes that rule of %s again."), chain->name);
	made->rules = (struct rules_change){
		.engine = chain->table->engine,
		.family = chain->table->family,
		.table = arena_string(a, chain->table->name),
		.edits = edit,
		.edit_count = 1,
	};
	return rules_edit_script(p->ruleset, a, &made->rules);
}

/* The rule names this connection and nothing else: what changes is that it is
 * translated. */
static int tell_effect(struct fix_planning *p, struct fix_effect *e)
{
	const char **all;

	for (const struct change *c = e->comparison.first; c; c = c->next)
		if (c->after.kind != ACTION_NAT)
			return 0;
	if (!e->comparison.is_complete || !e->lets_through)
		return 0;

	all = arena_alloc(p->plan->arena, sizeof(*all));
	if (!all)
		return -ENOMEM;
	all[0] = _(
		"The packets of this connection get this host's address as their source. Nothing else changes.");
	e->text = all;
	e->text_count = 1;
	e->is_exact = true;
	e->outside = 0;
	return 0;
}

static int put(struct fix_planning *p, const struct chain *chain,
	       const struct goal *to)
{
	struct fix_candidate made = { .id = "masquerade" }, *c;
	const char *words = words_of(p, chain, to);
	int err = change(p, &made, chain, words);

	if (err)
		return err;
	made.summary = fix_words(p, _("take the source as well, in %1$s: %2$s"),
				 chain->name, words);
	made.why = _(
		"The answers then come back through this host, which turns both addresses back.");
	made.cost = 2;
	made.risk = FIX_RISK_SOME;
	made.risk_text = _(
		"The service then sees this host's address instead of the client's.");
	err = fix_effect_compute(p, &made, NULL);
	if (!err)
		err = tell_effect(p, &made.effect);
	if (!err)
		err = manager_express(p, manager_of(p, chain, NULL), &made);
	c = err ? NULL : fix_propose(p, made.id);
	if (!c)
		return err ? err : -ENOMEM;
	made.next = c->next;
	*c = made;
	return 0;
}

static int propose(struct fix_planning *p, const struct fix_fault *f)
{
	const struct chain *chain;
	struct goal to;

	if (f->is_mended || !kit_is_here(p, f) || !p->ruleset || !p->source ||
	    !kit_client(p) || !find_goal(p, &to))
		return -ENOENT;

	chain = find_chain(p, f, to.is_v6);
	if (chain)
		return put(p, chain, &to);
	fix_remark(
		p,
		_("No chain of the rules translates sources (type nat, hook postrouting): one has to be made for the answers to come back through this host."));
	return -ENOENT;
}

const struct repair repair_nat = {
	.id = "nat",
	.culprits = { CULPRIT_FIREWALL_RULE },
	.causes = { "nat-hairpin-missing", "dnat-reply-bypass" },
	.propose = propose,
};
