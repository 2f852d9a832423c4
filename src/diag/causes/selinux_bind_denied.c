#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_selinux_bind_denied = {
	.id = "selinux-bind-denied",
	.number = 160,
	.title = N_("SELinux kept the daemon from opening its port"),
	.meaning = N_("The daemon is set to a port that its SELinux domain "
		      "may not bind, so bind() fails, the daemon exits and "
		      "nothing listens."),
	.told_apart = N_("On the wire it is a closed port like any other. "
			 "The audit log holds a denial of name_bind, and "
			 "with SELinux in permissive mode the service "
			 "starts."),
	.separate_by = N_("On the server: `ausearch -m avc -ts recent | "
			  "grep name_bind` and `systemctl status UNIT`."),
	.fix = N_("Allow the port for the domain: `semanage port -a -t TYPE "
		  "-p tcp PORT` (for example the type http_port_t), then "
		  "start the unit. Do not switch SELinux off."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_PROCESS,
	.shows = SYMPTOM_BIT(REFUSED_BY_RST) | SYMPTOM_BIT(UDP_REFUSED_BY_ICMP),
	.ruled_out_by = { FACT_ICMP_TOO_BIG,       FACT_ICMP_PROHIBITED,
			  FACT_ICMP_HOST,          FACT_ICMP_NET,
			  FACT_ICMP_PROTOCOL,      FACT_ICMP_REJECT_ROUTE,
			  FACT_ICMP_TTL,           FACT_ICMP_REASSEMBLY,
			  FACT_ICMP_FROM_OTHER,    FACT_ICMP_FROM_CLIENT,
			  FACT_PORT_SERVED_OTHERS, FACT_LISTENER_HERE,
			  FACT_LISTENER_DEVICE,    FACT_LISTENER_ADDRESS,
			  FACT_LISTENER_V6ONLY,    FACT_LISTENER_V4ONLY,
			  FACT_LISTENER_LOOPBACK,  FACT_LISTENER_OTHER_PROTOCOL,
			  FACT_SELINUX_OFF,        FACT_INNER_LOOPBACK,
			  FACT_INNER_NONE,         FACT_RULE_RST,
			  FACT_ICMP_BY_RULE },
	.favoured_by = { FACT_RST_FOR_SYN, FACT_RST_FROM_STACK,
			 FACT_HOST_SERVES, FACT_RST_LEFT_SERVER },
	.found_by = { FACT_BIND_DENIED, FACT_BIND_DENIED_BEFORE },
	.looked_by = { FACT_AUDIT_READ },
	.dropped_as = { FACT_DROP_NO_SOCKET },
};
