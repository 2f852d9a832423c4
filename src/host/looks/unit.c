#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "host/look.h"
#include "host/reader.h"
#include "host/serving.h"
#include "host/unit_state.h"
#include "host/units.h"

/*
 * Services of systemd: where nothing has the port open, whether one that would
 * serve it has failed. Which port a service opens is written in a configuration
 * of its own, so one that is only usual there is never sure; and where another
 * one has failed that might serve any port, nothing is excluded.
 */
enum { FILE_MOST = 64 * 1024, LISTED_MOST = 3, NAMES_MOST = 24 };

static const enum fact_kind told[] = { FACT_UNITS_READ,
				       FACT_UNIT_FAILED_NAMED };

static const enum fact_kind strays[] = { FACT_LISTENER_STRAY,
					 FACT_LISTENER_STRAYS };

struct reading {
	struct looking *l;
	struct arena *arena;
	struct units units;
	const struct unit_state *states; /* of those that are usual */
	const struct unit_state *failed; /* all */
};

static int ask(struct reading *r)
{
	const char *names[NAMES_MOST];
	size_t count = 0;
	int err;

	for (const struct unit *u = r->units.list; u; u = u->next)
		if (!u->line && count < NAMES_MOST)
			names[count++] = u->name;
	err = unit_state_ask(&r->states, r->arena, names, count);
	return err ? err : unit_state_failed(&r->failed, r->arena);
}

/* Another program on another port is no sign any more: this is a better one. */
static void prefer_over_strays(struct reading *r)
{
	struct looking *l = r->l;

	if (!look_is_told(l, FACT_LISTENER_STRAY) &&
	    !look_is_told(l, FACT_LISTENER_STRAYS))
		return;

	look_forget(l, strays, sizeof(strays) / sizeof(*strays));
	look_tell(l,
		  look_is_told(l, FACT_SPACES_READ) ? FACT_LISTENER_NONE
						    : FACT_LISTENER_NONE_HERE,
		  serving_no_socket(l->record->arena, l->question), NULL);
}

static void tell(struct reading *r, const struct unit_state *s,
		 const char *step, const char *fact)
{
	struct looking *l = r->l;
	struct text how = TEXT_NULL;

	prefer_over_strays(r);
	unit_state_how(&how, s);
	look_step(l, STEP_FAIL, step, s->id, text_string(&how),
		  l->question->port);
	look_tell(l, FACT_UNIT_FAILED_NAMED,
		  unit_state_culprit(l->record->arena, s, s->id), fact, s->id,
		  text_string(&how), l->question->port);
	text_done(&how);
}

/* One that is usual for the port: failed, or wanted at the start and not
 * running. */
static bool tell_usual(struct reading *r)
{
	for (const struct unit *u = r->units.list; u; u = u->next) {
		const struct unit_state *s =
			u->line ? NULL : unit_state_find(r->states, u->name);

		if (!s || !unit_state_has_failed(s))
			continue;
		tell(r, s,
		     _("%1$s, which usually serves port %3$u, has failed (%2$s)"),
		     _("%1$s, which usually serves port %3$u, has failed (%2$s)."));
		return true;
	}

	for (const struct unit *u = r->units.list; u; u = u->next) {
		const struct unit_state *s =
			u->line ? NULL : unit_state_find(r->states, u->name);

		if (!s || !u->is_enabled ||
		    strcmp(s->active, "inactive") != 0 ||
		    !strcmp(s->type, "oneshot"))
			continue;
		tell(r, s,
		     _("%1$s, which usually serves port %3$u, was stopped (%2$s)"),
		     _("%1$s, which usually serves port %3$u, was stopped (%2$s)."));
		return true;
	}

	return false;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Whether the number stands there by itself: "--port=5555", "0.0.0.0:5555". */
static bool names_number(const char *s, size_t len, const char *number)
{
	size_t n = strlen(number);

	for (size_t i = 0; i + n <= len; i++) {
		bool is_begin = !i || (!is_digit(s[i - 1]) && s[i - 1] != '.');
		bool is_end = i + n == len ||
			      (!is_digit(s[i + n]) && s[i + n] != '.');

		if (is_begin && is_end && !memcmp(s + i, number, n))
			return true;
	}

	return false;
}

/* Whether its command says the port: in the unit's file, or its own name. */
static bool names_port(const struct reading *r, const struct unit_state *s)
{
	struct text t = TEXT_NULL;
	char number[8];
	bool does;

	(void)snprintf(number, sizeof(number), "%u", r->l->question->port);
	does = names_number(s->id, strlen(s->id), number);
	if (!does && *s->file == '/' && !reader_file(s->file, FILE_MOST, &t))
		for (const char *line = text_string(&t); *line && !does;) {
			size_t len = strcspn(line, "\n");

			does = !strncmp(line, "ExecStart=", 10) &&
			       names_number(line, len, number);
			line += len;
			line += *line == '\n';
		}
	text_done(&t);
	return does;
}

/* What can have no port open for others, whatever it is. */
static bool is_no_server(const struct unit_state *s)
{
	static const char *const begins[] = { "systemd-", "user@", "getty@",
					      "serial-getty@", "session-" };

	for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++)
		if (!strncmp(s->id, begins[i], strlen(begins[i])))
			return true;

	return !strcmp(s->type, "oneshot");
}

/* Others that have failed; true: one may be it. */
static bool tell_others(struct reading *r)
{
	struct text names = TEXT_NULL;
	unsigned count = 0;

	for (const struct unit_state *s = r->failed; s; s = s->next) {
		if (!unit_state_has_failed(s) || is_no_server(s))
			continue;
		if (names_port(r, s)) {
			text_done(&names);
			tell(r, s,
			     _("%1$s, whose command names port %3$u, has failed (%2$s)"),
			     _("%1$s, whose command names port %3$u, has failed (%2$s)."));
			return true;
		}
		if (count++ < LISTED_MOST) {
			text_str(&names, names.len ? ", " : "");
			text_str(&names, s->id);
		}
	}
	if (count)
		look_step(r->l, STEP_BLOCKED,
			  _("units that have failed, and may or may not be to "
			    "serve the port: %s"),
			  text_string(&names));
	text_done(&names);
	return count;
}

static int check(struct reading *r)
{
	const struct look_question *q = r->l->question;
	int err = units_find(&r->units, r->arena, q->protocol, q->port);

	if (err || !r->units.is_running)
		return err;

	err = ask(r);
	if (!err && !tell_usual(r) && !tell_others(r))
		look_tell(r->l, FACT_UNITS_READ, NULL, NULL);
	return err;
}

static int look(struct looking *l)
{
	struct reading r = { .l = l, .arena = arena_new() };
	int err = r.arena ? 0 : -ENOMEM;

	look_forget(l, told, sizeof(told) / sizeof(*told));
	if (!err && look_nothing_listens(l))
		err = check(&r);
	arena_free(r.arena);
	return err;
}

const struct look look_unit = {
	.id = "unit",
	.title = N_("services of systemd that would serve the port"),
	.before = look,
	.client = look,
	.anybody = look,
};
