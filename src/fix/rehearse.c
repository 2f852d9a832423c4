/*
 * The order of a rehearsal. Sessions come first: on the host they were there
 * before the rules that are to be changed, and connection tracking knows them. It
 * forgets them only when that has been tried, and what it forgets then are the
 * other packets, too.
 */
#include "fix/rehearse.h"

#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "fix/lockout.h"
#include "fix/rehearse_parts.h"
#include "ruleset/model.h"

/* A connection that works does so at once; a busy machine is waited for. */
enum { FAILS_MS = 150, WORKS_MS = 1000, NEW_PORTS = 41000 };

/* An error that comes back within the call that sends the SYN meets a socket that
 * is in use, and is not told; that of the next SYN is, a second later. */
enum { TOLD_MS = 1300 };

const char *const rehearsal_check_names[REHEARSAL_CHECKS] = {
	"before",      "applied",   "after",  "session",    "session-forgotten",
	"new-session", "witnesses", "undone", "experiment",
};

/* Has the kernel track connections before there are rules that ask for it. */
static const char track[] = "table inet kiriwake_track {\n chain c { type "
			    "filter hook prerouting priority -200; ct state "
			    "new; }\n}\n";
static const char track_no_more[] = "delete table inet kiriwake_track\n";

static int run_track(struct rehearsing *s, const char *input, const char *older)
{
	static const char *const nft[] = { "nft", "-f", "-", NULL };
	const char *const iptables[] = { "iptables",  "-t",         "raw",
					 older,       "PREROUTING", "-m",
					 "conntrack", "--ctstate",  "NEW",
					 NULL };
	const char *const ip6tables[] = { "ip6tables", "-t",         "raw",
					  older,       "PREROUTING", "-m",
					  "conntrack", "--ctstate",  "NEW",
					  NULL };
	struct room_command first = { .argv = nft, .input = input };
	struct room_command then[] = { { .argv = iptables },
				       { .argv = ip6tables } };
	int err = room_run(s->room, s->arena, &first, 1);

	/* Where there is no nft. */
	if (!err && first.status)
		err = room_run(s->room, s->arena, then, 2);
	return err;
}

static int try_connection(struct rehearsing *s, uint32_t limit_ms,
			  struct room_heard *ret)
{
	const struct room_talk t = {
		.kind = TALK_TRY,
		.from = s->client,
		.to = s->server,
		.from_port = s->client_port++,
		.to_port = s->port,
		.protocol = s->protocol,
		.limit_ms = limit_ms,
		.side = s->is_own ? ROOM_HOST : ROOM_WORLD,
	};

	return room_talk(s->room, &t, ret);
}

static struct room_talk talk_of(const struct rehearsing *s,
				const struct fix_admin *a,
				enum room_talk_kind kind, uint16_t port)
{
	return (struct room_talk){
		.kind = kind,
		.from = a->client,
		.to = a->server,
		.from_port = port,
		.to_port = a->server_port,
		.protocol = IPPROTO_TCP,
		.limit_ms = WORKS_MS,
		.side = rehearse_host_is_own(s, &a->client) ? ROOM_HOST
							    : ROOM_WORLD,
	};
}

static int open_sessions(struct rehearsing *s)
{
	int err = run_track(s, track, "-A");

	for (size_t i = 0; i < s->p->admin_count && i < FIX_ADMINS && !err;
	     i++) {
		const struct fix_admin *a = &s->p->admins[i];
		struct room_talk t = talk_of(s, a, TALK_OPEN, a->client_port);
		struct room_heard heard = { 0 };

		if (!a->client_port || !a->server_port)
			continue;
		err = room_talk(s->room, &t, &heard);
		s->is_open[i] = !err && !heard.error;
		s->session[i] = heard.session;
		s->missing_sessions += heard.error != 0;
	}

	return err;
}

/* One more byte on each; those that fail are counted. */
static int ask_sessions(struct rehearsing *s, size_t *open, size_t *failed)
{
	int err = 0;

	*open = *failed = 0;
	for (size_t i = 0; i < FIX_ADMINS && !err; i++) {
		struct room_talk t = { .kind = TALK_MORE,
				       .limit_ms = WORKS_MS,
				       .session = s->session[i] };
		struct room_heard heard = { 0 };

		if (!s->is_open[i])
			continue;
		err = room_talk(s->room, &t, &heard);
		++*open;
		*failed += heard.error != 0;
	}

	return err;
}

