/* firewall diff: which packets two rulesets treat differently. */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/firewall.h"
#include "cli/firewall_change.h"
#include "ruleset/compare.h"

static bool is_wanted(const struct firewall *f, const struct change *c)
{
	return !f->family || f->family == (c->family == TABLE_IP ? 4 : 6);
}

static void equal_json(struct json *j, enum equality e)
{
	json_name(j, "equal");
	if (e == EQUALITY_UNKNOWN)
		json_null(j);
	else
		json_bool(j, e == EQUALITY_YES);
}

static void diff_json(struct firewall *f, const struct comparison *c,
		      enum equality e, struct text *out)
{
	struct json j = json_over(out, true);

	json_object(&j);
	json_member_u64(&j, "kiriwake", 1);
	equal_json(&j, e);
	json_name(&j, "complete");
	json_bool(&j, c->is_complete);
	json_name(&j, "changes");
	json_array(&j);
	for (const struct change *one = c->first; one; one = one->next)
		if (is_wanted(f, one))
			firewall_change_json(&j, one);
	json_array_end(&j);
	firewall_json_end(f, &j);
	json_object_end(&j);
	text_char(out, '\n');
}

static const char *equal_words(enum equality e)
{
	switch (e) {
	case EQUALITY_NO:
		return _("The rulesets differ.");
	case EQUALITY_YES:
		return _(
			"The rulesets are equal: every packet meets the same fate.");
	case EQUALITY_UNKNOWN:
		break;
	}

	return _("No difference was found, but not all could be searched.");
}

static void diff_text(struct firewall *f, const struct comparison *c,
		      enum equality e, struct text *out)
{
	for (const struct change *one = c->first; one; one = one->next)
		if (is_wanted(f, one)) {
			firewall_change_text(out, one);
			text_char(out, '\n');
		}
	text_str(out, equal_words(e));
	if (e == EQUALITY_NO && !c->is_complete) {
		text_char(out, ' ');
		text_str(out, _("There may be more differences."));
	}
	text_char(out, '\n');
	firewall_text_end(f, out);
}

static enum equality equality_of(const struct firewall *f,
				 const struct comparison *c)
{
	for (const struct change *one = c->first; one; one = one->next)
		if (is_wanted(f, one))
			return EQUALITY_NO;

	return c->is_complete ? EQUALITY_YES : EQUALITY_UNKNOWN;
}

static int report(struct firewall *f, const struct comparison *c)
{
	static const int statuses[] = {
		[EQUALITY_NO] = EXIT_FAULT,
		[EQUALITY_YES] = EXIT_HEALTHY,
		[EQUALITY_UNKNOWN] = EXIT_UNKNOWN,
	};
	enum equality e = equality_of(f, c);
	struct text out = TEXT_NULL;

	if (f->cli->json)
		diff_json(f, c, e, &out);
	else
		diff_text(f, c, e, &out);
	firewall_put(&out);
	return statuses[e];
}

int firewall_diff(struct firewall *f, int argc, char *argv[])
{
	struct arena *a;
	struct comparison c;
	int status = 0;

	for (int i = 1; i < argc && !status; i++)
		status = firewall_take(f, argc, argv, &i);
	if (!status)
		status = firewall_read(f);
	if (status)
		return status;

	a = arena_new();
	if (!a)
		return EXIT_UNKNOWN;

	status = compare_rulesets(f->ruleset, f->other, a, &c) ? EXIT_UNKNOWN
							       : report(f, &c);
	arena_free(a);
	return status;
}

const struct command firewall_diff_command = {
	.name = "firewall diff",
	.arguments = "A B | A... -- B...",
	.summary = N_(
		"Which packets do two rulesets treat differently, and by which rules?"),
	.help = N_(
		"For each pair of rules, the one that decides in A and the one in B, the packets\n"
		"whose fate differs, with an example. A ruleset is a file (or several: A... -- B...),\n"
		"live, or boot: what the next boot would load.\n"
		"Chains are compared by hook and priority, whichever engine holds them; one that\n"
		"is missing accepts. Limits and other things that no packet shows are equal where\n"
		"they are written alike.\n"),
};
