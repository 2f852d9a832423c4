#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_listener_other_netns = {
	.id = "listener-other-netns",
	.number = 44,
	.title = N_("The service listens in another network namespace"),
	.meaning = N_("The program has the port open inside a container or "
		      "a unit with PrivateNetwork, and the host's own "
		      "namespace has no such socket."),
	.told_apart = N_("The process is running and its own log says that "
			 "it listens, yet `ss` on the host shows nothing on "
			 "the port."),
	.separate_by = N_("On the server: `lsns -t net`, then for each of "
			  "them `nsenter -t PID -n ss -ltnp 'sport = "
			  ":PORT'`."),
	.fix = N_("Publish the port of the container (`docker run -p "
		  "PORT:PORT`), or remove PrivateNetwork=yes from the unit "
		  "and restart it."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_SOCKET,
	.shows = SYMPTOM_BIT(REFUSED_BY_RST) | SYMPTOM_BIT(UDP_REFUSED_BY_ICMP),
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_ICMP_PROHIBITED,
			  FACT_ICMP_HOST, FACT_ICMP_NET, FACT_ICMP_PROTOCOL,
			  FACT_ICMP_REJECT_ROUTE, FACT_ICMP_TTL,
			  FACT_ICMP_FROM_OTHER, FACT_ICMP_FROM_CLIENT,
			  FACT_PORT_SERVED_OTHERS, FACT_INNER_LOOPBACK,
			  FACT_INNER_NONE, FACT_RULE_RST, FACT_ICMP_BY_RULE },
	.favoured_by = { FACT_RST_FOR_SYN, FACT_RST_FROM_STACK,
			 FACT_HOST_SERVES, FACT_RST_LEFT_SERVER,
			 FACT_LISTENER_ELSEWHERE },
	.found_by = { FACT_LISTENER_WALLED, FACT_LISTENER_ELSEWHERE,
		      FACT_LISTENER_NONE_HERE },
	.looked_by = { FACT_SPACES_READ, FACT_LISTENER_HERE,
		       FACT_LISTENER_DEVICE, FACT_LISTENER_ADDRESS,
		       FACT_LISTENER_V6ONLY, FACT_LISTENER_V4ONLY,
		       FACT_LISTENER_LOOPBACK, FACT_LISTENER_OTHER_PROTOCOL },
	.dropped_as = { FACT_DROP_NO_SOCKET },
};
