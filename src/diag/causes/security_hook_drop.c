#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_security_hook_drop = {
	.id = "security-hook-drop",
	.number = 167,
	.title = N_("A security module on the server drops the packets"),
	.meaning = N_("SELinux peer labelling, a BPF-LSM program or another "
		      "security module refuses the packet at the receiving "
		      "socket, and the kernel drops it silently."),
	.told_apart = N_("It looks like a DROP, but no firewall counter "
			 "moves. A filter on the socket or IPAddressDeny= "
			 "of the unit gives almost the same picture; the "
			 "drop reason SECURITY_HOOK tells it apart where "
			 "the kernel reports it."),
	.separate_by = N_("On the server: `perf trace -e skb:kfree_skb` (or "
			  "`dropwatch`) during one attempt shows "
			  "SECURITY_HOOK, and `ausearch -m avc -ts recent` "
			  "a denial of recv or recvfrom."),
	.fix = N_("Correct the policy (SELinux netlabel or peer rules, the "
		  "BPF-LSM program) so that it admits this peer, or unload "
		  "what attached it."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_NONE,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED),
	.ruled_out_by = { FACT_SYN_NOT_ARRIVED, FACT_SYN_OTHER_MAC,
			  FACT_SYNACK_OTHER_SOURCE, FACT_SECURITY_HOOK_NONE,
			  FACT_SYN_TAKEN, FACT_DNAT_DEAD },
	.favoured_by = { FACT_SYN_ARRIVED, FACT_SECURITY_HOOK },
	.dropped_as = { FACT_DROP_SECURITY, FACT_DROP_SOCKET_FILTER,
			FACT_DROP_RULES, FACT_DROP_RULES_REPLY,
			FACT_DROP_NO_SOCKET, FACT_DROP_NONE },
};
