#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_proxy_refuses = {
	.id = "proxy-refuses",
	.number = 154,
	.title = N_("The proxy refuses the request"),
	.meaning = N_("The connection goes to an HTTP proxy, and the proxy "
		      "says 403 (its access list) or 407 (it wants a user "
		      "and password)."),
	.told_apart = N_("The target server never saw the request, so "
			 "nothing is in its log or capture. A 403 of the "
			 "website itself comes without the proxy's headers."),
	.separate_by = N_("On the client: `env | grep -i _proxy`, then "
			  "`curl -v --noproxy '*' URL`; if it works without "
			  "the proxy, the proxy refuses. Its access log "
			  "names the rule."),
	.fix = N_("Add the host to `no_proxy`, give the proxy a user and "
		  "password, or allow the target and port in the proxy's "
		  "access list (`Safe_ports`, `SSL_ports` in squid)."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_CONFIG_LINE,
	.shows = SYMPTOM_BIT(SERVICE_ERROR),
	.needs = { FACT_HTTP_PROXY_REFUSED },
	.ruled_out_by = { FACT_CONNECTION_WAITS },
	.favoured_by = { FACT_PROGRAM_PROXY },
};
