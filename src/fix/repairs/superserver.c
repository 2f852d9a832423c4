/*
 * inetd and xinetd: the service is switched on, the client is added to its list,
 * the program's path is mended. What xinetd makes of its files afterwards is read
 * again before it is proposed.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "diag/cause.h"
#include "fix/kit.h"
#include "fix/unit_of.h"
#include "host/reader.h"
#include "host/superservers.h"

struct mending {
	struct fix_planning *p;
	const struct culprit *k;
	struct problems *problems;
	const char *path, *content; /* the file of the line to blame */
	const char *line;
	uint64_t number;
	const struct superserver *super; /* whose file it is; NULL: none runs */
	bool is_xinetd;
};

/* A file with another content than it has, as xinetd would read it. */
struct reading {
	struct mending *m;
	const char *path, *content;
	unsigned depth;
};

static int read_file(struct reading *r, struct xinetd_conf *c, const char *path)
{
	const char *content = r->content;
	int err = strcmp(path, r->path) != 0 ? kit_read(r->m->p, path, &content)
					     : 0;

	return err ? err : xinetd_conf_read(c, path, content, strlen(content));
}

static int by_name(const void *x, const void *y)
{
	const char *const *a = x, *const *b = y;

	return strcmp(*a, *b);
}

/* Files with a dot in their name, or a "~" at its end, are left out. */
static int read_folder(struct reading *r, struct xinetd_conf *c,
		       const char *path)
{
	enum { FILES_MOST = 256 };

	const char *files[FILES_MOST] = { NULL };
	struct text names = TEXT_NULL;
	int err = reader_names(path, &names);
	size_t at = 0, count = 0;
	const char *name;

	while (!err && count < FILES_MOST &&
	       (name = reader_string(&names, &at)))
		if (*name && !strchr(name, '.') &&
		    name[strlen(name) - 1] != '~')
			files[count++] =
				fix_words(r->m->p, "%s/%s", path, name);
	text_done(&names);
	qsort(files, count, sizeof(*files), by_name);
	for (size_t i = 0; i < count && !err; i++)
		err = read_file(r, c, files[i]);
	return err;
}

static int include(void *with, struct xinetd_conf *c, const char *path,
		   bool is_folder)
{
	struct reading *r = with;
	int err;

	if (r->depth > 8)
		return -ELOOP;
	r->depth++;
	err = is_folder ? read_folder(r, c, path) : read_file(r, c, path);
	r->depth--;
	return err == -ENOMEM ? err : 0;
}

/* The service of the port, by the files with that content. */
static const struct xinetd_service *
xinetd_service(struct mending *m, const char *content, bool is_off)
{
	const struct fix_ask *ask = &m->p->plan->ask;
	struct reading r = { .m = m, .path = m->path, .content = content };
	struct xinetd_conf *c =
		xinetd_conf_new(m->p->plan->arena, m->problems, include, &r);
	const char *conf = m->super ? m->super->conf : "/etc/xinetd.conf";

	if (!c || read_file(&r, c, conf))
		return NULL;

	return xinetd_conf_find(xinetd_conf_end(c), ask->protocol, ask->port,
				is_off);
}

static const struct inetd_service *inetd_service(struct mending *m,
						 const char *content)
{
	const struct fix_ask *ask = &m->p->plan->ask;
	const struct inetd_service *list = NULL;

	if (inetd_conf_read(&list, m->p->plan->arena, m->path, content,
			    strlen(content), m->problems))
		return NULL;

	return inetd_conf_find(list, ask->protocol, ask->port, false);
}

