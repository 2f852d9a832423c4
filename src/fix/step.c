#include "fix/step.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/tool.h"
#include "fix/file_check.h"
#include "fix/replace.h"
#include "fix/rules_back.h"
#include "fix/rules_edit.h"
#include "fix/rules_same.h"
#include "fix/setting_check.h"
#include "ruleset/live.h"

enum { TOOL_MS = 20000, RESTART_MS = 90000, TRIES = 5, PAUSE_MS = 300 };

enum { FILE_MOST = 16 << 20 };

static int input_of(const char *text)
{
	int fd = memfd_create("input", MFD_CLOEXEC);
	int err = fd < 0 ? -errno : file_write(fd, text, strlen(text));

	if (!err && lseek(fd, 0, SEEK_SET) < 0)
		err = -errno;
	if (!err)
		return fd;
	if (fd >= 0)
		(void)close(fd);
	return err;
}

static void tell_failed(struct text *why, struct tool *t, const char *name)
{
	text_clear(why);
	if (t->failed)
		text_format(why, _("%1$s cannot be started: %2$s."), name,
			    strerror(t->failed));
	else if (t->timed_out)
		text_format(why, _("%s took too long."), name);
	else if (t->complaint.len)
		text_format(why, _("%1$s failed: %2$s"), name,
			    text_string(&t->complaint));
	else
		text_format(why, _("%1$s failed with status %2$d."), name,
			    WIFEXITED(t->status) ? WEXITSTATUS(t->status) : -1);
}

/* echo: what it printed; may be NULL. */
static int run(const char *const *argv, const char *input, int limit_ms,
	       struct text *echo, struct text *why)
{
	struct tool t = { 0 }, *const list[] = { &t };
	struct text program = TEXT_NULL;
	int fd = input ? input_of(input) : 0;
	int err = 0;

	if (fd < 0)
		return fd;
	t.input = fd;
	if (tool_find(&program, TOOL_USUAL_PATH, argv[0]))
		tool_start(&t, text_string(&program), argv);
	else
		t.failed = ENOENT;
	tool_finish(list, 1, tool_now_ms() + limit_ms);
	if (!tool_ended_well(&t)) {
		tell_failed(why, &t, argv[0]);
		err = t.failed == ENOENT ? -ENOENT : -EIO;
	} else if (echo) {
		text_bytes(echo, text_string(&t.text), t.text.len);
	}
	tool_done(&t);
	text_done(&program);
	if (input)
		(void)close(fd);
	return err;
}

/* A tool outlives who began it and was killed, and may do its work long after: so
 * it has this lock as long as it runs, and nothing else is begun until it ended. */
static int lock_tools(const struct ledger *l)
{
	int fd = openat(l->folder, "tool", O_RDWR | O_CREAT | O_NOFOLLOW, 0600);

	if (fd < 0)
		return -errno;
	for (int i = 0; flock(fd, LOCK_EX | LOCK_NB); i++) {
		/* One that never ends must not hold up the undo for ever. */
		if ((errno != EINTR && errno != EWOULDBLOCK) ||
		    i * PAUSE_MS > TOOL_MS)
			break;
		(void)poll(NULL, 0, PAUSE_MS);
	}
	return fd;
}

static void name_of(char name[24], const char *what, size_t i)
{
	(void)snprintf(name, 24, "%s-%zu", what, i);
}

