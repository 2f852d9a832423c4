#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/i18n.h"
#include "host/look.h"
#include "host/reader.h"
#include "host/serving.h"
#include "host/superservers.h"
#include "host/unit_state.h"
#include "host/units.h"

/*
 * Super-servers: inetd, xinetd, and systemd's sockets. Where nothing has the
 * port open, whether the service stands there switched off; where one of them
 * has it, whether it lets the client in and can start the program.
 */
static const enum fact_kind told[] = {
	FACT_SUPERSERVERS_READ,  FACT_SUPERSERVER_OFF, FACT_SUPERSERVER_PROGRAM,
	FACT_SUPERSERVER_DENIES, FACT_SOCKET_UNIT_OFF, FACT_UNIT_FAILED,
};

/* Of look_listener: less than what is found here. */
static const enum fact_kind outdone[] = { FACT_LISTENER_NONE,
					  FACT_LISTENER_STRAY,
					  FACT_LISTENER_STRAYS };

struct reading {
	struct looking *l;
	struct arena *arena;
	struct problems *problems;
};

/* A line of a file that is to blame. */
struct line {
	const char *file, *text;
	unsigned number;
};

static struct culprit *blame(const struct reading *r, const struct line *line)
{
	struct arena *a = r->l->record->arena;
	struct culprit *c = culprit_new(a, CULPRIT_CONFIG_LINE, VANTAGE_SERVER,
					"%s", line->text);

	culprit_text(c, a, "file", line->file);
	if (line->number)
		culprit_number(c, "line", line->number);
	return c;
}

static void tell_off(struct reading *r, const struct line *line)
{
	struct looking *l = r->l;

	look_forget(l, outdone, sizeof(outdone) / sizeof(*outdone));
	look_step(l, STEP_FAIL,
		  _("%1$s, line %2$u: the service is switched off"), line->file,
		  line->number);
	look_tell(
		l, FACT_SUPERSERVER_OFF, blame(r, line),
		_("The service stands in %1$s, line %2$u, and is switched off there: %3$s."),
		line->file, line->number, line->text);
}

/* 1: it is told. */
static int off_in_inetd(struct reading *r, const struct superserver *super)
{
	const struct inetd_service *s = NULL;
	int err = superservers_inetd(super, r->arena, r->problems, &s);

	s = inetd_conf_find(s, r->l->question->protocol, r->l->question->port,
			    true);
	if (!s)
		return err;

	tell_off(r, &(struct line){ super->conf, s->text, s->line });
	return 1;
}

static int off_in_xinetd(struct reading *r, const struct superserver *super)
{
	const struct xinetd_service *s = NULL;
	int err = superservers_xinetd(super, r->arena, r->problems, &s);

	s = xinetd_conf_find(s, r->l->question->protocol, r->l->question->port,
			     true);
	if (!s)
		return err;

	tell_off(r,
		 &(struct line){ s->off_file, "disable = yes", s->off_line });
	return 1;
}

static int off_in_superservers(struct reading *r)
{
	const struct superserver *s = NULL;
	int err = superservers_find(&s, r->arena);
	bool has_xinetd = false;

	for (const struct superserver *i = s; i; i = i->next)
		has_xinetd = has_xinetd || i->is_xinetd;
	if (!err && !has_xinetd)
		look_tell(r->l, FACT_XINETD_NOT, NULL, NULL);
	for (; s && !err; s = s->next)
		err = s->is_xinetd ? off_in_xinetd(r, s) : off_in_inetd(r, s);
	return err;
}

/* What systemd says of it; NULL: nothing that could be asked. */
static const struct unit_state *state_of(struct reading *r, const char *unit)
{
	const struct unit_state *s = NULL;

	if (unit_state_ask(&s, r->arena, &unit, 1))
		return NULL;

	return unit_state_find(s, unit);
}