static int put(struct mending *m, const char *summary, const char *after,
	       bool is_exact, struct fix_candidate **ret)
{
	struct fix_planning *p = m->p;
	const struct kit_frame frame = {
		.id = "superserver",
		.summary = summary,
		.why = fix_words(p, _("%1$s, line %2$llu: %3$s"), m->path,
				 (unsigned long long)m->number,
				 m->line + strspn(m->line, " \t")),
		.risk = is_exact ? FIX_RISK_LOW : FIX_RISK_SOME,
		.risk_text =
			is_exact
				? _("Nobody else is let in by it.")
				: _("The service is open to whoever the packet filter, hosts.allow and its own lists let in."),
		.is_exact = is_exact,
		.lasts = FIX_LASTS_YES,
		.lasts_text = _("It is the service's own configuration."),
	};
	const struct kit_file file = { .path = m->path,
				       .before = m->content,
				       .after = after };
	struct unit_of u;

	if (!after)
		return -ENOMEM;
	*ret = kit_propose(p, &frame);
	if (!*ret || !kit_file(p, *ret, false, &file))
		return -ENOMEM;
	u = unit_of_process(p, m->super ? m->super->pid : 0,
			    m->is_xinetd ? "xinetd" : "inetd");
	return unit_of_restart(p, *ret, &u, true);
}

/* Behind "#", "#<off># " and blanks. */
static const char *uncommented(const char *line)
{
	static const char off[] = "<off>#";

	line += strspn(line, "# \t");
	if (!strncmp(line, off, sizeof(off) - 1))
		line += sizeof(off) - 1;
	return line + strspn(line, "# \t");
}

static int switch_on(struct mending *m)
{
	struct fix_planning *p = m->p;
	struct fix_candidate *c;
	const char *after;
	int err;

	if (m->is_xinetd) {
		const char *yes = strstr(m->line, "yes");

		after = yes ? kit_replaced(p, m->content, m->number,
					   fix_words(p, "%.*sno%s",
						     (int)(yes - m->line -
							   (long)strspn(m->line,
									" \t")),
						     m->line + strspn(m->line,
								      " \t"),
						     yes + 3))
			    : NULL;
		if (!after || !xinetd_service(m, after, false))
			return -ENOENT;
	} else {
		after = kit_replaced(p, m->content, m->number,
				     uncommented(m->line));
		if (!after || !inetd_service(m, after))
			return -ENOENT;
	}

	err = put(m,
		  fix_words(p, _("switch the service on in %1$s, line %2$llu"),
			    m->path, (unsigned long long)m->number),
		  after, false, &c);
	if (!err)
		kit_effect(p, c, _("%1$s then has %2$s open."),
			   m->is_xinetd ? "xinetd" : "inetd", kit_port(p));
	return err;
}

static bool is_let_in(struct mending *m, const char *content)
{
	struct xinetd_ask ask = { .client = m->p->plan->ask.client,
				  .minute = -1 };
	const struct xinetd_service *s =
		content ? xinetd_service(m, content, false) : NULL;
	struct xinetd_decision d;

	if (!s)
		return false;
	xinetd_conf_decide(&d, s, &ask);
	return d.answer == XINETD_ALLOWED ||
	       (d.answer == XINETD_UNKNOWN && d.attribute &&
		!strcmp(d.attribute, "access_times"));
}

/* The line without that word. */
static const char *line_without(struct mending *m, const char *word)
{
	const char *at = strstr(m->line, word);
	size_t n = strlen(word);

	if (!at || at == m->line || !strchr(" \t=", at[-1]) ||
	    (at[n] && !strchr(" \t", at[n])))
		return NULL;
	n += strspn(at + n, " \t");
	return fix_words(m->p, "%.*s%s",
			 (int)(at - m->line - (long)strspn(m->line, " \t")),
			 m->line + strspn(m->line, " \t"), at + n);
}

/* In the service's own block, not for all services. */
static const char *in_block(struct mending *m, const struct xinetd_service *s,
			    const char *client)
{
	uint64_t line = s->line;
	const char *words;

	if (strcmp(s->file, m->path) != 0)
		return NULL;
	while ((words = kit_line(m->p, m->content, line)) &&
	       !strchr(words, '{'))
		line++;
	return words ? kit_inserted(
			       m->p, m->content, line + 1,
			       fix_words(m->p, "\tonly_from += %s", client))
		     : NULL;
}

