#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_xdp_drop = {
	.id = "xdp-drop",
	.number = 104,
	.title = N_("An XDP program on the server drops the packets"),
	.meaning = N_("A program attached to the server's network driver "
		      "discards the packets before the kernel makes "
		      "anything of them: a DDoS guard, Cilium, or a ban "
		      "list in XDP."),
	.told_apart = N_("tcpdump on the server sees nothing, so it looks "
			 "as if the packets died on the way; but the "
			 "interface's receive counters grow with every "
			 "attempt."),
	.separate_by = N_("On the server: `ip link show IF` says `xdp` with "
			  "a program id; `ethtool -S IF | grep -i xdp` and "
			  "`bpftool net show dev IF` before and after one "
			  "attempt."),
	.fix = N_("Correct the program's list or detach it (`ip link set "
		  "dev IF xdp off`), in the tool that loads it, so that it "
		  "does not come back."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_BPF_PROGRAM,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED),
	.ruled_out_by = { FACT_SYN_OTHER_MAC, FACT_SYNACK_OTHER_SOURCE,
			  FACT_IS_LOOPBACK, FACT_AT_SERVER, FACT_XDP_NONE,
			  FACT_XDP_PASSES },
	.favoured_by = { FACT_XDP_PROGRAM },
	.found_by = { FACT_XDP_DROPS },
	.dropped_as = { FACT_DROP_XDP },
};
