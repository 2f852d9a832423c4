#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/problem.h"
#include "cli/case_output.h"
#include "cli/check.h"
#include "cli/fix.h"
#include "fix/drift.h"
#include "fix/image.h"
#include "fix/session.h"
#include "report/words.h"

enum { FAMILY_V6 = 10 };

static bool is_healthy(const struct fix_run *x)
{
	return x->verdict->verdict.status == STATUS_HEALTHY ||
	       (x->by == &fix_files && x->ruled == FACT_RULES_ACCEPT);
}

static bool is_unknown(const struct fix_run *x)
{
	return x->verdict->verdict.status == STATUS_UNKNOWN && !is_healthy(x);
}

static void find_admins(struct fix_run *x, const struct fix_admin *session,
			size_t count)
{
	struct fix_planning *p = &x->planning;

	if (!x->by->is_host || x->request->host)
		return;
	if (count)
		x->admins[0] = *session;
	p->admin_count = fix_admins_open(x->admins, count);
	p->admins = x->admins;
}

static int choose(struct fix_run *x)
{
	struct fix_candidate *c = x->plan.first;
	size_t count = 0, wanted = x->request->chosen;

	for (; c; c = c->next) {
		if (++count != (wanted ? wanted : 1))
			continue;
		x->chosen = c;
		x->number = count;
	}
	if (!wanted || !count || x->chosen)
		return 0;

	return cli_usage(x->request->command,
			 ngettext("--choose %zu: there is %zu way to do it",
				  "--choose %zu: there are %zu ways to do it",
				  count),
			 wanted, count);
}

/* Rules alone are some host's, and not this one's. */
static void init_ticket(const struct fix_run *x, struct ticket *t)
{
	t->problems = x->problems;
	ticket_init(t, x->record, x->verdict);
	if (x->by != &fix_files || x->verdict->attempt)
		return;
	t->flow.record = NULL;
	t->flow.server_name = _("the server");
}

static int put_out(struct text *out)
{
	int err = text_ok(out) ? 0 : -ENOMEM;

	if (!err)
		(void)fwrite(out->data, 1, out->len, stdout);
	text_clear(out);
	return err;
}

/* The plan is told before anybody is asked whether it is to be applied. */
/* CLIENT, SERVER, PORT and NAME, as the catalogue's sentences have them. */
static const char *fill(struct fix_run *x, const struct report_flow *f,
			const char *words)
{
	struct text t = TEXT_NULL;
	const char *ret = NULL;

	if (!words)
		return NULL;
	words_fill(&t, words, f);
	if (text_ok(&t))
		ret = arena_string(x->plan.arena, text_string(&t));
	text_done(&t);
	return ret ? ret : words;
}

static int fill_all(struct fix_run *x)
{
	struct fix_plan *p = &x->plan;
	const char **remarks =
		arena_alloc(p->arena, (p->remark_count + 1) * sizeof(*remarks));
	struct ticket t = { 0 };

	if (!remarks)
		return -ENOMEM;

	init_ticket(x, &t);
	for (struct fix_elsewhere *e = p->elsewhere; e; e = e->next) {
		e->what = fill(x, &t.flow, e->what);
		e->message = fill(x, &t.flow, e->message);
	}
	for (size_t i = 0; i < p->remark_count; i++)
		remarks[i] = fill(x, &t.flow, p->remarks[i]);
	p->remarks = remarks;
	return 0;
}

static int make_plan(struct fix_run *x)
{
	int status = fix_ask_fill(x), err;

	if (status)
		return status;
	if (is_healthy(x) || is_unknown(x))
		return 0;

	fix_ask_faults(x);
	err = fix_plan_make(&x->planning);
	for (struct fix_candidate *c = x->plan.first; c && !err; c = c->next)
		err = x->planning.may_read
			      ? drift_candidate(&x->planning, "/", c)
			      : 0;
	if (!err)
		err = fill_all(x);
	return err ? err : choose(x);
}

static int add_stand_in(struct fix_run *x, const char *words)
{
	struct rehearsal *r = x->chosen->rehearsal;
	const char **all = arena_alloc(x->plan.arena,
				       (r->stand_in_count + 1) * sizeof(*all));

	if (!all)
		return -ENOMEM;
	for (size_t i = 0; i < r->stand_in_count; i++)
		all[i] = r->stand_ins[i];
	all[r->stand_in_count++] = words;
	r->stand_ins = all;
	return 0;
}

/* Rules that do not ask for the server's address are tried with any: with one
 * that is nobody's (RFC 5737, RFC 3849). */
static int rehearse_somewhere(struct fix_run *x)
{
	static const char *const nobody[] = { "192.0.2.80", "2001:db8::80" };
	struct point *p = &x->planning.packet, kept = *p;
	bool is_v6 = p->value[FIELD_FAMILY] == FAMILY_V6;
	struct address a;
	int err;

	if (!address_parse(&a, nobody[is_v6], strlen(nobody[is_v6])))
		return -EINVAL;
	point_set(p, FIELD_DADDR, field_from_address(&a));
	err = rehearse(&x->planning, x->chosen, x->room,
		       x->request->is_experiment);
	*p = kept;
	if (err || !x->chosen->rehearsal)
		return err;

	return add_stand_in(
		x,
		fix_words(
			&x->planning,
			_("The server's address is not known: %s stands for it."),
			nobody[is_v6]));
}