static const char *with_client(struct mending *m, const char *client)
{
	const struct xinetd_service *s = xinetd_service(m, m->content, false);
	const char *line = m->line + strspn(m->line, " \t"), *after = NULL;
	bool is_own =
		s && s->only_from.file && !strcmp(s->only_from.file, m->path) &&
		s->only_from.line >= s->line && s->only_from.line == m->number;

	if (is_own)
		after = kit_replaced(m->p, m->content, m->number,
				     fix_words(m->p, "%s %s", line, client));
	if (is_let_in(m, after))
		return after;
	after = s && s->only_from.file ? in_block(m, s, client) : NULL;
	if (is_let_in(m, after))
		return after;
	if (strcmp(m->k->text, "no_access") != 0)
		return NULL;

	line = line_without(m, client);
	after = line ? kit_replaced(m->p, m->content, m->number, line) : NULL;
	return is_let_in(m, after) ? after : NULL;
}

static int let_in(struct mending *m)
{
	struct fix_planning *p = m->p;
	const char *client = kit_client(p), *after;
	struct fix_candidate *c;
	int err;

	after = client ? with_client(m, client) : NULL;
	if (!after) {
		fix_remark(
			p,
			_("%1$s (%2$s, line %3$llu) refuses the client, and no line that lets in it alone was found: change that attribute."),
			m->k->text, m->path, (unsigned long long)m->number);
		return -ENOENT;
	}

	err = put(m,
		  fix_words(p, _("let xinetd take %1$s, in %2$s"), client,
			    m->path),
		  after, true, &c);
	if (!err)
		kit_effect(
			p, c,
			_("xinetd's lists then let %1$s use this service, and nobody else who was kept out; its files were read again with it."),
			client);
	return err;
}

static const char *found_program(struct mending *m, const char *path)
{
	static const char *const folders[] = {
		"/usr/sbin", "/usr/bin", "/usr/local/sbin",
		"/sbin",     "/bin",     "/usr/libexec"
	};
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		const char *names[] = {
			base,
			!strncmp(base, "in.", 3) ? base + 3 : NULL,
		};

		for (size_t k = 0; k < 2 && names[k] && *names[k]; k++) {
			const char *at =
				fix_words(m->p, "%s/%s", folders[i], names[k]);

			if (kit_has_file(m->p, at))
				return at;
		}
	}

	return NULL;
}

/* The program that is not there: the first path of the line that is none. */
static const char *missing_program(struct mending *m)
{
	const char *s = m->line;

	while (*(s += strspn(s, " \t="))) {
		size_t len = strcspn(s, " \t=");
		const char *word = arena_copy(m->p->plan->arena, s, len);

		if (word && *word == '/' && !kit_has_file(m->p, word))
			return word;
		s += len;
	}

	return NULL;
}

static int mend_program(struct mending *m)
{
	struct fix_planning *p = m->p;
	const char *missing = missing_program(m);
	const char *found = missing ? found_program(m, missing) : NULL;
	const char *at = missing ? strstr(m->line, missing) : NULL;
	const char *begin = m->line + strspn(m->line, " \t");
	struct fix_candidate *c;
	int err;

	if (!found) {
		fix_remark(
			p,
			_("%1$s, line %2$llu, names the program %3$s, which is not on this host: install the package that has it."),
			m->path, (unsigned long long)m->number,
			missing ? missing : "?");
		return -ENOENT;
	}

	err = put(m,
		  fix_words(p, _("name %1$s in %2$s, line %3$llu"), found,
			    m->path, (unsigned long long)m->number),
		  kit_replaced(p, m->content, m->number,
			       fix_words(p, "%.*s%s%s", (int)(at - begin),
					 begin, found, at + strlen(missing))),
		  false, &c);
	if (!err)
		kit_effect(p, c,
			   _("%1$s is then started for each client of %2$s."),
			   found, kit_port(p));
	return err;
}

