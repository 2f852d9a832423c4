/* Findings as sentences. */
#include <string.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "base/text.h"
#include "ruleset/audit_parts.h"

enum { NAMED = 5 }; /* causes that are named; the others are counted */

static const char *const action_words[ACTION_KIND_COUNT][2] = {
	[ACTION_NONE] = { "-", "-" },
	[ACTION_ACCEPT] = { "ACCEPT", "accept" },
	[ACTION_DROP] = { "DROP", "drop" },
	[ACTION_REJECT] = { "REJECT", "reject" },
	[ACTION_RETURN] = { "RETURN", "return" },
	[ACTION_CONTINUE] = { "-", "continue" },
	[ACTION_JUMP] = { "jump", "jump" },
	[ACTION_GOTO] = { "goto", "goto" },
	[ACTION_QUEUE] = { "NFQUEUE", "queue" },
	[ACTION_STEAL] = { "-", "-" },
	[ACTION_SET] = { "MARK", "set" },
	[ACTION_NAT] = { "NAT", "nat" },
	[ACTION_NOTRACK] = { "NOTRACK", "notrack" },
	[ACTION_VERDICT_MAP] = { "vmap", "vmap" },
	[ACTION_UNKNOWN] = { "-", "-" },
};

/* The last action of a rule, or NULL. */
static const struct action *last_action(const struct rule *rule)
{
	for (size_t i = rule->term_count; i-- > 0;)
		if (rule->terms[i].is_action)
			return rule->terms[i].action;

	return NULL;
}

static const char *word_of(const struct rule *rule)
{
	const struct action *a = last_action(rule);
	bool is_nft = rule->chain->table->engine == ENGINE_NFT;

	if (!a)
		return "-";
	if ((a->kind == ACTION_JUMP || a->kind == ACTION_GOTO) && a->chain_name)
		return a->chain_name;

	return action_words[a->kind][is_nft];
}

static void chain_name(struct text *out, const struct chain *c)
{
	const struct table *t = c->table;
	bool is_nft = t->engine == ENGINE_NFT;

	if (is_nft || t->family != TABLE_IP) {
		text_str(out, table_family_names[t->family]);
		text_char(out, ' ');
	}
	if (is_nft || strcmp(t->name, "filter") != 0) {
		text_str(out, t->name);
		text_char(out, ' ');
	}
	text_str(out, c->name);
}

/* "INPUT rule 5 REJECT" */
static void rule_name(struct text *out, const struct rule *rule)
{
	struct text chain = TEXT_NULL;

	chain_name(&chain, rule->chain);
	text_format(out, _("%s rule %u %s"), text_string(&chain), rule->number,
		    word_of(rule));
	text_done(&chain);
}

static void causes(struct text *out, const struct finding *f)
{
	for (size_t i = 0; i < f->by_count && i < NAMED; i++) {
		if (i)
			text_str(out, _(", "));
		rule_name(out, f->by[i]);
	}
	if (f->by_count > NAMED)
		text_format(out,
			    ngettext(" and %zu more", " and %zu more",
				     f->by_count - NAMED),
			    f->by_count - NAMED);
	if (f->by_policy) {
		if (f->by_count)
			text_str(out, _(", "));
		text_str(out, _("the policy"));
	}
}

/* The two rules of a contradiction, where they stand in one chain. */
static void contradicted(struct text *out, const struct finding *f,
			 const char *name, const char *by)
{
	if (f->rule && f->by_count == 1 && f->by[0]->chain == f->rule->chain)
		text_format(out, _("%s stands above the %s at rule %u."), by,
			    word_of(f->rule), f->rule->number);
	else
		text_format(out, _("%s stands above %s."), by, name);
	text_char(out, ' ');
	text_str(
		out,
		f->is_partial
			? _("Most of the packets that it would let in never come to it.")
			: _("No packet that it would let in comes to it."));
	if (f->is_unsure) {
		text_char(out, ' ');
		text_str(
			out,
			_("The source hides interfaces, which may make a difference: iptables -L needs -v."));
	}
}

static void by_kind(struct text *out, const struct finding *f, const char *name,
		    const char *by)
{
	switch (f->kind) {
	case FINDING_CONTRADICTED:
		contradicted(out, f, name, by);
		return;
	case FINDING_SHADOWED:
		text_format(
			out,
			_("%s never meets a packet: %s takes all of them before."),
			name, by);
		return;
	case FINDING_SHADOWED_BY_UNION:
		text_format(
			out,
			_("%s never meets a packet: these take all of them before: %s."),
			name, by);
		return;
	case FINDING_REDUNDANT:
		text_format(
			out,
			_("%s changes nothing: without it, the same happens to its packets by %s."),
			name, by);
		return;
	case FINDING_UNREACHABLE:
		text_format(
			out,
			f->rule ? _("No packet can meet %s: what it asks for, and the jumps to it, exclude one another.")
			: f->by_count
				? _("No packet comes to the chain %1$s: only rules that never match jump to it: %2$s.")
				: _("No packet comes to the chain %s: nothing jumps to it."),
			name, by);
		return;
	case FINDING_NEAR_MISS:
	case FINDING_FAMILIES_DIFFER:
	case FINDING_BOTH_ENGINES:
	case FINDING_SET_NOT_GIVEN:
	case FINDING_NEVER_MATCHED:
	case FINDING_KIND_COUNT:
		break;
	}

	text_format(out, _("%s never met a packet, though others did."), name);
}

const char *audit_words(struct arena *a, const struct finding *f)
{
	struct text out = TEXT_NULL, name = TEXT_NULL, by = TEXT_NULL;
	const char *words = f->text;

	if (words)
		return words;

	if (f->rule)
		rule_name(&name, f->rule);
	else if (f->chain)
		chain_name(&name, f->chain);
	if (!f->by_count && !f->by_policy && f->kind != FINDING_UNREACHABLE)
		text_str(&by, _("nothing"));
	causes(&by, f);
	by_kind(&out, f, text_string(&name), text_string(&by));
	if (text_ok(&out) && text_ok(&name) && text_ok(&by))
		words = arena_string(a, text_string(&out));
	text_done(&out);
	text_done(&name);
	text_done(&by);
	return words;
}

void audit_words_rule(struct text *out, const struct rule *rule)
{
	rule_name(out, rule);
}

void audit_words_chain(struct text *out, const struct chain *c)
{
	chain_name(out, c);
}
