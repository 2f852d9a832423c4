/* fix confirm, undo, status: how changes end, and what became of all. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/tool.h"
#include "cli/fix.h"
#include "cli/near.h"
#include "fix/apply.h"
#include "fix/session.h"

enum { BOOT_MS = 15000 };

enum settling { SETTLE_CONFIRM, SETTLE_UNDO };

struct settle {
	const struct command *command;
	struct cli *cli;
	const char *id;
	enum settling what;
	bool is_same_session; /* --same-session */
	bool is_pending;      /* undo --pending: what a crash or reboot left */
	bool is_left;         /* undo --leave: what cannot be taken back */
};

static int say(const char *format, const char *words)
{
	(void)fputs("kiriwake: ", stderr);
	(void)fprintf(stderr, format, words);
	(void)fputc('\n', stderr);
	return EXIT_UNKNOWN;
}

static int take_word(struct settle *s, const char *word)
{
	if (s->what == SETTLE_CONFIRM && !strcmp(word, "--same-session"))
		s->is_same_session = true;
	else if (s->what == SETTLE_UNDO && !strcmp(word, "--pending"))
		s->is_pending = true;
	else if (s->what == SETTLE_UNDO && !strcmp(word, "--leave"))
		s->is_left = true;
	else if (word[0] == '-')
		return near_option(s->command, word);
	else if (s->id)
		return cli_usage(s->command, "%s", _("one change at a time"));
	else
		s->id = word;

	return 0;
}

static int take_words(struct settle *s, int argc, char *argv[])
{
	for (int i = 1; i < argc; i++) {
		int taken = cli_common(s->cli, argc, argv, &i);
		int status = taken        ? 0
			     : argv[i][0] ? take_word(s, argv[i])
					  : EXIT_USAGE;

		if (taken < 0)
			return EXIT_USAGE;
		if (status)
			return status;
	}

	return 0;
}

/* The one that is meant: what waits, or for undo the newest. */
static int find(const struct settle *s, char id[32])
{
	int err;

	if (s->id) {
		(void)snprintf(id, 32, "%s", s->id);
		return 0;
	}
	err = ledger_latest(id, true);
	if (err == -ENOENT && s->what == SETTLE_UNDO)
		err = ledger_latest(id, false);
	return err;
}

/* Whoever was cut off cannot confirm: so it has to come by another way in. */
static bool is_same(const struct settle *s, const struct order *o)
{
	struct text session = TEXT_NULL;
	bool is_same = !s->is_same_session && o->session &&
		       session_find(&session) &&
		       !strcmp(text_string(&session), o->session);

	text_done(&session);
	return is_same;
}

/* As `status --json' has it, of that change alone. 0 or -ENOMEM. */
static int tell_one(const char *id);

/* What the next boot would load, by this very program: it takes the rights that it
 * needs, and no more. */
static void tell_confirmed(const char *id)
{
	static const char *const argv[] = { "kiriwake", "firewall", "diff",
					    "live",     "boot",     NULL };
	struct tool t = { 0 }, *const list[] = { &t };
	int status;

	tool_start(&t, "/proc/self/exe", argv);
	tool_finish(list, 1, tool_now_ms() + BOOT_MS);
	status = !t.failed && !t.timed_out && WIFEXITED(t.status)
			 ? WEXITSTATUS(t.status)
			 : EXIT_UNKNOWN;
	(void)printf(_("The change %s is confirmed.\n"), id);
	if (status == EXIT_HEALTHY)
		(void)puts(
			_("The next boot gives the rules that are in force."));
	else if (status == EXIT_FAULT)
		(void)puts(_(
			"The next boot gives other rules than are in force: `kiriwake firewall diff live boot' tells which."));
	else
		(void)puts(_(
			"Whether the next boot gives the same could not be told: `kiriwake firewall diff live boot'."));
	tool_done(&t);
}

static void tell_settled(const struct settle *s, const char *id)
{
	if (s->cli->json)
		(void)tell_one(id);
	else if (s->is_left)
		(void)printf(_("The change %s is left as it is.\n"), id);
	else if (s->what == SETTLE_CONFIRM)
		tell_confirmed(id);
	else
		(void)printf(_("The change %s is taken back.\n"), id);
}

static int settle_one(const struct settle *s, struct ledger *l,
		      const struct order *o)
{
	struct text why = TEXT_NULL;
	int err;

	if (s->what == SETTLE_CONFIRM && is_same(s, o))
		return cli_usage(
			s->command, "%s",
			_("this is the session that applied it: log in anew, and confirm there. That shows that one still can"));

	if (s->is_left)
		err = apply_leave(l, &why);
	else
		err = s->what == SETTLE_CONFIRM ? apply_confirm(l, o, &why)
						: apply_undo(l, o, &why);
	if (err)
		(void)say("%s", why.len ? text_string(&why) : strerror(-err));
	else
		tell_settled(s, l->id);
	text_done(&why);
	return err ? EXIT_UNKNOWN : EXIT_HEALTHY;
}

