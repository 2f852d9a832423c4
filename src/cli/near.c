#include "cli/near.h"

#include <string.h>

#include "base/i18n.h"

enum { MOST = 24, NEAR = 2 };

size_t near_distance(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);
	size_t d[MOST + 1][MOST + 1];

	if (n > MOST || m > MOST)
		return MOST;
	for (size_t i = 0; i <= n; i++) {
		for (size_t k = 0; k <= m; k++) {
			size_t least = i && k ? d[i - 1][k - 1] +
							(a[i - 1] != b[k - 1])
					      : i + k;

			if (i && d[i - 1][k] + 1 < least)
				least = d[i - 1][k] + 1;
			if (k && d[i][k - 1] + 1 < least)
				least = d[i][k - 1] + 1;
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] &&
			    a[i - 2] == b[k - 1] && d[i - 2][k - 2] + 1 < least)
				least = d[i - 2][k - 2] + 1;
			d[i][k] = least;
		}
	}

	return d[n][m];
}

/* The options that stand in a page of help, and those of all commands. */
static const char common[] = "--json --lang --color --verbose --help";

/* Copies the next option from *at on; false: there is none. */
static bool next_option(const char **at, char ret[MOST + 1])
{
	size_t len;

	*at = strstr(*at, "--");
	if (!*at)
		return false;

	len = 2 + strspn(*at + 2, "abcdefghijklmnopqrstuvwxyz-");
	memcpy(ret, *at, len < MOST ? len : MOST);
	ret[len < MOST ? len : MOST] = '\0';
	*at += len;
	return true;
}

static bool find_near(const char *page, const char *word, char ret[MOST + 1])
{
	while (next_option(&page, ret))
		if (near_distance(word, ret) <= NEAR)
			return true;

	return false;
}

int near_option(const struct command *command, const char *word)
{
	char name[MOST + 1], meant[MOST + 1];
	size_t len = strcspn(word, "=");

	if (len > 3 && len < MOST && word[1] == '-') {
		memcpy(name, word, len);
		name[len] = '\0';
		if (find_near(command->help, name, meant) ||
		    find_near(common, name, meant))
			return cli_usage(
				command,
				_("unknown option %1$s; did you mean %2$s?"),
				word, meant);
	}

	return cli_usage(command, _("unknown option %s"), word);
}