/* The one whose file, or whose folder's, it is. */
static void find_super(struct mending *m)
{
	const struct superserver *list = NULL;

	if (superservers_find(&list, m->p->plan->arena))
		return;
	for (; list; list = list->next)
		if (list->is_xinetd == m->is_xinetd &&
		    (list->is_xinetd || !strcmp(list->conf, m->path)))
			m->super = list;
}

static bool is_xinetd(const struct mending *m, const char *cause)
{
	if (!strcmp(cause, "xinetd-only-from"))
		return true;

	/* A line of inetd has the protocol, and no "=". */
	return strchr(m->line, '=') != NULL &&
	       (strstr(m->line, "disable") || strstr(m->line, "server"));
}

static int mend(struct mending *m, const char *cause)
{
	int err = -ENOENT;

	m->is_xinetd = is_xinetd(m, cause);
	find_super(m);
	if (!strcmp(cause, "xinetd-only-from"))
		return let_in(m);
	if (!strcmp(cause, "inetd-bad-program"))
		return mend_program(m);

	err = switch_on(m);
	if (err == -ENOENT)
		fix_remark(
			m->p,
			_("%1$s, line %2$llu, cannot be changed by itself so that the service is on: look at it."),
			m->path, (unsigned long long)m->number);
	return err;
}

/* What inetd answers itself, by that transport, to the family that asks. */
static const struct inetd_service *
find_internal(struct mending *m, uint8_t protocol, const char *content)
{
	const struct fix_ask *ask = &m->p->plan->ask;
	const struct inetd_service *s = NULL;

	if (inetd_conf_read(&s, m->p->plan->arena, m->path, content,
			    strlen(content), m->problems))
		return NULL;
	for (; s; s = s->next)
		if (!s->is_off && s->is_internal && s->has_port &&
		    s->port == ask->port && s->protocol == protocol &&
		    (address_is_v4(&ask->server) ? s->takes_v4 : s->takes_v6))
			return s;

	return NULL;
}

/* The words of a line of inetd, which has five before the program. */
static bool split(struct mending *m, const char *words[5])
{
	const char *at = m->line;

	for (size_t i = 0; i < 5; i++) {
		size_t len;

		at += strspn(at, " \t");
		len = strcspn(at, " \t");
		words[i] = arena_copy(m->p->plan->arena, at, len);
		if (!words[i] || !len)
			return false;
		at += len;
	}

	return true;
}

/* A line like it, by the transport that is asked for: "udp6" becomes "tcp6". */
static int add_transport(struct mending *m)
{
	struct fix_planning *p = m->p;
	bool is_tcp = p->plan->ask.protocol == IPPROTO_TCP;
	const struct inetd_service *s = find_internal(
		m, is_tcp ? IPPROTO_UDP : IPPROTO_TCP, m->content);
	const char *words[5], *after;
	struct fix_candidate *c;
	int err;

	m->number = s ? s->line : 0;
	m->line = s ? kit_line(p, m->content, s->line) : NULL;
	if (!m->line || !split(m, words) || strlen(words[2]) < 3)
		return -ENOENT;
	after = kit_inserted(
		p, m->content, m->number + 1,
		fix_words(p,
			  is_tcp ? "%s stream tcp%s nowait %s internal"
				 : "%s dgram udp%s wait %s internal",
			  words[0], words[2] + 3, words[4]));
	if (!after || !inetd_service(m, after))
		return -ENOENT;

	err = put(m,
		  fix_words(p, _("have inetd answer %1$s as well, in %2$s"),
			    kit_port(p), m->path),
		  after, false, &c);
	if (!err)
		kit_effect(p, c, _("%1$s then has %2$s open."), "inetd",
			   kit_port(p));
	return err;
}

