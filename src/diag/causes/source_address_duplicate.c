#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_source_address_duplicate = {
	.id = "source-address-duplicate",
	.number = 120,
	.title = N_("The client's address is also configured on the server"),
	.meaning = N_("The server itself owns the client's source address, "
		      "for example a leftover virtual IP or the same "
		      "container address, and discards packets that come "
		      "from outside with its own address as source."),
	.told_apart = N_("It looks like a firewall drop for this one client "
			 "only. No rule and no counter moves; with "
			 "log_martians the kernel logs a martian source."),
	.separate_by = N_("On the server: `ip -br addr | grep -w CLIENT` "
			  "and `ip route show table local | grep -w "
			  "CLIENT`; `dmesg | grep -i martian` with `sysctl "
			  "-w net.ipv4.conf.all.log_martians=1`."),
	.fix = N_("Remove the address from the server (`ip addr del "
		  "CLIENT/PREFIX dev IF`) and from its saved settings, or "
		  "give the client another one."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_LINK,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED),
	.ruled_out_by = { FACT_SYN_NOT_ARRIVED, FACT_SYNACK_OTHER_SOURCE,
			  FACT_IS_LOOPBACK, FACT_HOST_PINGS, FACT_HOST_SERVES,
			  FACT_SOURCE_FOREIGN },
	.favoured_by = { FACT_SYN_ARRIVED, FACT_PORT_SERVED_OTHERS },
	.found_by = { FACT_SOURCE_OWN },
	.proven_by = FACT_KERNEL_REFUSES,
	.dropped_as = { FACT_DROP_OWN_SOURCE },
};
