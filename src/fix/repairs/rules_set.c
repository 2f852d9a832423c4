/*
 * Sets that the rules ask: a ban's element goes, or an allowed client is put in.
 * The rules stay as they are.
 */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "base/text.h"
#include "fix/repairs/rules_parts.h"
#include "fix/rules_edit.h"

/* The set that a rule asks for the client's address alone; NULL: none. */
static const struct cond *lookup(const struct rule *rule, bool of_reply)
{
	enum field f = of_reply ? FIELD_DADDR : FIELD_SADDR;

	for (size_t i = 0; rule && i < rule->term_count; i++) {
		const struct cond *c = &rule->terms[i].cond;

		if (!rule->terms[i].is_action && c->kind == COND_LOOKUP &&
		    c->set && c->set->name && c->set->is_given &&
		    c->set->part_count == 1 && c->key[0] == f &&
		    c->key[1] == FIELD_COUNT)
			return c;
	}

	return NULL;
}

/* The ruleset's own, to be changed. */
static struct set *mine(struct rules_mend *m, const struct set *set)
{
	for (struct set *s = m->rules->first_ipset; s; s = s->next)
		if (s == set)
			return s;
	for (struct table *t = m->rules->first; t; t = t->next)
		for (struct set *s = t->first_set; s; s = s->next)
			if (s == set)
				return s;

	return NULL;
}

/* The commands that put an element in and take it out. */
struct commands {
	const char *const *add, *const *delete;
};

static const char *const *nft_command(struct fix_planning *p, const char *verb,
				      const struct set *s, const char *element)
{
	return fix_argv(p, "nft", verb, "element",
			table_family_names[s->table->family], s->table->name,
			s->name, fix_words(p, "{ %s }", element), (char *)NULL);
}

static int commands(struct fix_planning *p, const struct set *s,
		    const char *element, const char *option,
		    struct commands *ret)
{
	if (s->table) {
		ret->add = nft_command(p, "add", s, element);
		ret->delete = nft_command(p, "delete", s, element);
	} else {
		ret->add = fix_argv(p, "ipset", "add", s->name, element, option,
				    (char *)NULL);
		ret->delete = fix_argv(p, "ipset", "del", s->name, element,
				       (char *)NULL);
	}
	return ret->add && ret->delete ? 0 : -ENOMEM;
}

static int run(struct rules_mend *m, const struct commands *c, bool is_add,
	       const char *text, const char *undo_text)
{
	struct fix_change *change =
		fix_change_now(m->planning, &m->candidate, CHANGE_RUN);

	if (!change)
		return -ENOMEM;

	change->text = text;
	change->undo_text = undo_text;
	change->run.argv = is_add ? c->add : c->delete;
	change->run.undo = is_add ? c->delete : c->add;
	return 0;
}

static int take_out(struct rules_mend *m, struct set *s,
		    const struct element *e)
{
	struct fix_planning *p = m->planning;
	size_t at = (size_t)(e - s->elements);
	const char *element = fix_words(p, "%s", e->text);
	struct commands c;
	int err = commands(p, s, element, NULL, &c);

	if (!err)
		err = run(m, &c, false,
			  fix_words(p, _("Takes %s out of the set %s."),
				    element, s->name),
			  fix_words(p,
				    _("Puts %s into the set %s again; a "
				      "timeout begins anew."),
				    element, s->name));
	if (err)
		return err;

	rules_summary(
		m, 1,
		fix_words(p, _("take %s out of the set %s"), element, s->name));
	rules_risk(m, FIX_RISK_SOME,
		   _("The set bans this client: somebody or some program put "
		     "it there, and may do so again."));
	memmove(&s->elements[at], &s->elements[at + 1],
		(s->count - at - 1) * sizeof(*s->elements));
	s->count--;
	return 0;
}

/* On the model: the client's range, or an exception of it. */
static int add_element(struct rules_mend *m, struct set *s, bool is_exception,
		       const char *text)
{
	struct arena *a = m->rules->arena;
	struct element *all = arena_alloc(a, (s->count + 1) * sizeof(*all));
	struct range client = rules_client_range(&m->planning->plan->ask);

	if (!all)
		return -ENOMEM;

	if (s->count)
		memcpy(all, s->elements, s->count * sizeof(*all));
	all[s->count] = (struct element){ .part = { client },
					  .is_exception = is_exception,
					  .text = text };
	s->elements = all;
	s->capacity = ++s->count;
	s->is_sorted = false;
	return 0;
}

