#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_client_ipaddressdeny = {
	.id = "client-ipaddressdeny",
	.number = 98,
	.title = N_("systemd's IPAddressDeny= on the client's unit drops the "
		    "packets"),
	.meaning =
		N_("The process runs in a unit or slice with IPAddressDeny= or "
		   "a too narrow IPAddressAllow=, and the BPF filter that "
		   "systemd attached to its cgroup discards what it sends."),
	.told_apart =
		N_("Elsewhere on the same host, in a login shell for instance, "
		   "the same command works. No firewall rule counts, no SYN "
		   "leaves, and TcpExtTCPRetransFail moves."),
	.separate_by =
		N_("On the client: `systemctl show UNIT -p IPAddressAllow -p "
		   "IPAddressDeny` (also of its slice), and as root `bpftool "
		   "cgroup tree` for an egress program."),
	.fix = N_("Add the server's network with `systemctl edit UNIT` "
		  "(`IPAddressAllow=NETWORK`), then `systemctl daemon-reload` "
		  "and restart the unit."),
	.place = PLACE_CLIENT,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_BPF_PROGRAM,
	.shows = SYMPTOM_BIT(SYN_NOT_SENT) | SYMPTOM_BIT(SYN_UNANSWERED) |
		 SYMPTOM_BIT(LOCAL_REFUSED) | SYMPTOM_BIT(UDP_UNANSWERED),
	.needs_any = { FACT_PACKET_NOT_SENT, FACT_BPF_EGRESS },
	.ruled_out_by = { FACT_PACKET_SENT, FACT_BPF_NO_EGRESS,
			  FACT_OWN_RULES_DROP, FACT_OWN_RULES_OWNER,
			  FACT_CONNECT_EACCES, FACT_CONNECT_EINVAL,
			  FACT_CONNECT_ENETUNREACH, FACT_CONNECT_EHOSTUNREACH,
			  FACT_CONNECT_EADDRNOTAVAIL, FACT_CONNECT_EMFILE },
	.proven_by = FACT_BPF_EGRESS_DROPS,
	.dropped_as = { FACT_OWN_DROP_CGROUP },
};