/* Its service ended so often that systemd starts it no more. */
static void tell_failed_service(struct reading *r, const struct unit *socket,
				const struct unit_state *state)
{
	char *name = arena_string(r->arena, state->triggers);
	const struct unit_state *service;
	struct looking *l = r->l;

	if (!name)
		return;
	name[strcspn(name, " ")] = '\0';
	service = state_of(r, name);
	look_step(l, STEP_FAIL, _("%1$s is started by %2$s, and has failed"),
		  name, socket->name);
	look_tell(
		l, FACT_UNIT_FAILED,
		unit_state_culprit(l->record->arena, service, name),
		_("%1$s is started by %2$s, and failed so often that systemd starts it no more."),
		name, socket->name);
}

static void tell_stopped_socket(struct reading *r, const struct unit *u,
				const struct unit_state *state)
{
	const struct line line = { u->file, u->name, u->line };
	struct looking *l = r->l;
	struct text how = TEXT_NULL;

	look_step(l, STEP_FAIL, _("%s is to have the port open, and has not"),
		  u->name);
	if (state && unit_state_has_failed(state)) {
		unit_state_how(&how, state);
		look_tell(
			l, FACT_SOCKET_UNIT_OFF, blame(r, &line),
			_("%1$s is to listen on %2$s, but it has failed (%3$s)."),
			u->name, u->text, text_string(&how));
	} else if (u->is_enabled && !u->is_masked) {
		look_tell(
			l, FACT_SOCKET_UNIT_OFF, blame(r, &line),
			_("%1$s is enabled and is to listen on %2$s, but nothing does: it was stopped, or has failed."),
			u->name, u->text);
	} else {
		look_tell(
			l, FACT_SUPERSERVER_OFF, blame(r, &line),
			_("%1$s would listen on %2$s, but it is not enabled."),
			u->name, u->text);
	}
	text_done(&how);
}

/* 1: it is told. One that is active listens, but not for this client. */
static int tell_unit(struct reading *r, const struct unit *u)
{
	const struct unit_state *state = state_of(r, u->name);

	if (state && !strcmp(state->active, "active"))
		return 0;

	look_forget(r->l, outdone, sizeof(outdone) / sizeof(*outdone));
	if (state && !strcmp(state->result, "service-start-limit-hit"))
		tell_failed_service(r, u, state);
	else
		tell_stopped_socket(r, u, state);
	return 1;
}

/* A service unit of that name has the port open itself: then its socket unit
 * may well be disabled. */
static int off_in_systemd(struct reading *r)
{
	const struct look_question *q = r->l->question;
	const struct unit *socket = NULL;
	bool has_service = false;
	struct units units;
	int err = units_find(&units, r->arena, q->protocol, q->port);

	if (err || !units.is_running)
		return err;

	for (const struct unit *u = units.list; u; u = u->next) {
		has_service = has_service || !u->line;
		if (u->line && (!socket || u->is_enabled))
			socket = u;
	}
	return socket && (socket->is_enabled || !has_service)
		       ? tell_unit(r, socket)
		       : 0;
}

/* Whether it can be started at all. */
static bool is_startable(const char *program)
{
	struct reader_status s;
	int err = program[0] == '/' ? reader_status(program, &s) : 0;

	if (err)
		return err != -ENOENT && err != -ENOTDIR;

	return program[0] != '/' || (S_ISREG(s.mode) && (s.mode & 0111));
}

static void check_program(struct reading *r, const char *program,
			  const struct line *line)
{
	struct looking *l = r->l;

	if (is_startable(program))
		return;

	look_step(l, STEP_FAIL, _("%1$s, line %2$u: %3$s cannot be started"),
		  line->file, line->number, program);
	look_tell(
		l, FACT_SUPERSERVER_PROGRAM, blame(r, line),
		_("%1$s, line %2$u, names %3$s, which is not there or no program."),
		line->file, line->number, program);
}

static int check_inetd(struct reading *r, const struct superserver *super)
{
	const struct inetd_service *s = NULL;
	int err = superservers_inetd(super, r->arena, r->problems, &s);

	s = inetd_conf_find(s, r->l->question->protocol, r->l->question->port,
			    false);
	if (err || !s)
		return err;

	look_step(r->l, STEP_PASS, _("%1$s, line %2$u: inetd starts %3$s"),
		  super->conf, s->line, s->server);
	if (!s->is_internal)
		check_program(r, s->server,
			      &(struct line){ super->conf, s->text, s->line });
	return 0;
}

