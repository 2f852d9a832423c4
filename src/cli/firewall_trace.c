/* firewall trace. */
#include "base/i18n.h"
#include "cli/firewall.h"

int firewall_trace(struct firewall *f, int argc, char *argv[])
{
	int status = 0;

	for (int i = 1; i < argc && !status; i++)
		status = firewall_take(f, argc, argv, &i);
	if (!status)
		status = firewall_read(f);

	return status ? status : EXIT_UNKNOWN;
}

const struct command firewall_trace_command = {
	.name = "firewall trace",
	.arguments = "--packet 'WORDS...' [RULESET...]",
	.summary = N_("What becomes of one packet, and which rules decide it?"),
	.help = N_("\n"),
};
