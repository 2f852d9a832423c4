#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_inetd_service_disabled = {
	.id = "inetd-service-disabled",
	.number = 60,
	.title = N_("The service is switched off in inetd, xinetd or "
		    "systemd"),
	.meaning = N_("The super-server runs, but the service's line is "
		      "commented out, has disable = yes, or its socket unit "
		      "is not started, so nothing has the port open."),
	.told_apart = N_("It looks the same as no listener; no daemon of "
			 "its own is to be started, only an entry switched "
			 "on."),
	.separate_by = N_("On the server: `grep -rn SERVICE /etc/inetd.conf "
			  "/etc/xinetd.d` and `systemctl list-sockets "
			  "--all`: a commented line, disable = yes, or an "
			  "inactive socket."),
	.fix = N_("Switch it on and reload: uncomment the line and "
		  "`systemctl reload inetd`, set disable = no and "
		  "`systemctl reload xinetd`, or `systemctl enable --now "
		  "UNIT.socket`."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_CONFIG_LINE,
	.shows = SYMPTOM_BIT(REFUSED_BY_RST) | SYMPTOM_BIT(UDP_REFUSED_BY_ICMP),
	.ruled_out_by = { FACT_ICMP_TOO_BIG,
			  FACT_ICMP_PROHIBITED,
			  FACT_ICMP_HOST,
			  FACT_ICMP_NET,
			  FACT_ICMP_PROTOCOL,
			  FACT_ICMP_REJECT_ROUTE,
			  FACT_ICMP_TTL,
			  FACT_ICMP_FROM_OTHER,
			  FACT_ICMP_FROM_CLIENT,
			  FACT_PORT_SERVED_OTHERS,
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
			 FACT_HOST_SERVES, FACT_RST_LEFT_SERVER },
	.found_by = { FACT_SUPERSERVER_OFF },
	.looked_by = { FACT_SUPERSERVERS_READ },
	.dropped_as = { FACT_DROP_NO_SOCKET },
};
