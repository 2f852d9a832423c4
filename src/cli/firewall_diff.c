/* firewall diff: which packets two rulesets treat differently. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/firewall.h"
#include "cli/firewall_words.h"
#include "ruleset/compare.h"
#include "ruleset/packet_words.h"

static const char *const fate_words[ACTION_KIND_COUNT] = {
	[ACTION_NONE] = "none",       [ACTION_ACCEPT] = "accept",
	[ACTION_DROP] = "drop",       [ACTION_REJECT] = "reject",
	[ACTION_RETURN] = "return",   [ACTION_CONTINUE] = "continue",
	[ACTION_JUMP] = "jump",       [ACTION_GOTO] = "goto",
	[ACTION_QUEUE] = "queue",     [ACTION_STEAL] = "steal",
	[ACTION_SET] = "set",         [ACTION_NAT] = "nat",
	[ACTION_NOTRACK] = "notrack", [ACTION_VERDICT_MAP] = "vmap",
	[ACTION_UNKNOWN] = "unknown",
};

static bool is_wanted(const struct firewall *f, const struct change *c)
{
	return !f->family || f->family == (c->family == TABLE_IP ? 4 : 6);
}

static void put_example(struct text *out, const struct change *c)
{
	packet_words_text(out, &c->example, c->example.known);
}

static void fate_json(struct json *j, const char *name, const struct fate *f)
{
	json_name(j, name);
	if (f->chain)
		firewall_words_json(j, f->chain, f->rule);
	else
		json_null(j);
}

static void change_json(struct json *j, const struct change *c)
{
	struct text example = TEXT_NULL;

	put_example(&example, c);
	json_object(j);
	json_member(j, "family", table_family_names[c->family]);
	json_member(j, "hook", hook_names[c->hook]);
	json_member(j, "packets", c->packets);
	json_name(j, "size");
	if (c->size < 0)
		json_null(j);
	else
		json_double(j, c->size, 0);
	json_name(j, "size_is_bound");
	json_bool(j, c->size_is_bound);
	json_member(j, "example", text_string(&example));
	json_name(j, "verified");
	json_bool(j, c->is_verified);
	json_member(j, "before", fate_words[c->before.kind]);
	json_member(j, "after", fate_words[c->after.kind]);
	json_name(j, "because");
	json_object(j);
	fate_json(j, "before", &c->before);
	fate_json(j, "after", &c->after);
	json_object_end(j);
	json_object_end(j);
	text_done(&example);
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
			change_json(&j, one);
	json_array_end(&j);
	firewall_json_end(f, &j);
	json_object_end(&j);
	text_char(out, '\n');
}

static void fate_text(struct text *out, const char *sign, const struct fate *f)
{
	text_format(out, "  %s %-6s ", sign, fate_words[f->kind]);
	if (!f->chain) {
		text_str(out, _("there is no such chain"));
	} else {
		firewall_words_rule(out, f->chain, f->rule);
		text_str(out, ": ");
		firewall_words_text(out, f->chain, f->rule);
	}
	text_char(out, '\n');
}

/* Beyond a few millions only the order of magnitude says something. */
static void put_size(struct text *out, const struct change *c)
{
	if (c->size < 10e6)
		text_format(
			out,
			c->size_is_bound
				? _("up to %.0f combinations of addresses, protocol and ports")
				: _("%.0f combinations of addresses, protocol and ports"),
			c->size);
	else
		text_format(
			out,
			c->size_is_bound
				? _("up to 2^%.0f combinations of addresses, protocol and ports")
				: _("about 2^%.0f combinations of addresses, protocol and ports"),
			log2(c->size));
}

static void change_text(struct text *out, const struct change *c)
{
	text_format(out, "%s %s: %s\n", hook_names[c->hook],
		    table_family_names[c->family], c->packets);
	fate_text(out, "-", &c->before);
	fate_text(out, "+", &c->after);
	text_str(out, "    ");
	text_str(out, _("for example:"));
	text_char(out, ' ');
	put_example(out, c);
	text_char(out, '\n');
	if (c->size >= 1) {
		text_str(out, "    ");
		put_size(out, c);
		text_char(out, '\n');
	}
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
			change_text(out, one);
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
