/* Edits on the model. */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/problem.h"
#include "base/text.h"
#include "fix/rules_edit.h"
#include "fix/rules_edit_steps.h"
#include "ruleset/model.h"
#include "ruleset/nft.h"
#include "ruleset/save.h"

static int read_as_save(struct ruleset *r, const struct rules_change *c,
			const char *chain, const char *words)
{
	const struct read_hint hint = { .engine = c->engine,
					.family = c->family,
					.table = c->table,
					.line = 1 };
	struct text line = TEXT_NULL;
	int err = -ENOMEM;

	text_str(&line, "-A ");
	save_print_name(&line, chain);
	text_char(&line, ' ');
	text_str(&line, words);
	if (text_ok(&line))
		err = save_read(r, "edit", text_string(&line), line.len, &hint);
	text_done(&line);
	return err;
}

static int read_as_nft(struct ruleset *r, const struct rules_change *c,
		       const char *chain, const char *words)
{
	struct text line = TEXT_NULL;
	int err = -ENOMEM;

	text_format(&line, "add rule %s %s %s %s\n",
		    table_family_names[c->family], c->table, chain, words);
	if (text_ok(&line))
		err = nft_text_read(r, "edit", text_string(&line), line.len);
	text_done(&line);
	return err;
}

/* Reads one rule, which comes to stand at the chain's end. */
static int append(struct ruleset *r, const struct rules_change *c,
		  struct chain *chain, const char *words)
{
	uint64_t problems = problems_count(r->problems);
	uint64_t rules = r->rule_count;
	unsigned count = chain->rule_count;
	int err = c->engine == ENGINE_NFT
			  ? read_as_nft(r, c, chain->name, words)
			  : read_as_save(r, c, chain->name, words);

	if (err)
		return err;

	return problems_count(r->problems) == problems &&
			       r->rule_count == rules + 1 &&
			       chain->rule_count == count + 1
		       ? 0
		       : -EINVAL;
}

static struct chain *chain_of(struct ruleset *r, const struct rules_change *c,
			      const struct chain *wanted)
{
	struct table *t = ruleset_find_table(r, c->engine, c->family, c->table);

	for (struct chain *x = t->first; x; x = x->next)
		if (x == wanted)
			return x;

	return NULL;
}

static int apply(struct ruleset *r, const struct rules_change *c,
		 const struct rules_edit_step *s)
{
	struct chain *chain = chain_of(r, c, s->chain);
	struct rule *rule;
	int err;

	if (!s->is_add) {
		ruleset_delete_rule(r, chain, s->number);
		return 0;
	}

	err = append(r, c, chain, s->slot.words);
	if (err)
		return err;

	rule = chain->last;
	/* What was told of it is told of it elsewhere. */
	if (s->slot.rule) {
		rule->place = s->slot.rule->place;
		rule->counters = s->slot.rule->counters;
	}
	ruleset_delete_rule(r, chain, chain->rule_count);
	ruleset_insert_rule(r, chain, rule, s->number);
	return 0;
}

int rules_edit_apply(struct ruleset *r, const struct rules_change *c)
{
	struct arena *a = arena_new();
	struct rules_edit_steps steps = { 0 };
	int err = a ? rules_edit_steps(r, a, c, &steps) : -ENOMEM;

	for (size_t i = 0; i < steps.count && !err; i++)
		err = apply(r, c, &steps.list[i]);
	arena_free(a);
	return err ? err : ruleset_link(r);
}
