#include "cli/target.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/i18n.h"
#include "base/text.h"
#include "net/service.h"
#include "probe/speaker.h"

/* What a TARGET falls into, before anything is looked up. */
struct parts {
	char *scheme, *host, *port, *path;
};

/* A service name of this system first: it is what its user goes by. */
static bool named_port(const char *name, uint8_t protocol, uint16_t *port)
{
	const struct servent *s =
		getservbyname(name, protocol == IPPROTO_UDP ? "udp" : "tcp");

	if (s) {
		*port = ntohs((uint16_t)s->s_port);
		return true;
	}

	return service_port(name, strlen(name), protocol, port);
}

static bool numbered_port(const char *word, uint16_t *port)
{
	char *end;
	unsigned long n;

	if (!isdigit((unsigned char)*word))
		return false;
	n = strtoul(word, &end, 10);
	if (*end || n < 1 || n > UINT16_MAX)
		return false;

	*port = (uint16_t)n;
	return true;
}

bool target_port(const char *word, uint8_t *protocol, uint16_t *port)
{
	if (!strncasecmp(word, "tcp/", 4)) {
		*protocol = IPPROTO_TCP;
		word += 4;
	} else if (!strncasecmp(word, "udp/", 4)) {
		*protocol = IPPROTO_UDP;
		word += 4;
	}

	return numbered_port(word, port) || named_port(word, *protocol, port);
}

static int no(struct text *why, const char *sentence, const char *word)
{
	text_format(why, sentence, word);
	return -EINVAL;
}

/* "5555/tcp" and the like, and what stands for it here. */
static int bad_port(struct text *why, const char *word)
{
	const char *slash = strchr(word, '/');

	if (slash &&
	    (!strcasecmp(slash, "/tcp") || !strcasecmp(slash, "/udp"))) {
		text_format(
			why,
			_("\"%1$s\" is not a port; write %2$.3s/%3$.*4$s, or %2$.3s://HOST:%3$.*4$s"),
			word, slash + 1, word, (int)(slash - word));
		return -EINVAL;
	}
	if (*word && strspn(word, "0123456789") == strlen(word))
		return no(why, _("port %s is not between 1 and 65535"), word);

	return no(why, _("no service is called \"%s\"; give the port's number"),
		  word);
}

/* Cuts SCHEME:// off. */
static char *cut_scheme(struct parts *p, char *rest)
{
	char *sep = strstr(rest, "://");

	if (!sep)
		return rest;

	*sep = '\0';
	p->scheme = rest;
	return sep + 3;
}

/* Cuts /PATH?… off, and user@ of a URL. */
static char *cut_path(struct parts *p, struct arena *arena, char *rest)
{
	size_t host = strcspn(rest, "/?#");
	char *at;

	if (rest[host]) {
		p->path = arena_string(arena, rest + host);
		rest[host] = '\0';
	}
	at = strrchr(rest, '@');
	return at ? at + 1 : rest;
}

/* HOST, HOST:PORT, [V6] or [V6]:PORT; an address with several colons is one
 * without a port. */
static int cut_host(struct parts *p, char *rest, struct text *why)
{
	char *end;

	if (*rest == '[') {
		end = strchr(rest, ']');
		if (!end || (end[1] && end[1] != ':'))
			return no(why, _("\"%s\" is not [ADDRESS]:PORT"), rest);
		p->host = rest + 1;
		p->port = end[1] ? end + 2 : NULL;
		*end = '\0';
		return 0;
	}

	p->host = rest;
	end = strchr(rest, ':');
	if (end && end == strrchr(rest, ':')) {
		*end = '\0';
		p->port = end + 1;
	}
	return 0;
}

static bool is_interface_word(const char *name)
{
	for (const char *s = name; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr("-._:@", *s))
			return false;

	return *name;
}

static bool is_host_word(const char *host)
{
	struct address a;
	struct in_addr v4;
	size_t len = strcspn(host, "%");

	if (!*host || strlen(host) > 253)
		return false;
	/* 10.1 is an address to everybody's resolver, 300.1.1.1 is nothing. */
	if (strspn(host, "0123456789.") == strlen(host))
		return inet_aton(host, &v4);
	/* fe80::1%eth0 */
	if (address_parse(&a, host, len))
		return !host[len] || is_interface_word(host + len + 1);
	for (const char *s = host; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr("-._", *s) &&
		    !((unsigned char)*s & 0x80))
			return false;

	return *host != '-';
}

