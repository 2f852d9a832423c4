/*
 * A socket that is bound elsewhere than the client asks: the line that binds it,
 * in the daemon's own file, in its unit, or on its command line, with the address
 * that is asked for beside the one that stands there. Where only one may stand
 * there, all addresses: those who come by the old one are not cut off.
 */
#include <errno.h>
#include <string.h>

#include "base/i18n.h"
#include "diag/cause.h"
#include "fix/conf_files.h"
#include "fix/daemon_conf.h"
#include "fix/kit.h"
#include "fix/unit_of.h"
#include "host/links.h"
#include "host/units.h"
#include "net/service.h"

struct mending {
	struct fix_planning *p;
	const struct culprit *k;
	const struct daemon_conf *conf; /* or NULL */
	const char *program, *address, *port;
	const char *to; /* the address, port or device that is asked for */
	int pid;
	struct unit_of unit;
	bool is_port, is_device, is_v6, is_only;
	bool is_written; /* the file says it already, and was not read since */
};

/* Where it is set, and what stands there. */
struct found {
	const char *path, *content, *line;
	struct conf_place at;
};

static bool is_loopback_word(const struct mending *m)
{
	struct address a;

	return m->address &&
	       address_parse(&a, m->address, strlen(m->address)) &&
	       address_is_loopback(&a);
}

static bool find_in(struct mending *m, const struct conf_files *files,
		    const char *keys, const char *word, struct found *ret)
{
	struct fix_planning *p = m->p;

	for (size_t i = 0; word && i < files->count; i++) {
		struct found f = { .path = files->paths[i] };

		if (kit_read(p, f.path, &f.content) ||
		    !daemon_conf_find(f.content, keys, word, &f.at))
			continue;
		f.line = kit_line(p, f.content, f.at.line);
		if (!f.line)
			continue;
		*ret = f;
		return true;
	}

	return false;
}

/* Where the port stands beside it, that port's line is the one. */
static bool find_device(struct mending *m, const struct conf_files *files,
			struct found *ret)
{
	const char *device = fix_culprit_text(m->k, "device");
	uint64_t line;

	if (m->conf->port || !device)
		return find_in(m, files, m->conf->device, device, ret);
	if (!find_in(m, files, m->conf->device, m->port, ret))
		return false;

	line = ret->at.line;
	if (!daemon_conf_find(ret->line, m->conf->device, device, &ret->at))
		return false;
	ret->at.line = line;
	return true;
}

/* The socket's own address as its line may have it. */
static bool find_line(struct mending *m, const struct conf_files *files,
		      const char *keys, struct found *ret)
{
	if (m->is_device)
		return find_device(m, files, ret);
	if (m->is_port)
		return (m->conf->port &&
			find_in(m, files, m->conf->port, m->port, ret)) ||
		       find_in(m, files, keys, m->port, ret);
	if (find_in(m, files, keys, m->address, ret))
		return true;

	return is_loopback_word(m) &&
	       (find_in(m, files, keys, "localhost", ret) ||
		find_in(m, files, keys, "loopback-only", ret) ||
		find_in(m, files, keys, "lo", ret));
}

static const char *wildcard(const struct mending *m)
{
	const char *all = NULL;

	if (m->conf)
		all = m->is_v6 ? m->conf->all6 : m->conf->all4;
	return all ? all : m->is_v6 ? "::" : "0.0.0.0";
}

/* What it does, in one place for all files. */
static struct fix_candidate *frame(const struct mending *m, const char *summary,
				   bool is_all)
{
	struct fix_planning *p = m->p;
	const struct kit_frame frame = {
		.id = "listener",
		.summary = summary,
		.risk = FIX_RISK_SOME,
		.risk_text =
			is_all ? _("The service is then open on every address of this host: the packet filter and its own access list alone decide who gets to it.")
			       : _("The service is then open to everyone who reaches that address: the packet filter and its own access list alone decide who gets to it."),
		.cost = is_all ? 3 : 2,
		.lasts = FIX_LASTS_YES,
		.lasts_text = _("It is the service's own configuration."),
	};
	struct fix_candidate *c = kit_propose(p, &frame);

	if (!c)
		return NULL;
	if (is_all)
		kit_effect(p, c, _("%s then listens on all addresses."),
			   m->program);
	else
		kit_effect(
			p, c,
			_("%1$s then listens on %2$s as well; where it listened before, it goes on."),
			m->program, m->to);
	kit_effect(
		p, c,
		_("Not this client alone is let in: a listening socket takes everyone."));
	return c;
}

