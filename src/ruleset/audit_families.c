/* Rules that IPv4 has and IPv6 has not, or the other way round: the same packet
 * but for its addresses meets another fate. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "base/text.h"
#include "ruleset/audit_parts.h"
#include "ruleset/box.h"

/* One base chain of each family. */
struct twins {
	struct audit_state *s;
	struct arena *arena;
	struct program of[2]; /* IPv4, IPv6 */
};

/* What a rule may ask for and be the same question in the other family. */
static const uint64_t common_fields =
	FIELD_BIT(FIELD_FAMILY) | FIELD_BIT(FIELD_IIF) | FIELD_BIT(FIELD_OIF) |
	FIELD_BIT(FIELD_PROTO) | FIELD_BIT(FIELD_SPORT) |
	FIELD_BIT(FIELD_DPORT) | FIELD_BIT(FIELD_TCP_FLAGS) |
	FIELD_BIT(FIELD_CT_STATE) | FIELD_BIT(FIELD_FRAGMENT);

static bool is_common(const struct space *s, const struct box *x)
{
	const struct ranges *protocols = box_along(s, x, FIELD_PROTO);

	for (unsigned i = 0; i < x->count; i++) {
		const struct dim *d = &s->dims[x->side[i].dim];

		if (d->field == FIELD_COUNT || d->version ||
		    !(common_fields & FIELD_BIT(d->field)))
			return false;
	}

	/* The protocols that every family has for itself. */
	return ranges_has(protocols, 6) || ranges_has(protocols, 17);
}

/* DHCP: each family has its own ports. */
static bool is_own(const struct spot *s)
{
	u128 port = s->value[FIELD_DPORT];

	return s->value[FIELD_PROTO] == 17 &&
	       (port == 67 || port == 68 || port == 546 || port == 547);
}

/* The same packet of the other family, from and to any address. */
static struct spot *translate(struct twins *t, unsigned to,
			      const struct spot *from)
{
	struct spot *s = box_pick(t->arena, t->of[to].space, &box_whole, NULL);

	for (unsigned f = 0; s && f < FIELD_COUNT; f++)
		if (common_fields & FIELD_BIT(f) && f != FIELD_FAMILY)
			s->value[f] = from->value[f];

	return s;
}

static bool is_closed(const struct program *p, uint32_t entry)
{
	enum action_kind kind = program_outcome(p, entry);

	return kind == ACTION_DROP || kind == ACTION_REJECT;
}

static void words(struct text *out, const struct program *p, uint32_t entry)
{
	const struct entry *e = &p->entries[entry];

	if (e->rule) {
		audit_words_rule(out, e->rule);
		return;
	}
	audit_words_chain(out, p->base);
	text_char(out, ' ');
	text_str(out, p->policy == ACTION_DROP ? _("policy DROP")
					       : _("policy ACCEPT"));
}

static int tell(struct twins *t, unsigned of, uint32_t entry, uint32_t other,
		const struct spot *spot)
{
	const struct program *p = &t->of[of], *q = &t->of[!of];
	struct text a = TEXT_NULL, b = TEXT_NULL, all = TEXT_NULL;
	struct finding *f = audit_new(t->s, FINDING_FAMILIES_DIFFER,
				      p->entries[entry].rule);
	int err =
		f ? audit_add_cause(t->s, f, q->entries[other].rule) : -ENOMEM;

	if (err)
		return err;

	f->chain = p->base;
	words(&a, p, entry);
	words(&b, q, other);
	text_format(
		&all,
		of ? _("IPv6 packets that %s decides have another fate in IPv4: %s.")
		   : _("IPv4 packets that %s decides have another fate in IPv6: %s."),
		text_string(&a), text_string(&b));
	f->text = text_ok(&all) ? arena_string(t->s->arena, text_string(&all))
				: NULL;
	err = audit_set_witness(t->s, f, p->space, spot);
	text_done(&a);
	text_done(&b);
	text_done(&all);
	return f->text && !err ? audit_tell(t->s, f) : -ENOMEM;
}

static bool is_candidate(struct twins *t, unsigned of, uint32_t entry)
{
	const struct program *p = &t->of[of];
	const struct entry *e = &p->entries[entry];

	if (e->kind != ENTRY_ENDS || e->is_uncertain ||
	    !is_common(p->space, e->box))
		return false;

	return !e->rule || (audit_rule_of(t->s, e->rule)->is_live &&
			    !audit_rule_of(t->s, e->rule)->is_told);
}

static int compare_entry(struct twins *t, unsigned of, uint32_t entry)
{
	struct program *p = &t->of[of];
	struct goal goal = { p, entry, NULL };
	struct witness w;
	uint32_t other;
	int status =
		witness_search(p->space, p->entries[entry].box, &goal, 1, &w);

	if (status != WITNESS_FOUND || is_own(w.spot)) {
		witness_done(&w);
		return status < 0 ? status : 0;
	}

	struct spot *s = translate(t, !of, w.spot);

	status = s ? witness_fate(&t->of[!of], s, 0, NULL, &other) : -ENOMEM;
	if (!status && is_closed(p, entry) != is_closed(&t->of[!of], other) &&
	    is_common(t->of[!of].space, t->of[!of].entries[other].box))
		status = tell(t, of, entry, other, w.spot);
	witness_done(&w);
	return status;
}

/* From IPv4 to IPv6 all; back only what is let in, for the rest was told. */
static int compare(struct twins *t)
{
	int err = 0;

	for (unsigned of = 0; of < 2; of++)
		for (uint32_t i = 0; i < t->of[of].count && !err; i++)
			if (is_candidate(t, of, i) &&
			    !(of && is_closed(&t->of[of], i)))
				err = compare_entry(t, of, i);

	return err;
}

static int open_one(struct twins *t, unsigned of, const struct chain *base)
{
	struct space *s = space_new(t->arena, of ? TABLE_IP6 : TABLE_IP, base,
				    t->s->has_conntrack);

	return s ? program_init(&t->of[of], s, base) : -ENOMEM;
}

static int compare_chains(struct audit_state *s, const struct chain *four,
			  const struct chain *six)
{
	struct twins t = { .s = s, .arena = arena_new() };
	int err = t.arena ? open_one(&t, 0, four) : -ENOMEM;

	if (!err)
		err = open_one(&t, 1, six);
	if (!err && !t.of[0].is_cut && !t.of[1].is_cut)
		err = compare(&t);
	program_done(&t.of[0]);
	program_done(&t.of[1]);
	arena_free(t.arena);
	return err;
}

/* A filter of the same name, of the other family. */
static const struct chain *twin_of(const struct audit_state *s,
				   const struct chain *c)
{
	const struct table *t = ruleset_find_table(s->ruleset, c->table->engine,
						   TABLE_IP6, c->table->name);
	const struct chain *twin = t ? ruleset_find_chain(t, c->name) : NULL;

	return twin && twin->hook == c->hook ? twin : NULL;
}

int audit_families(struct audit_state *s)
{
	int err = 0;

	for (const struct table *t = s->ruleset->first; t && !err;
	     t = t->next) {
		if (t->family != TABLE_IP || t->is_dormant)
			continue;
		for (const struct chain *c = t->first; c && !err; c = c->next) {
			const struct chain *six =
				c->hook == HOOK_INPUT || c->hook == HOOK_FORWARD
					? twin_of(s, c)
					: NULL;

			if (six && c->type && strcmp(c->type, "filter") == 0)
				err = compare_chains(s, c, six);
		}
	}

	return err;
}
