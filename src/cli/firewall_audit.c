/* firewall audit. */
#include "base/i18n.h"
#include "cli/firewall.h"

int firewall_audit(struct firewall *f, int argc, char *argv[])
{
	int status = 0;

	for (int i = 1; i < argc && !status; i++)
		status = firewall_take(f, argc, argv, &i);
	if (!status)
		status = firewall_read(f);

	return status ? status : EXIT_UNKNOWN;
}

const struct command firewall_audit_command = {
	.name = "firewall audit",
	.arguments = "[RULESET...]",
	.summary = N_(
		"Rules that never match, contradict or nearly allow something."),
	.help = N_("\n"),
};
