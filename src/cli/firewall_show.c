/* firewall show. */
#include "base/i18n.h"
#include "cli/firewall.h"

int firewall_show(struct firewall *f, int argc, char *argv[])
{
	int status = 0;

	for (int i = 1; i < argc && !status; i++)
		status = firewall_take(f, argc, argv, &i);
	if (!status)
		status = firewall_read(f);

	return status ? status : EXIT_UNKNOWN;
}

const struct command firewall_show_command = {
	.name = "firewall show",
	.arguments = "[--save] [RULESET...]",
	.summary = N_("The rules in the order in which a packet meets them."),
	.help = N_("\n"),
};
