#include "host/ipvs.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "host/reader.h"

enum { FILE_BYTES = 4 << 20, V4_DIGITS = 8 };

/*
 * TCP  AC100102:15B3 rr
 *   -> C0A80002:15B3      Masq    1      0          0
 * TCP  [2001:0db8:0000:0000:0000:0000:0000:0001]:0050 rr
 * FWM  00000001 rr
 */
static bool read_address(const char **at, struct address *ret)
{
	const char *s = *at;
	char *end;

	if (*s == '[') {
		size_t len = strcspn(s, "]");

		if (!s[len] || !address_parse(ret, s + 1, len - 1))
			return false;
		*at = s + len + 1;
		return true;
	}

	*ret = address_v4((uint32_t)strtoul(s, &end, 16));
	*at = end;
	return end == s + V4_DIGITS;
}

/* Whether the line begins the service that is asked for. */
static bool is_meant(const char *line, const struct ipvs_question *q)
{
	const char *word = q->protocol == IPPROTO_TCP ? "TCP  " : "UDP  ";
	struct address a;

	if (strncmp(line, word, strlen(word)) != 0)
		return false;

	line += strlen(word);
	return read_address(&line, &a) && *line == ':' &&
	       strtoul(line + 1, NULL, 16) == q->port &&
	       address_equal(&a, &q->address);
}

/* The weight is the second word behind the address. */
static bool has_weight(const char *line)
{
	line += strspn(line, " ->");
	for (int words = 0; words < 2; words++) {
		line += strcspn(line, " \n");
		line += strspn(line, " ");
	}

	return strtoul(line, NULL, 10) > 0;
}

enum ipvs_found ipvs_parse(const struct ipvs_question *q, const char *text)
{
	enum ipvs_found found = IPVS_NONE;
	bool is_in = false;

	while (*text) {
		if (!strncmp(text, "  ->", 4)) {
			if (is_in && has_weight(text))
				return IPVS_SERVED;
		} else {
			is_in = is_meant(text, q);
			if (is_in)
				found = IPVS_EMPTY;
			else if (!strncmp(text, "FWM", 3) && found == IPVS_NONE)
				found = IPVS_MAYBE;
		}
		text += strcspn(text, "\n");
		text += *text == '\n';
	}

	return found;
}

int ipvs_read(const struct ipvs_question *q, enum ipvs_found *ret)
{
	struct text t = TEXT_NULL;
	int error = reader_file("/proc/net/ip_vs", FILE_BYTES, &t);

	*ret = error ? IPVS_NONE : ipvs_parse(q, text_string(&t));
	text_done(&t);
	return error == -ENOENT ? 0 : error;
}