static int run_script(const struct ledger *l, const struct rules_change *c,
		      const char *script, struct text *echo, struct text *why)
{
	struct arena *a = arena_new();
	const char *const *argv = a ? rules_edit_argv(a, c) : NULL;
	int lock = lock_tools(l);
	int err = !argv ? -ENOMEM : lock < 0 ? lock : 0;

	if (!err)
		err = run(argv, script, TOOL_MS, echo, why);
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
	err = run(argv, NULL, TOOL_MS, ret, why);
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

/* A daemon that is restarted would have the lock for good. */
static int run_command(const struct ledger *l, const struct run_change *c,
		       const char *const *argv, struct text *why)
{
	int lock = lock_tools(l), err = lock < 0 ? lock : 0;

	if (!err && c->is_restart)
		(void)fcntl(lock, F_SETFD, FD_CLOEXEC);
	if (!err)
		err = run(argv, NULL, c->is_restart ? RESTART_MS : TOOL_MS,
			  NULL, why);
	else
		text_str(why, strerror(-err));
	if (!err)
		err = setting_check(argv, why);
	if (lock >= 0)
		(void)close(lock);
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

/* The rules just before this step: what it goes back to, and for the first of an
 * order the last look whether they are still those that it was made for. */
static int keep_rules(const struct ledger *l, const struct order *o, size_t i,
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

static int do_rules(const struct ledger *l, const struct order *o, size_t i,
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
	int err = c->kind == CHANGE_RULES ? keep_rules(l, o, i, why) : 0;

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
		err = do_rules(l, o, i, why);
		break;
	case CHANGE_FILE:
		err = do_file(&c->file, why);
		break;
	case CHANGE_RUN:
		err = run_command(l, &c->run, c->run.argv, why);
		break;
	}
	if (!err)
		err = ledger_note(l, "done", (int)i, NULL);
	return err;
}

/* Takes it back from the rules as they are now. -EINVAL: it cannot be told. */
static int undo_from(const struct ledger *l, const struct rules_change *c,
		     size_t i, bool is_done, struct text *before,
		     struct text *now, struct text *why)
{
	struct text b = TEXT_NULL, n = TEXT_NULL, echo = TEXT_NULL,
		    script = TEXT_NULL;
	bool is_other;
	char name[24];
	int err = -EINVAL;

	name_of(name, "echo", i);
	(void)ledger_get(l, name, &echo);
	if (live_gathered_text(text_string(before), before->len, source_of(c),
			       &b, &is_other) &&
	    live_gathered_text(text_string(now), now->len, source_of(c), &n,
			       &is_other))
		err = rules_back(&script, &(struct rules_back){
						  .change = c,
						  .before = text_string(&b),
						  .now = text_string(&n),
						  .echo = text_string(&echo),
						  .is_done = is_done,
					  });
	if (!err)
		err = run_for(l, c, text_string(&script), text_string(&n), NULL,
			      why);
	else if (err < 0)
		text_format(
			why,
			_("The new rules of table %s cannot be told from others."),
			c->table);
	text_done(&b);
	text_done(&n);
	text_done(&echo);
	text_done(&script);
	return err;
}

/* Where the rules are as they were, there is nothing to take back. */
static int undo_rules(const struct ledger *l, const struct rules_change *c,
		      size_t i, bool is_done, struct text *why)
{
	struct text before = TEXT_NULL, now = TEXT_NULL;
	int lock = lock_tools(l);
	int err = lock < 0 ? lock : get_rules(l, i, &before);

	/* Whatever is still at it ends first. */
	if (lock >= 0)
		(void)close(lock);
	if (!err)
		err = rules_same_gather(&now);
	if (err)
		text_format(why, _("The ledger cannot be read: %s."),
			    strerror(-err));
	else if (!rules_same(text_string(&before), before.len,
			     text_string(&now), now.len))
		err = undo_from(l, c, i, is_done, &before, &now, why);
	text_done(&before);
	text_done(&now);
	return err < 0 ? err : 0;
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
static int undo_run(const struct ledger *l, const struct run_change *c,
		    bool is_other_boot, struct text *why)
{
	int err = c->undo ? run_command(l, c, c->undo, why) : 0;

	return is_other_boot ? 0 : err;
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
		if (!is_other_boot)
			err = undo_rules(l, &c->rules, i, p->is_done[i], why);
		break;
	case CHANGE_FILE:
		err = undo_file(&c->file, p->is_done[i], why);
		if (!err)
			replace_forget(c->file.path);
		break;
	case CHANGE_RUN:
		err = undo_run(l, &c->run, is_other_boot, why);
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
	for (size_t i = o->count; i-- > 0;) {
		if (!p.is_begun[i] || p.is_undone[i])
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
