/*
 * Rules that refuse what finds a neighbour's station address: what this host is
 * asked, and answers, is accepted above them. The packets of neighbour discovery
 * (RFC 4861) for all neighbours, as RFC 4890 4.4.1 asks; those of ARP of the
 * client alone, where it stands on a link of this host.
 */
#include <errno.h>
#include <string.h>

#include "base/i18n.h"
#include "diag/cause.h"
#include "fix/effect.h"
#include "fix/kit.h"
#include "fix/manager.h"
#include "fix/rules_edit.h"
#include "host/route.h"
#include "ruleset/model.h"

enum { EDITS_MOST = 2 };

struct spot {
	const struct chain *chain;
	const struct rule *above; /* NULL: its policy, at its end */
};

static enum table_family family_of(const char *name)
{
	for (size_t i = 0; i < TABLE_FAMILY_COUNT; i++)
		if (!strcmp(table_family_names[i], name))
			return (enum table_family)i;

	return TABLE_FAMILY_COUNT;
}

static bool is_engine(const struct table *t, const char *name)
{
	return !name || !strcmp(engine_names[t->engine], name);
}

static const struct chain *find_chain(const struct ruleset *r,
				      const struct culprit *c)
{
	const char *engine = fix_culprit_text(c, "engine");
	const char *family = fix_culprit_text(c, "family");
	const char *table = fix_culprit_text(c, "table");
	const char *chain = fix_culprit_text(c, "chain");

	if (!family || !table || !chain)
		return NULL;
	for (const struct table *t = r->first; t; t = t->next)
		if (t->family == family_of(family) && is_engine(t, engine) &&
		    !strcmp(t->name, table) && ruleset_find_chain(t, chain))
			return ruleset_find_chain(t, chain);

	return NULL;
}

static bool find(const struct fix_planning *p, const struct fix_fault *f,
		 struct spot *ret)
{
	int64_t number = fix_culprit_number(f->culprit, "rule", 0);

	ret->chain = find_chain(p->ruleset, f->culprit);
	ret->above = ret->chain && !number && ret->chain->policy != ACTION_DROP
			     ? ret->chain->first
			     : NULL;
	for (const struct rule *r = ret->chain ? ret->chain->first : NULL; r;
	     r = r->next)
		if (r->number == number)
			ret->above = r;

	return ret->chain != NULL;
}

/* A neighbour asks for itself; a router in between asks for all. */
static bool is_neighbour(const struct fix_planning *p, const struct address *a)
{
	for (size_t i = 0; p->links && i < p->links->address_count; i++) {
		const struct links_address *own = &p->links->addresses[i];

		if (address_is_v4(a) == address_is_v4(&own->address) &&
		    route_is_prefix(&own->address, own->prefix, a))
			return true;
	}

	return false;
}

static size_t words_of_arp(struct fix_planning *p, const struct chain *c,
			   const char *words[EDITS_MOST])
{
	const struct fix_ask *ask = &p->plan->ask;
	bool is_output = c->hook == HOOK_OUTPUT;

	if (ask->has_client && is_neighbour(p, &ask->client))
		words[0] =
			fix_words(p, "arp %s ip %s accept",
				  is_output ? "daddr" : "saddr", kit_client(p));
	else if (ask->has_server)
		words[0] = fix_words(p, "arp %s ip %s accept",
				     is_output ? "saddr" : "daddr",
				     kit_address(p, &ask->server));
	else
		return 0;

	return 1;
}

static size_t words_of_nd(const struct chain *c, const char *words[EDITS_MOST])
{
	if (c->table->engine == ENGINE_NFT) {
		words[0] = "icmpv6 type { nd-neighbor-solicit, "
			   "nd-neighbor-advert } accept";
		return 1;
	}

	words[0] = "-p ipv6-icmp -m icmp6 --icmpv6-type 135 -j ACCEPT";
	words[1] = "-p ipv6-icmp -m icmp6 --icmpv6-type 136 -j ACCEPT";
	return 2;
}

