#include "net/resolv_conf.h"

#include <arpa/inet.h>
#include <string.h>

enum { NDOTS_MOST = 15, TIMEOUT_MOST = 30, ATTEMPTS_MOST = 5 };

/* A piece of the text. */
struct piece {
	const char *at;
	const char *end;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The next word, which blanks and the bytes of stop end; false at the end. */
static bool next_word(struct piece *from, const char *stop, struct piece *ret)
{
	while (from->at < from->end && is_blank(*from->at))
		from->at++;
	ret->at = from->at;
	while (from->at < from->end && !is_blank(*from->at) &&
	       !(*from->at && strchr(stop, *from->at)))
		from->at++;
	ret->end = from->at;
	return ret->at < ret->end;
}

/* Whether the line is this keyword's; then it is cut to what follows. A
 * keyword stands at the very beginning, with a blank behind it. */
static bool is_keyword(struct piece *line, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(line->end - line->at) <= len ||
	    memcmp(line->at, word, len) != 0 || !is_blank(line->at[len]))
		return false;

	line->at += len;
	return true;
}

static void copy(char *out, size_t size, struct piece p)
{
	size_t len = (size_t)(p.end - p.at);

	if (len >= size)
		len = size - 1;
	memcpy(out, p.at, len);
	out[len] = '\0';
}

/* inet_aton() takes short forms that inet_pton() does not: "10.1". */
static bool parse_server(struct resolv_server *ret, struct piece word)
{
	char text[INET6_ADDRSTRLEN + RESOLV_ZONE];
	const char *zone = memchr(word.at, '%', (size_t)(word.end - word.at));
	struct in_addr v4;

	if ((size_t)(word.end - word.at) >= sizeof(text))
		return false;
	copy(text, sizeof(text), word);
	if (inet_aton(text, &v4)) {
		struct cursor c = cursor_over(&v4, sizeof(v4));

		ret->address = address_v4(cursor_be32(&c));
		return true;
	}
	if (zone)
		copy(ret->zone, sizeof(ret->zone),
		     (struct piece){ zone + 1, word.end });

	return address_parse(&ret->address, word.at,
			     (size_t)((zone ? zone : word.end) - word.at));
}

static void read_server(struct resolv_conf *c, struct piece line,
			unsigned number)
{
	struct resolv_server server = { .line = number };
	struct piece word;

	if (!next_word(&line, ";#", &word) || !parse_server(&server, word))
		return;
	if (c->server_count == RESOLV_SERVERS)
		c->ignored++;
	else
		c->servers[c->server_count++] = server;
}

/* The last of these lines counts. */
static void read_search(struct resolv_conf *c, struct piece line,
			unsigned number, size_t most)
{
	struct piece word;

	c->search_line = number;
	c->search_count = 0;
	while (c->search_count < most && next_word(&line, "", &word))
		copy(c->search[c->search_count++], DNS_NAME_SIZE, word);
}

static bool is_option(struct piece word, const char *name)
{
	return (size_t)(word.end - word.at) == strlen(name) &&
	       !memcmp(word.at, name, strlen(name));
}

/* The number behind "name:", not above most; as atoi(), 0 for garbage. */
static void read_number(unsigned *ret, struct piece word, const char *name,
			unsigned most)
{
	size_t len = strlen(name);
	unsigned value = 0;

	if ((size_t)(word.end - word.at) < len ||
	    memcmp(word.at, name, len) != 0)
		return;

	for (word.at += len; word.at < word.end; word.at++) {
		if (*word.at < '0' || *word.at > '9' || value > most)
			break;
		value = value * 10 + (unsigned)(*word.at - '0');
	}
	*ret = value > most ? most : value;
}

void resolv_conf_options(struct resolv_conf *c, const char *text, size_t len)
{
	struct piece line = { text, text + len };
	struct piece word;

	while (next_word(&line, "", &word)) {
		read_number(&c->ndots, word, "ndots:", NDOTS_MOST);
		read_number(&c->timeout_s, word, "timeout:", TIMEOUT_MOST);
		read_number(&c->attempts, word, "attempts:", ATTEMPTS_MOST);
		c->has_edns = c->has_edns || is_option(word, "edns0");
		c->is_tcp_only = c->is_tcp_only || is_option(word, "use-vc");
		c->rotates = c->rotates || is_option(word, "rotate");
	}
}

static void read_line(struct resolv_conf *c, struct piece line, unsigned number)
{
	if (is_keyword(&line, "nameserver"))
		read_server(c, line, number);
	else if (is_keyword(&line, "search"))
		read_search(c, line, number, RESOLV_SEARCH);
	else if (is_keyword(&line, "domain"))
		read_search(c, line, number, 1);
	else if (is_keyword(&line, "options"))
		resolv_conf_options(c, line.at, (size_t)(line.end - line.at));
}

void resolv_conf_read(struct resolv_conf *ret, const char *text, size_t len)
{
	const char *end = text + len;
	unsigned number = 0;

	*ret = (struct resolv_conf){ .ndots = 1,
				     .timeout_s = 5,
				     .attempts = 2 };
	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		struct piece line = { text, newline ? newline : end };

		read_line(ret, line, ++number);
		text = newline ? newline + 1 : end;
	}

	if (!ret->server_count)
		ret->servers[ret->server_count++] = (struct resolv_server){
			.address = address_v4(UINT32_C(0x7f000001))
		};
}

static bool join(char ret[static DNS_NAME_SIZE], const char *host,
		 const char *domain)
{
	size_t len = strlen(host), more = strlen(domain);

	/* The root as a domain completes nothing. */
	if (!strcmp(domain, "."))
		more = 0;
	if (!len || len + 1 + more >= DNS_NAME_SIZE)
		return false;

	memcpy(ret, host, len + 1);
	if (!more)
		return true;

	ret[len] = '.';
	memcpy(ret + len + 1, domain, more + 1);
	return true;
}

/* res_search(3): a name with ndots dots or more is tried as it is before the
 * domains are, others after them; a last dot says that it is complete. */
bool resolv_conf_candidate(const struct resolv_conf *c, const char *host,
			   size_t i, char ret[static DNS_NAME_SIZE])
{
	size_t len = strlen(host);
	unsigned dots = 0;

	for (const char *at = host; *at; at++)
		dots += *at == '.';
	if (len && host[len - 1] == '.')
		return i == 0 && join(ret, host, "");
	if (dots >= c->ndots) {
		if (i == 0)
			return join(ret, host, "");
		i--;
	} else if (i == c->search_count) {
		return join(ret, host, "");
	}

	return i < c->search_count && join(ret, host, c->search[i]);
}
