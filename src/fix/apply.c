#include "fix/apply.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "fix/backup.h"
#include "fix/boot_hook.h"
#include "fix/rules_same.h"
#include "fix/sentry.h"
#include "fix/step.h"

/* The timer comes when the sentries would have been at it. */
enum { TIMER_SPARE = 5 /* s */ };

static void tell(struct text *why, const char *format, int err)
{
	text_clear(why);
	text_format(why, "%s: %s", format, strerror(-err));
}

/* What is there to go back to. */
static int take_backup(const struct text *planned, struct text *rules,
		       struct text *why)
{
	int err = rules_same_gather(rules);

	if (err) {
		tell(why, _("the rules cannot be read"), err);
		return err;
	}
	err = backup_check(rules, why);
	if (err)
		return err;
	if (planned->len && !rules_same(text_data(planned), planned->len,
					text_string(rules), rules->len)) {
		text_str(
			why,
			_("somebody has changed the rules since the plan was made: plan again"));
		return -ESTALE;
	}

	return 0;
}

static int refuse_second(struct text *why)
{
	char id[32];
	int err = ledger_latest(id, true);

	if (err)
		return err == -ENOENT ? 0 : err;
	text_format(
		why,
		_("the change %1$s waits: first `kiriwake fix confirm %1$s' or `kiriwake fix undo %1$s'"),
		id);
	return -EBUSY;
}

/* What is in files lasts over a boot that nobody confirmed it before. */
static bool outlives_boot(const struct order *o)
{
	for (size_t i = 0; i < o->count; i++)
		if (o->steps[i].change.kind != CHANGE_RULES)
			return true;

	return false;
}

/* Nothing that waits is left to the next boot. */
static void settle_boot(void)
{
	char id[32];

	if (ledger_latest(id, true) == -ENOENT)
		boot_hook_clear();
}

static int arm(const struct ledger *l, const struct order *o)
{
	char boot[40];
	int64_t deadline =
		clock_wall() + (int64_t)o->confirm_within_s * CLOCK_SECOND;
	int err;

	ledger_boot(boot);
	err = ledger_note(l, "boot", -1, "%s", boot);
	if (!err)
		err = ledger_note(l, "deadline", -1, "%" PRId64, deadline);
	if (!err)
		err = ledger_state(l, LEDGER_ARMED, NULL);
	/* Of what is confirmed, too: its lasting steps may be cut short. */
	if (!err && outlives_boot(o) && boot_hook_set())
		(void)ledger_note(l, "no-boot-hook", -1, NULL);
	if (!err)
		err = sentry_start(l, o);
	if (!err)
		boot_hook_timer(l->id, o->confirm_within_s + TIMER_SPARE);
	return err;
}

/* The caller has the ledger's lock. */
static int change(struct ledger *l, const struct order *o, struct text *why)
{
	struct text other = TEXT_NULL;
	int err = ledger_state(l, LEDGER_APPLYING, NULL);

	if (!err)
		err = step_do_all(l, o, false, why);
	if (!err)
		err = ledger_state(l, LEDGER_APPLIED, NULL);
	if (err)
		(void)step_undo_all(l, o, &other);
	text_done(&other);
	return err;
}

static int begin(struct ledger *l, struct arena *a, struct order *o,
		 const struct text *rules, struct text *why)
{
	int lock;
	int err = ledger_create(l, a, o, text_data(rules), rules->len);

	if (!err)
		err = arm(l, o);
	if (err) {
		tell(why, _("nothing was changed, as it could not be undone"),
		     err);
		if (l->folder >= 0)
			(void)ledger_state(l, LEDGER_UNDONE, NULL);
		return err;
	}
	err = ledger_lock(l, &lock);
	if (err)
		return err;
	err = change(l, o, why);
	(void)close(lock);
	return err;
}

static bool has_rules(const struct order *o)
{
	for (size_t i = 0; i < o->count; i++)
		if (o->steps[i].change.kind == CHANGE_RULES)
			return true;

	return false;
}

int apply_begin(struct ledger *l, struct arena *a, struct order *o,
		const struct text *planned, struct text *why)
{
	struct text rules = TEXT_NULL;
	int all = -1;
	int err = ledger_lock_all(&all);

	*l = LEDGER_CLOSED;
	if (err) {
		tell(why, _("another change is being made"), err);
		return err;
	}
	err = refuse_second(why);
	if (!err && !planned->len && has_rules(o))
		err = -EINVAL;
	if (!err)
		err = take_backup(planned, &rules, why);
	if (!err)
		err = begin(l, a, o, &rules, why);
	if (err) {
		ledger_close(l);
		settle_boot();
	}
	text_done(&rules);
	(void)close(all);
	return err;
}

