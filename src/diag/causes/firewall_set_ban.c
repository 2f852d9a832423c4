#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_firewall_set_ban = {
	.id = "firewall-set-ban",
	.number = 17,
	.title = N_("The client's address is in a ban list"),
	.meaning = N_("fail2ban, crowdsec, denyhosts or a country list on "
		      "the server has put the client's address into a set "
		      "that a firewall rule refuses."),
	.told_apart = N_("Other clients get through, and this client gets "
			 "through from another address. With no listener or "
			 "a closed port everybody is refused."),
	.separate_by = N_("On the server: `fail2ban-client banned`, `ipset "
			  "list` or `nft list sets`, and look for CLIENT in "
			  "them."),
	.fix = N_("Take the address out (`fail2ban-client unban CLIENT`, "
		  "`ipset del SET CLIENT`), find out in its log why it was "
		  "put in, and add it to ignoreip if it belongs to you."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_SET_ELEMENT,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(REFUSED_BY_RST) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(DATA_UNANSWERED) | SYMPTOM_BIT(RESET_MID_STREAM),
	.needs_any = { FACT_SYN_SILENCE, FACT_UDP_REQUEST,
		       FACT_CLIENT_DATA_LOST, FACT_RST_FOR_SYN, FACT_SERVER_RST,
		       FACT_ICMP_ERROR },
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_SYN_NOT_ARRIVED,
			  FACT_SYN_OTHER_MAC, FACT_ICMP_FROM_OTHER,
			  FACT_ICMP_FROM_CLIENT, FACT_ICMP_LATE, FACT_ICMP_TTL,
			  FACT_ICMP_REASSEMBLY, FACT_RST_FROM_STACK,
			  FACT_SYNACK_OTHER_SOURCE, FACT_KERNEL_RST,
			  FACT_ICMP_BY_KERNEL },
	.favoured_by = { FACT_PORT_SERVED_OTHERS, FACT_PORT_SERVED_BEFORE,
			 FACT_ICMP_PORT },
	.ruled_by = FACT_RULES_SET,
	.dropped_as = { FACT_DROP_RULES },
};
