/* The plan is carried out: never without a way back. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "cli/fix.h"
#include "fix/lockout.h"
#include "report/wrap.h"

const char *const fix_outcome_names[FIX_OUTCOMES] = {
	"not-applied", "applied",   "untried", "undone",
	"refused",     "confirmed", "helped",  "useless",
};

/* An experiment is ended by us; the sentry stands by for longer. */
enum { TRIAL_SPARE = 10, CONFIRM_SPARE = 2 /* s */ };

static const char *keep(struct fix_run *x, struct text *t)
{
	const char *s = arena_string(x->record->arena, text_string(t));

	text_done(t);
	return s ? s : "";
}

static int refuse(struct fix_run *x, int status, const char *why)
{
	x->applied.outcome = FIX_REFUSED;
	x->applied.status = status;
	x->applied.why = why;
	return 0;
}

static bool has_rules(const struct fix_candidate *c)
{
	for (size_t i = 0; i < c->now_count; i++)
		if (c->now[i].kind == CHANGE_RULES)
			return true;

	return false;
}

static bool has_failed(const struct rehearsal *r)
{
	for (size_t i = 0; r && i < REHEARSAL_CHECKS; i++)
		if (r->row[i].result == REHEARSAL_FAIL)
			return true;

	return false;
}

/* 1: nothing speaks against it. */
static int is_safe(struct fix_run *x)
{
	const struct fix_candidate *c = x->chosen;
	struct text why = TEXT_NULL;
	int ret;

	if (has_failed(c->rehearsal))
		return refuse(
			x, EXIT_FAULT,
			_("The rehearsal failed, so nothing is changed here."));
	if (has_rules(c) && !(c->rehearsal && c->rehearsal->is_proven) &&
	    !x->request->is_daring)
		return refuse(
			x, EXIT_UNKNOWN,
			_("The plan is not proven by a rehearsal. With --unrehearsed it is applied all the same."));

	ret = lockout_check(&x->planning, c, &why);
	if (!ret) {
		struct text words = TEXT_NULL;

		text_format(&words, _("Nothing is changed: %s."),
			    text_string(&why));
		(void)refuse(x, EXIT_FAULT, keep(x, &words));
	}
	text_done(&why);
	return ret;
}

static bool is_agreed(const struct fix_run *x)
{
	char line[16];

	if (x->request->is_sure)
		return true;

	(void)fflush(stdout);
	(void)fprintf(
		stderr,
		x->request->is_trial
			? _("Try it? It is taken back after %u s. [y/N] ")
			: _("Apply it? It is taken back after %u s unless confirmed. [y/N] "),
		x->request->confirm_within_s);
	return fgets(line, sizeof(line), stdin) &&
	       (line[0] == 'y' || line[0] == 'Y');
}

static const char *client_of(struct fix_run *x)
{
	struct text t = TEXT_NULL;

	if (x->by->is_host && x->plan.ask.has_client) {
		address_text(&t, &x->plan.ask.client);
		return keep(x, &t);
	}

	return NULL;
}

/* Who asks is part of how it is asked. */
static void keep_user(struct order *o, const char *name)
{
	if (o->asked_count + 2 > ORDER_ASKED)
		return;
	o->asked[o->asked_count++] = "--as";
	o->asked[o->asked_count++] = name;
}

static int make_order(struct fix_run *x, struct order *o)
{
	struct text who = x->user, session = x->session;
	bool is_remote = x->session.len > 0;
	int err = order_make(o, x->record->arena, x->chosen,
			     x->request->is_restarting);

	x->user = x->session = TEXT_NULL;
	if (is_remote)
		text_format(&who, _(" from %.*s"),
			    (int)strcspn(text_string(&session), " "),
			    text_string(&session));
	o->who = keep(x, &who);
	o->session = is_remote ? keep(x, &session) : NULL;
	if (!is_remote)
		text_done(&session);
	o->why = x->verdict->verdict.cause ? x->verdict->verdict.cause->id
					   : NULL;
	o->service = x->request->word;
	o->port = x->request->port;
	memcpy(o->asked, x->request->asked, sizeof(o->asked));
	o->asked_count = x->request->asked_count;
	if (x->request->as_user)
		keep_user(o, x->request->as_user);
	o->client = x->by == &fix_server ? client_of(x) : NULL;
	o->at_ns = clock_wall();
	o->confirm_within_s = x->request->confirm_within_s +
			      (x->request->is_trial ? TRIAL_SPARE : 0);
	return err;
}

/* A new session from where the administrators are was tried, or nobody is to be
 * shut out. */
static bool is_way_in_proven(const struct fix_run *x)
{
	const struct rehearsal *r = x->chosen->rehearsal;

	return !x->planning.admin_count ||
	       (r && r->row[REHEARSED_NEW_SESSION].result == REHEARSAL_PASS);
}

/* Its client got through, and one can still log in: that is what a person would
 * confirm. */
static void confirm_by_itself(struct fix_run *x)
{
	unsigned within = x->request->confirm_within_s;
	struct text why = TEXT_NULL;

	/* Whoever asked for it to last is told by the status that it does not. */
	x->applied.status = EXIT_UNKNOWN;
	if (!is_way_in_proven(x)) {
		x->applied.why = _(
			"That one can still log in was not proven, so it is yours to confirm.");
		return;
	}
	if (!fix_client_wait(x, within > CONFIRM_SPARE ? within - CONFIRM_SPARE
						       : within)) {
		x->applied.why = _(
			"The client was not seen to connect, so nothing was confirmed.");
		return;
	}
	if (applier_confirm(x->applier, &why)) {
		x->applied.why = keep(x, &why);
		return;
	}
	x->applied.outcome = FIX_CONFIRMED;
	x->applied.status = EXIT_HEALTHY;
	text_done(&why);
}

