/*
 * A line that begins with a blank goes on with the one before it; a comment is
 * one that begins with "#". Debian's update-inetd writes "#<off># " in front of
 * what it switches off.
 */
#include "net/inetd_conf.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "base/i18n.h"
#include "base/text.h"
#include "net/service.h"

enum { NAME, TYPE, PROTOCOL, WAIT, USER, PROGRAM, ARGUMENT, FIELDS };

struct reading {
	struct arena *arena;
	const char *file;
	struct problems *problems;
	const char *address; /* "host:" sets it for the lines behind */
	const struct inetd_service **last;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Cuts the line up; how many there are of the first FIELDS. */
static size_t split(char *line, char *fields[FIELDS])
{
	size_t count = 0;
	char *rest = NULL;

	for (char *s = strtok_r(line, " \t\r\n", &rest); s && count < FIELDS;
	     s = strtok_r(NULL, " \t\r\n", &rest))
		fields[count++] = s;
	return count;
}

static bool is_word(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(word, *list))
			return true;

	return false;
}

static bool is_type(const char *word)
{
	static const char *const types[] = { "stream", "dgram",     "raw",
					     "rdm",    "seqpacket", NULL };

	return is_word(word, types);
}

/* Of a comment: words about a service are not one. */
static bool looks_like_service(char *const fields[FIELDS], size_t count)
{
	return count > PROGRAM && is_type(fields[TYPE]) &&
	       (!strncmp(fields[PROTOCOL], "tcp", 3) ||
		!strncmp(fields[PROTOCOL], "udp", 3) ||
		!strncmp(fields[PROTOCOL], "rpc/", 4)) &&
	       (!strncmp(fields[WAIT], "wait", 4) ||
		!strncmp(fields[WAIT], "nowait", 6));
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static uint8_t protocol_of(const char *word)
{
	if (!strncmp(word, "tcp", 3))
		return IPPROTO_TCP;

	return !strncmp(word, "udp", 3) ? IPPROTO_UDP : 0;
}

static bool find_port(struct inetd_service *s)
{
	size_t len = strlen(s->name);
	unsigned number = 0;

	if (!s->protocol)
		return false;
	if (len == strspn(s->name, "0123456789") && len && len <= 5) {
		for (const char *c = s->name; *c; c++)
			number = number * 10 + (unsigned)(*c - '0');
		s->port = (uint16_t)number;
		return number && number <= UINT16_MAX;
	}

	return service_port(s->name, len, s->protocol, &s->port);
}

/* "address:name", "[v6]:name"; "address:" alone is for what follows. */
static bool take_address(struct reading *r, struct inetd_service *s, char *word,
			 bool is_alone)
{
	char *colon = strrchr(word, ':');
	char *address = word;

	s->address = r->address;
	s->name = word;
	if (!colon)
		return true;

	*colon = '\0';
	if (address[0] == '[' && colon > address && colon[-1] == ']') {
		colon[-1] = '\0';
		address++;
	}
	s->address = *address ? address : "*";
	s->name = colon + 1;
	if (*s->name || !is_alone)
		return true;

	r->address = s->address;
	return false;
}

/* tcpd starts what its first argument names, from /usr/sbin if it names no
 * folder. */
static int find_server(struct reading *r, struct inetd_service *s,
		       char *const fields[FIELDS], size_t count)
{
	const char *first = count > ARGUMENT ? fields[ARGUMENT] : NULL;
	struct text t = TEXT_NULL;

	s->program = fields[PROGRAM];
	s->is_internal = !strcmp(s->program, "internal");
	s->is_wrapped = first && !strcmp(base_of(s->program), "tcpd");
	s->server = s->program;
	s->daemon = first ? first : base_of(s->program);
	if (!s->is_wrapped)
		return 0;

	s->daemon = base_of(first);
	s->server = first;
	if (first[0] != '/') {
		text_str(&t, "/usr/sbin/");
		text_str(&t, first);
		s->server = arena_string(r->arena, text_string(&t));
		text_done(&t);
	}
	return s->server ? 0 : -ENOMEM;
}

/* No digit: both families; 4, 6, or 46 in one socket. */
static void find_families(struct inetd_service *s, const char *word)
{
	size_t len = strcspn(word, "46");

	s->takes_v4 = !word[len] || word[len] == '4';
	s->takes_v6 = !word[len] || strchr(word + len, '6') != NULL;
}

static void complain(struct reading *r, const struct inetd_service *s,
		     const char *text)
{
	struct problem where = { .file = r->file,
				 .line = s->line,
				 .excerpt = s->text };

	if (!s->is_off)
		problems_add(r->problems, &where, "%s", text);
}

/* What is off and does not look like a service is a comment. */
static int take_fields(struct reading *r, struct inetd_service *s,
		       char *fields[FIELDS], size_t count)
{
	int err;

	if (s->is_off && !looks_like_service(fields, count))
		return 0;
	if (!count || !take_address(r, s, fields[NAME], count == 1))
		return 0;
	if (count <= PROGRAM) {
		complain(r, s, _("inetd skips this line: a field is missing."));
		return 0;
	}

	s->protocol = protocol_of(fields[PROTOCOL]);
	s->waits = !strncmp(fields[WAIT], "wait", 4) &&
		   (!fields[WAIT][4] || fields[WAIT][4] == '.');
	find_families(s, fields[PROTOCOL]);
	err = find_server(r, s, fields, count);
	if (err)
		return err;

	s->has_port = find_port(s);
	if (!is_type(fields[TYPE]))
		complain(
			r, s,
			_("inetd cannot open this socket: it does not know its type."));
	else if (!s->has_port && s->protocol)
		complain(
			r, s,
			_("inetd skips this line: nobody knows the port of this service."));
	*r->last = s;
	r->last = &s->next;
	return 0;
}

/* Behind the marks of a comment. */
static const char *uncomment(const char *line, bool *is_off)
{
	*is_off = line[0] == '#';
	while (line[0] == '#' || (*is_off && is_blank(line[0])) ||
	       (*is_off && !strncmp(line, "<off>#", 6)))
		line += line[0] == '<' ? 6 : 1;
	return line;
}

static int take_line(struct reading *r, const struct text *line,
		     unsigned number)
{
	struct inetd_service *s = arena_alloc(r->arena, sizeof(*s));
	char *fields[FIELDS] = { NULL };
	const char *start;
	char *copy;

	if (!s)
		return -ENOMEM;

	s->line = number;
	s->text = arena_copy(r->arena, line->data, line->len);
	if (!s->text)
		return -ENOMEM;

	start = uncomment(s->text, &s->is_off);
	copy = arena_string(r->arena, start);
	if (!copy)
		return -ENOMEM;

	return take_fields(r, s, fields, split(copy, fields));
}

/* The next line and all that go on with it. */
static const char *gather(struct text *line, const char *at, const char *end,
			  unsigned *lines)
{
	text_clear(line);
	do {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline ? newline : end;

		text_bytes(line, at, (size_t)(stop - at));
		++*lines;
		at = newline ? newline + 1 : end;
	} while (at < end && is_blank(*at) && line->len &&
		 line->data[0] != '#');

	return at;
}

int inetd_conf_read(const struct inetd_service **ret, struct arena *a,
		    const char *name, const char *text, size_t len,
		    struct problems *p)
{
	const struct inetd_service *all = NULL;
	struct reading r = { a, name, p, "*", &all };
	const char *at = text, *end = text + len;
	struct text line = TEXT_NULL;
	unsigned number = 1;
	int err = 0;

	while (!err && at < end) {
		unsigned lines = 0;

		at = gather(&line, at, end, &lines);
		if (!text_ok(&line))
			err = -ENOMEM;
		else if (line.len)
			err = take_line(&r, &line, number);
		number += lines;
	}
	text_done(&line);
	if (err)
		return err;

	*ret = all;
	return 0;
}

const struct inetd_service *inetd_conf_find(const struct inetd_service *list,
					    uint8_t protocol, uint16_t port,
					    bool is_off)
{
	for (; list; list = list->next)
		if (list->is_off == is_off && list->has_port &&
		    list->port == port && list->protocol == protocol)
			break;

	return list;
}
