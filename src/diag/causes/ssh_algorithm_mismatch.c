#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_ssh_algorithm_mismatch = {
	.id = "ssh-algorithm-mismatch",
	.number = 64,
	.title = N_("SSH client and server have no algorithm in common"),
	.meaning = N_("Both sides sent their lists of key exchange, host "
		      "key, cipher and MAC algorithms, and no choice fits "
		      "both, so one of them closes."),
	.told_apart = N_("The banners and both lists pass in clear, so "
			 "network and firewall are not to blame. A scanner "
			 "that only reads the lists closes at the same "
			 "point."),
	.separate_by = N_("On the client: `ssh -vv SERVER` prints both "
			  "lists and \"no matching ... found\"; compare "
			  "with `sshd -T | grep -Ei "
			  "'kex|cipher|macs|hostkeyalg'` on the server."),
	.fix = N_(
		"Update the older side; until then allow the old "
		"algorithm for that one host only (`KexAlgorithms +ALGORITHM` "
		"or `HostKeyAlgorithms +ALGORITHM` under its Host line in "
		"ssh_config)."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_CONFIG_LINE,
	.shows = SYMPTOM_BIT(SERVICE_ERROR) | SYMPTOM_BIT(WRONG_SERVICE) |
		 SYMPTOM_BIT(CLOSED_AFTER_CONNECT) |
		 SYMPTOM_BIT(RESET_AFTER_CONNECT) |
		 SYMPTOM_BIT(RESET_MID_STREAM),
	.needs = { FACT_SSH_NO_KEX },
	.ruled_out_by = { FACT_CLIENT_RST_AT_ONCE },
};
