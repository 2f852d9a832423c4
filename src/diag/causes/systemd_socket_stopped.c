#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_systemd_socket_stopped = {
	.id = "systemd-socket-stopped",
	.number = 164,
	.title = N_("The systemd socket unit does not listen"),
	.meaning = N_("The service is started by a systemd socket, and that "
		      "socket unit is not enabled or was stopped by systemd "
		      "because it was triggered too often."),
	.told_apart = N_("On the wire it is a closed port like any other, "
			 "but the service needs no process of its own to "
			 "listen, so a missing process proves nothing. A "
			 "burst of connections before it speaks for the "
			 "trigger limit."),
	.separate_by = N_("On the server: `systemctl list-sockets --all` "
			  "and `systemctl status UNIT.socket`, which says "
			  "`Trigger limit hit` or `Start request repeated "
			  "too quickly`."),
	.fix = N_("Run `systemctl reset-failed UNIT.socket` and `systemctl "
		  "enable --now UNIT.socket`; if the limit was hit, find "
		  "out why the service ends at once, then raise "
		  "`TriggerLimitBurst=`."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_CONFIG_LINE,
	.shows = SYMPTOM_BIT(REFUSED_BY_RST) | SYMPTOM_BIT(UDP_REFUSED_BY_ICMP),
	.ruled_out_by = { FACT_ICMP_TOO_BIG,
			  FACT_ICMP_PROHIBITED,
			  FACT_ICMP_HOST,
			  FACT_ICMP_NET,
			  FACT_ICMP_PROTOCOL,
			  FACT_ICMP_REJECT_ROUTE,
			  FACT_ICMP_TTL,
			  FACT_ICMP_REASSEMBLY,
			  FACT_ICMP_FROM_OTHER,
			  FACT_ICMP_FROM_CLIENT,
			  FACT_LISTENER_HERE,
			  FACT_LISTENER_DEVICE,
			  FACT_LISTENER_ADDRESS,
			  FACT_LISTENER_V6ONLY,
			  FACT_LISTENER_V4ONLY,
			  FACT_LISTENER_LOOPBACK,
			  FACT_LISTENER_OTHER_PROTOCOL,
			  FACT_INNER_LOOPBACK,
			  FACT_INNER_NONE,
			  FACT_RULE_RST,
			  FACT_ICMP_BY_RULE },
	.favoured_by = { FACT_RST_FOR_SYN, FACT_RST_FROM_STACK,
			 FACT_HOST_SERVES, FACT_RST_LEFT_SERVER,
			 FACT_PORT_SERVED_BEFORE },
	.found_by = { FACT_SOCKET_UNIT_OFF },
	.looked_by = { FACT_SUPERSERVERS_READ },
	.dropped_as = { FACT_DROP_NO_SOCKET },
};