static int put_file(const struct mending *m, const struct found *f, bool is_all,
		    const char *after)
{
	struct fix_planning *p = m->p;
	const struct kit_file file = { .path = f->path,
				       .before = f->content,
				       .after = after };
	struct fix_candidate *c;

	if (!after)
		return -ENOMEM;
	c = frame(m,
		  fix_words(p, _("let %1$s listen on %2$s, in %3$s"),
			    m->program, is_all ? wildcard(m) : m->to, f->path),
		  is_all);
	if (!c || !kit_file(p, c, false, &file))
		return -ENOMEM;
	c->why = fix_words(p,
			   _("%1$s, line %2$llu, says where it listens: %3$s"),
			   f->path, (unsigned long long)f->at.line,
			   f->line + strspn(f->line, " \t"));
	if (m->conf && m->conf->test)
		kit_effect(
			p, c,
			_("`%s` tells whether the file is good before it is used."),
			m->conf->test);
	return unit_of_restart(p, c, &m->unit, m->conf && m->conf->reloads);
}

/* Nothing else stands on it, so a line like it means this alone. */
static bool is_alone(const struct found *f)
{
	return !strpbrk(f->line, "{}");
}

static int put_line(const struct mending *m, const struct found *f,
		    enum conf_more more)
{
	struct fix_planning *p = m->p;
	bool is_all = more == CONF_MORE_NONE && !m->is_port && !m->is_device;
	const char *to = is_all ? wildcard(m) : m->to;
	const char *words;

	if (more == CONF_MORE_LINE && !is_alone(f))
		return -ENOENT;
	/* A port is one number, unless there may be two lines. */
	if (m->is_port && more != CONF_MORE_LINE)
		more = CONF_MORE_NONE;
	words = daemon_conf_words(p, f->line, &f->at, to, more);
	/* The layout is the line's: who replaces it keeps its indentation. */
	if (more != CONF_MORE_LINE)
		return put_file(m, f, is_all,
				kit_replaced(p, f->content, f->at.line,
					     words + strspn(words, " \t")));

	return put_file(m, f, false,
			kit_inserted(p, f->content, f->at.line + 1, words));
}

/* "listen 80;" is IPv4 only: "listen [2001:db8::1]:80;" comes beside it. */
static int put_port_form(const struct mending *m, const struct found *f)
{
	struct fix_planning *p = m->p;
	const char *to =
		fix_words(p, m->is_v6 ? "[%s]:%s" : "%s:%s", m->to, m->port);
	const char *words =
		daemon_conf_words(p, f->line, &f->at, to, CONF_MORE_LINE);

	return put_file(m, f, false,
			kit_inserted(p, f->content, f->at.line + 1, words));
}

static bool takes_ports(const struct mending *m)
{
	return !strcmp(m->conf->programs, "nginx") ||
	       !strncmp(m->conf->programs, "apache2", 7);
}

/* Its file is right: it has only to be read. */
static int read_again(const struct mending *m)
{
	struct fix_planning *p = m->p;
	const struct kit_frame frame = {
		.id = "listener-reload",
		.summary =
			fix_words(p, _("have %s read its configuration again"),
				  m->program),
		.why = _(
			"Its file says so already, and was changed since the service began."),
		.risk = FIX_RISK_SOME,
		.risk_text = _(
			"All else that was changed in that file comes into force as well; where it listens now, it may no longer."),
		.lasts = FIX_LASTS_YES,
		.lasts_text = _("It is the service's own configuration."),
	};
	struct fix_candidate *c = kit_propose(p, &frame);

	if (!c)
		return -ENOMEM;
	kit_effect(p, c, _("%1$s then listens on %2$s, as its file says."),
		   m->program, m->to);
	return unit_of_restart(p, c, &m->unit, m->conf && m->conf->reloads);
}

