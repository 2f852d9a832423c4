/*
 * Lines and options. libwrap reads with fgets() into 2048 bytes and goes on
 * behind a backslash: a line that does not fit, and a last line that has no
 * newline, end the file for it.
 */
#include "net/wrappers_line.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

static const char blanks[] = " \t\r\n";

/* isspace() of the C locale. */
static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* What fgets() would put at to; its length up to the first NUL byte. */
static size_t take(struct wrappers_lines *l, char *to, size_t room)
{
	size_t n = 0;

	while (n + 1 < room && l->at < l->end) {
		to[n] = *l->at++;
		if (to[n++] == '\n')
			break;
	}
	to[n] = '\0';
	return strlen(to);
}

static enum wrappers_line_end next_raw(struct wrappers_lines *l)
{
	size_t used = 0;

	l->buf[0] = '\0';
	while (used + 1 < sizeof(l->buf)) {
		char *to = l->buf + used;
		size_t got;

		if (l->at == l->end)
			return used ? WRAPPERS_LINE_BROKEN : WRAPPERS_LINE_NONE;
		got = take(l, to, sizeof(l->buf) - used);
		if (got && to[got - 1] == '\n') {
			l->line++;
			if (got == 1 || to[got - 2] != '\\')
				return WRAPPERS_LINE;
			got -= 2;
		}
		used += got;
		l->buf[used] = '\0';
	}

	return WRAPPERS_LINE_BROKEN;
}

/* Without the newline; blanks that a long list was indented with stay. */
static void keep_text(struct wrappers_line *ret, const char *line)
{
	size_t len = strlen(line);

	while (len && is_space(line[len - 1]))
		len--;
	if (len >= sizeof(ret->text))
		len = sizeof(ret->text) - 1;
	memcpy(ret->text, line, len);
	ret->text[len] = '\0';
}

char *wrappers_line_split(char *s, char at)
{
	int depth = 0;

	/* A bracket that closes none hides all that follows, as in libwrap. */
	for (; *s; s++) {
		if (*s == '[')
			depth++;
		else if (*s == ']')
			depth--;
		else if (!depth && *s == at)
			break;
	}
	if (!*s)
		return NULL;

	*s = '\0';
	return s + 1;
}

enum wrappers_line_end wrappers_line_next(struct wrappers_lines *l,
					  struct wrappers_line *ret)
{
	enum wrappers_line_end got;

	do {
		ret->first = l->line + 1;
		got = next_raw(l);
	} while (got == WRAPPERS_LINE &&
		 (l->buf[0] == '#' || !l->buf[strspn(l->buf, blanks)]));
	ret->last = got == WRAPPERS_LINE ? l->line : l->line + 1;
	keep_text(ret, l->buf);
	ret->daemons = l->buf;
	ret->clients = NULL;
	ret->options = NULL;
	if (got != WRAPPERS_LINE)
		return got;

	ret->clients = wrappers_line_split(l->buf, ':');
	if (ret->clients)
		ret->options = wrappers_line_split(ret->clients, ':');
	return got;
}

/* Up to the next colon; "\:" is one that does not count. */
static char *take_field(char **rest)
{
	char *start = *rest;
	char *to = start;
	char *s = start;

	if (!*s)
		return NULL;

	while (*s && *s != ':') {
		if (s[0] == '\\' && s[1] == ':')
			s++;
		*to++ = *s++;
	}
	*rest = *s ? s + 1 : s;
	*to = '\0';
	return start;
}

static char *chop(char *s)
{
	size_t len;

	while (is_space(*s))
		s++;
	len = strlen(s);
	while (len && is_space(s[len - 1]))
		len--;
	s[len] = '\0';
	return s;
}

/* One "=" may stand between name and value. */
static char *take_value(char *option)
{
	char *value = option + strcspn(option, "= \t\r\n");

	if (*value && *value != '=') {
		*value++ = '\0';
		value += strspn(value, blanks);
	}
	if (*value == '=') {
		*value++ = '\0';
		value += strspn(value, blanks);
	}
	return *value ? value : NULL;
}

/* All of it, as sscanf() reads a number. */
static bool read_number(const char *s, int base, int *ret)
{
	bool negative = *s == '-';
	uint64_t value = 0;

	if (*s == '-' || *s == '+')
		s++;
	if (!*s)
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s >= '0' + base)
			return false;
		if (value <= UINT64_MAX / 16)
			value = value * (uint64_t)base + (uint64_t)(*s - '0');
	}
	if (value > INT64_MAX)
		value = negative ? (uint64_t)INT64_MAX + 1 : INT64_MAX;
	/* glibc cuts the long to an int. */
	*ret = (int)(uint32_t)(negative ? 0 - value : value);
	return true;
}

static bool has_account(const struct wrappers_ask *ask, bool is_group,
			const char *name)
{
	return !ask || !ask->has_account ||
	       ask->has_account(ask->with, is_group, name);
}

static bool good_group(const struct wrappers_ask *ask, char *value)
{
	return has_account(ask, true, value);
}

/* "user" or "user.group". */
static bool good_user(const struct wrappers_ask *ask, char *value)
{
	char *group = wrappers_line_split(value, '.');

	return (!group || has_account(ask, true, group)) &&
	       has_account(ask, false, value);
}