static int recover(void)
{
	struct text why = TEXT_NULL;
	int count = apply_recover(&why);

	if (count < 0)
		(void)say("%s", why.len ? text_string(&why) : strerror(-count));
	else if (count)
		(void)printf(ngettext("%d change was taken back.\n",
				      "%d changes were taken back.\n",
				      (unsigned)count),
			     count);
	text_done(&why);
	return count < 0 ? EXIT_UNKNOWN : EXIT_HEALTHY;
}

static int settle(const struct settle *s)
{
	struct arena *a = arena_new();
	struct order o;
	struct ledger l;
	char id[32];
	int err = a ? find(s, id) : -ENOMEM, status;

	if (!err)
		err = ledger_open(&l, id, true);
	if (err == -ENOENT) {
		arena_free(a);
		return s->id ? cli_usage(
				       s->command,
				       _("there is no change \"%s\": `kiriwake fix status' lists them"),
				       s->id)
			     : say("%s", _("No change waits."));
	}
	if (!err) {
		err = ledger_order(&l, a, &o);
		status = err ? 0 : settle_one(s, &l, &o);
		ledger_close(&l);
	}
	arena_free(a);
	return err ? say("%s", strerror(-err)) : status;
}

static int run_settle(struct settle *s, int argc, char *argv[])
{
	int status = take_words(s, argc, argv);

	if (status)
		return status;
	if (geteuid())
		return say("%s", _("Only root may change this host."));

	return s->is_pending ? recover() : settle(s);
}

static int run_confirm(struct cli *cli, int argc, char *argv[])
{
	struct settle s = { .command = &fix_confirm_command,
			    .cli = cli,
			    .what = SETTLE_CONFIRM };

	return run_settle(&s, argc, argv);
}

static int run_undo(struct cli *cli, int argc, char *argv[])
{
	struct settle s = { .command = &fix_undo_command,
			    .cli = cli,
			    .what = SETTLE_UNDO };

	return run_settle(&s, argc, argv);
}

static const char *state_words(enum ledger_state s)
{
	static const char *const words[LEDGER_STATES] = {
		[LEDGER_NONE] = N_("nothing was done"),
		[LEDGER_PREPARED] = N_("prepared; nothing was done"),
		[LEDGER_ARMED] = N_("about to be made"),
		[LEDGER_APPLYING] = N_("being made"),
		[LEDGER_APPLIED] = N_("waits to be confirmed"),
		[LEDGER_CONFIRMING] = N_("being confirmed"),
		[LEDGER_CONFIRMED] = N_("confirmed"),
		[LEDGER_UNDOING] = N_("being taken back"),
		[LEDGER_UNDONE] = N_("taken back"),
		[LEDGER_STUCK] = N_("could not be taken back whole"),
	};

	return _(words[s]);
}

struct listing {
	struct json *json; /* NULL: text */
	size_t count;
	bool is_pending;
};

static void list_text(const struct order *o, const char *id,
		      const struct ledger_progress *p)
{
	time_t at = (time_t)(o->at_ns / CLOCK_SECOND);
	char clock[32];
	struct tm tm;

	(void)localtime_r(&at, &tm);
	(void)strftime(clock, sizeof(clock), "%Y-%m-%d %H:%M:%S", &tm);
	(void)printf("%s  %s  %s\n    %s\n", id, clock, state_words(p->state),
		     o->what);
	if (o->service)
		(void)printf(_("    for %1$s, by %2$s\n"), o->service,
			     o->who ? o->who : "?");
	if (p->state == LEDGER_STUCK && p->detail[0])
		(void)printf("    %s\n", p->detail);
	if (p->state == LEDGER_APPLIED && p->deadline_ns > clock_wall())
		(void)printf(
			_("    taken back in %lld s, unless: kiriwake fix confirm %s\n"),
			(long long)((p->deadline_ns - clock_wall()) /
				    CLOCK_SECOND),
			id);
}

static void list_json(struct json *j, const struct order *o, const char *id,
		      const struct ledger_progress *p)
{
	struct text at = TEXT_NULL;

	clock_iso(&at, o->at_ns);
	json_object(j);
	json_member(j, "id", id);
	json_member(j, "state", ledger_state_names[p->state]);
	json_member(j, "at", text_string(&at));
	json_member(j, "what", o->what);
	json_member(j, "why", o->why);
	json_member(j, "who", o->who);
	json_member(j, "service", o->service);
	json_member(j, "client", o->client);
	json_name(j, "deadline");
	if (p->deadline_ns) {
		text_clear(&at);
		clock_iso(&at, p->deadline_ns);
		json_string(j, text_string(&at));
	} else {
		json_null(j);
	}
	json_object_end(j);
	text_done(&at);
}

