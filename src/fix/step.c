#include "fix/step.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/tool.h"
#include "fix/file_check.h"
#include "fix/replace.h"
#include "fix/rules_edit.h"
#include "fix/rules_same.h"

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

static void echo_name(char name[24], size_t i)
{
	(void)snprintf(name, 24, "echo-%zu", i);
}

static int run_script(const struct rules_change *c, const char *script,
		      struct text *echo, struct text *why)
{
	struct arena *a = arena_new();
	const char *const *argv = a ? rules_edit_argv(a, c) : NULL;
	int err = argv ? run(argv, script, TOOL_MS, echo, why) : -ENOMEM;

	arena_free(a);
	return err;
}

static int do_rules(const struct ledger *l, const struct rules_change *c,
		    size_t i, struct text *why)
{
	struct text echo = TEXT_NULL;
	char name[24];
	int err = run_script(c, c->script, &echo, why);

	echo_name(name, i);
	/* Without it the handles are found again by what is new. */
	if (!err && c->engine == ENGINE_NFT)
		(void)ledger_put(l, name, text_string(&echo), echo.len);
	text_done(&echo);
	return err;
}

static int do_file(const struct file_change *c, struct text *why)
{
	int err = file_check(c->path, c->after, why);

	if (err)
		return err;
	err = replace_file(c->path, c->before, c->after,
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
	int err = ledger_note(l, "begin", (int)i, NULL);

	if (err) {
		text_format(why, _("The ledger cannot be written: %s."),
			    strerror(-err));
		return err;
	}
	switch (c->kind) {
	case CHANGE_RULES:
		err = do_rules(l, &c->rules, i, why);
		break;
	case CHANGE_FILE:
		err = do_file(&c->file, why);
		break;
	case CHANGE_RUN:
		err = run(c->run.argv, NULL,
			  c->run.is_restart ? RESTART_MS : TOOL_MS, NULL, why);
		break;
	}
	if (!err)
		err = ledger_note(l, "done", (int)i, NULL);
	return err;
}

/* What nft told when it was applied, or would have. */
static void get_echo(const struct ledger *l, size_t i, const struct text *rules,
		     struct text *now, struct text *ret)
{
	char name[24];

	echo_name(name, i);
	if (ledger_get(l, name, ret) || !ret->len) {
		struct text before = *rules;

		text_clear(ret);
		rules_same_echo(ret, text_string(&before), before.len,
				text_string(now), now->len);
	}
}

static int undo_script(const struct ledger *l, const struct rules_change *c,
		       size_t i, const struct text *rules, struct text *now,
		       struct text *why)
{
	struct text undo = TEXT_NULL, echo = TEXT_NULL;
	int err = 0;

	if (c->engine == ENGINE_NFT) {
		get_echo(l, i, rules, now, &echo);
		err = rules_edit_undo(&undo, c, text_string(&echo));
	} else {
		text_str(&undo, c->undo);
	}
	if (err)
		text_format(
			why,
			_("The new rules of table %s cannot be told from others."),
			c->table);
	else
		err = run_script(c, text_string(&undo), NULL, why);
	text_done(&undo);
	text_done(&echo);
	return err;
}

/* Where the rules are as they were, there is nothing to take back. */
static int undo_rules(const struct ledger *l, const struct rules_change *c,
		      size_t i, bool is_other_boot, struct text *why)
{
	struct text before = TEXT_NULL, now = TEXT_NULL;
	int err = is_other_boot ? 0 : ledger_get(l, "rules", &before);

	if (!err && !is_other_boot)
		err = rules_same_gather(&now);
	if (!err && !is_other_boot &&
	    !rules_same(text_string(&before), before.len, text_string(&now),
			now.len))
		err = undo_script(l, c, i, &before, &now, why);
	text_done(&before);
	text_done(&now);
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
	if (err)
		text_format(
			why,
			_("%s was changed by somebody else: look at it yourself."),
			c->path);
	text_done(&now);
	text_done(&mended);
	return err;
}

static int undo_file(const struct file_change *c, struct text *why)
{
	int is_before = replace_is(c->path, c->before);
	int is_after = replace_is(c->path, c->after);
	int err;

	if (is_before > 0)
		return 0;
	if (is_after <= 0)
		return undo_within(c, why);

	err = replace_file(c->path, c->after, c->before, c->mode);
	if (err)
		text_format(why, _("%1$s cannot be written: %2$s."), c->path,
			    strerror(-err));
	return err;
}

int step_take_back(const struct ledger *l, const struct order *o, size_t i,
		   bool is_other_boot, struct text *why)
{
	const struct fix_change *c = &o->steps[i].change;
	int err = 0;

	switch (c->kind) {
	case CHANGE_RULES:
		err = undo_rules(l, &c->rules, i, is_other_boot, why);
		break;
	case CHANGE_FILE:
		err = undo_file(&c->file, why);
		break;
	case CHANGE_RUN:
		if (c->run.undo)
			err = run(c->run.undo, NULL,
				  c->run.is_restart ? RESTART_MS : TOOL_MS,
				  NULL, why);
		if (is_other_boot)
			err = 0;
		break;
	}
	if (!err)
		(void)ledger_note(l, "taken-back", (int)i, NULL);
	return err;
}

/* A file is replaced at once or not at all, so what is not in it was not done. */
static bool was_not_done(const struct fix_change *c)
{
	struct text now = TEXT_NULL, mended = TEXT_NULL;
	bool ret = false;

	if (c->kind == CHANGE_RUN)
		return true;
	if (c->kind == CHANGE_FILE &&
	    replace_is(c->file.path, c->file.after) < 1)
		ret = file_load(&now, c->file.path, FILE_MOST) != 0 ||
		      replace_without(&mended, text_string(&now),
				      c->file.before, c->file.after) != 0;
	text_done(&now);
	text_done(&mended);
	return ret;
}

/* What was begun may have been done, or not. */
static int take_back(const struct ledger *l, const struct order *o, size_t i,
		     const struct ledger_progress *p, bool is_other_boot,
		     struct text *why)
{
	bool is_sure = p->is_done[i];
	int err = 0;

	for (int tries = 0; tries < TRIES; tries++) {
		text_clear(why);
		err = step_take_back(l, o, i, is_other_boot, why);
		if (!err || (!is_sure && was_not_done(&o->steps[i].change)))
			return 0;
		(void)poll(NULL, 0, PAUSE_MS);
	}

	return err;
}

int step_undo_all(const struct ledger *l, const struct order *o,
		  struct text *why)
{
	struct ledger_progress p;
	char boot[40];
	int err = ledger_progress(l, &p), first = 0;

	if (err)
		return err;
	ledger_boot(boot);
	(void)ledger_state(l, LEDGER_UNDOING, NULL);
	for (size_t i = o->count; i-- > 0;) {
		if (!p.is_begun[i] || p.is_undone[i])
			continue;
		err = take_back(l, o, i, &p, p.boot[0] && strcmp(p.boot, boot),
				why);
		if (err && !first)
			first = err;
	}
	(void)ledger_state(l, first ? LEDGER_STUCK : LEDGER_UNDONE,
			   first ? text_string(why) : NULL);
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
