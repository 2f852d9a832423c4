/*
 * Entries: "service NAME", "{", one attribute a line, "}". An attribute that
 * takes one value is set once, what comes later is ignored; a list is set anew
 * by "=", grows by "+=" and shrinks by "-=".
 */
#include "net/xinetd_conf.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "base/i18n.h"
#include "base/text.h"
#include "net/service.h"
#include "net/xinetd_access.h"

enum { WORDS = 64 };

struct xinetd_conf {
	struct arena *arena;
	struct problems *problems;
	xinetd_include *include;
	void *with;
	struct xinetd_service defaults;
	struct xinetd_list disabled, enabled;
	struct xinetd_service *first;
	struct xinetd_service **last;
	bool has_defaults;
	bool failed; /* no memory */
};

/* Where in a file. */
struct place {
	struct xinetd_conf *c;
	const char *file;
	const char *at, *end;
	unsigned line;
	char **words; /* WORDS of them */
	size_t count;
};

enum operation { OPERATION_SET, OPERATION_ADD, OPERATION_REMOVE };

static char *keep(struct xinetd_conf *c, const char *s)
{
	char *copy = arena_string(c->arena, s);

	if (!copy)
		c->failed = true;
	return copy;
}

static void complain(const struct place *p, const char *text)
{
	struct problem where = { .file = p->file, .line = p->line };

	// NOLINTNEXTLINE(clang-analyzer-core.NullDereference): c is never NULL
	problems_add(p->c->problems, &where, "%s", text);
}

/* Cuts the next line that is neither blank nor a comment into words. */
static bool next_line(struct place *p)
{
	p->count = 0;
	while (!p->count && p->at < p->end && !p->c->failed) {
		const char *newline =
			memchr(p->at, '\n', (size_t)(p->end - p->at));
		const char *stop = newline ? newline : p->end;
		char *copy =
			arena_copy(p->c->arena, p->at, (size_t)(stop - p->at));
		char *rest = NULL;

		p->at = newline ? newline + 1 : p->end;
		p->line++;
		if (!copy) {
			p->c->failed = true;
			return false;
		}
		if (copy[strspn(copy, " \t\r")] == '#')
			continue;
		for (char *s = strtok_r(copy, " \t\r", &rest);
		     s && p->count < WORDS; s = strtok_r(NULL, " \t\r", &rest))
			p->words[p->count++] = s;
	}

	return p->count > 0;
}

static bool is_only(const struct place *p, const char *word)
{
	return p->count == 1 && !strcmp(p->words[0], word);
}

/* "a = b", "a +=b": the words behind are the values. "a=b" is refused. */
static bool take_operation(struct place *p, char **name, enum operation *op)
{
	char *sign = p->count > 1 ? strchr(p->words[1], '=') : NULL;
	size_t used = 2;

	*name = p->words[0];
	if (!sign || sign > p->words[1] + 1 || strchr(*name, '='))
		return false;

	*op = OPERATION_SET;
	if (sign != p->words[1]) {
		if (sign[-1] != '+' && sign[-1] != '-')
			return false;
		*op = sign[-1] == '+' ? OPERATION_ADD : OPERATION_REMOVE;
	}
	if (sign[1])
		p->words[--used] = sign + 1;
	p->count -= used;
	for (size_t i = 0; i < p->count; i++)
		p->words[i] = p->words[i + used];
	return true;
}

static bool has_word(const struct xinetd_list *list, const char *text)
{
	for (const struct xinetd_word *w = list->words; w; w = w->next)
		if (!strcmp(w->text, text))
			return true;

	return false;
}

static bool is_among(const struct place *p, const char *text)
{
	for (size_t i = 0; i < p->count; i++)
		if (xinetd_access_same(p->words[i], text))
			return true;

	return false;
}

static void append(const struct place *p, const struct xinetd_word ***last,
		   const struct xinetd_word *word)
{
	struct xinetd_word *w = arena_alloc(p->c->arena, sizeof(*w));

	if (!w) {
		p->c->failed = true;
		return;
	}
	*w = *word;
	w->next = NULL;
	**last = w;
	*last = &w->next;
}

/* Words are shared with the defaults: the list is always a new one. */
static void set_list(const struct place *p, struct xinetd_list *list,
		     enum operation op)
{
	const struct xinetd_word *old =
		op == OPERATION_SET ? NULL : list->words;
	const struct xinetd_word **last = &list->words;

