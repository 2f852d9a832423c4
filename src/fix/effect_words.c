/* What a change does to traffic, in sentences. */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "base/text.h"
#include "fix/effect_parts.h"
#include "ruleset/packet_words.h"

enum { TOLD_MOST = 3, WORDS = TOLD_MOST + 5 };

struct telling {
	struct fix_planning *planning;
	const char *words[WORDS];
	size_t count;
};

static void say(struct telling *t, const char *words)
{
	t->words[t->count++] = words;
}

static const char *asked(struct fix_planning *p)
{
	struct text t = TEXT_NULL;
	const char *words;

	fix_ask_text(&t, &p->plan->ask);
	words = fix_words(p, "%s", text_string(&t));
	text_done(&t);
	return words;
}

static bool passes(const struct fate *f)
{
	return f->kind == ACTION_ACCEPT;
}

static const char *example(struct fix_planning *p, const struct point *packet)
{
	static const uint64_t shown =
		FIELD_BIT(FIELD_IIF) | FIELD_BIT(FIELD_OIF) |
		FIELD_BIT(FIELD_SADDR) | FIELD_BIT(FIELD_DADDR) |
		FIELD_BIT(FIELD_PROTO) | FIELD_BIT(FIELD_SPORT) |
		FIELD_BIT(FIELD_DPORT) | FIELD_BIT(FIELD_ICMP_TYPE) |
		FIELD_BIT(FIELD_CT_STATE);
	struct text t = TEXT_NULL;
	const char *words;

	packet_words_text(&t, packet, shown);
	words = fix_words(p, "%s", text_string(&t));
	text_done(&t);
	return words;
}

/* A change that goes beyond what was asked. */
static const char *tell(struct fix_planning *p, const struct change *c)
{
	const struct chain *chain =
		c->before.chain ? c->before.chain : c->after.chain;
	const char *name = chain ? chain->name : hook_names[c->hook];

	if (passes(&c->after))
		return fix_words(
			p,
			_("Besides, %s accepts what it refused before: "
			  "%s; for example %s."),
			name, c->packets, example(p, &c->stray));
	if (passes(&c->before))
		return fix_words(
			p,
			_("Besides, %s refuses what it accepted before: "
			  "%s; for example %s."),
			name, c->packets, example(p, &c->stray));

	return fix_words(
		p,
		_("Besides, %s refuses in another way: %s; for example "
		  "%s."),
		name, c->packets, example(p, &c->stray));
}

/* The biggest that was not told yet; NULL: none is left. */
static const struct change *biggest(const struct comparison *all,
				    const struct change *const *told,
				    size_t count)
{
	const struct change *best = NULL;

	for (const struct change *c = all->first; c; c = c->next) {
		bool is_told = false;

		for (size_t i = 0; i < count; i++)
			is_told |= told[i] == c;
		if (!is_told && c->outside > 0 &&
		    (!best || c->outside > best->outside))
			best = c;
	}

	return best;
}

static void tell_besides(struct telling *t, const struct comparison *all)
{
	const struct change *told[TOLD_MOST], *c;
	size_t count = 0, more = 0;

	while (count < TOLD_MOST && (c = biggest(all, told, count)) != NULL) {
		told[count++] = c;
		say(t, tell(t->planning, c));
	}
	for (c = all->first; c; c = c->next)
		more += c->outside > 0;
	if (more > count)
		say(t,
		    fix_words(t->planning,
			      ngettext("And %zu more change.",
				       "And %zu more changes.", more - count),
			      more - count));
}

static void tell_written(struct telling *t, const struct fix_effect *e)
{
	say(t, fix_words(t->planning,
			 _("It accepts exactly what this rule says, which was "
			   "never met before: %s."),
			 e->as_written));
	say(t, fix_words(t->planning, _("%s is part of that."),
			 asked(t->planning)));
}

static void tell_sum(struct telling *t, const struct fix_effect *e)
{
	struct fix_planning *p = t->planning;

	if (!e->lets_through && p->has_packet)
		say(t, _("It does not let the connection through by itself."));
	else if (!e->comparison.count)
		say(t, fix_words(p, _("It lets %s through."), asked(p)));
	else if (e->is_exact)
		say(t, fix_words(p, _("It accepts exactly %s."), asked(p)));
	else if (e->is_as_written)
		tell_written(t, e);
	else
		say(t, fix_words(p, _("It accepts %s, and more than that."),
				 asked(p)));
}

int effect_words(struct fix_planning *p, struct fix_effect *e,
		 const struct point *refused)
{
	struct telling t = { .planning = p };
	const char **all;

	tell_sum(&t, e);
	if (refused)
		say(&t,
		    fix_words(p,
			      _("Other rules still refuse some of these: for "
				"example %s."),
			      example(p, refused)));
	if (!e->is_as_written)
		tell_besides(&t, &e->comparison);
	if (!e->comparison.is_complete)
		say(&t,
		    _("What else changes could not be computed to the end."));
	else if (e->is_exact || e->is_as_written)
		say(&t, _("Nothing else changes."));

	all = arena_alloc(p->plan->arena, t.count * sizeof(*all));
	if (!all)
		return -ENOMEM;
	memcpy(all, t.words, t.count * sizeof(*all));
	e->text = all;
	e->text_count = t.count;
	return 0;
}
