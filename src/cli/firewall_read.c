/* The rulesets that the user named, read: files, standard input, this host. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "base/problem.h"
#include "cli/firewall.h"
#include "ruleset/model.h"

static int add_name(struct firewall *f, unsigned side, const char *name)
{
	if (f->name_count[side] == FIREWALL_NAMES)
		return cli_usage(f->command, _("too many files: %s"), name);

	f->names[side][f->name_count[side]++] = name;
	return 0;
}

/* "a,b" is two files, unless there is one of that name. */
static int add_names(struct firewall *f, unsigned side, const char *word)
{
	char *copy, *rest, *name;
	int status = 0;

	if (!strchr(word, ',') || !access(word, F_OK))
		return add_name(f, side, word);

	copy = arena_string(f->arena, word);
	if (!copy)
		return EXIT_UNKNOWN;

	for (name = strtok_r(copy, ",", &rest); name && !status;
	     name = strtok_r(NULL, ",", &rest))
		status = add_name(f, side, name);

	return status;
}

/* Which word belongs to which side. */
static int part_words(struct firewall *f)
{
	size_t divider = f->word_count;
	int status = 0;

	if (f->sides > 1) {
		divider = f->divider ? f->divider : 1;
		if (f->word_count < 2 || divider >= f->word_count ||
		    (!f->divider && f->word_count > 2))
			return cli_usage(
				f->command, "%s",
				_("it takes two rulesets; of several files each: A... -- B..."));
	}
	for (size_t i = 0; i < f->word_count && !status; i++)
		status = add_names(f, i >= divider, f->words[i]);

	return status;
}

static int read_side(struct firewall *f, unsigned side, struct ruleset **ret)
{
	*ret = ruleset_new(f->problems);
	if (!*ret)
		return EXIT_UNKNOWN;
	if (!f->name_count[side])
		firewall_looked(f, "live", _("not built in"));

	return ruleset_link(*ret) < 0 ? EXIT_UNKNOWN : 0;
}

int firewall_read(struct firewall *f)
{
	int status = part_words(f);

	if (!status)
		status = read_side(f, 0, &f->ruleset);
	if (!status && f->sides > 1)
		status = read_side(f, 1, &f->other);

	return status;
}
