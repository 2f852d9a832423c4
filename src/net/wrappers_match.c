/* Patterns, as libwrap compares them: as text, where it can. */
#include "net/wrappers_match.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "net/address.h"
#include "net/wrappers_line.h"

/* STRING_LENGTH of libwrap: names are cut to one less. DEPTH: of files that
 * name files; libwrap would go on until it has no descriptors left. */
enum { NAME = 128, DEPTH = 4, SEGMENTS = 300 };

static enum wrappers_matches yes_if(bool claim)
{
	return claim ? WRAPPERS_YES : WRAPPERS_NO;
}

static enum wrappers_matches maybe(struct wrappers_match *m,
				   enum wrappers_why why)
{
	if (!m->why)
		m->why = why;
	return WRAPPERS_MAYBE;
}

static enum wrappers_matches both(enum wrappers_matches x,
				  enum wrappers_matches y)
{
	return x < y ? x : y;
}

static enum wrappers_matches invert(enum wrappers_matches x)
{
	return (enum wrappers_matches)(WRAPPERS_YES - x);
}

/* dot_quad_addr() of libwrap. 255.255.255.255 is none, for it is what
 * inet_addr() answers to nonsense. */
static bool read_quad(const char *s, uint32_t *ret)
{
	uint32_t all = 0;

	for (int i = 0; i < 4; i++) {
		uint32_t part = 0;

		s = address_part(s, &part);
		if (!s || part > 255)
			return false;
		all = all << 8 | part;
		if (i < 3 && *s++ != '.')
			return false;
	}
	if ((*s && !isspace((unsigned char)*s)) || all == UINT32_MAX)
		return false;

	*ret = all;
	return true;
}

/* strtol() and a cut to an int. */
static int read_length(const char *s)
{
	bool negative;
	uint64_t value = 0;

	while (isspace((unsigned char)*s))
		s++;
	negative = *s == '-';
	if (*s == '-' || *s == '+')
		s++;
	for (; isdigit((unsigned char)*s); s++)
		if (value <= UINT64_MAX / 16)
			value = value * 10 + (uint64_t)(*s - '0');
	if (value > INT64_MAX)
		value = negative ? (uint64_t)INT64_MAX + 1 : INT64_MAX;
	return (int)(uint32_t)(negative ? 0 - value : value);
}

/* A length of 0 is none: 0.0.0.0/0 matches nobody. */
static bool read_mask(const char *s, uint32_t *ret)
{
	int length;

	if (read_quad(s, ret))
		return true;

	length = read_length(s);
	if (length < 1 || length > 32)
		return false;

	*ret = (uint32_t)(UINT64_MAX << (32 - length));
	return true;
}

bool wrappers_match_never(const char *net, const char *mask)
{
	uint32_t n, m;

	if (net[0] == '[')
		return false;

	return !read_quad(net, &n) || !read_mask(mask, &m) || (n & m) != n;
}

static uint32_t v4_of(const struct address *a)
{
	return (uint32_t)a->bytes[12] << 24 | (uint32_t)a->bytes[13] << 16 |
	       (uint32_t)a->bytes[14] << 8 | a->bytes[15];
}

/* "[v6]"; a scope behind % counts for nothing. */
static bool read_bracketed(const char *s, struct address *ret)
{
	size_t len = strlen(s);
	const char *scope;

	if (len < 2 || s[0] != '[' || s[len - 1] != ']')
		return false;

	scope = memchr(s, '%', len);
	len = scope ? (size_t)(scope - s) - 1 : len - 2;
	/* Dotted ones are no IPv6 to getaddrinfo(). */
	return memchr(s + 1, ':', len) && address_parse(ret, s + 1, len);
}

static bool same_bits(const struct address *x, const struct address *y,
		      int bits)
{
	int whole = bits / 8;
	uint8_t mask = (uint8_t)(0xff00 >> bits % 8);

	if (memcmp(x->bytes, y->bytes, (size_t)whole) != 0)
		return false;

	return whole == 16 || !((x->bytes[whole] ^ y->bytes[whole]) & mask);
}

/* IPv4 never lies in a net in brackets. */
static bool is_masked(const char *net, const char *mask,
		      const struct address *a)
{
	struct address n6;
	uint32_t n, m;
	int length;

	if (address_is_v4(a))
		return read_quad(net, &n) && read_mask(mask, &m) &&
		       v4_of(a) != UINT32_MAX && (v4_of(a) & m) == n;
	if (!read_bracketed(net, &n6))
		return false;

	length = read_length(mask);
	return length >= 0 && length <= 128 && same_bits(a, &n6, length);
}

static bool same_letter(char x, char y)
{
	return toupper((unsigned char)x) == toupper((unsigned char)y);
}

/*
 * Wildcards. after and after2 tell from which places of s the pattern behind
 * this character, and behind the next, matches to the end. A "*" before another
 * wildcard wants at least one character: so does libwrap.
 */
