/*
 * A service that does not run, hangs or lost its program: started, continued or
 * restarted, and switched on for the next boot where it is not.
 */
#include <errno.h>
#include <string.h>

#include "base/i18n.h"
#include "diag/cause.h"
#include "fix/kit.h"
#include "fix/unit_of.h"
#include "host/unit_state.h"
#include "host/units.h"

struct starting {
	struct fix_planning *p;
	struct unit_of u;
	bool is_enabled, is_masked, is_failed, is_systemd;
	const char *result;
};

static bool ends_in(const char *s, const char *end)
{
	size_t len = strlen(s), n = strlen(end);

	return len > n && !strcmp(s + len - n, end);
}

/* What systemd says of it. */
static void ask_state(struct starting *s)
{
	const struct unit_state *states = NULL, *one;

	if (!s->u.name || !s->p->may_read ||
	    unit_state_ask(&states, s->p->plan->arena, &s->u.name, 1))
		return;
	one = unit_state_find(states, s->u.name);
	if (!one)
		return;
	s->is_failed = unit_state_has_failed(one);
	s->is_masked = s->is_masked || !strcmp(one->load, "masked");
	s->result = one->result;
}

static int put_unmask(struct starting *s, struct fix_candidate *c)
{
	struct fix_planning *p = s->p;
	const struct kit_run run = {
		.argv = unit_of_command(p, &s->u, "unmask"),
		.undo = unit_of_command(p, &s->u, "mask"),
		.text = fix_words(p, _("Unmasks %s: it may be started again."),
				  s->u.name),
		.undo_text = fix_words(p, _("Masks %s again."), s->u.name),
	};

	return kit_run(p, c, false, &run) ? 0 : -ENOMEM;
}

static int put_start(struct starting *s, struct fix_candidate *c)
{
	struct fix_planning *p = s->p;
	const char *name = s->u.name ? s->u.name : s->u.script;
	const struct kit_run run = {
		.argv = unit_of_command(p, &s->u, "start"),
		.undo = unit_of_command(p, &s->u, "stop"),
		.text = fix_words(p, _("Starts %s."), name),
		.undo_text = fix_words(p, _("Stops %s again."), name),
	};

	return kit_run(p, c, false, &run) ? 0 : -ENOMEM;
}

static int put_enable(struct starting *s, struct fix_candidate *c)
{
	struct fix_planning *p = s->p;
	const struct kit_run run = {
		.argv = unit_of_command(p, &s->u, "enable"),
		.undo = unit_of_command(p, &s->u, "disable"),
		.text = fix_words(p, _("Has %s started at boot."), s->u.name),
		.undo_text = fix_words(p, _("Takes %s out of the boot again."),
				       s->u.name),
	};

	if (!s->u.name) {
		c->lasts = FIX_LASTS_UNKNOWN;
		c->lasts_text = _(
			"Whether the init script is run at boot is not known here.");
		return 0;
	}
	c->lasts = FIX_LASTS_YES;
	if (s->is_enabled) {
		c->lasts_text =
			fix_words(p, _("%s is enabled: it is started at boot."),
				  s->u.name);
		return 0;
	}
	c->lasts_text = fix_words(p, _("%s is enabled then."), s->u.name);
	return kit_run(p, c, true, &run) ? 0 : -ENOMEM;
}

static int start(struct starting *s)
{
	struct fix_planning *p = s->p;
	const char *name = s->u.name ? s->u.name : s->u.script;
	const struct kit_frame frame = {
		.id = "service-start",
		.summary = fix_words(p, _("start %s"), name),
		.risk = s->is_failed ? FIX_RISK_SOME : FIX_RISK_LOW,
		.risk_text =
			s->is_failed
				? _("It has failed before, and may fail again until what its journal names is mended.")
				: _("The service is open to whoever the packet filter and its own access list let in."),
		.is_unknown = true,
	};
	struct fix_candidate *c = kit_propose(p, &frame);
	int err = c ? 0 : -ENOMEM;

	if (!err && s->is_masked)
		err = put_unmask(s, c);
	if (!err)
		err = put_start(s, c);
	if (!err)
		err = put_enable(s, c);
	if (err)
		return err;

	kit_effect(p, c, _("%1$s is started, and is to have %2$s open then."),
		   name, kit_port(p));
	if (s->is_failed)
		kit_effect(
			p, c,
			_("It has failed (%1$s): `journalctl -u %2$s` says why, and what has to be mended first."),
			s->result ? s->result : "?", s->u.name);
	return 0;
}

/* The unit that is to have the port open: sockets say so; of services it is the
 * one that is enabled, or that is there at all. */
static int find_unit(struct starting *s)
{
	const struct fix_ask *ask = &s->p->plan->ask;
	const struct unit *best = NULL;
	struct units units = { 0 };
	unsigned count = 0;

	if (!s->p->may_read ||
	    units_find(&units, s->p->plan->arena, ask->protocol, ask->port))
		return -ENOENT;
	for (const struct unit *u = units.list; u; u = u->next) {
		count++;
		if (!best || (u->is_enabled && !best->is_enabled))
			best = u;
	}
	if (!best)
		return -ENOENT;
	if (count > 1 && !best->is_enabled) {
		fix_remark(
			s->p,
			_("Several units would serve %1$s, %2$s among them, and none of them is enabled: start the one that is meant."),
			kit_port(s->p), best->name);
		return -ENOENT;
	}

	s->u = unit_of_name(s->p, best->name);
	s->is_enabled = best->is_enabled;
	s->is_masked = best->is_masked;
	return s->u.name || s->u.script ? 0 : -ENOENT;
}

