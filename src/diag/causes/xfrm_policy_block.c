#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_xfrm_policy_block = {
	.id = "xfrm-policy-block",
	.number = 106,
	.title = N_("An IPsec policy on the server blocks the traffic"),
	.meaning = N_("The server has an xfrm policy with action block, or "
		      "none where one is required, so packets of this flow "
		      "are discarded although no firewall rule matches."),
	.told_apart = N_("The SYNs arrive in clear text and nothing leaves, "
			 "as with a firewall drop. Where a policy demands "
			 "encryption that is missing, XfrmInTmplMismatch "
			 "moves instead of XfrmInPolBlock."),
	.separate_by = N_("On the server: `cat /proc/net/xfrm_stat` before "
			  "and after one attempt (XfrmInPolBlock or "
			  "XfrmInNoPols grows); `ip xfrm policy` names the "
			  "policy."),
	.fix = N_("Correct the policy in the IPsec daemon's configuration "
		  "(selectors, type of the connection) and reload it, or "
		  "delete a leftover with `ip xfrm policy delete`."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_XFRM_POLICY,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED),
	.ruled_out_by = { FACT_SYN_NOT_ARRIVED, FACT_SYN_OTHER_MAC,
			  FACT_SYNACK_OTHER_SOURCE, FACT_XFRM_PASSES },
	.favoured_by = { FACT_SYN_ARRIVED },
	.found_by = { FACT_XFRM_BLOCKS, FACT_XFRM_BLOCKS_REPLY },
	.proven_by = FACT_XFRM_BLOCK_COUNTED,
	.dropped_as = { FACT_DROP_XFRM, FACT_DROP_NONE },
};
