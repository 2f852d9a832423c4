/* The plan for people: what is wrong, what to do, what that does, the proof. */
#include <errno.h>
#include <string.h>

#include "base/i18n.h"
#include "cli/fix.h"
#include "fix/file_edit.h"
#include "report/words.h"
#include "report/wrap.h"

static void paint(struct text *out, const struct ticket *t, const char *sgr)
{
	if (t->colour)
		text_str(out, sgr);
}

/* A paragraph under a heading. */
static void put(struct text *out, const struct ticket *t, const char *words)
{
	struct text clean = TEXT_NULL;

	words_clean(&clean, words);
	text_str(out, "  ");
	wrap_text(out, text_string(&clean), 2, 2, t->width);
	text_char(out, '\n');
	text_done(&clean);
}

static void put_item(struct text *out, const struct ticket *t,
		     const char *words)
{
	struct text clean = TEXT_NULL;

	words_clean(&clean, words);
	ticket_item(out, t, &clean);
	text_done(&clean);
}

/* Lines as they are, each clean: they are to be copied, so nothing stands
 * before them. */
static void put_lines(struct text *out, const char *lines, const char *before)
{
	while (*lines) {
		size_t len = strcspn(lines, "\n");
		struct text one = TEXT_NULL;

		text_bytes(&one, lines, len);
		if (len)
			text_str(out, before);
		words_clean(out, text_string(&one));
		text_char(out, '\n');
		text_done(&one);
		lines += len + (lines[len] == '\n');
	}
}

static void tell_also(struct text *out, const struct fix_run *x,
		      const struct ticket *t)
{
	struct text words = TEXT_NULL;

	if (x->plan.fault_count > 1)
		ticket_head(out, t, _("Also in the way"));
	for (size_t i = 1; i < x->plan.fault_count; i++) {
		const struct fix_fault *f = &x->plan.faults[i];

		text_format(&words, "%s (%s)", _(f->cause->title),
			    f->cause->id);
		if (f->culprit) {
			text_str(&words, ": ");
			words_blame(&words, f->culprit);
		}
		ticket_item(out, t, &words);
	}
	text_done(&words);
}

/* One line of a diff, painted by what it begins with. */
static void put_diff(struct text *out, const struct ticket *t,
		     const struct file_change *f)
{
	struct text diff = TEXT_NULL;
	const char *line;

	file_edit_diff(&diff, f->path, f->before ? f->before : "", f->after);
	line = text_string(&diff);
	while (*line) {
		size_t len = strcspn(line, "\n");
		struct text one = TEXT_NULL;

		text_bytes(&one, line, len);
		paint(out, t,
		      *line == '+'   ? "\x1b[32m"
		      : *line == '-' ? "\x1b[31m"
				     : "");
		words_clean(out, text_string(&one));
		paint(out, t, "\x1b[0m");
		text_char(out, '\n');
		text_done(&one);
		line += len + (line[len] == '\n');
	}
	text_done(&diff);
}

/* What has to be typed for one change, or to take it back. */
static void put_change(struct text *out, const struct ticket *t,
		       const struct fix_change *c, bool is_undo)
{
	struct text words = TEXT_NULL;

	if (c->kind == CHANGE_FILE) {
		if (!is_undo)
			put_diff(out, t, &c->file);
		return;
	}
	if (!fix_commands_put(&words, c, is_undo))
		put_lines(out, text_string(&words), "");
	text_done(&words);
}

static void tell_changes(struct text *out, const struct ticket *t,
			 const struct fix_candidate *c)
{
	for (size_t i = 0; i < c->now_count; i++) {
		text_char(out, '\n');
		if (c->now[i].text)
			put_item(out, t, c->now[i].text);
		put_change(out, t, &c->now[i], false);
	}
}

static void tell_undo(struct text *out, const struct ticket *t,
		      const struct fix_candidate *c)
{
	bool is_headed = false;

	for (size_t i = c->now_count; i-- > 0;) {
		const struct fix_change *one = &c->now[i];

		if (one->kind == CHANGE_RUN && !one->run.undo)
			continue;
		if (!is_headed)
			ticket_head(out, t, _("To take it back"));
		is_headed = true;
		if (one->undo_text)
			put_item(out, t, one->undo_text);
		put_change(out, t, one, true);
	}
}