static int by_conf(struct mending *m)
{
	struct fix_planning *p = m->p;
	struct conf_files files;
	struct found f;
	int err = conf_files_list(p, m->pid, m->conf->paths, &files);

	if (err)
		return err;
	if (find_line(m, &files, m->conf->address, &f))
		return put_line(m, &f, m->conf->more);
	if (m->is_port || m->is_device || !files.count)
		return -ENOENT;
	if (takes_ports(m) &&
	    find_in(m, &files, m->conf->address, m->port, &f) && is_alone(&f))
		return put_port_form(m, &f);
	if (!m->conf->fresh || kit_read(p, files.paths[0], &f.content))
		return -ENOENT;

	f.path = files.paths[0];
	f.at.line = kit_line_count(f.content) + 1;
	f.line = _("nothing, so it is the loopback");
	return put_file(m, &f, false,
			kit_inserted(p, f.content, f.at.line,
				     fix_words(p, "%s%s%s", m->conf->fresh,
					       m->to, m->conf->fresh_end)));
}

/* A unit's file of the administrator's is edited; beside a package's, a drop-in
 * is written. */
static int put_dropin(const struct mending *m, const char *unit,
		      const char *content, bool is_all)
{
	struct fix_planning *p = m->p;
	struct kit_file file = {
		.path = fix_words(
			p, "/etc/systemd/system/%s.d/90-kiriwake.conf", unit),
		.after = content,
	};
	struct unit_of u = unit_of_name(p, unit);
	struct fix_candidate *c;
	int err;

	if (!kit_read(p, file.path, &file.before)) {
		fix_remark(p, _("%s is there already: look at what it says."),
			   file.path);
		return -ENOENT;
	}
	file.before = NULL;
	c = frame(m,
		  fix_words(p,
			    _("let %1$s listen on %2$s, by a drop-in of %3$s"),
			    m->program, is_all ? wildcard(m) : m->to, unit),
		  is_all);
	if (!c || !kit_file(p, c, false, &file))
		return -ENOMEM;
	err = unit_of_reload(p, c);
	return err ? err : unit_of_restart(p, c, &u, false);
}

/* systemd itself has it open: a socket unit. */
static int by_socket_unit(struct mending *m)
{
	struct fix_planning *p = m->p;
	struct units units;
	bool has_v6 = strchr(m->to, ':') != NULL;

	if (units_find(&units, p->plan->arena, p->plan->ask.protocol,
		       p->plan->ask.port))
		return -ENOENT;
	for (const struct unit *u = units.list; u; u = u->next) {
		if (!u->line || !kit_is_word(u->name) || m->is_device ||
		    m->is_port)
			continue;
		return put_dropin(m, u->name,
				  fix_words(p,
					    has_v6 ? "[Socket]\n%s=[%s]:%u\n"
						   : "[Socket]\n%s=%s:%u\n",
					    p->plan->ask.protocol == 17
						    ? "ListenDatagram"
						    : "ListenStream",
					    m->to, p->plan->ask.port),
				  false);
	}

	return -ENOENT;
}

/* Its address stands on its command line: in the variables' file, or the unit. */
static int by_unit(struct mending *m)
{
	struct fix_planning *p = m->p;
	const char *unit = m->unit.name, *path = NULL, *word = m->address;
	struct conf_files files;
	struct found f;
	size_t len = unit ? strcspn(unit, ".") : 0;

	if (!unit || m->is_port || m->is_device)
		return -ENOENT;
	if (conf_files_list(p, 0,
			    fix_words(p,
				      "/etc/default/%.*s /etc/sysconfig/%.*s "
				      "/etc/conf.d/%.*s",
				      (int)len, unit, (int)len, unit, (int)len,
				      unit),
			    &files))
		return -ENOMEM;
	if (find_in(m, &files, NULL, word, &f) ||
	    (is_loopback_word(m) && find_in(m, &files, NULL, "localhost", &f)))
		return put_line(m, &f, CONF_MORE_NONE);

	path = unit_of_file(p, unit);
	if (!path || conf_files_list(p, 0, path, &files) ||
	    !find_in(m, &files, "ExecStart", word, &f))
		return -ENOENT;
	if (!strncmp(path, "/etc/", 5)) {
		int err = put_line(m, &f, CONF_MORE_NONE);

		return err || !p->plan->first
			       ? err
			       : unit_of_reload(p, p->plan->first);
	}
	return put_dropin(
		m, unit,
		fix_words(p, "[Service]\nExecStart=\n%s\n",
			  daemon_conf_words(p, f.line, &f.at, wildcard(m),
					    CONF_MORE_NONE)),
		true);
}