static void wild_row(bool row[NAME], const char *pattern, const char *s,
		     const bool after[NAME], const bool after2[NAME])
{
	size_t len = strlen(s);
	bool found = false;

	for (size_t i = len + 1; i-- > 0;) {
		bool has = i < len;

		if (*pattern != '*')
			found = has &&
				(*pattern == '?' ||
				 same_letter(*pattern, s[i])) &&
				after[i + 1];
		else if (!pattern[1])
			found = true;
		else if (pattern[1] == '*' || pattern[1] == '?')
			found = found || (has && after[i]);
		else
			found = found ||
				(has && same_letter(pattern[1], s[i]) &&
				 after2[i + 1]);
		row[i] = found;
	}
}

static bool is_wild_match(const char *pattern, const char *s)
{
	bool rows[3][NAME] = { { false } };
	size_t len = strlen(pattern);

	rows[len % 3][strlen(s)] = true;
	for (size_t i = len; i-- > 0;)
		wild_row(rows[i % 3], pattern + i, s, rows[(i + 1) % 3],
			 rows[(i + 2) % 3]);
	return rows[0][0];
}

static bool is_text_match(const char *pattern, const char *s)
{
	size_t len = strlen(s), n = strlen(pattern);

	if (strpbrk(pattern, "*?"))
		return is_wild_match(pattern, s);
	if (pattern[0] == '.')
		return len > n && !strcasecmp(pattern, s + len - n);
	if (!strcasecmp(pattern, "ALL"))
		return true;
	if (!strcasecmp(pattern, "KNOWN"))
		return strcasecmp(s, "unknown") != 0;
	if (n && pattern[n - 1] == '.')
		return !strncasecmp(pattern, s, n);
	if (n && pattern[0] == '[' && pattern[n - 1] == ']')
		return false;

	return !strcasecmp(pattern, s);
}

static bool is_address_match(const char *pattern, const struct address *a)
{
	char s[NAME] = "";
	struct text t = TEXT_NULL;
	struct address n;
	bool matches;

	if (!strpbrk(pattern, "*?") && read_bracketed(pattern, &n))
		return !address_is_v4(a) && address_equal(&n, a);

	address_text(&t, a);
	memcpy(s, text_string(&t), t.len < NAME ? t.len : NAME - 1);
	matches = is_text_match(pattern, s);
	text_done(&t);
	return matches;
}

static void cut_name(char ret[NAME], const char *name)
{
	size_t len = name ? strlen(name) : 0;

	if (len >= NAME)
		len = NAME - 1;
	if (len)
		memcpy(ret, name, len);
	ret[len] = '\0';
}

/* How libwrap writes the name of a host. */
static void name_of(char ret[NAME], const struct wrappers_host *host)
{
	if (host->asked == WRAPPERS_NAME_KNOWN)
		cut_name(ret, host->name);
	else
		cut_name(ret, host->asked == WRAPPERS_NAME_PARANOID
				      ? "paranoid"
				      : "unknown");
}

static enum wrappers_matches not_asked(struct wrappers_match *m,
				       const struct wrappers_host *host)
{
	return maybe(m, host == &m->ask->client ? WRAPPERS_CLIENT_NAME
						: WRAPPERS_SERVER_NAME);
}

static bool is_known(const char *name)
{
	return strcasecmp(name, "unknown") != 0 &&
	       strcasecmp(name, "paranoid") != 0;
}

static enum wrappers_matches match_name(struct wrappers_match *m,
					const char *pattern,
					const struct wrappers_host *host)
{
	char name[NAME];

	if (host->asked == WRAPPERS_NAME_NOT_ASKED)
		return not_asked(m, host);

	name_of(name, host);
	if (!strcasecmp(pattern, "KNOWN"))
		return yes_if(is_known(name));
	if (!strcasecmp(pattern, "LOCAL"))
		return yes_if(is_known(name) && !strchr(name, '.'));

	return yes_if(is_text_match(pattern, name));
}

static enum wrappers_matches match_host(struct wrappers_match *m, char *pattern,
					const struct wrappers_host *host);

/* The next word of what a file holds. */
static bool take_word(const struct text *t, size_t *at,
		      char ret[WRAPPERS_LINE_MOST])
{
	size_t len = 0;

	while (*at < t->len && isspace((unsigned char)t->data[*at]))
		++*at;
	while (*at < t->len && !isspace((unsigned char)t->data[*at])) {
		if (len + 1 < WRAPPERS_LINE_MOST)
			ret[len++] = t->data[*at];
		++*at;
	}
	ret[len] = '\0';
	return len > 0;
}

// NOLINTNEXTLINE(misc-no-recursion): DEPTH ends it
static enum wrappers_matches match_words(struct wrappers_match *m,
					 const struct text *t,
					 const struct wrappers_host *host)
{
	enum wrappers_matches all = WRAPPERS_NO;
	char word[WRAPPERS_LINE_MOST];
	size_t at = 0;

	while (all != WRAPPERS_YES && take_word(t, &at, word)) {
		enum wrappers_matches one = match_host(m, word, host);

		all = one > all ? one : all;
	}
	return all;
}

