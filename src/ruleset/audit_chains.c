/* What needs no search: chains, counters, engines, sets. */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "base/text.h"
#include "ruleset/audit_parts.h"

/* Calls each for every rule. */
static int for_rules(struct audit_state *s,
		     int (*each)(struct audit_state *s, const struct rule *rule,
				 void *context),
		     void *context)
{
	int err = 0;

	for (size_t i = 0; i < s->rule_count && !err; i++)
		err = each(s, s->rules[i].rule, context);

	return err;
}

static bool action_leads_to(const struct action *a, const struct chain *c)
{
	if (a->kind == ACTION_VERDICT_MAP && a->map) {
		for (size_t i = 0; i < a->map->count; i++) {
			const struct action *one = a->map->elements[i].action;

			if (one && one->kind != ACTION_VERDICT_MAP &&
			    action_leads_to(one, c))
				return true;
		}
		return false;
	}

	return (a->kind == ACTION_JUMP || a->kind == ACTION_GOTO) &&
	       a->chain == c;
}

static bool leads_to(const struct rule *rule, const struct chain *c)
{
	for (size_t i = 0; i < rule->term_count; i++)
		if (rule->terms[i].is_action &&
		    action_leads_to(rule->terms[i].action, c))
			return true;

	return false;
}

/* Who jumps to a chain, in the table's rules. */
static int find_callers(struct audit_state *s, struct finding *f,
			const struct chain *c, bool *is_used)
{
	int err = 0;

	for (const struct chain *from = c->table->first; from && !err;
	     from = from->next)
		for (const struct rule *r = from->first; r && !err;
		     r = r->next) {
			if (from == c || !leads_to(r, c))
				continue;
			if (audit_rule_of(s, r)->is_live ||
			    audit_rule_of(s, r)->is_undecided)
				*is_used = true;
			err = audit_add_cause(s, f, r);
		}

	return err;
}

static bool is_any_seen(const struct audit_state *s, const struct chain *c)
{
	for (const struct rule *r = c->first; r; r = r->next)
		if (audit_rule_of(s, r)->is_seen)
			return true;

	return false;
}

/* A part of a ruleset, whose base chains are elsewhere (ufw's user.rules),
 * tells nothing about what is reached. */
static bool has_base(const struct table *t)
{
	for (const struct chain *c = t->first; c; c = c->next)
		if (c->hook != HOOK_NONE && c->rule_count)
			return true;

	return false;
}

/* A rule whose conditions no packet can meet, in a chain that packets meet. */
static int tell_impossible(struct audit_state *s, const struct chain *c)
{
	int err = 0;

	for (const struct rule *r = c->first; r && !err; r = r->next) {
		struct finding *f;

		if (audit_rule_of(s, r)->is_seen)
			continue;
		f = audit_new(s, FINDING_UNREACHABLE, r);
		err = f ? audit_tell(s, f) : -ENOMEM;
	}

	return err;
}

static int check_chain(struct audit_state *s, const struct chain *c)
{
	struct finding *f = audit_new(s, FINDING_UNREACHABLE, NULL);
	bool is_used = false;
	int err = f ? find_callers(s, f, c, &is_used) : -ENOMEM;

	if (err)
		return err;
	if (is_any_seen(s, c))
		return tell_impossible(s, c);
	if (is_used)
		return 0;

	f->chain = c;
	return audit_tell(s, f);
}

static int check_table(struct audit_state *s, const struct table *t)
{
	bool is_ip = t->family == TABLE_IP || t->family == TABLE_IP6 ||
		     t->family == TABLE_INET;
	int err = 0;

	if (t->is_dormant || !is_ip || s->audit->is_cut || !has_base(t))
		return 0;

	for (const struct chain *c = t->first; c && !err; c = c->next) {
		if (!c->rule_count)
			continue;
		err = c->hook == HOOK_NONE ? check_chain(s, c)
					   : tell_impossible(s, c);
	}

	return err;
}

static bool has_counted(const struct table *t)
{
	for (const struct chain *c = t->first; c; c = c->next) {
		if (c->counters.known && c->counters.packets)
			return true;
		for (const struct rule *r = c->first; r; r = r->next)
			if (r->counters.known && r->counters.packets)
				return true;
	}

	return false;
}