/* Those that the host's rules stop already are not the change's. */
static int drop_dead_sessions(struct rehearsing *s)
{
	size_t dead = 0;

	for (size_t i = 0; i < FIX_ADMINS; i++) {
		struct room_talk t = { .kind = TALK_MORE,
				       .limit_ms = WORKS_MS,
				       .session = s->session[i] };
		struct room_heard heard = { 0 };
		int err;

		if (!s->is_open[i])
			continue;
		err = room_talk(s->room, &t, &heard);
		if (err)
			return err;
		s->is_open[i] = !heard.error;
		dead += heard.error != 0;
	}
	if (dead)
		rehearse_rows_stand_in(
			s, _("An administrator's open session does not get "
			     "through the rules as they are: it is not "
			     "counted."));
	return 0;
}

/* Those that live by their conntrack entry alone would die of its loss without the
 * change, too. */
static int drop_tied_sessions(struct rehearsing *s)
{
	size_t tied = 0;

	for (size_t i = 0; i < s->p->admin_count && i < FIX_ADMINS; i++) {
		int is_tied = lockout_is_tied(s->p, &s->p->admins[i]);

		if (is_tied < 0)
			return is_tied;
		if (!is_tied || !s->is_open[i])
			continue;
		s->is_open[i] = false;
		tied++;
	}
	if (tied)
		rehearse_rows_stand_in(
			s,
			_("An administrator's open session lives by its conntrack entry alone, by the rules as they are, too: that it would end without that is not counted."));
	return 0;
}

static void row_of_sessions(struct rehearsing *s, enum rehearsal_check check,
			    int64_t since, size_t open, size_t failed)
{
	bool is_forgotten = check == REHEARSED_SESSION_FORGOTTEN;
	enum rehearsal_result result = REHEARSAL_PASS;
	const char *text = is_forgotten
				   ? _("Every open session goes on, also when "
				       "connection tracking has forgotten it.")
				   : _("Every open session goes on.");

	if (failed) {
		result = REHEARSAL_FAIL;
		text = is_forgotten
			       ? _("An administrator's open session stops once "
				   "connection tracking has forgotten it.")
			       : _("An administrator's open session stops.");
	} else if (s->missing_sessions) {
		result = REHEARSAL_BLOCKED;
		text = _("An administrator's open session could not be made in "
			 "the room.");
	} else if (!open) {
		result = REHEARSAL_NOT_TRIED;
		text = _("No administrator's session is open.");
	}
	rehearse_rows_set(s, check, result, since, "%s", text);
}

static bool is_silent(int error)
{
	return error == ETIMEDOUT;
}

/* It never came as far as a packet. */
static bool is_untried(struct rehearsing *s, enum rehearsal_check check,
		       int64_t since, int error)
{
	if (error != EADDRNOTAVAIL && error != ENODEV)
		return false;
	rehearse_rows_set(s, check, REHEARSAL_BLOCKED, since,
			  _("The room has no client's address to try it "
			    "from."));
	return true;
}

/* As the rules say that it fails; where they say nothing, it only has to. */
static void row_before(struct rehearsing *s, int64_t since, int error)
{
	const char *how = rehearse_rows_error(error);
	bool is_told = s->expected.decision == WALK_REJECT;

	if (is_untried(s, REHEARSED_BEFORE, since, error))
		return;
	if (!error)
		rehearse_rows_set(
			s, REHEARSED_BEFORE, REHEARSAL_BLOCKED, since,
			_("In the room the connection works before the change: "
			  "what stops it on the host is not in the room."));
	else if (s->has_expected && is_told == is_silent(error))
		rehearse_rows_set(s, REHEARSED_BEFORE, REHEARSAL_FAIL, since,
				  _("In the room the connection fails in "
				    "another way than on the host: %s."),
				  how);
	else
		rehearse_rows_set(s, REHEARSED_BEFORE, REHEARSAL_PASS, since,
				  _("Before the change the connection fails, "
				    "as on the host: %s."),
				  how);
}

/* Those that come in anew, from their place: ret_in[]. After the change only who
 * could before. */