/* Not for want of rights: the daemon gets nothing out of it either. */
static bool is_nothing(int r)
{
	return r == -ENOENT || r == -ENOTDIR || r == -EISDIR ||
	       r == -ENAMETOOLONG || r == -ELOOP;
}

// NOLINTNEXTLINE(misc-no-recursion): DEPTH ends it
static enum wrappers_matches match_file(struct wrappers_match *m,
					const char *path,
					const struct wrappers_host *host)
{
	struct text t = TEXT_NULL;
	enum wrappers_matches all;
	int r = -EACCES;

	if (m->ask->read && m->depth < DEPTH)
		r = m->ask->read(m->ask->with, path, &t);
	m->depth++;
	if (!r)
		all = match_words(m, &t, host);
	else if (is_nothing(r))
		all = WRAPPERS_NO;
	else
		all = maybe(m, WRAPPERS_PATTERN_FILE);
	m->depth--;
	text_done(&t);
	return all;
}

// NOLINTNEXTLINE(misc-no-recursion): DEPTH ends it
static enum wrappers_matches match_host(struct wrappers_match *m, char *pattern,
					const struct wrappers_host *host)
{
	const char *mask;

	if (pattern[0] == '@')
		return maybe(m, WRAPPERS_NETGROUP);
	if (pattern[0] == '/')
		return match_file(m, pattern, host);
	if (!strcasecmp(pattern, "KNOWN") || !strcasecmp(pattern, "LOCAL"))
		return match_name(m, pattern, host);

	mask = wrappers_line_split(pattern, '/');
	if (mask)
		return yes_if(is_masked(pattern, mask, &host->address));
	if (is_address_match(pattern, &host->address))
		return WRAPPERS_YES;
	/* What can only be an address is not held against the name. */
	if (!pattern[strspn(pattern, "0123456789./")])
		return WRAPPERS_NO;
	if (pattern[0] == '[' && pattern[strlen(pattern) - 1] == ']' &&
	    !strpbrk(pattern, "*?"))
		return WRAPPERS_NO;

	return match_name(m, pattern, host);
}

/* "%u%c" of scanf(): a whole token that is a number. */
static bool is_port(const char *s, uint32_t *ret)
{
	const char *digits = s;

	while (isspace((unsigned char)*digits))
		digits++;
	if (*digits == '-' || *digits == '+')
		digits++;
	if (!*digits || digits[strspn(digits, "0123456789")])
		return false;

	*ret = (uint32_t)read_length(s);
	return *ret <= UINT16_MAX;
}

static enum wrappers_matches match_daemon(struct wrappers_match *m,
					  char *pattern)
{
	char *host = wrappers_line_split(pattern + 1, '@');
	enum wrappers_matches daemon;
	char name[NAME];
	uint32_t port;

	cut_name(name, m->ask->daemon);
	if (is_port(pattern, &port))
		daemon = yes_if(m->ask->server_port &&
				port == m->ask->server_port);
	else
		daemon = yes_if(is_text_match(pattern, name));
	if (!host || daemon == WRAPPERS_NO)
		return daemon;

	return match_host(m, host, &m->ask->server);
}

static enum wrappers_matches match_client(struct wrappers_match *m,
					  char *pattern)
{
	char *host = wrappers_line_split(pattern + 1, '@');
	enum wrappers_matches matches;

	if (!host)
		return match_host(m, pattern, &m->ask->client);

	matches = match_host(m, host, &m->ask->client);
	if (matches == WRAPPERS_NO)
		return matches;

	m->asks_ident = true;
	return both(matches, yes_if(is_text_match(pattern, "unknown")));
}

/* "a EXCEPT b EXCEPT c" is a EXCEPT (b EXCEPT c). */
static enum wrappers_matches
match_list(struct wrappers_match *m, char *list,
	   enum wrappers_matches (*match)(struct wrappers_match *, char *))
{
	uint8_t segments[SEGMENTS] = { WRAPPERS_NO };
	enum wrappers_matches all = WRAPPERS_NO;
	char *rest = NULL;
	size_t at = 0;

	for (char *word = strtok_r(list, ", \t\r\n", &rest); word;
	     word = strtok_r(NULL, ", \t\r\n", &rest)) {
		if (!strcasecmp(word, "EXCEPT")) {
			if (!segments[at] || ++at == SEGMENTS)
				break;
		} else if (segments[at] != WRAPPERS_YES) {
			uint8_t one = (uint8_t)match(m, word);

			if (one > segments[at])
				segments[at] = one;
		}
	}
	if (at == SEGMENTS)
		at--;
	for (size_t i = at + 1; i-- > 0;)
		all = both((enum wrappers_matches)segments[i],
			   i == at ? WRAPPERS_YES : invert(all));
	return all;
}

enum wrappers_matches wrappers_match_daemons(struct wrappers_match *m,
					     char *list)
{
	return match_list(m, list, match_daemon);
}

enum wrappers_matches wrappers_match_clients(struct wrappers_match *m,
					     char *list)
{
	return match_list(m, list, match_client);
}
