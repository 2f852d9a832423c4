#include "net/nsswitch.h"

#include <string.h>
#include <strings.h>

struct piece {
	const char *at;
	const char *end;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static void skip_blanks(struct piece *p)
{
	while (p->at < p->end && is_blank(*p->at))
		p->at++;
}

/* Up to a blank or one of these. */
static struct piece word_until(struct piece *p, const char *stop)
{
	struct piece word;

	skip_blanks(p);
	word.at = p->at;
	while (p->at < p->end && !is_blank(*p->at) &&
	       !(*p->at && strchr(stop, *p->at)))
		p->at++;
	word.end = p->at;
	return word;
}

static bool is_word(struct piece word, const char *text)
{
	size_t len = strlen(text);

	return (size_t)(word.end - word.at) == len &&
	       !strncasecmp(word.at, text, len);
}

static void copy(char *out, size_t size, struct piece p)
{
	size_t len = (size_t)(p.end - p.at);

	if (len >= size)
		len = size - 1;
	memcpy(out, p.at, len);
	out[len] = '\0';
}

/* "NOTFOUND=return", "!UNAVAIL=return": what a result leads to. "merge" goes on
 * as "continue" does, for what matters here. */
static void read_action(struct nsswitch_service *s, struct piece *p)
{
	bool is_not = p->at < p->end && *p->at == '!';
	struct piece status, action;
	bool ends, not_found, unavailable;

	if (is_not)
		p->at++;
	status = word_until(p, "=]");
	skip_blanks(p);
	if (p->at < p->end && *p->at == '=')
		p->at++;
	action = word_until(p, "]");

	ends = is_word(action, "return");
	not_found = is_word(status, "NOTFOUND");
	unavailable = is_word(status, "UNAVAIL");
	if (not_found != is_not)
		s->ends_not_found = ends;
	if (unavailable != is_not)
		s->ends_unavailable = ends;
}

/* What stands in brackets is of the service before it. */
static void read_actions(struct nsswitch *n, struct piece *p)
{
	struct nsswitch_service none = { 0 };
	struct nsswitch_service *s =
		n->count ? &n->services[n->count - 1] : &none;

	p->at++;
	for (;;) {
		const char *before;

		skip_blanks(p);
		if (p->at == p->end)
			return;
		if (*p->at == ']')
			break;
		before = p->at;
		read_action(s, p);
		if (p->at == before)
			p->at++;
	}
	p->at++;
}

static void add(struct nsswitch *n, struct piece name)
{
	if (n->count < NSSWITCH_SERVICES)
		copy(n->services[n->count++].name, NSSWITCH_NAME, name);
}

static void read_services(struct nsswitch *n, struct piece p)
{
	n->count = 0;
	memset(n->services, 0, sizeof(n->services));
	for (;;) {
		struct piece name;

		skip_blanks(&p);
		if (p.at == p.end)
			return;
		if (*p.at == '[') {
			read_actions(n, &p);
			continue;
		}
		name = word_until(&p, "[");
		if (name.at < name.end)
			add(n, name);
	}
}

/* '#' begins a comment wherever it stands. */
static void read_line(struct nsswitch *n, struct piece line, unsigned number)
{
	const char *hash = memchr(line.at, '#', (size_t)(line.end - line.at));
	struct piece whole = line, name;

	if (hash)
		line.end = hash;
	name = word_until(&line, ":");
	skip_blanks(&line);
	if (!is_word(name, "hosts") || line.at == line.end || *line.at != ':')
		return;

	line.at++;
	n->line = number;
	copy(n->text, sizeof(n->text), whole);
	read_services(n, line);
}

void nsswitch_read(struct nsswitch *ret, const char *text, size_t len)
{
	static const char usual[] = "files dns";
	const char *end = text + len;
	unsigned number = 0;

	*ret = (struct nsswitch){ .line = 0 };
	read_services(ret, (struct piece){ usual, usual + strlen(usual) });
	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));

		read_line(ret, (struct piece){ text, newline ? newline : end },
			  ++number);
		text = newline ? newline + 1 : end;
	}
}

static bool starts(const char *name, const char *with)
{
	return !strncmp(name, with, strlen(with));
}

static bool is_local_name(const char *host)
{
	size_t len = strlen(host);

	if (len && host[len - 1] == '.')
		len--;
	return len >= 6 && !strncasecmp(host + len - 6, ".local", 6);
}

/* The minimal forms of nss-mdns have no say in names outside .local. */
static bool has_no_say(const struct nsswitch_service *s, const char *host)
{
	return starts(s->name, "mdns") && strstr(s->name, "_minimal") &&
	       !is_local_name(host);
}

enum nsswitch_way nsswitch_way(const struct nsswitch *n, const char *host)
{
	bool has_other = false;

	for (size_t i = 0; i < n->count; i++) {
		const struct nsswitch_service *s = &n->services[i];

		if (!strcmp(s->name, "dns"))
			return NSSWITCH_ASKS_DNS;
		/* systemd-resolved; where it runs it asks for itself. */
		if (!strcmp(s->name, "resolve")) {
			has_other = true;
			if (s->ends_not_found)
				return NSSWITCH_OTHERWISE;
			continue;
		}
		if (has_no_say(s, host) ? s->ends_unavailable
					: s->ends_not_found)
			return NSSWITCH_STOPS;
	}

	return has_other ? NSSWITCH_OTHERWISE : NSSWITCH_WITHOUT_DNS;
}

bool nsswitch_reads_hosts(const struct nsswitch *n)
{
	for (size_t i = 0; i < n->count; i++) {
		if (!strcmp(n->services[i].name, "files"))
			return true;
		if (!strcmp(n->services[i].name, "dns"))
			return false;
	}

	return false;
}