static int try_plan(struct fix_run *x)
{
	int err;

	if (!x->chosen || x->request->is_unrehearsed || !x->room)
		return 0;

	if (x->by == &fix_files && !x->plan.ask.has_server)
		err = rehearse_somewhere(x);
	else
		err = rehearse(&x->planning, x->chosen, x->room,
			       x->request->is_experiment);
	if (err == -ENOMEM)
		return err;
	x->rehearsal_error = err;
	/* What cannot be loaded there stays what was read. */
	err = x->boot_room && x->planning.may_read
		      ? drift_prove(&x->planning, "/", x->boot_room, x->chosen)
		      : 0;
	return err == -ENOMEM ? err : 0;
}

static int tell(struct fix_run *x)
{
	struct text out = TEXT_NULL;
	struct check_screen screen;
	int err = 0;

	check_screen_init(&screen, x->cli, x->record);
	init_ticket(x, &screen.ticket);
	if (!x->cli->json) {
		fix_text(&out, x, &screen.ticket);
		err = put_out(&out);
	}
	if (!err && x->request->is_applying)
		err = fix_apply(x);
	if (!err && x->cli->json)
		fix_json(&out, x, &screen.ticket);
	else if (!err)
		fix_apply_text(&out, x, &screen.ticket);
	if (!err)
		err = put_out(&out);
	text_done(&out);
	return err;
}

static int save(struct fix_run *x)
{
	struct ticket t = { 0 };
	struct text out = TEXT_NULL;
	int err = x->by->save(x);

	if (err || x->file < 0)
		return err;

	init_ticket(x, &t);
	fix_json(&out, x, &t);
	err = text_ok(&out) ? file_write(x->file, out.data, out.len) : -ENOMEM;
	text_done(&out);
	return err;
}

/* Whether something that was tried of the plan went wrong. */
static bool has_failed(const struct rehearsal *r)
{
	for (size_t i = 0; r && i < REHEARSAL_CHECKS; i++)
		if (r->row[i].result == REHEARSAL_FAIL)
			return true;

	return false;
}

static bool is_whole(const struct fix_plan *p)
{
	for (size_t i = 0; i < p->fault_count; i++)
		if (!p->faults[i].is_mended)
			return false;

	return true;
}

static int status_of(const struct fix_run *x)
{
	const struct rehearsal *r = x->chosen ? x->chosen->rehearsal : NULL;

	if (problems_count(x->problems))
		return EXIT_USAGE;
	if (is_unknown(x))
		return EXIT_UNKNOWN;
	if (is_healthy(x))
		return EXIT_HEALTHY;
	if (x->applied.outcome != FIX_NOT_APPLIED)
		return x->applied.status;
	if (!x->chosen || !is_whole(&x->plan) || has_failed(r))
		return EXIT_FAULT;
	if (x->request->is_rehearsing && !(r && r->is_proven))
		return EXIT_UNKNOWN;

	return EXIT_HEALTHY;
}

static int run(struct fix_run *x, const struct fix_admin *session, size_t count)
{
	int err = x->by->look(x);

	if (err)
		return err;

	x->plan.arena = x->record->arena;
	x->planning.plan = &x->plan;
	x->planning.record = x->record;
	x->planning.is_suspected =
		x->verdict->verdict.certainty == CERTAINTY_SUSPECTED;
	find_admins(x, session, count);
	err = make_plan(x);
	if (!err)
		err = try_plan(x);
	if (!err)
		err = save(x);
	if (!err)
		err = tell(x);
	return err ? err : status_of(x);
}

int fix_run(const struct cli *cli, struct fix_request *r,
	    const struct fix_look *by)
{
	struct fix_run x = { .cli = cli,
			     .quiet = *cli,
			     .request = r,
			     .by = by,
			     .record = case_new(),
			     .problems = r->frame.problems,
			     .file = -1 };
	struct fix_admin session;
	size_t count = fix_admins_session(getenv("SSH_CONNECTION"),
					  getenv("SSH_CLIENT"), &session);
	int status = x.record ? 0 : -ENOMEM;

	x.quiet.json = cli->json || !cli->verbose;
	/* Before anything that somebody else made is read. */
	if (!r->is_unrehearsed)
		x.room_error = room_start(&x.room);
	if (x.room && by->is_host && !r->host)
		(void)room_start(&x.boot_room);
	if (r->is_applying) {
		session_user(&x.user);
		(void)session_find(&x.session);
	}
	if (!status && r->is_applying && !geteuid())
		status = applier_start(&x.applier);
	if (!status && r->save)
		status = case_output_open_plan(&x.file, r->save);
	if (!status)
		status = run(&x, &session, count);
	cli_problems(x.problems);
	image_forget(&x.planning);
	by->done(&x);
	room_end(x.room);
	room_end(x.boot_room);
	applier_end(x.applier);
	text_done(&x.user);
	text_done(&x.session);
	if (x.file >= 0 && close(x.file) && status >= 0)
		status = -errno;
	case_free(x.record);
	return status;
}