static void tell_effect(struct text *out, const struct ticket *t,
			const struct fix_effect *e)
{
	if (!e->text_count && e->is_known)
		return;

	ticket_head(out, t, _("Effect"));
	for (size_t i = 0; i < e->text_count; i++)
		put_item(out, t, e->text[i]);
	if (!e->is_known)
		put_item(
			out, t,
			_("What it does to other traffic cannot be computed: look before you do it."));
}

static const char *lasts_words(const struct fix_candidate *c)
{
	static const char *const words[] = {
		[FIX_LASTS_UNKNOWN] =
			N_("Whether it survives a reboot is not known."),
		[FIX_LASTS_NO] = N_("It does not survive a reboot."),
		[FIX_LASTS_YES] = N_("It survives a reboot."),
	};

	return c->lasts_text ? c->lasts_text : _(words[c->lasts]);
}

static void tell_lasting(struct text *out, const struct ticket *t,
			 const struct fix_candidate *c)
{
	ticket_head(out, t, _("After a reboot"));
	put(out, t, lasts_words(c));
	for (size_t i = 0; i < c->lasting_count; i++) {
		if (!i)
			put(out, t,
			    _("For that, once it is known to work, also:"));
		text_char(out, '\n');
		if (c->lasting[i].text)
			put_item(out, t, c->lasting[i].text);
		put_change(out, t, &c->lasting[i], false);
	}
}

static const char *risk_words(enum fix_risk r)
{
	static const char *const words[] = {
		[FIX_RISK_LOW] = N_("low"),
		[FIX_RISK_SOME] = N_("some"),
		[FIX_RISK_HIGH] = N_("high"),
	};

	return _(words[r]);
}

static void tell_risk(struct text *out, const struct ticket *t,
		      const struct fix_candidate *c)
{
	struct text words = TEXT_NULL;

	ticket_head(out, t, _("Risk"));
	text_str(&words, risk_words(c->risk));
	if (c->risk_text)
		text_format(&words, ": %s", c->risk_text);
	put(out, t, text_string(&words));
	text_clear(&words);
	/* A file that is read, whoever reads it, has been named above. */
	if (c->owner && strcmp(c->owner, "boot-script") != 0) {
		text_format(&words, _("Kept by %s."), c->owner);
		put(out, t, text_string(&words));
	}
	text_done(&words);
}

static enum step_status mark_of(enum rehearsal_result r)
{
	static const enum step_status marks[] = {
		[REHEARSAL_NOT_TRIED] = STEP_SKIP,
		[REHEARSAL_PASS] = STEP_PASS,
		[REHEARSAL_FAIL] = STEP_FAIL,
		[REHEARSAL_BLOCKED] = STEP_BLOCKED,
	};

	return marks[r];
}

static void tell_row(struct text *out, const struct ticket *t,
		     const struct rehearsal_row *row)
{
	struct text words = TEXT_NULL;

	if (!row->text ||
	    (row->result == REHEARSAL_NOT_TRIED && !t->is_verbose))
		return;

	words_clean(&words, row->text);
	text_str(out, "  ");
	ticket_mark(out, t, mark_of(row->result));
	text_char(out, ' ');
	wrap_text(out, text_string(&words), 4, 4, t->width);
	text_char(out, '\n');
	text_done(&words);
}

static void tell_turned(struct text *out, const struct ticket *t,
			const struct rehearsal *r)
{
	struct text words = TEXT_NULL;

	for (size_t i = 0; i < r->turned_count; i++) {
		const struct rehearsal_witness *w = &r->turned[i];

		if (w->is_meant && !t->is_verbose)
			continue;
		text_format(&words, _("%1$s: %2$s before, %3$s after"),
			    w->packet, w->before, w->after);
		put_item(out, t, text_string(&words));
		text_clear(&words);
	}
	for (size_t i = 0; i < r->stand_in_count; i++)
		put_item(out, t, r->stand_ins[i]);
	text_done(&words);
}

