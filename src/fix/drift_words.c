#include "fix/drift_words.h"

#include <errno.h>

#include "base/i18n.h"
#include "ruleset/model.h"

enum { SENTENCES = BOOT_ROWS + 8 };

struct telling {
	struct fix_planning *p;
	const char **text;
	size_t count;
};

static void say(struct telling *t, const char *text)
{
	if (t->count < SENTENCES)
		t->text[t->count++] = text;
}

const char *drift_words_who(struct fix_planning *p,
			    const struct walk_verdict *v)
{
	if (v->rule && v->rule->place.line)
		return fix_words(p, _("line %1$llu of %2$s (%3$s)"),
				 (unsigned long long)v->rule->place.line,
				 v->rule->place.file, v->rule->text);
	if (v->rule)
		return fix_words(p, _("rule %1$u of %2$s (%3$s)"),
				 v->rule->number, v->chain->name,
				 v->rule->text);
	if (v->chain)
		return fix_words(p, _("the policy of %s"), v->chain->name);
	return _("nobody");
}

static bool has_loaded(const struct boot *b)
{
	for (size_t i = 0; i < b->count; i++)
		if (b->row[i].state == BOOT_LOADED)
			return true;

	return false;
}

static void say_fate(struct telling *t, const struct drift *d)
{
	if (d->boot.count && !has_loaded(&d->boot) && !d->is_partial)
		say(t,
		    _("No file would load any rules at the next boot: those in force would be gone."));
	if (!d->has_verdict)
		return;
	switch (d->verdict.decision) {
	case WALK_ACCEPT:
		say(t, _("After a reboot the connection would be let in."));
		break;
	case WALK_DROP:
	case WALK_REJECT:
		say(t,
		    fix_words(
			    t->p,
			    _("After a reboot the connection would be refused by %s."),
			    drift_words_who(t->p, &d->verdict)));
		break;
	case WALK_UNKNOWN:
	case WALK_DECISION_COUNT:
		say(t,
		    _("What would become of the connection after a reboot cannot be foretold."));
		break;
	}
}

static void say_equal(struct telling *t, const struct drift *d)
{
	size_t count = d->comparison.count;

	if (d->equal == EQUALITY_YES)
		say(t, _("The next boot loads the rules that are in force."));
	else if (count)
		say(t, fix_words(t->p,
				 ngettext("%zu difference lies between what "
					  "the next boot loads and what is in "
					  "force: kiriwake firewall diff live "
					  "boot",
					  "%zu differences lie between what "
					  "the next boot loads and what is in "
					  "force: kiriwake firewall diff live "
					  "boot",
					  count),
				 count));
}

static void say_rows(struct telling *t, const struct drift *d)
{
	for (size_t i = 0; i < d->boot.count; i++) {
		const struct boot_row *row = &d->boot.row[i];

		if (!row->why)
			continue;
		say(t, fix_words(t->p, "%s: %s",
				 row->file && row->state != BOOT_NOT_LOOKED
					 ? row->file
					 : row->unit,
				 row->why));
	}
}

int drift_words_tell(struct fix_planning *p, struct drift *d)
{
	struct telling t = { .p = p };

	t.text = arena_alloc(p->plan->arena, SENTENCES * sizeof(*t.text));
	if (!t.text)
		return -ENOMEM;

	say_fate(&t, d);
	say_equal(&t, d);
	say_rows(&t, d);
	d->text = t.text;
	d->text_count = t.count;
	return 0;
}