static int check_counters(struct audit_state *s, const struct table *t)
{
	int err = 0;

	if (!has_counted(t))
		return 0;

	for (const struct chain *c = t->first; c && !err; c = c->next)
		for (const struct rule *r = c->first; r && !err; r = r->next) {
			const struct audit_rule *about = audit_rule_of(s, r);
			struct finding *f;

			if (!r->counters.known || r->counters.packets ||
			    !about->is_seen || about->is_told)
				continue;
			f = audit_new(s, FINDING_NEVER_MATCHED, r);
			err = f ? audit_tell(s, f) : -ENOMEM;
		}

	return err;
}

/* The first rule that an engine holds, legacy or not. */
static const struct rule *first_rule(const struct ruleset *r, bool is_legacy)
{
	for (const struct table *t = r->first; t; t = t->next)
		for (const struct chain *c = t->first; c; c = c->next)
			if (c->first &&
			    (t->engine == ENGINE_LEGACY) == is_legacy)
				return c->first;

	return NULL;
}

static const char *finish(struct audit_state *s, struct text *t)
{
	const char *words =
		text_ok(t) ? arena_string(s->arena, text_string(t)) : NULL;

	text_done(t);
	return words;
}

static int check_engines(struct audit_state *s)
{
	const struct rule *legacy = first_rule(s->ruleset, true);
	const struct rule *nft = first_rule(s->ruleset, false);
	struct text words = TEXT_NULL;
	struct finding *f;
	int err;

	if (!legacy || !nft)
		return 0;

	f = audit_new(s, FINDING_BOTH_ENGINES, NULL);
	if (!f)
		return -ENOMEM;

	f->chain = legacy->chain;
	text_str(
		&words,
		_("Rules of iptables-legacy and of nftables are loaded at once. Every packet must pass both; the tools of the one do not show the rules of the other."));
	f->text = finish(s, &words);
	err = f->text ? audit_add_cause(s, f, legacy) : -ENOMEM;
	if (!err)
		err = audit_add_cause(s, f, nft);

	return err ? err : audit_tell(s, f);
}

/* Whose rules ask for a set that was not given. */
struct asked {
	const struct variable *set;
	struct finding *finding;
};

static bool asks(const struct cond *c, const struct variable *v)
{
	for (size_t i = 0; i < cond_count(c); i++)
		if (asks(&c->list[i], v))
			return true;

	return c->kind == COND_VARIABLE && c->variable == v;
}

static int add_asker(struct audit_state *s, const struct rule *rule,
		     void *context)
{
	const struct asked *a = context;

	for (size_t i = 0; i < rule->term_count; i++)
		if (!rule->terms[i].is_action &&
		    asks(&rule->terms[i].cond, a->set))
			return audit_add_cause(s, a->finding, rule);

	return 0;
}

static int check_sets(struct audit_state *s)
{
	int err = 0;

	for (const struct variable *v = s->ruleset->first_variable; v && !err;
	     v = v->next) {
		struct text words = TEXT_NULL;
		struct asked a = { v, NULL };

		if (v->doubt != DOUBT_SET)
			continue;
		a.finding = audit_new(s, FINDING_SET_NOT_GIVEN, NULL);
		if (!a.finding)
			return -ENOMEM;
		text_format(
			&words,
			_("The set %s was not given, so the rules that ask for it can match or not: give what ipset save prints, too."),
			v->text);
		a.finding->text = finish(s, &words);
		err = a.finding->text ? for_rules(s, add_asker, &a) : -ENOMEM;
		if (a.finding->by_count)
			a.finding->chain = a.finding->by[0]->chain;
		if (!err)
			err = audit_tell(s, a.finding);
	}

	return err;
}

int audit_chains(struct audit_state *s)
{
	int err = 0;

	for (const struct table *t = s->ruleset->first; t && !err; t = t->next)
		err = check_table(s, t);
	if (!err)
		err = check_engines(s);
	if (!err)
		err = check_sets(s);
	for (const struct table *t = s->ruleset->first; t && !err; t = t->next)
		err = check_counters(s, t);

	return err;
}
