#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_server_ipaddressdeny = {
	.id = "server-ipaddressdeny",
	.number = 99,
	.title = N_("systemd's IPAddressDeny= on the service drops the "
		    "packets"),
	.meaning = N_("The unit of the service has IPAddressDeny= or a too "
		      "narrow IPAddressAllow=, and systemd's BPF filter "
		      "discards what does not come from the listed "
		      "addresses."),
	.told_apart = N_("No firewall rule exists or counts anything. A "
			 "socket filter set by the program itself gives the "
			 "same drop reason; `ss -b` shows that one and not "
			 "this."),
	.separate_by = N_("On the server: `systemctl show UNIT -p "
			  "IPAddressAllow -p IPAddressDeny` (also of its "
			  "slice) and `bpftool cgroup tree` for an ingress "
			  "program on the unit's cgroup."),
	.fix = N_("Add the client's network with `systemctl edit UNIT` "
		  "(`IPAddressAllow=CLIENT_NETWORK`), then `systemctl "
		  "daemon-reload` and restart the unit."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_BPF_PROGRAM,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED),
	.ruled_out_by = { FACT_SYN_NOT_ARRIVED, FACT_SYN_OTHER_MAC,
			  FACT_SYNACK_OTHER_SOURCE, FACT_CGROUP_INGRESS_NONE },
	.favoured_by = { FACT_SYN_ARRIVED, FACT_CGROUP_INGRESS },
	.found_by = { FACT_CGROUP_INGRESS_DENIES },
	.dropped_as = { FACT_DROP_SOCKET_FILTER, FACT_DROP_CGROUP_EGRESS },
};