/* While it is there: does the client come? Then it goes again, whatever came. */
static void experiment(struct fix_run *x)
{
	bool is_tried = applier_try(x->applier) == EXIT_HEALTHY;
	bool came = fix_client_wait(x, x->request->confirm_within_s);
	struct text why = TEXT_NULL;

	x->applied.outcome = came || is_tried ? FIX_HELPED : FIX_USELESS;
	x->applied.status = came || is_tried ? EXIT_HEALTHY : EXIT_FAULT;
	x->applied.has_come = came;
	if (applier_undo(x->applier, &why)) {
		x->applied.status = EXIT_UNKNOWN;
		x->applied.why = keep(x, &why);
	}
	text_done(&why);
}

/* Whether it gets through now. */
static void try_again(struct fix_run *x)
{
	struct text why = TEXT_NULL;
	int status;

	if (x->request->is_trial) {
		experiment(x);
		return;
	}
	status = applier_try(x->applier);
	if (status == EXIT_HEALTHY) {
		x->applied.outcome = FIX_APPLIED;
		x->applied.status = EXIT_HEALTHY;
	} else if (status == EXIT_FAULT) {
		x->applied.outcome = FIX_UNDONE;
		x->applied.status = EXIT_FAULT;
		if (applier_undo(x->applier, &why))
			x->applied.why = keep(x, &why);
	} else {
		x->applied.outcome = FIX_UNTRIED;
		x->applied.status = EXIT_UNKNOWN;
	}
	text_done(&why);
	if (x->request->is_auto && x->applied.outcome != FIX_UNDONE)
		confirm_by_itself(x);
}

static int carry_out(struct fix_run *x)
{
	const struct fix_rules_source *s = x->planning.source;
	struct text rules = TEXT_NULL, why = TEXT_NULL;
	struct order o;
	int err = make_order(x, &o);

	if (!err && s && s->gathered)
		text_bytes(&rules, s->gathered, s->gathered_len);
	if (!err)
		err = applier_apply(x->applier, &o, &rules, x->applied.id,
				    &why);
	text_done(&rules);
	if (err == -ENOMEM) {
		text_done(&why);
		return err;
	}
	if (err)
		return refuse(x,
			      err == -EBUSY || err == -ESTALE ? EXIT_FAULT
							      : EXIT_UNKNOWN,
			      why.len ? keep(x, &why) : strerror(-err));

	text_done(&why);
	try_again(x);
	return 0;
}

int fix_apply(struct fix_run *x)
{
	int err;

	if (!x->chosen)
		return 0;
	if (!x->applier)
		return refuse(x, EXIT_UNKNOWN,
			      _("Only root may change this host."));

	err = is_safe(x);
	if (err != 1)
		return err;
	if (!is_agreed(x))
		return refuse(x, EXIT_HEALTHY, _("Nothing was changed."));

	return carry_out(x);
}

static void put(struct text *out, const struct ticket *t, const char *words)
{
	text_str(out, "  ");
	wrap_text(out, words, 2, 2, t->width);
	text_char(out, '\n');
}

static void put_deadline(struct text *out, const struct fix_run *x,
			 const struct ticket *t)
{
	struct text words = TEXT_NULL;
	time_t end = time(NULL) + (time_t)x->request->confirm_within_s;
	char clock[16];
	struct tm tm;

	(void)localtime_r(&end, &tm);
	(void)strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	text_format(
		&words,
		_("At %s it is taken back by itself, unless it is confirmed, from a new connection:"),
		clock);
	put(out, t, text_string(&words));
	text_format(out, "kiriwake fix confirm %s\n", x->applied.id);
	text_done(&words);
}

void fix_apply_text(struct text *out, const struct fix_run *x,
		    const struct ticket *t)
{
	if (x->applied.outcome != FIX_NOT_APPLIED)
		text_char(out, '\n');
	switch (x->applied.outcome) {
	case FIX_NOT_APPLIED:
	case FIX_OUTCOMES:
		return;
	case FIX_APPLIED:
		put(out, t, _("Applied. Tried again, it gets through."));
		put_deadline(out, x, t);
		break;
	case FIX_UNTRIED:
		put(out, t,
		    _("Applied. Whether it gets through could not be tried from here: try it from the client."));
		put_deadline(out, x, t);
		break;
	case FIX_UNDONE:
		put(out, t,
		    _("It was applied, and still does not get through, so it was taken back."));
		break;
	case FIX_CONFIRMED:
		put(out, t,
		    x->planning.admin_count
			    ? _("Applied. The client got through, and one can still log in: it is confirmed.")
			    : _("Applied. The client got through, and nobody is known whom it could shut out: it is confirmed."));
		put(out, t,
		    _("What the next boot gives: `kiriwake firewall diff live boot'."));
		break;
	case FIX_HELPED:
		put(out, t,
		    x->applied.has_come
			    ? _("While it was there the client connected. It is taken back.")
			    : _("While it was there a try of our own got through; the client itself did not come. It is taken back."));
		break;
	case FIX_USELESS:
		put(out, t,
		    _("Even so nothing got through. It is taken back: this is not, or not all of, what stops it."));
		break;
	case FIX_REFUSED:
		break;
	}
	if (x->applied.why)
		put(out, t, x->applied.why);
}