	if (!list->file || op == OPERATION_SET) {
		list->file = p->file;
		list->line = p->line;
	}
	list->words = NULL;
	for (; old; old = old->next)
		if (op != OPERATION_REMOVE || !is_among(p, old->text))
			append(p, &last, old);
	for (size_t i = 0; op != OPERATION_REMOVE && i < p->count; i++) {
		struct xinetd_word word = { p->words[i], p->file, p->line,
					    NULL };

		append(p, &last, &word);
	}
}

static bool is_yes(const char *word)
{
	return !strcasecmp(word, "yes");
}

static void set_disable(const struct place *p, struct xinetd_service *s)
{
	s->is_off = is_yes(p->words[0]);
	s->off_line = s->is_off ? p->line : 0;
	s->off_file = p->file;
}

static void set_id(const struct place *p, struct xinetd_service *s)
{
	s->id = p->words[0];
}

static void set_type(const struct place *p, struct xinetd_service *s)
{
	for (size_t i = 0; i < p->count; i++) {
		if (!strcasecmp(p->words[i], "INTERNAL"))
			s->is_internal = true;
		if (!strcasecmp(p->words[i], "UNLISTED"))
			s->is_unlisted = true;
	}
}

static void set_flags(const struct place *p, struct xinetd_service *s)
{
	static const struct {
		const char *name;
		enum xinetd_flag flag;
	} flags[] = {
		{ "IPv4", XINETD_V4 },
		{ "IPv6", XINETD_V6 },
		{ "NAMEINARGS", XINETD_NAME_IN_ARGS },
		{ "NOLIBWRAP", XINETD_NO_LIBWRAP },
		{ "SENSOR", XINETD_SENSOR },
	};

	for (size_t i = 0; i < p->count; i++)
		for (size_t k = 0; k < sizeof(flags) / sizeof(*flags); k++)
			if (!strcasecmp(p->words[i], flags[k].name))
				s->flags |= flags[k].flag;
}

static void set_protocol(const struct place *p, struct xinetd_service *s)
{
	if (!strcmp(p->words[0], "tcp") || !strcmp(p->words[0], "stream"))
		s->protocol = IPPROTO_TCP;
	else if (!strcmp(p->words[0], "udp") || !strcmp(p->words[0], "dgram"))
		s->protocol = IPPROTO_UDP;
}

static void set_wait(const struct place *p, struct xinetd_service *s)
{
	s->waits = is_yes(p->words[0]);
}

static void set_port(const struct place *p, struct xinetd_service *s)
{
	const char *word = p->words[0];
	unsigned number = 0;

	for (; *word >= '0' && *word <= '9' && number <= UINT16_MAX; word++)
		number = number * 10 + (unsigned)(*word - '0');
	if (*word || !number || number > UINT16_MAX) {
		complain(
			p,
			_("xinetd switches this service off: the port is none."));
		s->is_off = true;
		s->off_line = p->line;
		s->off_file = p->file;
		return;
	}
	s->port = (uint16_t)number;
	s->has_port = true;
}

static void set_server(const struct place *p, struct xinetd_service *s)
{
	s->server = p->words[0];
	s->server_line = p->line;
}

static void set_arguments(const struct place *p, struct xinetd_service *s)
{
	s->argument = p->count ? p->words[0] : NULL;
}

static void set_bind(const struct place *p, struct xinetd_service *s)
{
	s->bind = p->words[0];
}

static void set_daemon(const struct place *p, struct xinetd_service *s)
{
	s->daemon = p->words[0];
}

static void set_redirect(const struct place *p, struct xinetd_service *s)
{
	struct text t = TEXT_NULL;

	text_format(&t, "%s %s", p->words[0], p->words[1]);
	s->redirect = keep(p->c, text_string(&t));
	text_done(&t);
}

#define LIST(member) offsetof(struct xinetd_service, member)

/* values: how many there must be, -1: any. list: of those that are kept as
 * words. May "=" stand once only: not is_list. */
