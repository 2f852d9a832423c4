#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_service_failed_to_start = {
	.id = "service-failed-to-start",
	.number = 163,
	.title = N_("The service did not start"),
	.meaning = N_("The service's unit failed or was stopped (an error "
		      "in its configuration, a port already in use, a "
		      "missing certificate or dependency), so nothing "
		      "listens on the port."),
	.told_apart = N_("On the wire it is a closed port like any other. A "
			 "service on another port or address is running; "
			 "this one is not."),
	.separate_by = N_("On the server: `systemctl status UNIT; "
			  "journalctl -u UNIT -n 50`, and `ss -ltnp 'sport "
			  "= :PORT'` for another program that took the "
			  "port."),
	.fix = N_("Correct what the journal names, check the configuration "
		  "with the daemon's own test (`nginx -t`, `sshd -t`, "
		  "`apachectl configtest`), then `systemctl start UNIT` and "
		  "`systemctl enable UNIT`."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_COMMON,
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
			  FACT_SUPERSERVER_OFF,    FACT_SOCKET_UNIT_OFF,
			  FACT_INNER_LOOPBACK,     FACT_INNER_NONE,
			  FACT_NO_SYSTEMD,         FACT_RULE_RST,
			  FACT_ICMP_BY_RULE,       FACT_BIND_DENIED },
	.favoured_by = { FACT_RST_FOR_SYN, FACT_RST_FROM_STACK,
			 FACT_HOST_SERVES, FACT_RST_LEFT_SERVER },
	.found_by = { FACT_UNIT_FAILED, FACT_UNIT_FAILED_NAMED },
	.looked_by = { FACT_UNITS_READ },
	.dropped_as = { FACT_DROP_NO_SOCKET },
};
