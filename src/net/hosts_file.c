#include "net/hosts_file.h"

#include <string.h>
#include <strings.h>

struct piece {
	const char *at;
	const char *end;
};

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool next_word(struct piece *from, struct piece *ret)
{
	while (from->at < from->end && is_blank(*from->at))
		from->at++;
	ret->at = from->at;
	while (from->at < from->end && !is_blank(*from->at))
		from->at++;
	ret->end = from->at;
	return ret->at < ret->end;
}

static bool is_host(struct piece word, const char *host)
{
	size_t len = strlen(host);

	return (size_t)(word.end - word.at) == len &&
	       !strncasecmp(word.at, host, len);
}

static bool names_host(struct hosts_line *ret, struct piece line,
		       const char *host)
{
	struct piece word;

	if (!next_word(&line, &word) ||
	    !address_parse(&ret->address, word.at,
			   (size_t)(word.end - word.at)))
		return false;

	while (next_word(&line, &word))
		if (is_host(word, host))
			return true;

	return false;
}

/* Without the blanks around it. */
static void keep_text(struct hosts_line *ret, struct piece line)
{
	size_t len;

	while (line.at < line.end && is_blank(*line.at))
		line.at++;
	while (line.at < line.end && is_blank(line.end[-1]))
		line.end--;
	len = (size_t)(line.end - line.at);
	if (len >= sizeof(ret->text))
		len = sizeof(ret->text) - 1;
	memcpy(ret->text, line.at, len);
	ret->text[len] = '\0';
}

size_t hosts_file_find(struct hosts_line ret[static HOSTS_LINES],
		       const char *text, size_t len, const char *host)
{
	const char *end = text + len;
	unsigned number = 0;
	size_t count = 0;

	while (text < end && count < HOSTS_LINES) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		struct piece whole = { text, newline ? newline : end };
		struct piece line = whole;
		const char *hash =
			memchr(line.at, '#', (size_t)(line.end - line.at));
		struct hosts_line found = { .line = ++number };

		text = newline ? newline + 1 : end;
		if (hash)
			line.end = hash;
		if (!names_host(&found, line, host))
			continue;
		keep_text(&found, whole);
		ret[count++] = found;
	}

	return count;
}