static int try_admins(struct rehearsing *s, uint32_t limit_ms, bool *ret_in)
{
	bool is_after = ret_in != s->was_in;
	int err = 0;

	for (size_t i = 0; i < s->p->admin_count && i < FIX_ADMINS && !err;
	     i++) {
		const struct fix_admin *a = &s->p->admins[i];
		struct room_talk t = talk_of(s, a, TALK_TRY, s->admin_port++);
		struct room_heard heard = { 0 };

		if (!a->server_port || (is_after && !s->was_in[i]))
			continue;
		t.limit_ms = limit_ms;
		err = room_talk(s->room, &t, &heard);
		ret_in[i] = !err && !heard.error;
	}

	return err;
}

/* Who could not come in before is no loss. */
static int try_admins_before(struct rehearsing *s)
{
	int err = try_admins(s, FAILS_MS, s->was_in);

	for (size_t i = 0; i < s->p->admin_count && i < FIX_ADMINS && !err; i++)
		if (s->p->admins[i].server_port && !s->was_in[i])
			rehearse_rows_stand_in(
				s, _("An administrator could not come in anew "
				     "even before the change: that is not "
				     "counted."));
	return err;
}

/* A limit that is used up on the host is used up here, too: by connections that
 * stay open. */
static int use_up(struct rehearsing *s, struct room_heard *ret)
{
	enum { MOST = 100 };

	size_t count = 0;
	int err = 0;

	while (!err && !ret->error && count < MOST) {
		const struct room_talk t = {
			.kind = TALK_OPEN,
			.from = s->client,
			.to = s->server,
			.from_port = s->client_port++,
			.to_port = s->port,
			.protocol = s->protocol,
			.limit_ms = FAILS_MS,
			.side = s->is_own ? ROOM_HOST : ROOM_WORLD,
		};

		err = room_talk(s->room, &t, ret);
		count++;
	}
	if (!err && ret->error)
		rehearse_rows_stand_in(
			s,
			fix_words(
				s->p,
				_("In the room the client made %zu connections first, so that the rules' limit is used up."),
				count));
	return err;
}

static bool cannot_watch(int err)
{
	return err == -EOPNOTSUPP || err == -EINVAL || err == -EPROTONOSUPPORT;
}

static int before(struct rehearsing *s)
{
	bool is_told = s->has_expected && s->expected.decision == WALK_REJECT;
	int64_t since;
	struct room_heard heard = { 0 };
	int err = drop_dead_sessions(s);

	if (!err)
		err = try_admins_before(s);
	since = clock_now();
	if (!err)
		err = try_connection(s, is_told ? TOLD_MS : FAILS_MS, &heard);
	if (!err && !heard.error && s->is_unsure)
		err = use_up(s, &heard);
	if (err)
		return err;
	row_before(s, since, heard.error);

	since = clock_now();
	err = room_watch(s->room, true);
	if (!err)
		err = rehearse_witness_choose(s);
	if (!err)
		err = room_send(s->room, s->frames, s->packet_count,
				s->fates_before);
	if (cannot_watch(err)) {
		rehearse_rows_set(s, REHEARSED_WITNESSES, REHEARSAL_BLOCKED,
				  since,
				  _("Other packets' fates could not be seen: "
				    "nft cannot log in the room."));
		s->packet_count = 0;
		err = 0;
	}
	return err;
}

static int after(struct rehearsing *s)
{
	int64_t since = clock_now();
	struct room_heard heard = { 0 };
	int err = try_connection(s, WORKS_MS, &heard);

	if (err)
		return err;
	if (is_untried(s, REHEARSED_AFTER, since, heard.error))
		return 0;
	if (heard.error)
		rehearse_rows_set(
			s, REHEARSED_AFTER, REHEARSAL_FAIL, since,
			_("With the change the connection still fails: %s."),
			rehearse_rows_error(heard.error));
	else
		rehearse_rows_set(s, REHEARSED_AFTER, REHEARSAL_PASS, since,
				  _("With the change the connection works, and "
				    "an answer comes back."));
	return 0;
}

