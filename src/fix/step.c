#include "fix/step.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "fix/file_check.h"
#include "fix/replace.h"
#include "fix/setting_check.h"
#include "fix/step_rules.h"
#include "fix/step_signal.h"
#include "fix/step_tool.h"

enum { TRIES = 5, PAUSE_MS = 300, FILE_MOST = 16 << 20 };

/* A daemon that is restarted would have the lock for good. */
static int run_tool(const struct ledger *l, const struct run_change *c,
		    const char *const *argv, struct text *why)
{
	int lock = step_tool_lock(l), err = lock < 0 ? lock : 0;

	if (!err && c->is_restart)
		(void)fcntl(lock, F_SETFD, FD_CLOEXEC);
	if (!err)
		err = step_tool_run(argv, NULL,
				    c->is_restart ? STEP_RESTART_MS
						  : STEP_TOOL_MS,
				    NULL, why);
	else
		text_str(why, strerror(-err));
	if (!err)
		err = setting_check(argv, why);
	if (lock >= 0)
		(void)close(lock);
	return err;
}

static int run_command(const struct ledger *l, const struct order *o,
		       const struct run_change *c, const char *const *argv,
		       struct text *why)
{
	if (step_signal_is(argv))
		return step_signal_send(argv, o->at_ns, why);

	return run_tool(l, c, argv, why);
}

static int do_file(const struct file_change *c, struct text *why)
{
	int err = file_check(c->path, c->after, why);

	if (err)
		return err;
	err = replace_keeping(c->path, c->before, c->after,
			      c->mode ? c->mode : 0644);
	if (err == -ESTALE)
		text_format(why,
			    _("%s was changed by somebody since it was read."),
			    c->path);
	else if (err)
		text_format(why, _("%1$s cannot be written: %2$s."), c->path,
			    strerror(-err));
	return err;
}

int step_do(const struct ledger *l, const struct order *o, size_t i,
	    struct text *why)
{
	const struct fix_change *c = &o->steps[i].change;
	int err = c->kind == CHANGE_RULES ? step_rules_keep(l, o, i, why) : 0;

	if (err)
		return err;
	err = ledger_note(l, "begin", (int)i, NULL);
	if (err) {
		text_format(why, _("The ledger cannot be written: %s."),
			    strerror(-err));
		return err;
	}
	switch (c->kind) {
	case CHANGE_RULES:
		err = step_rules_do(l, o, i, why);
		break;
	case CHANGE_FILE:
		err = do_file(&c->file, why);
		break;
	case CHANGE_RUN:
		err = run_command(l, o, &c->run, c->run.argv, why);
		break;
	}
	if (!err)
		err = ledger_note(l, "done", (int)i, NULL);
	return err;
}

/* Somebody has edited it since: only what is ours is taken out, if it still
 * stands there once. */
static int undo_within(const struct file_change *c, struct text *why)
{
	struct text now = TEXT_NULL, mended = TEXT_NULL;
	int err = file_load(&now, c->path, FILE_MOST);

	if (!err)
		err = replace_without(&mended, text_string(&now), c->before,
				      c->after);
	if (!err)
		err = replace_file(c->path, text_string(&now),
				   text_string(&mended), c->mode);
	if (err == -ENOENT || err == -ESTALE)
		text_format(
			why,
			_("%s was changed by somebody else: look at it yourself."),
			c->path);
	else if (err < 0)
		text_format(why, _("%1$s cannot be written: %2$s."), c->path,
			    strerror(-err));
	text_done(&now);
	text_done(&mended);
	return err < 0 ? err : 0;
}

/* A file is replaced at once or not at all, so what is not in it was not done. */
static bool was_not_done(const struct file_change *c)
{
	struct text now = TEXT_NULL, mended = TEXT_NULL;
	bool ret = file_load(&now, c->path, FILE_MOST) != 0 ||
		   replace_without(&mended, text_string(&now), c->before,
				   c->after) != 0;

	text_done(&now);
	text_done(&mended);
	return ret;
}

static int undo_file(const struct file_change *c, bool is_done,
		     struct text *why)
{
	int is_before = replace_is(c->path, c->before);
	int is_after = replace_is(c->path, c->after);
	int err = -ENOENT;

	if (is_before > 0)
		return 0;
	if (is_after <= 0)
		return !is_done && was_not_done(c) ? 0 : undo_within(c, why);