static int put_in(struct rules_mend *m, struct set *s, bool is_exception)
{
	struct fix_planning *p = m->planning;
	struct text t = TEXT_NULL;
	const char *element;
	struct commands c;
	int err;

	if (s->size && s->count >= s->size) {
		fix_remark(
			p,
			_("The set %1$s is full (%2$zu of %3$llu): make a larger one and swap it in, or take out what is no longer needed."),
			s->name, s->count, (unsigned long long)s->size);
		return -ENOENT;
	}
	rules_client_text(&t, &p->plan->ask);
	element = fix_words(p, "%s", text_string(&t));
	text_done(&t);
	err = commands(p, s, element, is_exception ? "nomatch" : NULL, &c);
	if (!err && is_exception)
		err = run(m, &c, true,
			  fix_words(p,
				    _("Leaves %s out of the set %s "
				      "(nomatch)."),
				    element, s->name),
			  fix_words(p,
				    _("Takes that exception out of the set "
				      "%s again."),
				    s->name));
	else if (!err)
		err = run(m, &c, true,
			  fix_words(p, _("Puts %s into the set %s."), element,
				    s->name),
			  fix_words(p, _("Takes %s out of the set %s again."),
				    element, s->name));
	if (err)
		return err;

	rules_summary(m, 1,
		      is_exception
			      ? fix_words(p, _("leave %s out of the set %s"),
					  element, s->name)
			      : fix_words(p, _("put %s into the set %s"),
					  element, s->name));
	return add_element(m, s, is_exception, element);
}

/* A rule that refuses what the set holds. */
static int unban(struct rules_mend *m, const struct walk_blocker *b,
		 const struct rule *rule, const struct point *packet)
{
	const struct cond *c = lookup(rule, b->of_reply);
	struct set *s = c ? mine(m, c->set) : NULL;
	const struct element *e = NULL;

	if (!s)
		return -ENOENT;

	rules_owner(m, rule->chain, rule);
	/* It refuses whom the set does not hold. */
	if (c->inverted)
		return put_in(m, s, false);
	if (cond_lookup(s, c->key, packet, &e) != ANSWER_YES || !e)
		return -ENOENT;
	if (rules_other_is_client(&m->planning->plan->ask, &e->part[0]))
		return take_out(m, s, e);
	if (!s->table && !strncmp(s->type, "hash:net", 8))
		return put_in(m, s, true);

	return -ENOENT;
}

static bool accepts(const struct rule *rule)
{
	for (size_t i = 0; i < rule->term_count; i++)
		if (rule->terms[i].is_action &&
		    rule->terms[i].action->kind == ACTION_ACCEPT)
			return true;

	return false;
}

/* Whether the rule would accept the packet, were it in the set. */
static bool lacks_only(const struct rule *rule, const struct cond *lookup,
		       const struct point *packet)
{
	for (size_t i = 0; i < rule->term_count; i++) {
		const struct cond *c = &rule->terms[i].cond;

		if (!rule->terms[i].is_action && c != lookup &&
		    cond_eval(c, packet, NULL) != ANSWER_YES)
			return false;
	}

	return true;
}

static int allow(struct rules_mend *m, const struct walk_blocker *b,
		 const struct point *packet)
{
	const struct walk_way *way =
		b->of_reply ? &m->walked->reply : &m->walked->way;

	for (size_t i = 0; i < way->step_count; i++) {
		const struct rule *rule = way->steps[i].rule;
		const struct cond *c;
		struct set *s;

		if (way->steps[i].chain == b->verdict.chain &&
		    rule == b->verdict.rule)
			break;
		if (!rule || !accepts(rule))
			continue;
		c = lookup(rule, b->of_reply);
		s = c && !c->inverted && lacks_only(rule, c, packet)
			    ? mine(m, c->set)
			    : NULL;
		if (!s)
			continue;
		rules_owner(m, rule->chain, rule);
		return put_in(m, s, false);
	}

	return -ENOENT;
}

int rules_set_element(struct rules_mend *m, const struct walk_blocker *b)
{
	const struct point *packet =
		b->of_reply ? &m->walked->reply.packet : &m->walked->way.last;
	const struct rule *by;
	int err;

	if (!m->planning->plan->ask.has_client)
		return -ENOENT;

	err = unban(m, b, b->verdict.rule, packet);
	by = rules_calling(m, b);
	if (err == -ENOENT && by)
		err = unban(m, b, by, packet);
	if (err == -ENOENT)
		err = allow(m, b, packet);
	return err;
}
