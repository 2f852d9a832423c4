/*
 * Two dumps of a room's rules, byte by byte, without what changes by itself:
 * counters, times that run out, the handles that the kernel gives, and when
 * it was printed.
 */
#include <ctype.h>
#include <string.h>

#include "base/i18n.h"
#include "fix/rehearse_parts.h"
#include "ruleset/live.h"

/* Past digits and the letters of times (1h2m3s, 500ms). */
static const char *past_value(const char *s)
{
	while (isalnum((unsigned char)*s))
		s++;
	return s;
}

/* nft's and ipset's words that are followed by something that runs. */
static const char *const running[] = {
	" packets ",  " bytes ",   " expires ",
	" # handle ", " timeout ", " used ",
};

/* Behind the word that stands here, or NULL. */
static const char *past_running(const char *s, bool is_set)
{
	for (size_t i = 0; i < sizeof(running) / sizeof(*running); i++) {
		size_t len = strlen(running[i]);

		if (strncmp(s, running[i], len) != 0)
			continue;
		if (!strcmp(running[i], " timeout ") && !is_set)
			continue;
		return past_value(s + len);
	}

	return NULL;
}

/* "[12:3456]", of iptables-save. */
static const char *past_counter(const char *s)
{
	const char *at = s;

	if (*at++ != '[' || !isdigit((unsigned char)*at))
		return NULL;
	while (isdigit((unsigned char)*at) || *at == ':')
		at++;
	return *at == ']' ? at + 1 : NULL;
}

/* An element's line of `ipset save', where a timeout counts down. */
static bool is_element(const char *line)
{
	return !strncmp(line, "add ", 4);
}

static void put_line(struct text *out, const char *line, const char *end)
{
	bool is_set = is_element(line);

	if (*line == '#')
		return;
	while (line < end) {
		const char *next = past_running(line, is_set);

		if (!next)
			next = past_counter(line);
		if (next && next <= end) {
			line = next;
			continue;
		}
		text_char(out, *line++);
	}
	text_char(out, '\n');
}

/* A table of iptables without rules of its own or a policy that stops: it may be
 * there only because somebody looked. */
static bool is_empty_table(const char *s)
{
	if (*s != '*')
		return false;
	while (*s && strncmp(s, "COMMIT", 6) != 0) {
		size_t len = strcspn(s, "\n");

		if (*s == '-' || *s == '[' ||
		    (*s == ':' && !memmem(s, len, " ACCEPT ", 8)))
			return false;
		s += len + (s[len] == '\n');
	}

	return *s;
}

static const char *past_table(const char *s)
{
	while (*s && strncmp(s, "COMMIT", 6) != 0) {
		s += strcspn(s, "\n");
		s += *s == '\n';
	}

	return s + strcspn(s, "\n");
}

static void normalise(struct text *out, const char *s)
{
	while (*s) {
		const char *end = s + strcspn(s, "\n");

		if (is_empty_table(s))
			end = past_table(s);
		else
			put_line(out, s, end);
		s = end + (*end == '\n');
	}
}

static bool same_of(const struct text *x, const struct text *y,
		    enum live_source source)
{
	struct text a = TEXT_NULL, b = TEXT_NULL, na = TEXT_NULL,
		    nb = TEXT_NULL;
	bool has_a, has_b, is_other, is_same;

	has_a = live_gathered_text(x->data, x->len, source, &a, &is_other);
	has_b = live_gathered_text(y->data, y->len, source, &b, &is_other);
	normalise(&na, text_string(&a));
	normalise(&nb, text_string(&b));
	is_same = has_a == has_b && text_ok(&na) && text_ok(&nb) &&
		  !strcmp(text_string(&na), text_string(&nb));
	text_done(&a);
	text_done(&b);
	text_done(&na);
	text_done(&nb);
	return is_same;
}

bool rehearse_same(const struct text *x, const struct text *y,
		   const char **ret_tool)
{
	static const char *const tools[LIVE_SOURCE_COUNT] = {
		"iptables-legacy-save", "ip6tables-legacy-save",
		"iptables-nft-save",    "ip6tables-nft-save",
		"nft list ruleset",     "ipset save",
	};

	for (unsigned i = 0; i < LIVE_SOURCE_COUNT; i++) {
		*ret_tool = tools[i];
		if (!same_of(x, y, (enum live_source)i))
			return false;
	}

	*ret_tool = NULL;
	return true;
}