static int new_sessions(struct rehearsing *s)
{
	int64_t since = clock_now();
	bool is_in[FIX_ADMINS] = { 0 };
	enum rehearsal_result result = REHEARSAL_NOT_TRIED;
	const char *text = _("No administrator's way in is known.");
	int err = try_admins(s, WORKS_MS, is_in);

	for (size_t i = 0; i < FIX_ADMINS && !err; i++) {
		if (!s->was_in[i])
			continue;
		if (result == REHEARSAL_NOT_TRIED) {
			result = REHEARSAL_PASS;
			text = _("Every administrator can come in again from "
				 "the same place.");
		}
		if (!is_in[i]) {
			result = REHEARSAL_FAIL;
			text = _("An administrator cannot come in again from "
				 "the same place.");
		}
	}
	if (!err)
		rehearse_rows_set(s, REHEARSED_NEW_SESSION, result, since, "%s",
				  text);
	return err;
}

static int sessions(struct rehearsing *s)
{
	int64_t since = clock_now();
	size_t open, failed;
	int err = ask_sessions(s, &open, &failed);

	if (err)
		return err;
	row_of_sessions(s, REHEARSED_SESSION, since, open, failed);
	since = clock_now();
	err = room_forget(s->room);
	if (cannot_watch(err)) {
		rehearse_rows_set(
			s, REHEARSED_SESSION_FORGOTTEN, REHEARSAL_BLOCKED,
			since,
			_("This kernel cannot be told to forget connections."));
		return new_sessions(s);
	}
	if (!err)
		err = drop_tied_sessions(s);
	if (!err)
		err = ask_sessions(s, &open, &failed);
	if (err)
		return err;
	row_of_sessions(s, REHEARSED_SESSION_FORGOTTEN, since, open, failed);
	return new_sessions(s);
}

static int witnesses(struct rehearsing *s)
{
	int64_t since = clock_now();
	int err;

	if (s->ret->row[REHEARSED_WITNESSES].text)
		return 0;
	err = room_forget(s->room);
	if (!err)
		err = room_send(s->room, s->frames, s->packet_count,
				s->fates_after);
	if (!err)
		err = rehearse_judge(s, since);
	return err ? err : room_watch(s->room, false);
}

static int apply(struct rehearsing *s)
{
	int64_t since = clock_now();
	const char *why = "";
	int err = rehearse_apply(s, &why);

	if (err < 0)
		return err;
	if (err)
		rehearse_rows_set(s, REHEARSED_APPLIED, REHEARSAL_FAIL, since,
				  _("The change could not be made: %s"), why);
	else
		rehearse_rows_set(s, REHEARSED_APPLIED, REHEARSAL_PASS, since,
				  _("Every command ended well."));
	return err;
}

static int undo(struct rehearsing *s)
{
	int64_t since = clock_now();
	struct text dump = TEXT_NULL;
	const char *why = "", *tool = NULL;
	int err = rehearse_apply_undo(s, &why);

	if (err > 0) {
		rehearse_rows_set(s, REHEARSED_UNDONE, REHEARSAL_FAIL, since,
				  _("The change could not be taken back: %s"),
				  why);
		return 0;
	}
	if (!err)
		err = room_rules(s->room, &dump);
	if (!err && rehearse_same(&s->before, &dump, &tool))
		rehearse_rows_set(s, REHEARSED_UNDONE, REHEARSAL_PASS, since,
				  _("Taken back, the rules are as they were, "
				    "to the byte."));
	else if (!err)
		rehearse_rows_set(s, REHEARSED_UNDONE, REHEARSAL_FAIL, since,
				  _("Taken back, the rules are not as they "
				    "were: %s differs."),
				  tool);
	text_done(&dump);
	return err;
}

static int experiment(struct rehearsing *s)
{
	int64_t since = clock_now();
	struct room_heard heard = { 0 };
	int err = rehearse_load_nothing(s);

	if (!err)
		err = room_forget(s->room);
	if (!err)
		err = try_connection(s, WORKS_MS, &heard);
	if (err)
		return err;
	if (heard.error)
		rehearse_rows_set(s, REHEARSED_EXPERIMENT, REHEARSAL_FAIL,
				  since,
				  _("With no rule at all it still fails (%s): "
				    "stopping the firewall would not help."),
				  rehearse_rows_error(heard.error));
	else
		rehearse_rows_set(
			s, REHEARSED_EXPERIMENT, REHEARSAL_PASS, since,
			_("With no rule at all it works: it is the packet "
			  "filter that stops it, but without one everything "
			  "else is let in, too."));
	return 0;
}