	if (c->before)
		err = replace_back(c->path, c->after, c->before);
	if (err == -ENOENT)
		err = replace_file(c->path, c->after, c->before, c->mode);
	if (err)
		text_format(why, _("%1$s cannot be written: %2$s."), c->path,
			    strerror(-err));
	return err;
}

/* A command that was perhaps not run may have nothing to take back. */
static int undo_run(const struct ledger *l, const struct order *o,
		    const struct run_change *c, bool is_other_boot,
		    struct text *why)
{
	int err = c->undo ? run_command(l, o, c, c->undo, why) : 0;

	/* Nor has a process that is gone. */
	return is_other_boot || err == -ESRCH ? 0 : err;
}

/* The next boot may have read what was to last, before it was taken back. */
static bool may_have_booted(const struct order *o,
			    const struct ledger_progress *p)
{
	for (size_t i = 0; i < o->count; i++)
		if (o->steps[i].is_lasting && p->is_begun[i])
			return true;

	return false;
}

int step_take_back(const struct ledger *l, const struct order *o, size_t i,
		   const struct ledger_progress *p, struct text *why)
{
	const struct fix_change *c = &o->steps[i].change;
	bool is_other_boot;
	char boot[40];
	int err = 0;

	ledger_boot(boot);
	is_other_boot = p->boot[0] && strcmp(p->boot, boot) != 0;
	switch (c->kind) {
	case CHANGE_RULES:
		if (!is_other_boot || may_have_booted(o, p))
			err = step_rules_undo(l, o, i, p, is_other_boot, why);
		break;
	case CHANGE_FILE:
		err = undo_file(&c->file, p->is_done[i], why);
		if (!err)
			replace_forget(c->file.path);
		break;
	case CHANGE_RUN:
		err = undo_run(l, o, &c->run, is_other_boot, why);
		break;
	}
	if (!err)
		(void)ledger_note(l, "taken-back", (int)i, NULL);
	return err;
}

void step_forget_all(const struct order *o)
{
	for (size_t i = 0; i < o->count; i++)
		if (o->steps[i].change.kind == CHANGE_FILE)
			replace_forget(o->steps[i].change.file.path);
}

static int take_back(const struct ledger *l, const struct order *o, size_t i,
		     const struct ledger_progress *p, struct text *why)
{
	bool is_run = o->steps[i].change.kind == CHANGE_RUN;
	int err = 0;

	for (int tries = 0; tries < TRIES; tries++) {
		text_clear(why);
		err = step_take_back(l, o, i, p, why);
		if (!err)
			return 0;
		(void)poll(NULL, 0, PAUSE_MS);
	}

	/* A command that was perhaps not run may have nothing to take back. */
	return is_run && !p->is_done[i] ? 0 : err;
}

static bool is_restart(const struct order_step *s)
{
	return s->change.kind == CHANGE_RUN && s->change.run.is_restart;
}

int step_undo_all(const struct ledger *l, const struct order *o,
		  struct text *why)
{
	struct text last = TEXT_NULL;
	struct ledger_progress p;
	int err = ledger_progress(l, &p), first = 0;

	if (err)
		return err;
	/* Tried again, it is not told again: the log has an end. */
	if (p.state != LEDGER_STUCK)
		(void)ledger_state(l, LEDGER_UNDOING, NULL);
	/* What is to read its files again is restarted when they are back. */
	for (size_t k = 2 * o->count; k-- > 0;) {
		size_t i = k % o->count;

		if (!p.is_begun[i] || p.is_undone[i] ||
		    is_restart(&o->steps[i]) != (k < o->count))
			continue;
		err = take_back(l, o, i, &p, &last);
		if (!err || first)
			continue;
		first = err;
		text_clear(why);
		text_str(why, text_string(&last));
	}
	if (!first)
		(void)ledger_state(l, LEDGER_UNDONE, NULL);
	else if (p.state != LEDGER_STUCK)
		(void)ledger_state(l, LEDGER_STUCK, text_string(why));
	text_done(&last);
	return first;
}

int step_do_all(const struct ledger *l, const struct order *o, bool is_lasting,
		struct text *why)
{
	int err = 0;

	for (size_t i = 0; i < o->count && !err; i++)
		if (o->steps[i].is_lasting == is_lasting)
			err = step_do(l, o, i, why);

	return err;
}
