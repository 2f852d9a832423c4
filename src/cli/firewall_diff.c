/* firewall diff. */
#include "base/i18n.h"
#include "cli/firewall.h"

int firewall_diff(struct firewall *f, int argc, char *argv[])
{
	int status = 0;

	for (int i = 1; i < argc && !status; i++)
		status = firewall_take(f, argc, argv, &i);
	if (!status)
		status = firewall_read(f);

	return status ? status : EXIT_UNKNOWN;
}

const struct command firewall_diff_command = {
	.name = "firewall diff",
	.arguments = "A B",
	.summary = N_(
		"Which packets do two rulesets treat differently, and by which rules?"),
	.help = N_("\n"),
};