static const struct attribute {
	const char *name;
	int values;
	bool is_list;
	size_t list;
	void (*set)(const struct place *p, struct xinetd_service *s);
} attributes[] = {
	{ "access_times", -1, false, LIST(access_times), NULL },
	{ "bind", 1, false, 0, set_bind },
	{ "cps", 2, false, LIST(cps), NULL },
	{ "disable", 1, false, 0, set_disable },
	{ "flags", -1, false, 0, set_flags },
	{ "id", 1, false, 0, set_id },
	{ "instances", 1, false, LIST(instances), NULL },
	{ "interface", 1, false, 0, set_bind },
	{ "libwrap", 1, false, 0, set_daemon },
	{ "no_access", -1, true, LIST(no_access), NULL },
	{ "only_from", -1, true, LIST(only_from), NULL },
	{ "per_source", 1, false, LIST(per_source), NULL },
	{ "port", 1, false, 0, set_port },
	{ "protocol", 1, false, 0, set_protocol },
	{ "redirect", 2, false, 0, set_redirect },
	{ "server", 1, false, 0, set_server },
	{ "server_args", -1, false, 0, set_arguments },
	{ "socket_type", 1, false, 0, set_protocol },
	{ "type", -1, false, 0, set_type },
	{ "wait", 1, false, 0, set_wait },
};

enum { ATTRIBUTES = sizeof(attributes) / sizeof(*attributes) };

static struct xinetd_list *list_of(struct xinetd_service *s,
				   const struct attribute *a)
{
	return (struct xinetd_list *)(void *)((char *)s + a->list);
}

static const struct attribute *find_attribute(const char *name)
{
	for (size_t i = 0; i < ATTRIBUTES; i++)
		if (!strcmp(attributes[i].name, name))
			return &attributes[i];

	return NULL;
}

/* seen: which attributes the entry has already; bits as in attributes. */
static void set_attribute(const struct place *p, struct xinetd_service *s,
			  const struct attribute *a, enum operation op,
			  uint32_t *seen)
{
	uint32_t bit = (uint32_t)1 << (a - attributes);

	if (!a->is_list && ((*seen & bit) || op != OPERATION_SET)) {
		complain(
			p,
			_("xinetd ignores this line: the attribute is set already, or cannot be added to."));
		return;
	}
	if (a->values >= 0 && p->count != (size_t)a->values) {
		complain(
			p,
			_("xinetd ignores this line: the attribute takes another number of values."));
		return;
	}
	*seen |= bit;
	if (a->set && p->count)
		a->set(p, s);
	else if (!a->set)
		set_list(p, list_of(s, a), op);
}

/* Of the defaults only: services by name. */
static struct xinetd_list *switch_list(struct xinetd_conf *c, const char *name)
{
	if (!strcmp(name, "disabled"))
		return &c->disabled;

	return !strcmp(name, "enabled") ? &c->enabled : NULL;
}

/* False: xinetd gives the whole entry up. */
static bool take_attribute(struct place *p, struct xinetd_service *s,
			   bool is_default, uint32_t *seen)
{
	struct xinetd_list *list;
	const struct attribute *a;
	enum operation op;
	char *name;

	if (!take_operation(p, &name, &op)) {
		complain(
			p,
			_("xinetd leaves this entry out: the line is no attribute, a blank, \"=\" and its values."));
		return false;
	}
	a = find_attribute(name);
	/* In the defaults "=" adds. */
	if (is_default && op == OPERATION_SET && (!a || a->is_list))
		op = OPERATION_ADD;
	list = is_default ? switch_list(p->c, name) : NULL;
	if (list)
		set_list(p, list, op);
	else if (a)
		set_attribute(p, s, a, op, seen);
	return true;
}

/* False: the entry counts for nothing. */
static bool take_body(struct place *p, struct xinetd_service *s,
		      bool is_default)
{
	bool is_good = true;
	uint32_t seen = 0;

	while (next_line(p)) {
		if (is_only(p, "}"))
			return is_good;
		is_good = is_good && take_attribute(p, s, is_default, &seen);
	}
	if (!p->c->failed)
		complain(
			p,
			_("xinetd leaves this entry out: its closing brace is missing."));
	return false;
}

static bool begins(struct place *p)
{
	if (next_line(p) && is_only(p, "{"))
		return true;

	complain(
		p,
		_("xinetd leaves this entry out: a line with a brace alone must follow its first line."));
	return false;
}

static void take_service(struct place *p)
{
	struct xinetd_service *s = arena_alloc(p->c->arena, sizeof(*s));

	if (!s) {
		p->c->failed = true;
		return;
	}
	s->name = s->id = p->words[1];
	s->file = p->file;
	s->line = p->line;
	s->only_from = p->c->defaults.only_from;
	s->no_access = p->c->defaults.no_access;
	if (!begins(p) || !take_body(p, s, false))
		return;

	*p->c->last = s;
	p->c->last = &s->next;
}