static int read_minute(void *context)
{
	time_t now = time(NULL);
	struct tm tm;

	(void)context;
	return localtime_r(&now, &tm) ? tm.tm_hour * 60 + tm.tm_min : -1;
}

/* A saved host is judged by its own time. */
static int minute_now(void)
{
	return reader_number("minute of the day", read_minute, NULL);
}

static void check_lists(struct reading *r, const struct xinetd_service *s)
{
	struct xinetd_ask ask = { .client = r->l->question->client,
				  .minute = minute_now() };
	struct text client = TEXT_NULL;
	struct xinetd_decision d;
	struct looking *l = r->l;

	xinetd_conf_decide(&d, s, &ask);
	if (d.answer == XINETD_ALLOWED)
		return;

	address_text(&client, &ask.client);
	if (d.answer == XINETD_UNKNOWN) {
		look_step(
			l, STEP_BLOCKED,
			_("whether %1$s, line %2$u, lets %3$s in hangs on its name, or the time"),
			d.file, d.line, text_string(&client));
		case_not_looked(l->record, l->look->id, l->text);
	} else {
		look_step(l, STEP_FAIL,
			  _("%1$s, line %2$u, does not let %3$s in"), d.file,
			  d.line, text_string(&client));
		look_tell(
			l, FACT_SUPERSERVER_DENIES,
			blame(r, &(struct line){ d.file, d.attribute, d.line }),
			_("%1$s of xinetd (%2$s, line %3$u) does not let %4$s in."),
			d.attribute, d.file, d.line, text_string(&client));
	}
	text_done(&client);
}

static int check_xinetd(struct reading *r, const struct superserver *super)
{
	const struct xinetd_service *s = NULL;
	int err = superservers_xinetd(super, r->arena, r->problems, &s);

	s = xinetd_conf_find(s, r->l->question->protocol, r->l->question->port,
			     false);
	if (err || !s)
		return err;

	look_step(r->l, STEP_PASS, _("%1$s, line %2$u: xinetd serves %3$s"),
		  s->file, s->line, s->name);
	if (s->server && !s->is_internal && !s->redirect)
		check_program(
			r, s->server,
			&(struct line){ s->file, s->server, s->server_line });
	if (r->l->question->has_client)
		check_lists(r, s);
	return 0;
}

static int check_owner(struct reading *r, int pid)
{
	const struct superserver *super = NULL;
	int err = superservers_of(&super, r->arena, pid);

	if (!err && (!super || !super->is_xinetd))
		look_tell(r->l, FACT_XINETD_NOT, NULL, NULL);
	if (!super)
		return err;

	return super->is_xinetd ? check_xinetd(r, super)
				: check_inetd(r, super);
}

static int check_off(struct reading *r)
{
	int err = off_in_superservers(r);

	if (!err)
		err = off_in_systemd(r);
	return err < 0 ? err : 0;
}

static int check(struct reading *r)
{
	const struct look_question *q = r->l->question;
	const struct listener *best = NULL;
	const struct owner *owner = NULL;
	struct serving s = { 0 };
	enum listeners_fit fit;
	int err = serving_read(&s, "", q);

	if (!err)
		best = serving_best(&s, q, &fit);
	if (best)
		err = serving_find_owners(&s);
	if (best && !err)
		owner = owners_of(&s.owners, best->inode);
	if (!err && !best)
		err = check_off(r);
	else if (owner)
		err = check_owner(r, owner->pid);
	else if (!err && s.owners.is_partial)
		err = -EACCES;
	serving_done(&s);
	return err;
}

static int look(struct looking *l)
{
	struct reading r = { l, arena_new(), problems_new() };
	int err = -ENOMEM;

	look_forget(l, told, sizeof(told) / sizeof(*told));
	if (r.arena && r.problems)
		err = check(&r);
	if (!err)
		look_tell(l, FACT_SUPERSERVERS_READ, NULL, NULL);
	problems_free(r.problems);
	arena_free(r.arena);
	return err;
}

const struct look look_superserver = {
	.id = "superserver",
	.title = N_("inetd, xinetd and systemd's sockets"),
	.needs = "CAP_SYS_PTRACE",
	.before = look,
	.client = look,
};
