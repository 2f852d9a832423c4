#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>

#include "base/i18n.h"
#include "host/client_name.h"
#include "host/libwrap_user.h"
#include "host/look.h"
#include "host/reader.h"
#include "host/serving.h"
#include "host/superservers.h"
#include "net/wrappers.h"

/*
 * hosts.allow and hosts.deny: whether the program that serves the port obeys
 * them, itself or behind tcpd, inetd or xinetd, and what they say of the client.
 * Its name is looked up only where a line hangs on it.
 */
enum { FILE_MOST = 1 << 20 };

static const char allow_path[] = "/etc/hosts.allow";
static const char deny_path[] = "/etc/hosts.deny";

static const enum fact_kind told[] = { FACT_WRAPPERS_READ, FACT_WRAPPERS_DENY,
				       FACT_WRAPPERS_PARANOID };

/* The program that libwrap would be asked for. */
struct program {
	enum libwrap_user use;
	const char *daemon;
};

struct reading {
	struct looking *l;
	struct arena *arena;
	struct problems *problems;
	struct text allow, deny, client;
	struct wrappers_file files[2];
	struct client_name name;
};

static void forget(struct looking *l)
{
	look_forget(l, told, sizeof(told) / sizeof(*told));
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int by_file(struct program *p, const char *file, const char *daemon)
{
	int err = libwrap_user_file(file, &p->use);

	p->daemon = daemon;
	/* What cannot be started obeys nothing. */
	if (err == -ENOENT)
		p->use = LIBWRAP_USER_NO;
	return err == -ENOENT ? 0 : err;
}

static int by_inetd(struct reading *r, const struct superserver *super,
		    struct program *p)
{
	const struct look_question *q = r->l->question;
	const struct inetd_service *s = NULL;
	int err = superservers_inetd(super, r->arena, r->problems, &s);

	s = inetd_conf_find(s, q->protocol, q->port, false);
	if (err || !s)
		return err;

	p->use = LIBWRAP_USER_YES;
	p->daemon = s->daemon;
	if (s->is_wrapped || (super->asks_libwrap && !s->waits))
		return 0;

	return by_file(p, s->server, base_of(s->daemon));
}

static int by_xinetd(struct reading *r, const struct superserver *super,
		     struct program *p)
{
	const struct look_question *q = r->l->question;
	const struct xinetd_service *s = NULL;
	int err = superservers_xinetd(super, r->arena, r->problems, &s);

	s = xinetd_conf_find(s, q->protocol, q->port, false);
	if (err || !s)
		return err;

	p->use = LIBWRAP_USER_YES;
	p->daemon = s->daemon;
	if (super->asks_libwrap && s->daemon)
		return 0;

	p->daemon = s->argument ? base_of(s->argument) : "";
	if (!s->server || strcmp(base_of(s->server), "tcpd") != 0)
		p->daemon = s->server ? base_of(s->server) : "";
	return s->server ? by_file(p, s->server, p->daemon) : 0;
}

static int find_program(struct reading *r, int pid, struct program *p)
{
	const struct superserver *super;
	struct libwrap_process process;
	int err = superservers_of(&super, r->arena, pid);

	*p = (struct program){ .use = LIBWRAP_USER_UNKNOWN };
	if (err)
		return err;
	if (super)
		return super->is_xinetd ? by_xinetd(r, super, p)
					: by_inetd(r, super, p);

	err = libwrap_user_process(pid, &process);
	p->use = process.use;
	p->daemon = arena_string(r->arena, process.daemon);
	return p->daemon ? err : -ENOMEM;
}

static int load(struct wrappers_file *f, const char *path, struct text *t)
{
	int err = reader_file(path, FILE_MOST, t);

	*f = (struct wrappers_file){ .name = path,
				     .text = text_string(t),
				     .len = t->len };
	if (err == -ENOENT)
		f->state = WRAPPERS_MISSING;
	return err == -ENOENT ? 0 : err;
}

static int read_pattern_file(void *with, const char *path, struct text *out)
{
	(void)with;
	return reader_file(path, FILE_MOST, out);
}

static int has_name(void *context)
{
	const char *key = context;

	// NOLINTBEGIN(concurrency-mt-unsafe): one thread asks
	return key[0] == 'g' ? getgrnam(key + 1) != NULL
			     : getpwnam(key + 1) != NULL;
	// NOLINTEND(concurrency-mt-unsafe)
}

/* What a snapshot does not hold is taken to be there. */
static bool has_account(void *with, bool is_group, const char *name)
{
	struct text key = TEXT_NULL, asked = TEXT_NULL;
	int has;

	(void)with;
	text_format(&asked, "%c%s", is_group ? 'g' : 'u', name);
	text_format(&key, "account %s", text_string(&asked));
	has = reader_number(text_string(&key), has_name, asked.data);
	text_done(&key);
	text_done(&asked);
	return has != 0;
}

static struct wrappers_ask question(const struct reading *r,
				    const struct program *p)
{
	const struct look_question *q = r->l->question;

	return (struct wrappers_ask){ .daemon = p->daemon,
				      .client = { .address = q->client },
				      .server = { .address = q->server },
				      .server_port = q->port,
				      .read = read_pattern_file,
				      .has_account = has_account };
}

static struct culprit *blame(const struct reading *r, const struct program *p,
			     const struct wrappers_decision *d)
{
	struct arena *a = r->l->record->arena;
	struct culprit *c = culprit_new(a, CULPRIT_WRAPPER_LINE, VANTAGE_SERVER,
					"%s", d->line ? d->text : d->file);

	culprit_text(c, a, "file", d->file);
	if (d->line)
		culprit_number(c, "line", d->line);
	culprit_text(c, a, "daemon", p->daemon);
	return c;
}

static void tell_denied(struct reading *r, const struct program *p,
			const struct wrappers_decision *d)
{
	const char *client = text_string(&r->client);
	struct looking *l = r->l;

	look_step(l, STEP_FAIL,
		  _("%1$s, line %2$u, does not let %3$s use %4$s"), d->file,
		  d->line, client, p->daemon);
	if (d->is_broken)
		look_tell(
			l, FACT_WRAPPERS_DENY, blame(r, p, d),
			_("%1$s cannot be read beyond line %2$u, or that line's options are wrong, so libwrap refuses %3$s at %4$s."),
			d->file, d->line, client, p->daemon);
	else if (d->answer == WRAPPERS_TWISTED)
		look_tell(
			l, FACT_WRAPPERS_DENY, blame(r, p, d),
			_("%1$s, line %2$u, has another command answer %3$s instead of %4$s: %5$s."),
			d->file, d->line, client, p->daemon, d->text);
	else
		look_tell(
			l, FACT_WRAPPERS_DENY, blame(r, p, d),
			_("%1$s, line %2$u, does not let %3$s use %4$s: %5$s."),
			d->file, d->line, client, p->daemon, d->text);
}

static void tell_paranoid(struct reading *r, const struct program *p,
			  const struct wrappers_decision *d)
{
	struct looking *l = r->l;

	look_step(l, STEP_FAIL,
		  _("%1$s, line %2$u, does not let %3$s use %4$s"), d->file,
		  d->line, text_string(&r->client), p->daemon);
	look_tell(
		l, FACT_WRAPPERS_PARANOID, blame(r, p, d),
		_("The address %1$s leads to the name %2$s, and that to another address; %3$s, line %4$u, refuses such clients: %5$s."),
		text_string(&r->client), r->name.name, d->file, d->line,
		d->text);
}

static void tell_unknown(struct reading *r, const struct program *p,
			 const struct wrappers_decision *d)
{
	static const char *const why[] = {
		[WRAPPERS_NOT_UNKNOWN] = "",
		[WRAPPERS_NETGROUP] = N_("who is in a netgroup"),
		[WRAPPERS_CLIENT_NAME] = N_("the client's name"),
		[WRAPPERS_SERVER_NAME] = N_("the server's own name"),
		[WRAPPERS_PATTERN_FILE] = N_("a file that may not be read"),
		[WRAPPERS_COMMAND] = N_("what a command returns"),
	};
	struct looking *l = r->l;

	look_step(
		l, STEP_BLOCKED,
		_("whether %1$s, line %2$u, lets %3$s use %4$s hangs on what is not known here: %5$s"),
		d->file, d->line, text_string(&r->client), p->daemon,
		_(why[d->why]));
	case_not_looked(l->record, l->look->id, l->text);
}

static void tell_allowed(struct reading *r, const struct program *p,
			 const struct wrappers_decision *d)
{
	struct looking *l = r->l;

	if (d->file)
		look_step(l, STEP_PASS,
			  _("%1$s, line %2$u, lets %3$s use %4$s"), d->file,
			  d->line, text_string(&r->client), p->daemon);
	else
		look_step(
			l, STEP_PASS,
			_("no line of hosts.allow or hosts.deny is about %1$s at %2$s"),
			text_string(&r->client), p->daemon);
}

/* With the name taken for good: is it the name alone that is refused? */
static bool is_paranoid(const struct reading *r, struct wrappers_ask ask)
{
	struct wrappers_decision d;

	if (r->name.asked != WRAPPERS_NAME_PARANOID)
		return false;

	ask.client.asked = WRAPPERS_NAME_KNOWN;
	ask.client.name = r->name.name;
	wrappers_decide(&d, &r->files[0], &r->files[1], &ask);
	return d.answer == WRAPPERS_ALLOWED;
}

static int decide(struct reading *r, const struct program *p)
{
	struct wrappers_ask ask = question(r, p);
	struct wrappers_decision d;
	int err;

	wrappers_decide(&d, &r->files[0], &r->files[1], &ask);
	if (d.answer == WRAPPERS_UNKNOWN && d.why == WRAPPERS_CLIENT_NAME) {
		err = client_name_read(&ask.client.address, &r->name);
		if (err == -ENOMEM)
			return err;
		ask.client.asked = r->name.asked;
		ask.client.name = r->name.name;
		wrappers_decide(&d, &r->files[0], &r->files[1], &ask);
	}

	if (d.answer != WRAPPERS_UNKNOWN)
		look_tell(r->l, FACT_WRAPPERS_READ, NULL, NULL);
	if (d.answer == WRAPPERS_UNKNOWN)
		tell_unknown(r, p, &d);
	else if (d.answer == WRAPPERS_ALLOWED)
		tell_allowed(r, p, &d);
	else if (is_paranoid(r, ask))
		tell_paranoid(r, p, &d);
	else
		tell_denied(r, p, &d);
	return 0;
}

static int judge(struct reading *r, int pid)
{
	struct looking *l = r->l;
	struct program p;
	int err = find_program(r, pid, &p);

	if (err)
		return err;
	if (p.use == LIBWRAP_USER_UNKNOWN)
		return -EACCES;
	if (p.use != LIBWRAP_USER_YES) {
		look_tell(l, FACT_WRAPPERS_READ, NULL, NULL);
		look_step(
			l, STEP_PASS,
			_("%s does not ask libwrap: hosts.allow and hosts.deny say nothing to it"),
			p.daemon);
		return 0;
	}

	err = load(&r->files[0], allow_path, &r->allow);
	if (!err)
		err = load(&r->files[1], deny_path, &r->deny);
	return err ? err : decide(r, &p);
}

/* The process that takes the client's connections; 0: none is known. */
static int find_process(struct looking *l, int *ret)
{
	struct serving s = { 0 };
	int err = serving_read(&s, "", l->question);
	const struct listener *best;
	const struct owner *owner;
	enum listeners_fit fit;

	*ret = 0;
	best = err ? NULL : serving_best(&s, l->question, &fit);
	if (best && fit <= LISTENERS_MAYBE) {
		err = serving_find_owners(&s);
		owner = err ? NULL : owners_of(&s.owners, best->inode);
		if (owner)
			*ret = owner->pid;
		else if (!err && s.owners.is_partial)
			err = -EACCES;
	}
	serving_done(&s);
	return err;
}

static int client(struct looking *l)
{
	struct reading r = { .l = l,
			     .arena = arena_new(),
			     .problems = problems_new() };
	int pid = 0, err = -ENOMEM;

	forget(l);
	address_text(&r.client, &l->question->client);
	if (r.arena && r.problems)
		err = find_process(l, &pid);
	if (!err && pid)
		err = judge(&r, pid);
	text_done(&r.allow);
	text_done(&r.deny);
	text_done(&r.client);
	problems_free(r.problems);
	arena_free(r.arena);
	return err;
}

const struct look look_wrappers = {
	.id = "wrappers",
	.title = N_("hosts.allow and hosts.deny"),
	.needs = "CAP_SYS_PTRACE",
	.client = client,
};