static int tell_where(const struct mending *m)
{
	struct fix_planning *p = m->p;
	const char *command = conf_files_command(p, m->pid);

	if (m->conf)
		fix_remark(
			p,
			_("The line that binds %1$s was not found in its files (%2$s): it is set there by `%3$s`."),
			m->program, m->conf->paths,
			m->is_device                  ? m->conf->device
			: m->is_port && m->conf->port ? m->conf->port
						      : m->conf->address);
	else if (command && m->address && strstr(command, m->address))
		fix_remark(
			p,
			_("%1$s (pid %2$d) was told %3$s on its command line: `%4$s`. It has to be started with %5$s."),
			m->program, m->pid, m->address, command, m->to);
	else
		fix_remark(
			p,
			_("Where %1$s (pid %2$d) is told its address is not known here: let it listen on %3$s, and start it anew."),
			m->program, m->pid, m->to);
	return -ENOENT;
}

/* The device that has the address which the client asks for. */
static const char *right_device(const struct fix_planning *p)
{
	const struct links_address *own =
		p->links ? links_own(p->links, &p->plan->ask.server) : NULL;
	const struct links_link *l =
		own ? links_by_index(p->links, own->index) : NULL;

	return l ? l->name : NULL;
}

/* Only the program that is at home on the port that is asked for may be the one
 * that is meant; or the only one there is, where the port comes beside its own. */
static bool is_meant(const struct mending *m)
{
	uint16_t port = m->p->plan->ask.port;

	if (!m->conf)
		return false;

	return (m->is_only && m->conf->more == CONF_MORE_LINE) ||
	       m->conf->usual[0] == port || m->conf->usual[1] == port;
}

static int mend(struct mending *m)
{
	int err = -ENOENT;

	if (m->is_written && m->conf && m->conf->reloads)
		return read_again(m);
	if (m->is_port && !is_meant(m)) {
		fix_remark(
			m->p,
			_("Whether %1$s, on port %2$s, is the service that is meant cannot be told: ask for that port, or set %3$s in its configuration and start it anew."),
			m->program, m->port, m->to);
		return -ENOENT;
	}
	if (m->pid == 1)
		err = by_socket_unit(m);
	else if (m->conf)
		err = by_conf(m);
	if (err == -ENOENT && (!m->is_device || m->conf))
		err = by_unit(m);
	return err == -ENOENT ? tell_where(m) : err;
}

static int propose(struct fix_planning *p, const struct fix_fault *f)
{
	const struct fix_ask *ask = &p->plan->ask;
	const char *cause = f->cause->id;
	struct mending m = { .p = p, .k = f->culprit };

	if (!kit_is_here(p, f) || !m.k || m.k->kind != CULPRIT_SOCKET)
		return -ENOENT;
	m.program = fix_culprit_text(m.k, "program");
	m.address = fix_culprit_text(m.k, "address");
	m.pid = (int)fix_culprit_number(m.k, "pid", 0);
	m.port = fix_words(p, "%lld",
			   (long long)fix_culprit_number(m.k, "port", 0));
	m.is_port = !strcmp(cause, "listener-wrong-port");
	m.is_written = f->found == FACT_LISTENER_MOVED;
	m.is_only = f->found == FACT_LISTENER_STRAY;
	m.is_device = !strcmp(cause, "listener-bound-to-device");
	m.is_v6 = !address_is_v4(&ask->server);
	m.to = kit_address(p, &ask->server);
	if (m.is_port)
		m.to = fix_words(p, "%u", ask->port);
	else if (m.is_device)
		m.to = right_device(p);
	if (!m.program || !m.to || (!m.is_port && !ask->has_server))
		return -ENOENT;
	m.conf = daemon_conf_of(m.program);
	if (m.is_device && m.conf && !m.conf->device)
		m.conf = NULL;
	m.unit = unit_of_process(p, m.pid, m.program);
	return mend(&m);
}

const struct repair repair_listener = {
	.id = "listener",
	.causes = { "listener-loopback-only", "listener-wrong-address",
		    "listener-wrong-port", "listener-v6only",
		    "ipv6-no-listener", "listener-bound-to-device" },
	.propose = propose,
};