static int settle(struct ledger *l, const struct order *o, struct text *why)
{
	struct text other = TEXT_NULL;
	int err = ledger_state(l, LEDGER_CONFIRMING, NULL);

	if (!err)
		err = step_do_all(l, o, true, why);
	if (!err) {
		step_forget_all(o);
		err = ledger_state(l, LEDGER_CONFIRMED, NULL);
	}
	if (err)
		(void)step_undo_all(l, o, &other);
	text_done(&other);
	return err;
}

/* Nobody else works on it until leave(). */
static int enter(struct ledger *l, struct ledger_progress *ret, int *lock,
		 struct text *why)
{
	int err = ledger_lock(l, lock);

	if (err) {
		tell(why, _("the ledger cannot be locked"), err);
		return err;
	}
	err = ledger_progress(l, ret);
	if (err)
		(void)close(*lock);
	return err;
}

static void leave(int lock)
{
	(void)close(lock);
	settle_boot();
}

int apply_confirm(struct ledger *l, const struct order *o, struct text *why)
{
	struct ledger_progress p;
	int lock;
	int err = enter(l, &p, &lock, why);

	if (err)
		return err;
	if (p.state != LEDGER_APPLIED) {
		text_format(
			why,
			_("the change %1$s is %2$s: there is nothing to confirm"),
			l->id, ledger_state_names[p.state]);
		err = -ENOENT;
	}
	if (!err)
		err = settle(l, o, why);
	leave(lock);
	return err;
}

static bool can_undo(enum ledger_state s)
{
	return ledger_is_pending(s) || s == LEDGER_CONFIRMED;
}

int apply_undo(struct ledger *l, const struct order *o, struct text *why)
{
	struct ledger_progress p;
	int lock;
	int err = enter(l, &p, &lock, why);

	if (err)
		return err;
	if (!can_undo(p.state)) {
		text_format(
			why,
			_("the change %1$s is %2$s: there is nothing to undo"),
			l->id, ledger_state_names[p.state]);
		err = -ENOENT;
	}
	if (!err)
		err = step_undo_all(l, o, why);
	leave(lock);
	return err;
}

int apply_leave(struct ledger *l, struct text *why)
{
	struct ledger_progress p;
	int lock;
	int err = enter(l, &p, &lock, why);

	if (err)
		return err;
	if (p.state != LEDGER_STUCK) {
		text_format(
			why,
			_("the change %s is not stuck: `kiriwake fix undo' takes it back"),
			l->id);
		err = -ENOENT;
	}
	if (!err)
		err = ledger_state(l, LEDGER_UNDONE, "left as it is");
	leave(lock);
	return err;
}

struct recovery {
	struct text *why;
	int count;
};

/* Its sentry is gone, or its boot. */
static bool is_left(const struct ledger_progress *p)
{
	char boot[40];

	ledger_boot(boot);
	if (!ledger_is_pending(p->state))
		return false;
	if (p->boot[0] && strcmp(p->boot, boot) != 0)
		return true;

	/* A sentry would have been at it for a while. */
	return p->deadline_ns + 2 * CLOCK_SECOND < clock_wall();
}

static int recover(void *context, const char *id)
{
	struct recovery *r = context;
	struct arena *a = arena_new();
	struct ledger_progress p;
	struct order o;
	struct ledger l;
	int err = a ? ledger_open(&l, id, true) : -ENOMEM;

	if (err) {
		arena_free(a);
		return err == -ENOENT ? 0 : err;
	}
	err = ledger_progress(&l, &p);
	if (!err && is_left(&p)) {
		err = ledger_order(&l, a, &o);
		if (!err)
			err = apply_undo(&l, &o, r->why);
		if (!err)
			r->count++;
	}
	ledger_close(&l);
	arena_free(a);
	return err == -ENOENT ? 0 : err;
}

int apply_recover(struct text *why)
{
	struct recovery r = { .why = why };
	int err = ledger_each(recover, &r);

	/* Also of one that died when it had taken all back. */
	settle_boot();
	return err ? err : r.count;
}
