#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_xfrm_no_state = {
	.id = "xfrm-no-state",
	.number = 107,
	.title = N_("The server wants IPsec, but the packets come in clear "
		    "text"),
	.meaning = N_("An inbound IPsec policy on the server demands ESP "
		      "for this client, and the packets arrive unencrypted: "
		      "the tunnel is down, its keys have run out, or the "
		      "selectors of both ends differ."),
	.told_apart = N_("On the wire it is the same as a firewall drop: "
			 "clear SYNs arrive and nothing leaves. With a "
			 "policy that simply blocks, XfrmInPolBlock moves "
			 "instead of XfrmInTmplMismatch."),
	.separate_by = N_("On the server: `cat /proc/net/xfrm_stat` before "
			  "and after one attempt (XfrmInTmplMismatch "
			  "grows); `ip xfrm policy` and `ip xfrm state` "
			  "show what is demanded and whether an SA exists."),
	.fix = N_("Bring the tunnel up from the client (`swanctl --initiate "
		  "--child CHILD` or `ipsec up CHILD`), or make the traffic "
		  "selectors of both ends agree."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_XFRM_POLICY,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(DATA_UNANSWERED),
	.ruled_out_by = { FACT_SYN_NOT_ARRIVED, FACT_SYN_OTHER_MAC,
			  FACT_SYNACK_OTHER_SOURCE, FACT_XFRM_PASSES },
	.favoured_by = { FACT_SYN_ARRIVED },
	.found_by = { FACT_XFRM_STATE_MISSING },
	.proven_by = FACT_XFRM_MISMATCH_COUNTED,
	.dropped_as = { FACT_DROP_XFRM, FACT_DROP_NONE },
};