static int list_one(void *context, const char *id)
{
	struct listing *list = context;
	struct arena *a = arena_new();
	struct ledger_progress p;
	struct order o;
	struct ledger l;
	int err = a ? ledger_open(&l, id, false) : -ENOMEM;

	if (err) {
		arena_free(a);
		return err == -ENOMEM ? err : 0;
	}
	err = ledger_order(&l, a, &o);
	if (!err)
		err = ledger_progress(&l, &p);
	if (!err) {
		list->count++;
		list->is_pending |= ledger_is_pending(p.state);
		if (list->json)
			list_json(list->json, &o, id, &p);
		else
			list_text(&o, id, &p);
	}
	ledger_close(&l);
	arena_free(a);
	return err == -ENOMEM ? err : 0;
}

static int list_all_json(struct listing *list)
{
	struct text out = TEXT_NULL;
	struct json j = json_over(&out, true);
	int err;

	list->json = &j;
	json_object(&j);
	json_member_u64(&j, "kiriwake", 1);
	json_name(&j, "changes");
	json_array(&j);
	err = ledger_each(list_one, list);
	json_array_end(&j);
	json_object_end(&j);
	text_char(&out, '\n');
	if (!err)
		(void)fputs(text_string(&out), stdout);
	text_done(&out);
	return err;
}

static int tell_one(const char *id)
{
	struct text out = TEXT_NULL;
	struct json j = json_over(&out, true);
	struct listing list = { .json = &j };
	int err;

	json_object(&j);
	json_member_u64(&j, "kiriwake", 1);
	json_name(&j, "changes");
	json_array(&j);
	err = list_one(&list, id);
	json_array_end(&j);
	json_object_end(&j);
	text_char(&out, '\n');
	if (!err)
		(void)fputs(text_string(&out), stdout);
	text_done(&out);
	return err;
}

static int run_status(struct cli *cli, int argc, char *argv[])
{
	struct listing list = { 0 };
	int err;

	for (int i = 1; i < argc; i++) {
		int taken = cli_common(cli, argc, argv, &i);

		if (taken < 0)
			return EXIT_USAGE;
		if (!taken)
			return near_option(&fix_status_command, argv[i]);
	}
	err = cli->json ? list_all_json(&list) : ledger_each(list_one, &list);
	if (err == -EACCES)
		return say("%s",
			   _("Only root may read the ledger of changes."));
	if (err)
		return say("%s", strerror(-err));
	if (!list.count && !cli->json)
		(void)puts(_("No change was ever made."));

	return list.is_pending ? EXIT_FAULT : EXIT_HEALTHY;
}

const struct command fix_confirm_command = {
	.name = "fix confirm",
	.arguments = "[ID] [--same-session]",
	.summary = N_("Makes a change last."),
	.help = N_(
		"\n"
		"What `kiriwake fix apply' changed is taken back by itself unless it is confirmed in\n"
		"time, from a new connection: that shows that one can still log in. Then the files\n"
		"that the next boot reads are changed, too, so that it gives the same.\n"
		"\n"
		"  ID              the change, as `kiriwake fix status' lists it; else that which\n"
		"                  waits\n"
		"  --same-session  also from the session that applied it\n"
		"\n"
		"Exit status: 0 confirmed; 2 usage; 3 nothing waits, or a file could not be written:\n"
		"then all was taken back.\n"
		"\n"
		"Examples:\n"
		"  kiriwake fix confirm\n"),
	.run = run_confirm,
};

const struct command fix_undo_command = {
	.name = "fix undo",
	.arguments = "[ID] [--pending | --leave]",
	.summary = N_("Takes a change back, confirmed or not."),
	.help = N_(
		"\n"
		"Takes back what `kiriwake fix apply' changed: what others have changed since stays.\n"
		"\n"
		"  ID         the change, as `kiriwake fix status' lists it; else the newest\n"
		"  --pending  all that a crash or a reboot left unconfirmed\n"
		"  --leave    gives up a change that could not be taken back whole, because others\n"
		"             have changed the same lines: it is left as it is\n"
		"\n"
		"Exit status: 0 taken back; 2 usage; 3 it could not be, or there is nothing.\n"
		"\n"
		"Examples:\n"
		"  kiriwake fix undo\n"
		"  kiriwake fix undo 20261122T143105-1\n"),
	.run = run_undo,
};

const struct command fix_status_command = {
	.name = "fix status",
	.arguments = "[--json]",
	.summary = N_("Every change that was made, and what became of it."),
	.help = N_(
		"\n"
		"The newest first. The ledger is kept in /var/lib/kiriwake/changes.\n"
		"\n"
		"Exit status: 0 all is settled; 1 a change waits to be confirmed, or could not be\n"
		"taken back whole; 3 not permitted.\n"
		"\n"
		"Examples:\n"
		"  kiriwake fix status\n"),
	.run = run_status,
};