static int change(struct fix_planning *p, struct fix_candidate *c,
		  const struct spot *at, const char *const *words, size_t count)
{
	struct arena *a = p->plan->arena;
	struct rule_edit *edits = arena_alloc(a, count * sizeof(*edits));
	struct fix_change *made = fix_change_now(p, c, CHANGE_RULES);
	const struct table *t = at->chain->table;

	if (!edits || !made)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		edits[i] = (struct rule_edit){
			.kind = EDIT_INSERT,
			.chain = arena_string(a, at->chain->name),
			.number = at->above ? at->above->number
					    : at->chain->rule_count + 1,
			.handle = at->above ? at->above->handle : 0,
			.words = words[i],
		};
	made->text = fix_words(p, _("Adds to %1$s: %2$s"), at->chain->name,
			       words[0]);
	made->undo_text = fix_words(p, _("Deletes that rule of %s again."),
				    at->chain->name);
	made->rules = (struct rules_change){
		.engine = t->engine,
		.family = t->family,
		.table = arena_string(a, t->name),
		.edits = edits,
		.edit_count = count,
	};
	return rules_edit_script(p->ruleset, a, &made->rules);
}

static int put(struct fix_planning *p, const struct spot *at, bool is_arp)
{
	struct fix_candidate made = { .id = "rule-insert" }, *c;
	const char *words[EDITS_MOST];
	size_t count = is_arp ? words_of_arp(p, at->chain, words)
			      : words_of_nd(at->chain, words);
	int err = count ? change(p, &made, at, words, count) : -ENOENT;

	if (err)
		return err;
	made.summary =
		is_arp ? fix_words(p, _("accept ARP in %1$s: %2$s"),
				   at->chain->name, words[0])
		       : fix_words(
				 p,
				 _("accept neighbour discovery in %1$s: %2$s"),
				 at->chain->name, words[0]);
	made.cost = (unsigned)count;
	made.risk = FIX_RISK_LOW;
	made.risk_text =
		is_arp ? _("Who knows the station address still meets all other rules.")
		       : _("IPv6 needs these packets on every link (RFC 4890).");
	err = fix_effect_compute(p, &made, NULL);
	if (!err)
		err = manager_express(p, manager_of(p, at->chain, at->above),
				      &made);
	c = err ? NULL : fix_propose(p, made.id);
	if (!c)
		return err ? err : -ENOMEM;
	made.next = c->next;
	*c = made;
	return 0;
}

/* Legacy arptables are read by no reader of rules here. */
static int put_arptables(struct fix_planning *p)
{
	struct kit_frame frame = {
		.id = "rule-insert",
		.lasts = FIX_LASTS_NO,
		.lasts_text = _(
			"Rules of arptables are set by scripts: unless it is added there, it is gone after the next boot."),
		.risk_text = _(
			"Who knows the station address still meets all other rules."),
		.cost = 1,
	};
	const char *client = kit_client(p);
	const char *source;
	struct kit_run run = { 0 };
	struct fix_candidate *c;

	if (!client || !is_neighbour(p, &p->plan->ask.client))
		return -ENOENT;

	source = fix_words(p, "INPUT -s %s -j ACCEPT", client);
	frame.summary =
		fix_words(p, _("accept ARP in %1$s: %2$s"), "INPUT", source);
	run.argv = kit_command(p, "arptables-legacy -I", source, NULL);
	run.undo = kit_command(p, "arptables-legacy -D", source, NULL);
	run.text = fix_words(p, _("Adds to %1$s: %2$s"), "INPUT", source);
	run.undo_text =
		fix_words(p, _("Deletes that rule of %s again."), "INPUT");
	c = kit_propose(p, &frame);
	if (!c || !kit_run(p, c, false, &run))
		return -ENOMEM;
	kit_effect(p, c, "%s",
		   _("This host then hears the client's ARP, and answers it."));
	return 0;
}

static int propose(struct fix_planning *p, const struct fix_fault *f)
{
	bool is_arp = !strcmp(f->cause->id, "arp-filtered");
	const char *engine = fix_culprit_text(f->culprit, "engine");
	struct spot at = { 0 };

	if (f->is_mended || !kit_is_here(p, f) || !p->ruleset || !p->source)
		return -ENOENT;
	if (find(p, f, &at))
		return put(p, &at, is_arp);
	if (is_arp && engine && !strcmp(engine, "iptables-legacy"))
		return put_arptables(p);

	return -ENOENT;
}

const struct repair repair_rules_link = {
	.id = "rules-link",
	.culprits = { CULPRIT_FIREWALL_RULE, CULPRIT_FIREWALL_POLICY },
	.causes = { "icmpv6-nd-blocked", "arp-filtered" },
	.propose = propose,
};