static bool good_umask(const struct wrappers_ask *ask, char *value)
{
	int n;

	(void)ask;
	return read_number(value, 8, &n) && !(n & ~0777);
}

static bool good_linger(const struct wrappers_ask *ask, char *value)
{
	int n;

	(void)ask;
	return read_number(value, 10, &n) && n >= 0;
}

static bool good_nice(const struct wrappers_ask *ask, char *value)
{
	int n;

	(void)ask;
	return read_number(value, 10, &n);
}

static bool good_timeout(const struct wrappers_ask *ask, char *value)
{
	int n;

	(void)ask;
	return read_number(value, 10, &n) && n > 0;
}

static bool is_in(const char *const *list, const char *word)
{
	for (; *list; list++)
		if (!strcasecmp(*list, word))
			return true;

	return false;
}

static bool good_severity(const struct wrappers_ask *ask, char *value)
{
	static const char *const facilities[] = {
		"kern",   "user",   "mail",   "daemon", "auth",   "lpr",
		"news",   "uucp",   "cron",   "local0", "local1", "local2",
		"local3", "local4", "local5", "local6", "local7", NULL
	};
	static const char *const levels[] = { "emerg", "alert",   "crit",
					      "err",   "warning", "notice",
					      "info",  "debug",   NULL };
	char *level = wrappers_line_split(value, '.');

	(void)ask;
	if (!level)
		return is_in(levels, value);

	return is_in(facilities, value) && is_in(levels, level);
}

enum takes { NOTHING, MAY, MUST };

static const struct option {
	const char *name;
	enum takes takes;
	bool is_last;
	enum wrappers_answer answer; /* unknown: none of its own */
	unsigned effect;
	bool (*is_good)(const struct wrappers_ask *ask, char *value);
} options[] = {
	{ "user", MUST, false, WRAPPERS_UNKNOWN, 0, good_user },
	{ "group", MUST, false, WRAPPERS_UNKNOWN, 0, good_group },
	{ "umask", MUST, false, WRAPPERS_UNKNOWN, 0, good_umask },
	{ "linger", MUST, false, WRAPPERS_UNKNOWN, 0, good_linger },
	{ "keepalive", NOTHING, false, WRAPPERS_UNKNOWN, 0, NULL },
	{ "aclexec", MUST, false, WRAPPERS_UNKNOWN, WRAPPERS_ACLEXEC, NULL },
	{ "spawn", MUST, false, WRAPPERS_UNKNOWN, WRAPPERS_SPAWNS, NULL },
	{ "twist", MUST, true, WRAPPERS_TWISTED, WRAPPERS_TWISTS, NULL },
	{ "rfc931", MAY, false, WRAPPERS_UNKNOWN, WRAPPERS_IDENT,
	  good_timeout },
	{ "setenv", MUST, false, WRAPPERS_UNKNOWN, 0, NULL },
	{ "nice", MAY, false, WRAPPERS_UNKNOWN, 0, good_nice },
	{ "severity", MUST, false, WRAPPERS_UNKNOWN, 0, good_severity },
	{ "allow", NOTHING, true, WRAPPERS_ALLOWED, 0, NULL },
	{ "deny", NOTHING, true, WRAPPERS_DENIED, 0, NULL },
	{ "banners", MUST, false, WRAPPERS_UNKNOWN, WRAPPERS_BANNERS, NULL },
};

static const struct option *find_option(const char *name)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		if (!strcasecmp(options[i].name, name))
			return &options[i];

	return NULL;
}

/* In the order in which libwrap asks. */
static enum wrappers_fault run_option(const struct wrappers_ask *ask,
				      struct wrappers_outcome *o, char *field,
				      bool is_last)
{
	char *value = take_value(field);
	const struct option *option = find_option(field);

	o->option = field;
	if (!*field)
		return WRAPPERS_OPTION_EMPTY;
	if (!option)
		return WRAPPERS_OPTION_UNKNOWN;
	if (!value && option->takes == MUST)
		return WRAPPERS_OPTION_NEEDS_VALUE;
	if (value && option->takes == NOTHING)
		return WRAPPERS_OPTION_HAS_VALUE;
	if (!is_last && option->is_last)
		return WRAPPERS_OPTION_NOT_LAST;
	if (value && option->is_good && !option->is_good(ask, value))
		return WRAPPERS_OPTION_BAD_VALUE;

	o->effects |= option->effect;
	if (option->answer != WRAPPERS_UNKNOWN) {
		o->answer = option->answer;
		o->is_final = true;
	}
	return WRAPPERS_SOUND;
}

struct wrappers_outcome wrappers_line_options(const struct wrappers_ask *ask,
					      char *text,
					      enum wrappers_answer without)
{
	struct wrappers_outcome o = { .answer = without };
	char *field = text ? take_field(&text) : NULL;

	while (field) {
		char *next = take_field(&text);

		o.fault = run_option(ask, &o, chop(field), !next);
		if (o.fault) {
			o.answer = WRAPPERS_DENIED;
			o.is_final = true;
			return o;
		}
		field = next;
	}

	o.option = NULL;
	return o;
}