static int start_something(struct starting *s, const struct culprit *k)
{
	const char *name = fix_culprit_text(k, "unit");
	int err = find_unit(s);

	/* A socket unit is named by its line. */
	if (!name && k && k->kind == CULPRIT_CONFIG_LINE &&
	    ends_in(k->text, ".socket"))
		name = k->text;
	if (name && kit_is_word(name) &&
	    (err || !s->u.name || strcmp(s->u.name, name) != 0)) {
		s->u = unit_of_name(s->p, name);
		s->is_enabled = false;
		s->is_masked = false;
		err = s->u.name || s->u.script ? 0 : -ENOENT;
	}
	if (err) {
		fix_remark(
			s->p,
			_("Which service is to have %s open is not known here: no unit, and no socket of systemd, says so. Start the one that is meant."),
			kit_port(s->p));
		return err == -ENOMEM ? err : -ENOENT;
	}

	ask_state(s);
	return start(s);
}

static int go_on(struct fix_planning *p, int pid, const char *program)
{
	const char *number = fix_words(p, "%d", pid);
	const struct kit_frame frame = {
		.id = "process-continue",
		.summary = fix_words(p, _("let %1$s (pid %2$d) go on"),
				     program ? program : "?", pid),
		.risk = FIX_RISK_LOW,
		.risk_text = _(
			"Somebody stopped it on purpose, perhaps: ask first."),
		.is_exact = true,
		.lasts = FIX_LASTS_YES,
		.lasts_text = _("A boot starts it anew."),
	};
	const struct kit_run run = {
		.argv = fix_argv(p, "kill", "-CONT", number, (char *)NULL),
		.undo = fix_argv(p, "kill", "-STOP", number, (char *)NULL),
		.text = fix_words(p, _("Lets the stopped process %d go on."),
				  pid),
		.undo_text = _("Stops it again."),
	};
	struct fix_candidate *c = kit_propose(p, &frame);

	if (!c || !kit_run(p, c, false, &run))
		return -ENOMEM;
	kit_effect(
		p, c,
		_("%1$s (pid %2$d) takes connections again, those that wait as well."),
		program ? program : "?", pid);
	return 0;
}

static int restart(struct fix_planning *p, int pid, const char *program)
{
	struct unit_of u = unit_of_process(p, pid, program);
	const char *name = u.name ? u.name : u.script;
	const struct kit_frame frame = {
		.id = "service-restart",
		.summary = fix_words(p, _("restart %s"), name ? name : "?"),
		.risk = FIX_RISK_SOME,
		.risk_text = _(
			"All its connections end. Take its stack and its log before: they say what it hangs on."),
		.is_unknown = true,
		.cost = 2,
		.lasts = FIX_LASTS_UNKNOWN,
		.lasts_text =
			_("It may hang or end again for the same reason."),
	};
	struct fix_candidate *c;

	if (!name) {
		fix_remark(
			p,
			_("How %1$s (pid %2$d) was started is not known: it has to be started anew by hand."),
			program ? program : "?", pid);
		return -ENOENT;
	}
	c = kit_propose(p, &frame);
	if (!c)
		return -ENOMEM;
	kit_effect(
		p, c,
		_("%s begins anew: that helps for the time being, and does not tell why."),
		name);
	return unit_of_restart(p, c, &u, false);
}

static bool is_about_a_process(const struct fix_fault *f)
{
	static const char *const causes[] = {
		"service-hung",       "service-accept-emfile",
		"peer-not-reading",   "reuseport-hung-worker",
		"udp-rcvbuf-full",    "accept-queue-full",
		"socket-filter-drop",
	};

	for (size_t i = 0; i < sizeof(causes) / sizeof(*causes); i++)
		if (!strcmp(f->cause->id, causes[i]))
			return true;

	return false;
}

static int propose(struct fix_planning *p, const struct fix_fault *f)
{
	struct starting s = { .p = p };
	const char *program = fix_culprit_text(f->culprit, "program");
	const char *state = fix_culprit_text(f->culprit, "state");
	int pid = (int)fix_culprit_number(f->culprit, "pid", 0);

	if (!kit_is_here(p, f))
		return -ENOENT;
	if (!strcmp(f->cause->id, "inetd-service-disabled") &&
	    !ends_in(f->culprit ? f->culprit->text : "", ".socket"))
		return -ENOENT;
	/* In another network namespace it runs, and is not to be started. */
	if (f->found == FACT_LISTENER_ELSEWHERE)
		return -ENOENT;
	if (!is_about_a_process(f))
		return start_something(&s, f->culprit);
	if (pid <= 1)
		return -ENOENT;
	if (state && *state == 'T')
		return go_on(p, pid, program);
	if (state && *state == 't') {
		fix_remark(
			p,
			_("%1$s (pid %2$d) is held by a debugger or tracer: let that one go on, or end it."),
			program ? program : "?", pid);
		return -ENOENT;
	}

	return restart(p, pid, program);
}

const struct repair repair_service = {
	.id = "service",
	.causes = { "no-listener", "udp-no-listener", "service-failed-to-start",
		    "systemd-socket-stopped", "inetd-service-disabled",
		    "service-crashes", "service-hung", "service-accept-emfile",
		    "peer-not-reading", "reuseport-hung-worker",
		    "udp-rcvbuf-full", "accept-queue-full",
		    "socket-filter-drop" },
	.propose = propose,
};
