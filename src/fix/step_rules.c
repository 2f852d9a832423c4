#include "fix/step_rules.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "fix/rules_back.h"
#include "fix/rules_edit.h"
#include "fix/rules_same.h"
#include "fix/step_tool.h"
#include "ruleset/live.h"

static void name_of(char name[24], const char *what, size_t i)
{
	(void)snprintf(name, 24, "%s-%zu", what, i);
}

static int run_script(const struct ledger *l, const struct rules_change *c,
		      const char *script, struct text *echo, struct text *why)
{
	struct arena *a = arena_new();
	const char *const *argv = a ? rules_edit_argv(a, c) : NULL;
	int lock = step_tool_lock(l);
	int err = !argv ? -ENOMEM : lock < 0 ? lock : 0;

	if (!err)
		err = step_tool_run(argv, script, STEP_TOOL_MS, echo, why);
	else
		text_str(why, strerror(-err));
	if (lock >= 0)
		(void)close(lock);
	arena_free(a);
	return err;
}

/* What its own tool prints now. */
static int print_rules(const struct rules_change *c, struct text *ret,
		       struct text *why)
{
	const char *argv[] = { NULL, NULL };
	struct text name = TEXT_NULL;
	int err;

	text_str(&name, c->tool                  ? c->tool
			: c->family == TABLE_IP6 ? "ip6tables"
						 : "iptables");
	text_str(&name, "-save");
	argv[0] = text_string(&name);
	err = step_tool_run(argv, NULL, STEP_TOOL_MS, ret, why);
	text_done(&name);
	return err;
}

/* Runs a script that was made for the rules as before says. iptables finds places
 * by numbers, and cannot be told to refuse when somebody was faster: so what stands
 * at another place than was meant is put there. */
static int run_for(const struct ledger *l, const struct rules_change *c,
		   const char *script, const char *before, struct text *echo,
		   struct text *why)
{
	const struct rules_change ran = { .engine = c->engine,
					  .family = c->family,
					  .table = c->table,
					  .script = script,
					  .undo = "" };
	struct text now = TEXT_NULL, mended = TEXT_NULL;
	int err = run_script(l, c, script, echo, why);

	if (!err && c->engine != ENGINE_NFT && !print_rules(c, &now, why) &&
	    !rules_back_mend(&mended,
			     &(struct rules_back){ .change = &ran,
						   .before = before,
						   .now = text_string(&now) }))
		err = run_script(l, c, text_string(&mended), NULL, why);
	text_done(&now);
	text_done(&mended);
	return err;
}

static enum live_source source_of(const struct rules_change *c)
{
	bool is_v6 = c->family == TABLE_IP6;

	if (c->engine == ENGINE_NFT)
		return LIVE_NFT;
	if (c->engine == ENGINE_LEGACY)
		return is_v6 ? LIVE_IP6TABLES_LEGACY : LIVE_IPTABLES_LEGACY;

	return is_v6 ? LIVE_IP6TABLES_NFT : LIVE_IPTABLES_NFT;
}

/* What the step's tool printed, of all that was gathered; false: nothing. */
static bool printed(const struct rules_change *c, struct text *gathered,
		    struct text *ret)
{
	bool is_other;

	return live_gathered_text(text_string(gathered), gathered->len,
				  source_of(c), ret, &is_other);
}

static bool is_first_of_rules(const struct order *o, size_t i)
{
	while (i-- > 0)
		if (o->steps[i].change.kind == CHANGE_RULES)
			return false;

	return true;
}

static int get_rules(const struct ledger *l, size_t i, struct text *ret)
{
	char name[24];
	int err;

	name_of(name, "rules", i);
	err = ledger_get(l, name, ret);
	return err == -ENOENT ? ledger_get(l, "rules", ret) : err;
}

int step_rules_keep(const struct ledger *l, const struct order *o, size_t i,
		    struct text *why)
{
	struct text before = TEXT_NULL, now = TEXT_NULL;
	char name[24];
	int err = rules_same_gather(&now);

	name_of(name, "rules", i);
	if (!err && !is_first_of_rules(o, i)) {
		err = ledger_put(l, name, text_string(&now), now.len);
	} else if (!err) {
		err = ledger_get(l, "rules", &before);
		if (!err && !rules_same(text_string(&before), before.len,
					text_string(&now), now.len))
			err = -ESTALE;
	}
	if (err == -ESTALE)
		text_str(
			why,
			_("somebody has changed the rules since the plan was made: plan again"));
	else if (err)
		text_format(why, _("The ledger cannot be written: %s."),
			    strerror(-err));
	text_done(&before);
	text_done(&now);
	return err;
}

int step_rules_do(const struct ledger *l, const struct order *o, size_t i,
		  struct text *why)
{
	const struct rules_change *c = &o->steps[i].change.rules;
	struct text gathered = TEXT_NULL, before = TEXT_NULL, echo = TEXT_NULL;
	char name[24];
	bool is_other;
	int err = get_rules(l, i, &gathered);

	if (!err && !live_gathered_text(text_string(&gathered), gathered.len,
					source_of(c), &before, &is_other))
		err = -EAGAIN;
	if (!err)
		err = run_for(l, c, c->script, text_string(&before), &echo,
			      why);
	else
		text_format(why, _("The ledger cannot be read: %s."),
			    strerror(-err));
	name_of(name, "echo", i);
	/* Without it the handles are found again by what is new. */
	if (!err && c->engine == ENGINE_NFT)
		(void)ledger_put(l, name, text_string(&echo), echo.len);
	text_done(&gathered);
	text_done(&before);
	text_done(&echo);
	return err;
}

/* Takes it back from the rules as they are now. */
static int undo_from(const struct ledger *l, const struct rules_back *b,
		     struct text *why)
{
	struct text script = TEXT_NULL;
	int err = rules_back(&script, b);

	if (!err)
		err = run_for(l, b->change, text_string(&script), b->now, NULL,
			      why);
	else if (err < 0)
		text_format(
			why,
			_("The new rules of table %s cannot be told from others."),
			b->change->table);
	text_done(&script);
	return err;
}

int step_rules_undo(const struct ledger *l, const struct order *o, size_t i,
		    const struct ledger_progress *p, bool is_other_boot,
		    struct text *why)
{
	const struct rules_change *c = &o->steps[i].change.rules;
	struct text all_before = TEXT_NULL, all_now = TEXT_NULL,
		    before = TEXT_NULL, now = TEXT_NULL, echo = TEXT_NULL;
	int lock = step_tool_lock(l);
	int err = lock < 0 ? lock : get_rules(l, i, &all_before);
	char name[24];

	/* Whatever is still at it ends first. */
	if (lock >= 0)
		(void)close(lock);
	name_of(name, "echo", i);
	(void)ledger_get(l, name, &echo);
	if (!err)
		err = rules_same_gather(&all_now);
	if (!err &&
	    (!printed(c, &all_before, &before) || !printed(c, &all_now, &now)))
		err = -EAGAIN;
	if (err)
		text_format(why, _("The ledger cannot be read: %s."),
			    strerror(-err));
	else if (!rules_same(text_string(&all_before), all_before.len,
			     text_string(&all_now), all_now.len))
		err = undo_from(
			l,
			&(struct rules_back){
				.change = c,
				.before = text_string(&before),
				.now = text_string(&now),
				.echo = text_string(&echo),
				.is_done = p->is_done[i] && !is_other_boot,
				.is_other_boot = is_other_boot,
			},
			why);
	text_done(&all_before);
	text_done(&all_now);
	text_done(&before);
	text_done(&now);
	text_done(&echo);
	return err < 0 ? err : 0;
}
