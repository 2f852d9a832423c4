#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_tcp_md5_required = {
	.id = "tcp-md5-required",
	.number = 65,
	.title = N_("The TCP signature (MD5 or AO) is missing or wrong"),
	.meaning = N_("The listener wants signed segments from this peer, "
		      "as BGP sessions do, and the SYN carries no signature "
		      "or one made with another key; the kernel drops it "
		      "silently."),
	.told_apart = N_("It looks like a DROP, but no firewall counter "
			 "moves; the kernel counts TCPMD5NotFound, "
			 "TCPMD5Failure or their TCP-AO counterparts."),
	.separate_by = N_("On the server: `nstat -az | grep -E "
			  "'TCPMD5|TCPAO'` before and after one attempt, "
			  "and `tcpdump -nvi IF -M KEY 'tcp port PORT'` to "
			  "check an MD5 signature."),
	.fix = N_("Configure the same key (and key id) for the same "
		  "addresses on both sides."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_SOCKET,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED),
	.ruled_out_by = { FACT_DNAT_DEAD, FACT_SYN_NOT_ARRIVED,
			  FACT_SYN_OTHER_MAC, FACT_SYNACK_OTHER_SOURCE },
	.favoured_by = { FACT_SYN_SIGNED, FACT_SYN_ARRIVED },
	.found_by = { FACT_KEY_DROPPED, FACT_KEY_COUNTED },
	.looked_by = { FACT_SOCKET_QUEUES_READ },
	.proven_by = FACT_KEY_DROPPED,
	.dropped_as = { FACT_DROP_MD5 },
};