static void take_defaults(struct place *p)
{
	struct xinetd_service none = { 0 };

	if (p->c->has_defaults)
		complain(
			p,
			_("xinetd reads one entry of defaults only and ignores this one."));
	if (begins(p))
		(void)take_body(p, p->c->has_defaults ? &none : &p->c->defaults,
				true);
	p->c->has_defaults = true;
}

static void take_include(struct place *p, bool is_folder)
{
	struct problem where = { .file = p->file, .line = p->line };
	int err = p->c->include ? p->c->include(p->c->with, p->c, p->words[1],
						is_folder)
				: -ENOENT;

	if (err == -ENOMEM)
		p->c->failed = true;
	else if (err)
		problems_add(p->c->problems, &where,
			     _("What is included here cannot be read: %s."),
			     strerror(-err));
}

int xinetd_conf_read(struct xinetd_conf *c, const char *name, const char *text,
		     size_t len)
{
	char *words[WORDS] = { NULL };
	struct place p = { .c = c,
			   .file = name,
			   .at = text,
			   .end = text + len,
			   .words = words };

	while (next_line(&p)) {
		if (is_only(&p, "defaults"))
			take_defaults(&p);
		else if (p.count > 1 && !strcmp(p.words[0], "service"))
			take_service(&p);
		else if (p.count > 1 && !strcmp(p.words[0], "include"))
			take_include(&p, false);
		else if (p.count > 1 && !strcmp(p.words[0], "includedir"))
			take_include(&p, true);
		else if (!is_only(&p, "}"))
			complain(&p,
				 _("xinetd does not understand this line."));
	}
	return c->failed ? -ENOMEM : 0;
}

struct xinetd_conf *xinetd_conf_new(struct arena *a, struct problems *p,
				    xinetd_include *include, void *with)
{
	struct xinetd_conf *c = arena_alloc(a, sizeof(*c));

	if (!c)
		return NULL;

	*c = (struct xinetd_conf){
		.arena = a, .problems = p, .include = include, .with = with
	};
	c->last = &c->first;
	return c;
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static const char *daemon_of(const struct xinetd_service *s)
{
	if (s->flags & (XINETD_NO_LIBWRAP | XINETD_SENSOR))
		return NULL;
	if (s->daemon)
		return s->daemon;
	if (s->is_internal)
		return s->id;
	if (s->redirect)
		return s->name;
	if ((s->flags & XINETD_NAME_IN_ARGS) && s->argument)
		return base_of(s->argument);

	return s->server ? base_of(s->server) : NULL;
}

static void inherit(struct xinetd_list *own, const struct xinetd_list *from)
{
	if (!own->file)
		*own = *from;
}

static void switch_off(struct xinetd_service *s, const struct xinetd_list *by)
{
	s->is_off = true;
	if (s->off_line)
		return;

	s->off_file = by->file;
	s->off_line = by->line;
}

/* "enabled" goes before the service's own word, "disabled" before both. */
static void fill(struct xinetd_conf *c, struct xinetd_service *s)
{
	const struct xinetd_service *d = &c->defaults;

	inherit(&s->instances, &d->instances);
	inherit(&s->per_source, &d->per_source);
	inherit(&s->cps, &d->cps);
	inherit(&s->access_times, &d->access_times);
	if (!s->bind)
		s->bind = d->bind;
	if (!s->has_port)
		s->has_port =
			s->protocol && service_port(s->name, strlen(s->name),
						    s->protocol, &s->port);
	s->daemon = daemon_of(s);
	if (c->enabled.file && has_word(&c->enabled, s->id)) {
		s->is_off = false;
		s->off_line = 0;
	} else if (c->enabled.file) {
		switch_off(s, &c->enabled);
	}
	if (c->disabled.file && has_word(&c->disabled, s->id))
		switch_off(s, &c->disabled);
}

const struct xinetd_service *xinetd_conf_end(struct xinetd_conf *c)
{
	for (struct xinetd_service *s = c->first; s; s = s->next)
		fill(c, s);

	return c->first;
}

const struct xinetd_service *xinetd_conf_find(const struct xinetd_service *list,
					      uint8_t protocol, uint16_t port,
					      bool is_off)
{
	for (; list; list = list->next)
		if (list->is_off == is_off && list->has_port &&
		    list->port == port && list->protocol == protocol)
			break;

	return list;
}
