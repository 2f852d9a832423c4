/* firewall show: the rules in the order in which a packet meets them. */
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "cli/firewall.h"
#include "cli/firewall_listing.h"
#include "ruleset/save.h"

/* iptables-save prints counters when it is asked to (-c): whoever read some,
 * did. */
static bool has_counters(const struct table *t)
{
	for (const struct chain *c = t->first; c; c = c->next)
		for (const struct rule *r = c->first; r; r = r->next)
			if (r->counters.known)
				return true;

	return false;
}

/* nft's own tables have no such form. */
static void put_save(const struct firewall *f, struct text *out)
{
	for (const struct table *t = f->ruleset->first; t; t = t->next)
		if (t->engine != ENGINE_NFT && firewall_wants(f, t))
			save_print_table(out, t, has_counters(t));
}

int firewall_show(struct firewall *f, int argc, char *argv[])
{
	struct text out = TEXT_NULL;
	struct listing l;
	bool save = false;
	int status = 0;

	for (int i = 1; i < argc && !status; i++) {
		if (!strcmp(argv[i], "--save"))
			save = true;
		else
			status = firewall_take(f, argc, argv, &i);
	}
	if (!status)
		status = firewall_read(f);
	if (status)
		return status;
	if (firewall_listing(f, &l) < 0)
		return EXIT_UNKNOWN;

	if (save)
		put_save(f, &out);
	else if (f->cli->json)
		firewall_listing_json(f, &l, &out);
	else
		firewall_listing_text(f, &l, &out);
	firewall_put(&out);
	return EXIT_HEALTHY;
}

const struct command firewall_show_command = {
	.name = "firewall show",
	.arguments = "[-4 | -6] [--save | --json] [RULESET...]",
	.summary = N_("The rules in the order in which a packet meets them."),
	.help = N_(
		"\n"
		"Hooks stand in the order of a packet's way, and within a hook, chains of\n"
		"all tables by priority. Rules are numbered as iptables counts them.\n"
		"\"# docker\" names the owner: who wrote the rule, and will write it again at its\n"
		"next reload; a rule without one was written by hand.\n"
		"\n"
		"  --save         what iptables-save would print of it (iptables' tables only)\n"
		"  -4, -6         only IPv4, only IPv6\n"
		"  --ipset FILE   sets of `ipset save', which belong to the rules\n"
		"  --root FOLDER  where boot's files are looked for (/)\n"
		"\n"
		"Examples:\n"
		"  kiriwake firewall show\n"
		"  kiriwake firewall show -4 rules.v4 --ipset sets.ipset\n"
		"  iptables -L -n -v | kiriwake firewall show -\n"
		"  kiriwake firewall show boot\n"),
};
