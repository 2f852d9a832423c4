#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_udp_reply_wrong_source = {
	.id = "udp-reply-wrong-source",
	.number = 129,
	.title = N_("The UDP answer comes from another address"),
	.meaning = N_("The server has several addresses and answers from "
		      "another one than was asked, so the client's socket "
		      "does not accept the answer."),
	.told_apart = N_("The request is answered, unlike with a drop, but "
			 "from an address that the client never asked; its "
			 "kernel often returns port unreachable to that "
			 "address. A capture filtered on the asked address "
			 "hides it."),
	.separate_by = N_("On the server: `tcpdump -ni any 'udp port "
			  "PORT'`, without a host filter, shows the request "
			  "to one address and the answer leaving from "
			  "another."),
	.fix = N_("Bind the daemon to the address that is asked (one socket "
		  "an address, or an option such as OpenVPN's `multihome`), "
		  "or correct the preferred source in `ip route`."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_SOCKET,
	.shows = SYMPTOM_BIT(UDP_UNANSWERED),
	/* What is dropped on its way in is not answered. */
	.ruled_out_by = { FACT_RULES_SILENT },
	.found_by = { FACT_UDP_REPLY_ELSEWHERE },
	.proven_by = FACT_UDP_REPLY_ELSEWHERE,
};