static void tell_rehearsed(struct text *out, const struct ticket *t,
			   const struct rehearsal *r)
{
	struct text words = TEXT_NULL;

	for (size_t i = 0; i < REHEARSAL_CHECKS; i++)
		if (!i || !text_same(r->row[i].text, r->row[i - 1].text))
			tell_row(out, t, &r->row[i]);
	tell_turned(out, t, r);
	paint(out, t, r->is_proven ? "\x1b[32m" : "\x1b[31m");
	text_format(
		&words,
		r->is_proven
			? _("Proven, in a throwaway network namespace (%.0f ms).")
			: _("Not proven (tried in a throwaway network namespace, %.0f ms)."),
		r->ms);
	put(out, t, text_string(&words));
	paint(out, t, "\x1b[0m");
	text_done(&words);
}

/* Why there is no proof. */
static void tell_unrehearsed(struct text *out, const struct fix_run *x,
			     const struct ticket *t)
{
	struct text words = TEXT_NULL;
	int err = x->room ? x->rehearsal_error : x->room_error;

	if (x->request->is_unrehearsed)
		text_str(&words, _("Not rehearsed, as --no-rehearse says."));
	else if (!x->room && (err == -EPERM || err == -EACCES))
		text_str(
			&words,
			_("Not rehearsed: that needs root, or a kernel that lets users make namespaces."));
	else if (err == -EOPNOTSUPP)
		text_str(&words,
			 _("Not rehearsed: nothing in it is for rules."));
	else
		text_format(&words, _("Not rehearsed: %s."), strerror(-err));
	text_char(&words, ' ');
	text_str(&words, _("It is computed, not proven."));
	put(out, t, text_string(&words));
	text_done(&words);
}

static void tell_others(struct text *out, const struct fix_run *x,
			const struct ticket *t)
{
	struct text words = TEXT_NULL;
	size_t number = 0;
	bool is_headed = false;

	for (const struct fix_candidate *c = x->plan.first; c; c = c->next) {
		number++;
		if (c == x->chosen)
			continue;
		if (!is_headed)
			ticket_head(out, t, _("Other ways (--choose N)"));
		is_headed = true;
		text_format(&words, "%zu. %s", number, c->summary);
		text_format(&words, _(" (risk: %s)"), risk_words(c->risk));
		if (c->effect.is_known && c->effect.text_count)
			text_format(&words, "\n%s", c->effect.text[0]);
		text_str(out, "  ");
		wrap_text(out, text_string(&words), 2, 5, t->width);
		text_char(out, '\n');
		text_clear(&words);
	}
	text_done(&words);
}

static void tell_elsewhere(struct text *out, const struct fix_run *x,
			   const struct ticket *t)
{
	struct text words = TEXT_NULL;

	if (x->plan.elsewhere)
		ticket_head(out, t, _("To be done elsewhere"));
	for (const struct fix_elsewhere *e = x->plan.elsewhere; e;
	     e = e->next) {
		text_format(&words, _("%1$s: %2$s"), e->who, e->what);
		put_item(out, t, text_string(&words));
		text_clear(&words);
		if (!e->message)
			continue;
		text_str(out, "    ");
		text_str(out, _("To send them:"));
		text_str(out, "\n\n");
		put_lines(out, e->message, "    ");
		text_char(out, '\n');
	}
	text_done(&words);
}

static void tell_remarks(struct text *out, const struct fix_run *x,
			 const struct ticket *t)
{
	if (x->plan.remark_count)
		ticket_head(out, t, _("Remarks"));
	for (size_t i = 0; i < x->plan.remark_count; i++)
		put_item(out, t, x->plan.remarks[i]);
}

/* What the plan does not mend was not in the room, or nothing would have come
 * through there. */
static void tell_absent(struct text *out, const struct fix_run *x,
			const struct ticket *t)
{
	const struct rehearsal *r = x->chosen->rehearsal;
	bool is_whole = true;

	for (size_t i = 0; i < x->plan.fault_count; i++)
		is_whole = is_whole && x->plan.faults[i].is_mended;
	if (!is_whole && r->row[REHEARSED_AFTER].result == REHEARSAL_PASS)
		put_item(
			out, t,
			_("What the plan does not mend was not in the room: on the host it still stands in the way."));
}

