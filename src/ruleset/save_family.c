#include "ruleset/save_family.h"

#include <string.h>

/* Words that only one family has. */
static const struct sign {
	const char *word;
	int v6; /* a vote: +1 IPv6, -1 IPv4 */
} signs[] = {
	{ "icmp6", 1 },
	{ "icmpv6", 1 },
	{ "ipv6-icmp", 1 },
	{ "icmp6-adm-prohibited", 1 },
	{ "icmp6-port-unreachable", 1 },
	{ "::/0", 1 },
	{ "hl", 1 },
	{ "rt", 1 },
	{ "icmp", -1 },
	{ "ttl", -1 },
	{ "icmp-port-unreachable", -1 },
	{ "icmp-host-prohibited", -1 },
	{ "icmp-admin-prohibited", -1 },
	{ "0.0.0.0/0", -1 },
};

/* An address of either family is a vote; 0: neither. */
static int vote_address(const char *s, size_t len)
{
	struct address a;
	const char *slash = memchr(s, '/', len);

	if (slash)
		len = (size_t)(slash - s);
	if (!address_parse(&a, s, len))
		return 0;
	return address_is_v4(&a) ? -1 : 1;
}

static int vote(const char *s, size_t len)
{
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (strlen(signs[i].word) == len &&
		    memcmp(signs[i].word, s, len) == 0)
			return signs[i].v6;

	return vote_address(s, len);
}

static bool is_comment(const char *text, size_t at)
{
	return text[at] == '#' && (!at || text[at - 1] == '\n');
}

/* Votes of the text's words, until one side leads clearly. */
static int vote_text(const char *text, size_t len)
{
	int sum = 0;

	for (size_t at = 0; at < len && sum > -8 && sum < 8; at++) {
		size_t from = at;

		if (is_comment(text, at)) {
			while (at < len && text[at] != '\n')
				at++;
			continue;
		}
		while (at < len && !strchr(" \t\r\n,!", text[at]))
			at++;
		if (at > from && at - from < 50)
			sum += vote(text + from, at - from);
	}

	return sum;
}

enum table_family save_family(const char *file, const char *text, size_t len)
{
	static const char *const names[] = { "v6", "ip6", "6tables",
					     "6.rules" };
	const char *base = file ? strrchr(file, '/') : NULL;
	int sum = vote_text(text, len);

	if (sum)
		return sum > 0 ? TABLE_IP6 : TABLE_IP;

	base = base ? base + 1 : file ? file : "";
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strstr(base, names[i]))
			return TABLE_IP6;

	return TABLE_IP;
}

const char *save_family_by_chains(const bool seen[static 5])
{
	if (seen[0] && seen[2])
		return "mangle";
	if (seen[4])
		return "nat";
	if (seen[0])
		return seen[1] ? "nat" : "raw";
	return "filter";
}

const char *save_family_table(const char *text, size_t len)
{
	static const char *const names[] = { "PREROUTING", "INPUT", "FORWARD",
					     "OUTPUT", "POSTROUTING" };
	bool seen[5] = { false };
	const char *end = text + len;

	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((stop ? stop : end) - text);

		for (size_t i = 0; i < 5; i++) {
			size_t name = strlen(names[i]);

			/* -P INPUT, -A INPUT */
			seen[i] |= n >= 3 + name && text[0] == '-' &&
				   (text[1] == 'P' || text[1] == 'A') &&
				   memcmp(text + 3, names[i], name) == 0;
		}
		text += n + 1;
	}

	return save_family_by_chains(seen);
}