/* Its socket for all addresses answers from the one that the route has: a socket
 * of the address that is asked for comes before it. */
static int add_address(struct mending *m)
{
	struct fix_planning *p = m->p;
	const char *to = kit_address(p, &p->plan->ask.server);
	bool is_v6 = strchr(to, ':') != NULL;
	const struct inetd_service *s =
		find_internal(m, p->plan->ask.protocol, m->content);
	const char *after;
	struct fix_candidate *c;
	int err;

	m->number = s ? s->line : 0;
	m->line = s ? kit_line(p, m->content, s->line) : NULL;
	if (!m->line || (s->address && strcmp(s->address, "*") != 0))
		return -ENOENT;
	after = m->line + strspn(m->line, " \t");
	/* "*:echo" */
	if (strcspn(after, ":") < strcspn(after, " \t"))
		after += strcspn(after, ":") + 1;
	after = kit_inserted(
		p, m->content, m->number + 1,
		fix_words(p, is_v6 ? "[%s]:%s" : "%s:%s", to, after));
	err = put(m,
		  fix_words(p, _("bind inetd to %1$s as well, in %2$s"), to,
			    m->path),
		  after, false, &c);
	if (!err)
		kit_effect(
			p, c,
			_("inetd then answers from %s what was sent to that address."),
			to);
	return err;
}

/* The port is inetd's, by the other transport, or it answers there. */
static int propose_socket(struct mending *m, bool is_reply)
{
	int pid = (int)fix_culprit_number(m->k, "pid", 0);
	const struct superserver *list = NULL;
	int err = superservers_find(&list, m->p->plan->arena);

	/* Whose the answer was is known by its port alone. */
	if (is_reply &&
	    fix_culprit_number(m->k, "port", 0) != m->p->plan->ask.port)
		return -ENOENT;
	while (list && (list->is_xinetd || (!is_reply && list->pid != pid)))
		list = list->next;
	if (err || !list)
		return err == -ENOMEM ? err : -ENOENT;
	m->super = list;
	m->path = list->conf;
	if (kit_read(m->p, m->path, &m->content))
		return -ENOENT;

	m->problems = problems_new();
	if (!m->problems)
		return -ENOMEM;
	err = is_reply ? add_address(m) : add_transport(m);
	problems_free(m->problems);
	return err;
}

static int propose(struct fix_planning *p, const struct fix_fault *f)
{
	struct mending m = { .p = p, .k = f->culprit };
	bool is_reply = !strcmp(f->cause->id, "udp-reply-wrong-source");
	int err;

	if (is_reply || !strcmp(f->cause->id, "listener-udp-only"))
		return kit_is_here(p, f) ? propose_socket(&m, is_reply)
					 : -ENOENT;
	m.path = fix_culprit_text(m.k, "file");
	m.number = (uint64_t)fix_culprit_number(m.k, "line", 0);
	/* A unit of systemd is repair_service's. */
	if (!kit_is_here(p, f) || !m.path || *m.path != '/' || !m.number ||
	    strstr(m.path, ".socket"))
		return -ENOENT;
	err = kit_read(p, m.path, &m.content);
	m.line = err ? NULL : kit_line(p, m.content, m.number);
	if (!m.line) {
		fix_remark(p, _("%s cannot be read here."), m.path);
		return err == -ENOMEM ? err : -ENOENT;
	}

	m.problems = problems_new();
	err = m.problems ? mend(&m, f->cause->id) : -ENOMEM;
	problems_free(m.problems);
	return err;
}

const struct repair repair_superserver = {
	.id = "superserver",
	.culprits = { CULPRIT_CONFIG_LINE, CULPRIT_SOCKET },
	.causes = { "xinetd-only-from", "inetd-service-disabled",
		    "inetd-bad-program", "listener-udp-only",
		    "udp-reply-wrong-source" },
	.propose = propose,
};