/* Builds and fills it. 0; 1: why not; -errno. */
static int furnish(struct rehearsing *s, const char **ret_why)
{
	struct text told = TEXT_NULL;
	int err = room_build(s->room, &s->plan, &told);

	for (size_t at = 0; !err && at < told.len;
	     at += strlen(told.data + at) + 1)
		rehearse_rows_stand_in(s, told.data + at);
	text_done(&told);
	if (!err)
		err = open_sessions(s);
	if (!err)
		err = rehearse_load(s, ret_why);
	if (!err)
		err = run_track(s, track_no_more, "-D");
	if (!err)
		err = room_rules(s->room, &s->before);
	return err;
}

/* The rules in the room must be the host's. */
static int read_back(struct rehearsing *s, const char **ret_why)
{
	const struct fix_rules_source source = {
		.gathered = s->before.data,
		.gathered_len = s->before.len,
	};
	int err;

	s->problems = problems_new();
	err = s->problems ? fix_rules_read(&source, s->problems, &s->rules)
			  : -ENOMEM;
	if (err)
		return err;
	if (s->p->ruleset &&
	    s->p->ruleset->rule_count != s->rules->rule_count) {
		*ret_why = fix_words(
			s->p,
			_("The room does not have the host's rules: %llu "
			  "instead of %llu."),
			(unsigned long long)s->rules->rule_count,
			(unsigned long long)s->p->ruleset->rule_count);
		return 1;
	}
	return 0;
}

static int perform(struct rehearsing *s, bool is_experiment)
{
	const char *why = NULL;
	int err = furnish(s, &why);

	if (!err)
		err = read_back(s, &why);
	if (err > 0) {
		rehearse_rows_rest(s, REHEARSAL_BLOCKED, why);
		return 0;
	}
	if (!err)
		err = before(s);
	if (!err)
		err = apply(s);
	if (!err)
		err = after(s);
	if (!err)
		err = sessions(s);
	if (!err)
		err = witnesses(s);
	if (!err)
		err = undo(s);
	if (err >= 0 && is_experiment)
		err = experiment(s);
	return err < 0 ? err : 0;
}

static bool can_be_tried(const struct fix_candidate *c)
{
	for (size_t i = 0; i < c->now_count; i++)
		if (rehearse_apply_can(&c->now[i]))
			return true;

	return false;
}

static void conclude(struct rehearsing *s, int err, int64_t since)
{
	/* Whatever goes wrong with the room is an answer. */
	if (err)
		rehearse_rows_rest(
			s, REHEARSAL_BLOCKED,
			fix_words(s->p,
				  _("No room can be had, or it is gone: %s."),
				  strerror(-err)));
	rehearse_rows_rest(s, REHEARSAL_NOT_TRIED, NULL);
	rehearse_rows_prove(s);
	s->ret->ms = (double)(clock_now() - since) / CLOCK_MILLISECOND;
	walk_plan_free(s->plan_after);
	ruleset_free(s->rules_after);
	ruleset_free(s->rules);
	problems_free(s->problems);
	text_done(&s->before);
}

int rehearse(struct fix_planning *p, struct fix_candidate *c, struct room *r,
	     bool is_experiment)
{
	struct rehearsing s = { .admin_port = NEW_PORTS,
				.p = p,
				.c = c,
				.room = r,
				.arena = p->plan->arena };
	int64_t since = clock_now();
	int err;

	if (!can_be_tried(c))
		return -EOPNOTSUPP;
	s.ret = arena_alloc(s.arena, sizeof(*s.ret));
	if (!s.ret)
		return -ENOMEM;
	c->rehearsal = s.ret;
	err = rehearse_host_plan(&s);
	if (err == -ENOMEM)
		return err;
	if (!err && !s.has_connection)
		rehearse_rows_rest(&s, REHEARSAL_BLOCKED,
				   _("It is not known which connection is to "
				     "be tried."));
	else if (!err && s.is_bridged)
		rehearse_rows_rest(
			&s, REHEARSAL_BLOCKED,
			_("These packets go over a bridge of the host, and the room has none."));
	else if (!err)
		err = perform(&s, is_experiment);
	conclude(&s, err, since);
	return 0;
}