static int take_scheme(struct target *t, const struct parts *p,
		       const struct speaker **speaker, struct text *why)
{
	t->protocol = IPPROTO_TCP;
	t->scheme = p->scheme;
	if (!p->scheme || !strcasecmp(p->scheme, "tcp"))
		return 0;
	if (!strcasecmp(p->scheme, "udp")) {
		t->protocol = IPPROTO_UDP;
		return 0;
	}

	*speaker = speaker_of_scheme(p->scheme);
	if (!*speaker)
		return no(
			why,
			_("\"%s://\" is not known here; tcp://HOST:PORT always works"),
			p->scheme);
	t->protocol = (*speaker)->protocol;
	t->is_service_sure = true;
	return 0;
}

static int take_port(struct target *t, const struct parts *p,
		     const struct speaker *speaker, struct text *why)
{
	uint8_t protocol = t->protocol;

	if (p->port) {
		if (!target_port(p->port, &protocol, &t->port))
			return bad_port(why, p->port);
		if (!p->scheme)
			t->protocol = protocol;
		return 0;
	}
	if (speaker && speaker->ports && speaker->ports[0]) {
		t->port = speaker->ports[0];
		return 0;
	}

	text_format(
		why,
		strchr(t->host, ':')
			? _("which port of %1$s? Write [%1$s]:PORT, for example [%1$s]:22 or [%1$s]:https")
			: _("which port of %1$s? Write %1$s:PORT, for example %1$s:22 or %1$s:https"),
		t->host);
	return -EINVAL;
}

static int take(struct target *t, const struct parts *p, struct text *why)
{
	const struct speaker *speaker = NULL;
	int err = take_scheme(t, p, &speaker, why);

	if (err < 0)
		return err;
	t->host = p->host;
	t->path = p->path ? p->path : "/";
	if (!*p->host)
		return no(why, _("there is no host in \"%s\""), t->text);
	if (!is_host_word(p->host))
		return no(why, _("\"%s\" is neither a name nor an address"),
			  p->host);
	err = take_port(t, p, speaker, why);
	if (err < 0)
		return err;

	if (!speaker)
		speaker = speaker_of_port(t->protocol, t->port);
	t->service = speaker ? speaker->id : NULL;
	t->is_verified = p->scheme && !strcasecmp(p->scheme, "https");
	return 0;
}

/* HOST:22/tcp, 10.0.0.0/8: paths belong to URLs. */
static int bad_path(struct text *why, const char *text, const char *host,
		    const char *path)
{
	if (strcasecmp(path, "/tcp") != 0 && strcasecmp(path, "/udp") != 0)
		return no(
			why,
			_("\"%s\" is not HOST:PORT; a path needs a URL, such as https://HOST/PATH"),
			text);

	text_format(
		why,
		strchr(host, ':')
			? _("\"%1$s\" is not HOST:PORT; did you mean %2$s://%3$s?")
			: _("\"%1$s\" is not HOST:PORT; did you mean %2$s://%3$s:PORT?"),
		text, path + 1, host);
	return -EINVAL;
}

int target_parse(struct target *ret, struct arena *arena, const char *text,
		 const char *port, struct text *why)
{
	struct parts p = { 0 };
	char *rest = arena_string(arena, text);
	int err;

	*ret = (struct target){ .text = arena_string(arena, text) };
	if (!rest || !ret->text)
		return -ENOMEM;

	rest = cut_path(&p, arena, cut_scheme(&p, rest));
	if (p.path && !p.scheme)
		return bad_path(why, text, rest, p.path);
	err = cut_host(&p, rest, why);
	if (err < 0)
		return err;
	if (port) {
		if (p.port)
			return no(
				why,
				_("the port is given twice: \"%s\" has one already"),
				text);
		p.port = arena_string(arena, port);
	}

	err = take(ret, &p, why);
	if (!err && port) {
		struct text both = TEXT_NULL;

		text_format(&both, strchr(text, ':') ? "[%s]:%s" : "%s:%s",
			    text, port);
		ret->text = arena_string(arena, text_string(&both));
		text_done(&both);
	}
	return err;
}