/* What stands in the way yet, when it is done. */
static void tell_left(struct text *out, const struct fix_run *x,
		      const struct ticket *t)
{
	struct text words = TEXT_NULL;

	for (size_t i = 0; i < x->plan.fault_count; i++) {
		const struct fix_fault *f = &x->plan.faults[i];

		if (f->is_mended)
			continue;
		text_format(&words, _("It does not mend this: %1$s (%2$s)"),
			    _(f->cause->title), f->cause->id);
		put_item(out, t, text_string(&words));
		text_clear(&words);
	}
	text_done(&words);
}

static void tell_candidate(struct text *out, const struct fix_run *x,
			   const struct ticket *t)
{
	const struct fix_candidate *c = x->chosen;

	ticket_head(out, t, _("Plan"));
	paint(out, t, "\x1b[1m");
	put(out, t, c->summary);
	paint(out, t, "\x1b[0m");
	if (c->why)
		put(out, t, c->why);
	if (x->verdict->verdict.certainty == CERTAINTY_SUSPECTED)
		put(out, t,
		    _("The cause is only suspected: this is for the likeliest one."));
	tell_left(out, x, t);
	tell_changes(out, t, c);
	tell_effect(out, t, &c->effect);
	ticket_head(out, t, _("Proof"));
	if (c->rehearsal) {
		tell_rehearsed(out, t, c->rehearsal);
		tell_absent(out, x, t);
	} else {
		tell_unrehearsed(out, x, t);
	}
	tell_lasting(out, t, c);
	tell_risk(out, t, c);
	tell_undo(out, t, c);
	tell_others(out, x, t);
}

/* What could not be looked at; several looks lack the same. */
static void tell_blocked(struct text *out, const struct case_record *r,
			 const struct ticket *t)
{
	for (size_t i = 0, k; i < r->step_count; i++) {
		if (r->steps[i].status != STEP_BLOCKED)
			continue;
		for (k = 0; k < i; k++)
			if (r->steps[k].status == STEP_BLOCKED &&
			    text_same(r->steps[k].text, r->steps[i].text))
				break;
		if (k == i)
			put_item(out, t, r->steps[i].text);
	}
}

/* Nothing to mend, or nothing to say what. */
static bool tell_end(struct text *out, const struct fix_run *x,
		     const struct ticket *t)
{
	enum status status = x->verdict->verdict.status;

	if (x->by == &fix_files && x->ruled == FACT_RULES_ACCEPT) {
		text_char(out, '\n');
		put(out, t,
		    _("These rules let it pass, and the answers to it: there is nothing to fix in them."));
		return true;
	}
	ticket_foretold(out, t);
	text_cut(out, out->len - 1);
	if (status == STATUS_HEALTHY && x->by == &fix_server &&
	    !x->request->is_waiting)
		put(out, t,
		    _("There is nothing to fix here. If it fails all the same, --wait looks at a real attempt, and `kiriwake check' on the client tries one."));
	else if (status == STATUS_HEALTHY)
		put(out, t, _("There is nothing to fix."));
	if (status != STATUS_UNKNOWN)
		return status == STATUS_HEALTHY;

	tell_blocked(out, x->record, t);
	put(out, t,
	    _("Without knowing what is wrong there is no plan. With --wait a real attempt tells more."));
	return true;
}

void fix_text(struct text *out, const struct fix_run *x, const struct ticket *t)
{
	if (tell_end(out, x, t))
		return;

	tell_also(out, x, t);
	if (x->chosen)
		tell_candidate(out, x, t);
	tell_elsewhere(out, x, t);
	tell_remarks(out, x, t);
	if (x->chosen || x->plan.elsewhere || x->plan.remark_count)
		return;

	ticket_head(out, t, _("Plan"));
	put(out, t,
	    _("There is no plan for this cause yet. What helps against it:"));
	if (x->verdict->verdict.cause) {
		struct text words = TEXT_NULL;

		words_fill(&words, _(x->verdict->verdict.cause->fix), &t->flow);
		put(out, t, text_string(&words));
		text_done(&words);
	}
}
